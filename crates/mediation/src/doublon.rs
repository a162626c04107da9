//! Duplicates: two files that may be one person, brought together field by field, and apart again for
//! thirty days.
//!
//! While a merge can be undone the file absorbed stays as it was, followed by nobody: neither searched
//! nor opened. What was written about the person belongs to the file kept. After that the absorbed file
//! is erased.

mod api;
mod depot;
mod migration;
mod regles;
mod table;
mod web;

pub use api::api;
pub use depot::A_LA_PERSONNE;
pub(crate) use migration::migrations;
pub use regles::{Cote, Raison};
pub use table::Model as Fusion;
pub use web::pages;

use std::collections::{BTreeMap, HashSet};

use chrono::Duration;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Etat, Permission, Resultat,
    coffre::Champ,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{PersonneId, StructureId},
    journal::Action,
    traitement::{BASE_ACCOMPAGNEMENT, SECURITE_DOSSIERS, Traitement},
};

use crate::personne::{self, ModifierPersonne, Personne, table::suivi, trouver};

/// Both files as they were, notes included: sealed as they are.
const RETOUR: Champ = Champ::texte("fusion", "retour");

/// The sealed columns.
pub const CHAMPS: [Champ; 1] = [RETOUR];

/// How long a merge can be undone, in days.
pub const JOURS: i64 = 30;

/// What is done with merges.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Réunion de dossiers en double",
    finalite: "N’avoir qu’un dossier par personne ; pouvoir revenir en arrière si deux personnes ont été confondues.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes qui ont eu deux dossiers.",
    donnees: "Les deux dossiers réunis, ce que disait avant celui qui est gardé ; les paires dites différentes.",
    destinataires: "L’équipe des structures qui suivent la personne.",
    duree: "Trente jours : le dossier absorbé est ensuite effacé, et ce qui permettait de revenir en arrière aussi.",
    securite: SECURITE_DOSSIERS,
    tables: &["fusion", "fusion_ligne", "doublon_ecarte"],
};

/// Two files that may be one person.
pub struct Paire {
    pub a: Personne,
    pub b: Personne,
    pub raisons: Vec<Raison>,
    poids: u8,
}

/// A page of possible duplicates.
pub struct Paires {
    /// The likeliest first.
    pub paires: Vec<Paire>,
    /// Where the next page begins, if there is one.
    pub suite: Option<u64>,
}

/// Groups of people read for a page.
const GROUPES: u64 = 50;

/// The possible duplicates of the structure, from group `depuis` on: pages until `combien` pairs.
pub async fn lister(cx: &Contexte, depuis: u64, combien: usize) -> Resultat<Paires> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    let mut vues: HashSet<(PersonneId, PersonneId)> = HashSet::new();
    let mut paires: Vec<Paire> = vec![];
    let mut ici = depuis;
    let suite = loop {
        let cles = depot::cles_partagees(cx, structure, ici, GROUPES + 1).await?;
        let reste = cles.len() as u64 > GROUPES;
        let groupes = depot::par_cle(cx, structure, &cles[..std::cmp::min(cles.len(), GROUPES as usize)]).await?;
        let ids: Vec<PersonneId> = groupes.iter().flatten().map(|p| p.id).collect();
        vues.extend(depot::ecartes(cx, structure, &ids).await?);
        for g in &groupes {
            for (i, a) in g.iter().enumerate() {
                for b in &g[i + 1..] {
                    let paire = if a.id < b.id { (a.id, b.id) } else { (b.id, a.id) };
                    if let Some((raisons, poids)) = regles::rapprocher(a, b)
                        && vues.insert(paire)
                    {
                        paires.push(Paire { a: a.clone(), b: b.clone(), raisons, poids });
                    }
                }
            }
        }
        ici += GROUPES;
        if !reste || paires.len() >= combien {
            break reste.then_some(ici);
        }
    };
    paires.sort_by_key(|p| std::cmp::Reverse(p.poids));
    Ok(Paires { paires, suite })
}

/// Says that two files are two people: they are proposed no more.
pub async fn ecarter(cx: &Contexte, a: PersonneId, b: PersonneId) -> Resultat<()> {
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    trouver(cx, a, Permission::PersonnesEcrire).await?;
    trouver(cx, b, Permission::PersonnesEcrire).await?;
    if a == b {
        return Err(Erreur::champ("absorber", "C’est deux fois le même dossier."));
    }
    depot::ecarter(cx, structure, a, b).await
}

/// Brings two files together.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fusionner {
    /// Made by the client; the same creation twice is one merge.
    pub id: Option<Uuid>,
    /// The file that stays.
    pub garder: PersonneId,
    /// The file that goes.
    pub absorber: PersonneId,
    /// The version read of each; refused (409) if another was written since.
    pub version_garder: Option<i32>,
    pub version_absorber: Option<i32>,
    /// Which file gives each field: `prenom`, `nom`, `surnom`, `naissance`, `telephone`, `courriel`, `commune`,
    /// `genre`, `statut`, `langue`, and, where both may be kept, `besoins`, `amenagements`, `notes`. A field left
    /// out: the file that says something, both for the last three, else the file changed last.
    #[serde(default)]
    pub choix: BTreeMap<String, Cote>,
}

/// What undoes a merge.
#[derive(Serialize, Deserialize)]
struct Retour {
    avant: ModifierPersonne,
    apres: ModifierPersonne,
    suivis: Vec<(StructureId, chrono::DateTime<chrono::Utc>, Option<Uuid>)>,
}

/// The two files of a merge being prepared, and what forbids it, in words.
pub struct Apercu {
    pub garder: Personne,
    pub absorber: Personne,
    /// How many rows of each table go from one to the other.
    pub comptes: Vec<(&'static str, i64)>,
    pub empechement: Option<String>,
}

/// What a merge would do; the oldest file is the one kept.
pub async fn apercu(cx: &Contexte, a: PersonneId, b: PersonneId) -> Resultat<Apercu> {
    let (a, b) = (trouver(cx, a, Permission::PersonnesEcrire).await?, trouver(cx, b, Permission::PersonnesEcrire).await?);
    let (garder, absorber) = if (a.cree_le, a.id) <= (b.cree_le, b.id) { (a, b) } else { (b, a) };
    let empechement = empechement(cx, garder.id, absorber.id).await?;
    let comptes = depot::compter(cx, absorber.id).await?;
    Ok(Apercu { garder, absorber, comptes, empechement })
}

/// Why these two files cannot be one, if so.
async fn empechement(cx: &Contexte, garder: PersonneId, absorber: PersonneId) -> Resultat<Option<String>> {
    if garder == absorber {
        return Ok(Some("C’est deux fois le même dossier.".into()));
    }
    let structures = async |id| -> Resultat<HashSet<StructureId>> { Ok(personne::depot::structures(cx, id).await?.into_iter().collect()) };
    if structures(garder).await? != structures(absorber).await? {
        return Ok(Some(
            "Ces deux dossiers ne sont pas suivis par les mêmes structures : les réunir montrerait à l’une ce qui a été dit à l’autre. Partagez d’abord les deux, avec l’accord de la personne.".into(),
        ));
    }
    if let Some(jour) = depot::attendus_ensemble(cx, garder, absorber).await? {
        return Ok(Some(format!(
            "Les deux dossiers ont une réservation au même atelier, le {}\u{a0}: annulez d’abord l’une des deux.",
            interface::format::date_courte(jour)
        )));
    }
    Ok(depot::presents_ensemble(cx, garder, absorber).await?.map(|jour| {
        format!(
            "Les deux dossiers sont notés présents à la même activité, le {} : ce sont sans doute deux personnes. Si c’est une erreur, retirez d’abord l’un des deux de cette activité.",
            interface::format::date_courte(jour)
        )
    }))
}

/// Brings two files together. The bool is false when a repeated request found the merge already made.
pub async fn fusionner(cx: &Contexte, d: Fusionner) -> Resultat<(Fusion, bool)> {
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    let id = match creation::reclamer(cx, "fusion", d.id, &d).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, id).await?, false)),
        Reclamation::Nouvelle(id) => id,
    };
    depot::tenir(cx, d.garder, d.absorber).await?;
    let garder = trouver(cx, d.garder, Permission::PersonnesEcrire).await?;
    let absorber = trouver(cx, d.absorber, Permission::PersonnesEcrire).await?;
    let perimee = |lue: Option<i32>, p: &Personne| lue.is_some_and(|v| v != p.version);
    if perimee(d.version_garder, &garder) || perimee(d.version_absorber, &absorber) {
        return Err(Erreur::VersionPerimee);
    }
    let mut c = Controle::new();
    for (champ, cote) in &d.choix {
        match regles::champs().find(|(code, ..)| code == champ) {
            None => c.faute(&format!("choix.{champ}"), "Ce champ ne se choisit pas."),
            Some((.., false)) if *cote == Cote::Tous => c.faute(&format!("choix.{champ}"), "Ce champ vient de l’un ou de l’autre dossier."),
            _ => {}
        }
    }
    if let Some(raison) = empechement(cx, garder.id, absorber.id).await? {
        c.faute("absorber", raison);
    }
    c.finir()?;

    let choix = |champ: &str| {
        let tous = regles::champs().any(|(code, _, tous)| code == champ && tous);
        d.choix.get(champ).copied().unwrap_or_else(|| regles::proposer(&garder, &absorber, champ, tous))
    };
    let reunie = personne::modifier(cx, garder.id, regles::reunir(&garder, &absorber, choix)).await?;
    let retour = Retour {
        avant: regles::instantane(&garder),
        apres: regles::instantane(&reunie),
        suivis: personne::suivis(cx, absorber.id)
            .await?
            .into_iter()
            .map(|s| (s.structure_id, s.depuis, s.consentement_id.map(|c| c.0)))
            .collect(),
    };
    let f = Fusion {
        id,
        structure_id: structure,
        gardee_id: garder.id,
        absorbee_id: absorber.id,
        par: cx.acteur.utilisateur,
        fusionnee_le: cx.maintenant,
        annulable_jusqu_au: cx.maintenant + Duration::days(JOURS),
        soldee_le: None,
        annulee: false,
        retour: Some(ecrire_retour(cx, id, &retour)?),
    };
    table::Entity::insert(sea_orm::IntoActiveModel::into_active_model(f.clone()).reset_all()).exec_without_returning(&cx.db()).await?;
    depot::deplacer(cx, id, absorber.id, garder.id).await?;
    depot::cacher(cx, absorber.id).await?;
    crate::conservation::reporter(cx, absorber.id, garder.id).await?;
    cx.journaliser(Action::Fusion, "personne", garder.id.0, structure, &[]).await?;
    cx.journaliser(Action::Fusion, "personne", absorber.id.0, structure, &[]).await?;
    Ok((f, true))
}

/// What undoes a merge, as it is stored.
fn ecrire_retour(cx: &Contexte, id: Uuid, r: &Retour) -> Resultat<String> {
    let texte = serde_json::to_string(r).map_err(|e| Erreur::Interne(format!("retour de fusion : {e}")))?;
    Ok(cx.coffre().sceller(&RETOUR, id, &texte)?)
}

fn lire_retour(cx: &Contexte, f: &Fusion) -> Resultat<Retour> {
    let texte = f.retour.clone().ok_or_else(|| Erreur::Interne("fusion sans retour".into()))?;
    let texte = cx.coffre().ouvrir(&RETOUR, f.id, texte)?;
    serde_json::from_str(&texte).map_err(|e| Erreur::Interne(format!("retour de fusion : {e}")))
}

/// One merge of files the actor may read.
pub async fn lire(cx: &Contexte, id: Uuid) -> Resultat<Fusion> {
    visible(cx, id, Permission::PersonnesLire).await
}

async fn visible(cx: &Contexte, id: Uuid, p: Permission) -> Resultat<Fusion> {
    let introuvable = Erreur::Introuvable("Cette réunion de dossiers");
    let f = table::Entity::find_by_id(id).one(&cx.db()).await?;
    let permis = cx.acteur.fonctions.iter().any(|f| f.role.permet(p));
    let Some(f) = f.filter(|_| permis || cx.acteur.est_systeme()) else {
        return Err(if permis { introuvable } else { Erreur::Interdit(p) });
    };
    match trouver(cx, if f.annulee { f.absorbee_id } else { f.gardee_id }, p).await {
        Ok(_) => Ok(f),
        Err(Erreur::Introuvable(_)) => Err(introuvable),
        Err(e) => Err(e),
    }
}

/// The merges that can still be undone, the latest first.
pub async fn recentes(cx: &Contexte) -> Resultat<Vec<Fusion>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::annulables(cx, structure, 50).await
}

/// Parts two files again: each has what it had, what was written since stays with the file kept.
pub async fn annuler(cx: &Contexte, id: Uuid) -> Resultat<Fusion> {
    let mut f = visible(cx, id, Permission::PersonnesEcrire).await?;
    if f.annulee {
        return Ok(f);
    }
    if f.soldee_le.is_some() || f.annulable_jusqu_au <= cx.maintenant {
        return Err(Erreur::Conflit(format!("Plus de {JOURS} jours ont passé : cette réunion ne peut plus être annulée.")));
    }
    depot::tenir(cx, f.gardee_id, f.absorbee_id).await?;
    let r = table::Entity::update_many()
        .set(table::ActiveModel { annulee: Set(true), soldee_le: Set(Some(cx.maintenant)), retour: Set(None), ..Default::default() })
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::SoldeeLe.is_null())
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    let retour = lire_retour(cx, &f)?;
    depot::ramener(cx, id, f.gardee_id, f.absorbee_id).await?;
    for (structure_id, depuis, consentement_id) in &retour.suivis {
        suivi::Entity::insert(suivi::ActiveModel {
            structure_id: Set(*structure_id),
            personne_id: Set(f.absorbee_id),
            depuis: Set(*depuis),
            consentement_id: Set(consentement_id.map(Into::into)),
        })
        .exec_without_returning(&cx.db())
        .await?;
    }
    let absorbee = trouver(cx, f.absorbee_id, Permission::PersonnesEcrire).await?;
    let structures: Vec<StructureId> = retour.suivis.iter().map(|s| s.0).collect();
    personne::depot::indexer(cx, &absorbee, &structures).await?;
    let gardee = trouver(cx, f.gardee_id, Permission::PersonnesEcrire).await?;
    personne::modifier(cx, f.gardee_id, regles::revenir(&gardee, retour.avant, &retour.apres)).await?;
    for p in [f.gardee_id, f.absorbee_id] {
        cx.journaliser(Action::Retablissement, "personne", p.0, f.structure_id, &[]).await?;
    }
    f.annulee = true;
    f.soldee_le = Some(cx.maintenant);
    f.retour = None;
    Ok(f)
}

/// The file that took the place of one absorbed, if the actor may read it.
pub async fn remplacante(cx: &Contexte, id: PersonneId) -> Resultat<Option<PersonneId>> {
    let f = table::Entity::find().filter(table::Column::AbsorbeeId.eq(id)).filter(table::Column::Annulee.eq(false)).one(&cx.db()).await?;
    Ok(match f {
        Some(f) if trouver(cx, f.gardee_id, Permission::PersonnesLire).await.is_ok() => Some(f.gardee_id),
        _ => None,
    })
}

/// Ends the merges of a file that is being erased: the files it absorbed are erased with it.
pub(crate) async fn solder_de(cx: &Contexte, gardee: PersonneId) -> Resultat<()> {
    let ouvertes =
        table::Entity::find().filter(table::Column::GardeeId.eq(gardee)).filter(table::Column::SoldeeLe.is_null()).all(&cx.db()).await?;
    for f in ouvertes {
        solder(cx, &f).await?;
    }
    Ok(())
}

/// Ends the time when merges could be undone: absorbed files are erased, a hundred at a time. Run every
/// night; says how many.
pub async fn solder_echues(etat: &Etat) -> Resultat<u64> {
    let mut faites = 0;
    loop {
        let cx = Contexte::systeme(etat).await?;
        let echues = table::Entity::find()
            .filter(table::Column::SoldeeLe.is_null())
            .filter(table::Column::AnnulableJusquAu.lte(cx.maintenant))
            .limit(100)
            .all(&cx.db())
            .await?;
        if echues.is_empty() {
            return Ok(faites);
        }
        for f in &echues {
            solder(&cx, f).await?;
        }
        faites += echues.len() as u64;
        cx.valider().await?;
    }
}

async fn solder(cx: &Contexte, f: &Fusion) -> Resultat<()> {
    // Written on the absorbed file while it was being absorbed: it goes where the rest went.
    depot::deplacer(cx, f.id, f.absorbee_id, f.gardee_id).await?;
    depot::oublier_lignes(cx, f.id).await?;
    table::Entity::update_many()
        .set(table::ActiveModel { soldee_le: Set(Some(cx.maintenant)), retour: Set(None), ..Default::default() })
        .filter(table::Column::Id.eq(f.id))
        .exec(&cx.db())
        .await?;
    if let Some(p) = personne::table::Entity::find_by_id(f.absorbee_id).one(&cx.db()).await? {
        Box::pin(personne::depot::effacer(cx, &p)).await?;
        creation::oublier(cx, [f.absorbee_id.0]).await?;
    }
    Ok(())
}

/// For files that a merge absorbed and that are not apart again, the file that was kept; merges of
/// merges are followed. For imports, which know a person by an id that may be the absorbed one's.
pub async fn gardees(cx: &Contexte, absorbees: &[PersonneId]) -> Resultat<std::collections::HashMap<PersonneId, PersonneId>> {
    let mut fin: std::collections::HashMap<PersonneId, PersonneId> = absorbees.iter().map(|p| (*p, *p)).collect();
    // More than a few merges in a row is not met; a loop cannot be.
    for _ in 0..8 {
        let cherchees: Vec<PersonneId> = fin.values().copied().collect();
        let suites = depot::gardees(cx, &cherchees).await?;
        if suites.is_empty() {
            break;
        }
        for p in fin.values_mut() {
            *p = suites.get(p).copied().unwrap_or(*p);
        }
    }
    fin.retain(|absorbee, gardee| absorbee != gardee);
    Ok(fin)
}
