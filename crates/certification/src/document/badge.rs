//! The signed credential that the holder of a document takes away: it verifies without Passeur.
//!
//! The keys are in a file outside the database, the same on every node; the database knows which one is in
//! service, so that a node that has another file refuses to sign instead of signing what nobody can verify.

use badges::{Cles, Place, Reussite, TAILLE_LISTE, Titulaire, Unite};
use certification_regles::{decision::EtatDocument, referentiel::NatureUnite};
use chrono::{DateTime, Utc};
use sea_orm::{QueryOrder, QuerySelect, Set, entity::prelude::*, sea_query::OnConflict};
use serde_json::Value;
use socle::{Contexte, Erreur, Permission, Resultat, identifiant::DocumentId, journal::Action};

use super::{
    Document, Nature,
    table::{self, badge, cle},
};
use crate::titre;

/// What a file of keys that cannot serve means for who asked.
fn cles_fautives(e: &badges::Erreur) -> Erreur {
    match e {
        badges::Erreur::Origine(_) => Erreur::Conflit(
            "Les badges ne peuvent pas être signés : l’adresse publique de cette instance n’est pas en https. Prévenez son administration."
                .into(),
        ),
        e => Erreur::Interne(e.to_string()),
    }
}

/// The sentence when this node has not the file of the others.
fn autre_fichier() -> Erreur {
    Erreur::Conflit(
        "Les badges ne peuvent pas être signés par ce serveur : son fichier de clés n’est pas celui des autres. Prévenez l’administration de \
         l’instance, qui le copiera (« passeur badge-key show »)."
            .into(),
    )
}

/// The address of the instance, as badges name it.
fn origine(cx: &Contexte) -> String {
    cx.etat().config.public_url.trim_end_matches('/').to_owned()
}

/// The keys of this node; None without a file.
fn fichier(cx: &Contexte) -> Result<Option<Cles>, badges::Erreur> {
    match Cles::lire(&cx.etat().config.chemin_cles_badges()) {
        Ok(c) => Ok(Some(c)),
        Err(badges::Erreur::Fichier { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// The key in service for the instance.
async fn en_service(cx: &Contexte) -> Resultat<Option<cle::Model>> {
    Ok(cle::Entity::find().filter(cle::Column::RemplaceeLe.is_null()).one(&cx.db()).await?)
}

fn ligne_de(cx: &Contexte, cles: &Cles) -> cle::ActiveModel {
    let active = cles.active();
    cle::ActiveModel {
        id: Set(active.id.clone()),
        cle_publique: Set(active.publique.clone()),
        depuis: Set(cx.maintenant),
        remplacee_le: Set(None),
    }
}

/// Declares the key of this node to be the one in service, in place of any other. For the command line.
///
/// # Errors
/// Those of the database.
pub async fn mettre_en_service(cx: &Contexte, cles: &Cles) -> Resultat<()> {
    cle::Entity::update_many()
        .col_expr(cle::Column::RemplaceeLe, Expr::value(Some(cx.maintenant)))
        .filter(cle::Column::RemplaceeLe.is_null())
        .filter(cle::Column::Id.ne(&cles.active().id))
        .exec(&cx.db())
        .await?;
    cle::Entity::insert(ligne_de(cx, cles))
        .on_conflict(OnConflict::column(cle::Column::Id).update_columns([cle::Column::ClePublique, cle::Column::RemplaceeLe]).to_owned())
        .exec_without_returning(&cx.db())
        .await?;
    Ok(())
}

/// The keys of this node, if they are those of the instance; made on the first badge of the first node.
async fn cles_de_l_instance(cx: &Contexte) -> Resultat<Cles> {
    if let Some(connue) = en_service(cx).await? {
        return cles_de(cx, &connue);
    }
    let cles = Cles::ouvrir(&cx.etat().config.chemin_cles_badges(), cx.maintenant).map_err(|e| cles_fautives(&e))?;
    // Two nodes may come here at once: the index keeps one, and the other then reads that it is not it.
    cle::Entity::insert(ligne_de(cx, &cles))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(&cx.db())
        .await?;
    lire_cles(cx).await
}

/// The keys of this node, if they are those of the instance.
async fn lire_cles(cx: &Contexte) -> Resultat<Cles> {
    cles_de(cx, &en_service(cx).await?.ok_or(Erreur::Introuvable("Cette page"))?)
}

/// The keys of this node, if their active one is the one known.
fn cles_de(cx: &Contexte, connue: &cle::Model) -> Resultat<Cles> {
    match fichier(cx).map_err(|e| cles_fautives(&e))? {
        Some(c) if c.active().publique == connue.cle_publique => Ok(c),
        _ => Err(autre_fichier()),
    }
}

/// The number of the list being filled. Half filled, a list gives way to the next one: a draw finds a free
/// place at once or nearly.
async fn liste_courante(cx: &Contexte) -> Resultat<usize> {
    Ok(usize::try_from(badge::Entity::find().count(&cx.db()).await?).map_err(Erreur::interne)? / (TAILLE_LISTE / 2))
}

/// A place in the lists of withdrawals, drawn: places in a row would tell the order of issue.
async fn tirer_un_rang(cx: &Contexte) -> Resultat<i32> {
    let liste = liste_courante(cx).await?;
    for _ in 0..64 {
        let rang = liste * TAILLE_LISTE + rand::random_range(0..TAILLE_LISTE);
        let rang = i32::try_from(rang).map_err(Erreur::interne)?;
        if badge::Entity::find().filter(badge::Column::Rang.eq(rang)).count(&cx.db()).await? == 0 {
            return Ok(rang);
        }
    }
    Err(Erreur::Interne("no free place in the list of withdrawals".into()))
}

fn adresse_de_liste(origine: &str, liste: u64) -> String {
    format!("{origine}/badges/listes/{liste}")
}

/// Whether a document of this nature and state may be taken as a badge.
pub(super) fn possible(nature: Nature, etat: EtatDocument) -> bool {
    matches!(nature, Nature::Attestation | Nature::Parchemin | Nature::Livret)
        && matches!(etat, EtatDocument::Delivre | EtatDocument::Remis)
}

/// The document a badge may be made of, for its holder or its centre.
pub(super) async fn document(cx: &Contexte, id: DocumentId) -> Resultat<Document> {
    let (d, titulaire) = super::lire_avec(cx, id).await?;
    if !titulaire.is_some_and(|p| p.utilisateur_id.is_some() && p.utilisateur_id == cx.acteur.utilisateur) {
        cx.exiger_dans(Permission::CertificationGerer, d.structure_id)?;
    }
    if !possible(d.nature()?, d.etat()?) {
        return Err(Erreur::Conflit(
            "Un badge se fait d’une attestation, d’un parchemin ou d’un livret délivré et non retiré. Choisissez-en un autre.".into(),
        ));
    }
    if !d.intact() {
        return Err(Erreur::Conflit(
            "Ce document a été changé dans la base après son émission : aucun badge n’en est fait. Prévenez l’administration de l’instance."
                .into(),
        ));
    }
    Ok(d)
}

/// The Open Badges 3.0 credential of a document, signed; `nom_en_clair` is the holder's choice, without which
/// only a salted hash of their name is in it.
///
/// # Errors
/// `Conflit` when the document is not in force, or when this node cannot sign.
pub async fn emettre(cx: &Contexte, id: DocumentId, nom_en_clair: bool) -> Resultat<Value> {
    let d = document(cx, id).await?;
    let f = d.fige()?;
    let cles = cles_de_l_instance(cx).await?;
    let origine = origine(cx);
    let v = titre::version(cx, &d.version_code).await?;
    let nom = [f.prenom.as_deref(), f.nom.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let libelles: Vec<String> = serde_json::from_value(d.unites.clone()).map_err(Erreur::interne)?;
    let connues: Vec<_> = libelles.iter().map(|l| (l, v.unites.iter().find(|u| u.intitule == *l))).collect();
    let ccs = !connues.is_empty() && connues.iter().all(|(_, u)| u.is_some_and(|u| u.nature == NatureUnite::Ccs));
    let (nature, intitule) = match d.nature()? {
        Nature::Livret => (badges::Nature::Unite, format!("Unités acquises du titre {}", f.titre)),
        _ if ccs => (badges::Nature::Ccs, libelles.join(", ")),
        _ => (badges::Nature::Titre, f.titre.clone()),
    };
    let ancien = badge::Entity::find_by_id(id).one(&cx.db()).await?;
    let rang = match &ancien {
        Some(b) => b.rang,
        None => tirer_un_rang(cx).await?,
    };
    let (liste, index) = badges::place(u64::try_from(rang).map_err(Erreur::interne)?);
    let criteres = format!("{origine}/titres/{}", v.code);
    let reussite = Reussite {
        id: d.adresse(cx),
        nature,
        titulaire: if nom_en_clair { Titulaire::Nom(nom) } else { Titulaire::empreinte(&nom).map_err(Erreur::interne)? },
        description: format!("{}, document n° {}, à la suite des décisions du jury.", d.nature()?.libelle(), d.numero),
        emetteur: f.donnees["structure"]["nom"].as_str().unwrap_or("Passeur").to_owned(),
        certificateur: v.certificateur.clone().unwrap_or_else(|| "Certificateur non précisé".into()),
        delivre_le: d.emis_le,
        valide_jusqu_au: None,
        numero: d.numero.clone(),
        unites: connues
            .into_iter()
            .map(|(l, u)| Unite {
                code: u.map_or_else(|| l.clone(), |u| u.code.clone()),
                intitule: l.clone(),
                url: format!("{criteres}#unites"),
            })
            .collect(),
        statut: Place { liste: adresse_de_liste(&origine, liste), index },
        intitule,
        criteres,
    };
    let signe = badges::emettre(&cles, &origine, &reussite, cx.maintenant).map_err(|e| cles_fautives(&e))?;
    let ligne = badge::ActiveModel {
        document_id: Set(id),
        rang: Set(rang),
        cle_id: Set(cles.active().id.clone()),
        credential: Set(signe.to_string()),
        emis_le: Set(cx.maintenant),
    };
    match ancien {
        Some(_) => badge::Entity::update(ligne).exec(&cx.db()).await.map(drop)?,
        None => badge::Entity::insert(ligne).exec_without_returning(&cx.db()).await.map(drop)?,
    }
    cx.journaliser(Action::Export, "document_certification", id.0, d.structure_id, &["badge"]).await?;
    Ok(signe)
}

/// The document of identity of the instance, which holds the public keys of its badges.
///
/// # Errors
/// `Introuvable` before the first badge.
pub async fn identite(cx: &Contexte) -> Resultat<Value> {
    lire_cles(cx).await?.document(&origine(cx)).map_err(|e| cles_fautives(&e))
}

/// A signed list of withdrawals: the badges whose document is no longer in force.
///
/// # Errors
/// `Introuvable` for a list not begun, and before the first badge.
pub async fn liste(cx: &Contexte, numero: u32) -> Resultat<Value> {
    let debut = i64::from(numero) * TAILLE_LISTE as i64;
    let places = badge::Column::Rang.between(debut, debut + TAILLE_LISTE as i64 - 1);
    // The list now filled, and those before it.
    if usize::try_from(numero).map_err(Erreur::interne)? > liste_courante(cx).await? {
        return Err(Erreur::Introuvable("Cette liste"));
    }
    let retires: Vec<i32> = badge::Entity::find()
        .select_only()
        .column(badge::Column::Rang)
        .filter(places)
        .filter(
            badge::Column::DocumentId.in_subquery(
                sea_orm::sea_query::Query::select()
                    .column(table::Column::Id)
                    .from(table::Entity)
                    .and_where(table::Column::Etat.eq(crate::candidature::en_code(EtatDocument::Retire)?))
                    .to_owned(),
            ),
        )
        .order_by_asc(badge::Column::Rang)
        .into_tuple()
        .all(&cx.db())
        .await?;
    let bits =
        retires.into_iter().map(|r| usize::try_from(i64::from(r) - debut)).collect::<Result<Vec<_>, _>>().map_err(Erreur::interne)?;
    let (cles, origine) = (lire_cles(cx).await?, origine(cx));
    badges::liste(&cles, &origine, &adresse_de_liste(&origine, numero.into()), &bits, cx.maintenant).map_err(|e| cles_fautives(&e))
}

/// Opens the file of keys of this node and says whether the instance signs with it. For the command line.
///
/// # Errors
/// The file cannot be read.
pub async fn etat_des_cles(cx: &Contexte) -> Resultat<(Option<Cles>, Option<(String, DateTime<Utc>)>)> {
    let fichier = fichier(cx).map_err(|e| Erreur::Interne(e.to_string()))?;
    Ok((fichier, en_service(cx).await?.map(|c| (c.cle_publique, c.depuis))))
}
