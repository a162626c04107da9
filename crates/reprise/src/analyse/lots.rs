//! What is done of each lot of rows: read, know the people again, keep what would be written or is to be mended.

use std::collections::HashMap;

use chrono::NaiveDate;
use interface::format;
use mediation::{
    accompagnement::{self, CreerAccompagnement},
    personne::{self, CreerPersonne},
};
use sea_orm::ActiveValue::Set;
use socle::{
    Contexte, Erreur, Etat, Nomenclature, Resultat, equipe,
    erreur::ErreurChamp,
    identifiant::{AccompagnementId, PersonneId, UtilisateurId},
    texte::plier,
};
use territoire::lieu;
use uuid::Uuid;

use crate::{
    Nature,
    champ::{self, Champ},
    depot,
    fichier::{Cellule, Format, Rangee},
    ligne::{self, Faute, Identite, References, Seance},
    rapprochement::{Demandee, Trouve, derive, rapprocher},
    table::{self, Colonnes, Comptes, Etat as EtatImport, cle, erreur, objet},
    valeurs,
};

/// What is kept of an accompaniment until it is written.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Charge {
    pub mediateur: Option<UtilisateurId>,
    pub demande: CreerAccompagnement,
}

/// Distinct unknown names kept for the preview.
const INCONNUS_MAX: usize = 20;
/// Ranks of what is to be mended in a line: faults of its cells first, then those of the whole.
const RANG_ENSEMBLE: i32 = 1000;

/// A reading under way.
pub struct Lecteur<'a> {
    etat: &'a Etat,
    cx: Contexte,
    i: table::Model,
    nature: Nature,
    refs: References,
    colonnes: HashMap<Champ, usize>,
    comptes: Comptes,
}

/// What a lot adds.
#[derive(Default)]
struct Ajouts {
    objets: Vec<objet::ActiveModel>,
    cles: HashMap<Uuid, cle::Model>,
    erreurs: Vec<erreur::ActiveModel>,
}

impl<'a> Lecteur<'a> {
    pub async fn nouveau(etat: &'a Etat, cx: Contexte, i: table::Model, nature: Nature) -> Resultat<Self> {
        let membres = equipe::membres(&cx, &[i.structure_id]).await?.into_iter().map(|m| (plier(&m.nom), m.id)).collect();
        let lieux = lieu::lister_de(&cx, &[i.structure_id], true).await?.into_iter().map(|l| (plier(&l.nom), l.id)).collect();
        let refs = References { membres, lieux, aujourd_hui: cx.aujourd_hui() };
        let comptes = i.comptes.clone();
        Ok(Self { etat, cx, i, nature, refs, colonnes: HashMap::new(), comptes })
    }

    async fn ecriture(&self) -> Resultat<Contexte> {
        Contexte::ecriture(self.etat, &self.cx.acteur, self.cx.requete).await
    }

    /// Writes a state of this reading; false if another took its place.
    async fn ecrire(&self, m: table::ActiveModel, a: Ajouts) -> Resultat<bool> {
        let cx = self.ecriture().await?;
        if !depot::avancer(&cx, self.i.id, self.i.lecture, m).await? {
            return Ok(false);
        }
        depot::poser_objets(&cx, a.objets).await?;
        depot::poser_cles(&cx, a.cles.into_values().collect()).await?;
        depot::poser_erreurs(&cx, a.erreurs).await?;
        cx.valider().await?;
        Ok(true)
    }

    /// The headers are known. Columns that miss stop the reading: they would be a fault of every line.
    pub async fn colonnes(&mut self, c: Colonnes) -> Resultat<bool> {
        self.colonnes = ligne::colonnes(&c.champs);
        let mut manquent: Vec<&str> =
            self.nature.colonnes().iter().filter(|o| o.obligatoire && !self.colonnes.contains_key(&o.champ)).map(|o| o.titre).collect();
        let noms = [Champ::Nom, Champ::Prenom, Champ::Surnom];
        if self.nature == Nature::Personnes && noms.iter().all(|n| !self.colonnes.contains_key(n)) {
            manquent.push("Nom");
        }
        let entete = i64::from(c.ligne);
        if manquent.is_empty() {
            let m = table::ActiveModel { colonnes: Set(c), ..Default::default() };
            return self.ecrire(m, Ajouts::default()).await;
        }
        let erreurs = manquent
            .iter()
            .enumerate()
            .map(|(n, t)| {
                self.erreur(
                    entete,
                    n as i32,
                    t,
                    "",
                    "Cette colonne manque. Si elle porte un autre nom, dites lequel ci-dessus ; sinon, ajoutez-la au fichier.",
                )
            })
            .collect();
        let comptes = Comptes { erreurs: manquent.len() as u64, lignes_en_erreur: 1, ..Comptes::default() };
        let m = table::ActiveModel {
            colonnes: Set(c),
            etat: Set(EtatImport::Apercu),
            part_lue: Set(100),
            comptes: Set(comptes),
            ..Default::default()
        };
        self.ecrire(m, Ajouts { erreurs, ..Ajouts::default() }).await?;
        Ok(false)
    }

    fn erreur(&self, ligne: i64, rang: i32, colonne: &str, valeur: &str, message: &str) -> erreur::ActiveModel {
        erreur::ActiveModel {
            import_id: Set(self.i.id),
            ligne: Set(ligne),
            rang: Set(rang),
            colonne: Set(colonne.to_owned()),
            valeur: Set(valeur.chars().take(200).collect()),
            message: Set(message.to_owned()),
        }
    }

    fn titre(&self, c: Option<Champ>) -> &'static str {
        c.map_or("", |c| champ::titre(self.nature, c))
    }

    fn fautes(&self, numero: u32, fautes: &[Faute], a: &mut Ajouts) {
        for (n, f) in fautes.iter().enumerate() {
            a.erreurs.push(self.erreur(i64::from(numero), n as i32, self.titre(f.champ), &f.valeur, &f.message));
        }
    }

    /// Reads a lot; false if another reading took this one's place.
    pub async fn lot(&mut self, rangees: &[Rangee], part: u8) -> Resultat<bool> {
        let deja = self.i.derniere_ligne;
        let rangees: Vec<&Rangee> = rangees.iter().filter(|r| i64::from(r.numero) > deja).collect();
        let Some(dernier) = rangees.last() else { return Ok(true) };
        self.i.derniere_ligne = i64::from(dernier.numero);
        let mut a = Ajouts::default();
        match self.nature {
            Nature::Personnes => self.personnes(&rangees, &mut a).await?,
            Nature::Accompagnements => self.accompagnements(&rangees, &mut a).await?,
        }
        self.comptes.lignes += rangees.len() as u64;
        let m = table::ActiveModel {
            derniere_ligne: Set(self.i.derniere_ligne),
            part_lue: Set(i32::from(part)),
            comptes: Set(self.comptes.clone()),
            ..Default::default()
        };
        self.ecrire(m, a).await
    }

    /// The cells that mean something, as they are: the same line always makes the same text.
    fn contenu(&self, r: &Rangee, sauf: &[Champ]) -> String {
        let mut v: Vec<(Champ, String)> = self
            .colonnes
            .iter()
            .filter(|(c, _)| !sauf.contains(c))
            .filter_map(|(c, i)| r.cellules.get(*i).filter(|x| !x.est_vide()).map(|x| (*c, x.en_texte())))
            .collect();
        v.sort();
        serde_json::to_string(&v).unwrap_or_default()
    }

    async fn personnes(&mut self, rangees: &[&Rangee], a: &mut Ajouts) -> Resultat<()> {
        let mut bonnes: Vec<(u32, Identite, String)> = vec![];
        for r in rangees {
            let (i, mut fautes) = ligne::personne(r, &self.colonnes, &self.refs);
            fautes.extend(self.regles_personne(&i.demande, &fautes));
            if fautes.is_empty() {
                bonnes.push((r.numero, i, self.contenu(r, &[])));
            } else {
                self.fautes(r.numero, &fautes, a);
            }
        }
        let demandees: Vec<Demandee> = bonnes.iter().map(|(_, i, c)| Demandee { identite: i, contenu: c.clone() }).collect();
        let trouves = rapprocher(&self.cx, self.i.structure_id, self.i.id, &demandees, &mut a.cles).await?;
        let mut poses = std::collections::HashSet::new();
        for ((numero, i, _), t) in bonnes.iter().zip(trouves) {
            match t {
                Trouve::Connue(id) if poses.insert(id) => a.objets.push(self.objet(id.0, true, true, *numero, None)),
                Trouve::Nouvelle(id) if poses.insert(id) => {
                    let charge = serde_json::to_value(&i.demande).map_err(Erreur::interne)?;
                    a.objets.push(self.objet(id.0, true, false, *numero, Some(charge)));
                }
                Trouve::Ambigue => {
                    let message =
                        "Plusieurs dossiers de votre structure portent ce nom et cette naissance : réunissez-les, ou donnez un téléphone.";
                    a.erreurs.push(self.erreur(i64::from(*numero), RANG_ENSEMBLE, self.titre(Some(Champ::Nom)), "", message));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The faults that the rules of a file find, but in columns that already have one.
    fn regles_personne(&self, d: &CreerPersonne, deja: &[Faute]) -> Vec<Faute> {
        let essai = personne::preparer(PersonneId(Uuid::nil()), d.clone(), self.cx.maintenant, self.refs.aujourd_hui);
        let Err(Erreur::Invalide(f)) = essai else { return vec![] };
        en_fautes(f).into_iter().filter(|f| deja.iter().all(|d| d.champ != f.champ)).collect()
    }

    fn objet(&self, id: Uuid, personne: bool, connu: bool, ligne: u32, charge: Option<serde_json::Value>) -> objet::ActiveModel {
        objet::ActiveModel {
            import_id: Set(self.i.id),
            objet_id: Set(id),
            personne: Set(personne),
            connu: Set(connu),
            ligne: Set(i64::from(ligne)),
            charge: Set(charge),
        }
    }

    async fn accompagnements(&mut self, rangees: &[&Rangee], a: &mut Ajouts) -> Resultat<()> {
        let mut bonnes: Vec<(u32, Seance, String)> = vec![];
        for r in rangees {
            let (s, mut fautes) = ligne::seance(r, &self.colonnes, &self.refs);
            if let Some(i) = s.identite.as_ref().filter(|i| i.nom_entier.is_some()) {
                fautes.extend(self.regles_personne(&i.demande, &fautes));
            }
            fautes.extend(self.regles_seance(&s.demande, &fautes));
            for (quoi, nom) in &s.inconnus {
                let liste = if *quoi == "lieu" { &mut self.comptes.lieux_inconnus } else { &mut self.comptes.mediateurs_inconnus };
                if liste.len() < INCONNUS_MAX || liste.contains_key(nom) {
                    *liste.entry(nom.clone()).or_default() += 1;
                }
            }
            if fautes.is_empty() {
                bonnes.push((r.numero, s, self.contenu(r, &[])));
            } else {
                self.fautes(r.numero, &fautes, a);
            }
        }
        let ids = self.ids(&bonnes, a).await?;
        let uniques: Vec<AccompagnementId> = ids.iter().map(|i| AccompagnementId(*i)).collect();
        let repris = accompagnement::existants(&self.cx, &uniques).await?;
        // Those of an earlier import are left as they are, and so are their people.
        let mut faits = std::collections::HashSet::new();
        let mut suite: Vec<(u32, Seance, Uuid)> = vec![];
        for ((numero, s, _), id) in bonnes.into_iter().zip(ids) {
            if !repris.contains(&AccompagnementId(id)) {
                suite.push((numero, s, id));
            } else if faits.insert(id) {
                a.objets.push(self.objet(id, false, true, numero, None));
            }
        }
        let nommees: Vec<Demandee> =
            suite.iter().filter_map(|(_, s, _)| s.identite.as_ref()).map(|i| Demandee { identite: i, contenu: String::new() }).collect();
        let mut trouves = rapprocher(&self.cx, self.i.structure_id, self.i.id, &nommees, &mut a.cles).await?.into_iter();
        let ids: Vec<Uuid> = suite.iter().map(|(.., id)| *id).collect();
        let mut poses: HashMap<Uuid, (u32, Charge, bool)> = HashMap::new();
        for o in depot::objets_parmi(&self.cx, self.i.id, &ids).await? {
            if let Some(c) = o.charge.and_then(|c| serde_json::from_value(c).ok()) {
                poses.insert(o.objet_id, (u32::try_from(o.ligne).unwrap_or(u32::MAX), c, false));
            }
        }
        let mut gens = std::collections::HashSet::new();
        for (numero, s, id) in suite {
            let mut demande = s.demande;
            if let Some(identite) = &s.identite {
                let trouve = trouves.next().unwrap_or(Trouve::Inconnue);
                let faute = match trouve {
                    Trouve::Connue(p) | Trouve::DuFichier(p) | Trouve::Nouvelle(p) => {
                        let nouvelle = matches!(trouve, Trouve::Nouvelle(_));
                        if !matches!(trouve, Trouve::DuFichier(_)) && gens.insert(p) {
                            let charge =
                                if nouvelle { Some(serde_json::to_value(&identite.demande).map_err(Erreur::interne)?) } else { None };
                            a.objets.push(self.objet(p.0, true, !nouvelle, numero, charge));
                        }
                        demande.personnes.push(p);
                        None
                    }
                    Trouve::Retiree => {
                        // Erased since: counted without a name, as what they did before is.
                        if let Some(n) = &mut demande.anonymes {
                            n.total += 1;
                        }
                        None
                    }
                    Trouve::Ambigue => Some((
                        Champ::Beneficiaire,
                        "Plusieurs dossiers portent ce nom : ajoutez la colonne « Année de naissance du bénéficiaire » ou « Identifiant du bénéficiaire ».",
                    )),
                    Trouve::Inconnue => Some((
                        Champ::BeneficiaireIdentifiant,
                        "Cet identifiant ne désigne personne : reprenez d’abord le fichier des personnes, ou écrivez le nom.",
                    )),
                };
                if let Some((c, message)) = faute {
                    let valeur = identite.nom_entier.clone().or_else(|| identite.source.clone()).unwrap_or_default();
                    a.erreurs.push(self.erreur(i64::from(numero), RANG_ENSEMBLE, self.titre(Some(c)), &valeur, message));
                    continue;
                }
            }
            match poses.get_mut(&id) {
                None => {
                    poses.insert(id, (numero, Charge { mediateur: s.mediateur, demande }, true));
                }
                Some((premiere, charge, change)) => {
                    if let Err((c, message)) = reunir(&mut charge.demande, demande, *premiere) {
                        a.erreurs.push(self.erreur(i64::from(numero), RANG_ENSEMBLE, self.titre(Some(c)), "", &message));
                    }
                    *change = true;
                }
            }
        }
        for (id, (numero, charge, change)) in poses {
            if change {
                let charge = serde_json::to_value(&charge).map_err(Erreur::interne)?;
                a.objets.push(self.objet(id, false, false, numero, Some(charge)));
            }
        }
        Ok(())
    }

    /// The id of each line's accompaniment: from its number, else from its content and how many lines had it.
    async fn ids(&self, bonnes: &[(u32, Seance, String)], a: &mut Ajouts) -> Resultat<Vec<Uuid>> {
        let s = self.i.structure_id;
        let contenus: Vec<Uuid> = bonnes.iter().map(|(.., c)| derive(s, "contenu", c)).collect();
        let vues = depot::cles_parmi(&self.cx, self.i.id, &contenus).await?;
        let mut ids = vec![];
        for ((_, seance, contenu), k) in bonnes.iter().zip(contenus) {
            if let Some(source) = &seance.source {
                ids.push(derive(s, "accompagnement de numero", source));
                continue;
            }
            let c = a.cles.entry(k).or_insert_with(|| {
                vues.get(&k).cloned().unwrap_or(cle::Model { import_id: self.i.id, cle: k, objet_id: None, fois: 0, durable: false })
            });
            c.fois += 1;
            ids.push(derive(s, "accompagnement", &format!("{contenu}\n{}", c.fois)));
        }
        Ok(ids)
    }

    /// The faults that the rules of an accompaniment find in one line; who was there is looked at in the end.
    fn regles_seance(&self, d: &CreerAccompagnement, deja: &[Faute]) -> Vec<Faute> {
        let Err(Erreur::Invalide(f)) = self.preparer(d) else { return vec![] };
        en_fautes(f.into_iter().filter(|f| !f.champ.starts_with("personnes")).collect())
            .into_iter()
            .filter(|f| deja.iter().all(|d| d.champ != f.champ))
            .collect()
    }

    fn preparer(&self, d: &CreerAccompagnement) -> Resultat<accompagnement::Accompagnement> {
        accompagnement::preparer(
            AccompagnementId(Uuid::nil()),
            self.i.structure_id,
            self.i.auteur_id,
            d.clone(),
            self.cx.maintenant,
            self.refs.aujourd_hui,
        )
    }

    /// All lines are read: looks at each accompaniment as a whole, counts, and shows.
    pub async fn finir(mut self, format: Format) -> Resultat<()> {
        if self.comptes.lignes == 0 {
            return self.refuser("Ce fichier ne contient aucune ligne sous ses titres de colonnes.".into()).await;
        }
        let mut apres = None;
        loop {
            let lot = depot::objets(&self.cx, self.i.id, false, false, apres, 500).await?;
            let Some(dernier) = lot.last() else { break };
            apres = Some(dernier.objet_id);
            let mut a = Ajouts::default();
            for o in lot {
                let Some(c) = o.charge.and_then(|c| serde_json::from_value::<Charge>(c).ok()) else { continue };
                if let Err(Erreur::Invalide(f)) = self.preparer(&c.demande) {
                    for (n, f) in en_fautes(f).into_iter().enumerate() {
                        a.erreurs.push(self.erreur(o.ligne, RANG_ENSEMBLE + 1 + n as i32, self.titre(f.champ), "", &f.message));
                    }
                }
            }
            if !a.erreurs.is_empty() && !self.ecrire(table::ActiveModel { part_lue: Set(100), ..Default::default() }, a).await? {
                return Ok(());
            }
        }
        let cx = self.ecriture().await?;
        depot::compter(&cx, self.i.id, &mut self.comptes).await?;
        let message = (!format.va_avec(&self.i.nom_fichier)).then(|| {
            format!(
                "Le nom de ce fichier annonce un autre format : d’après son contenu, c’est un fichier {}, et il est lu ainsi.",
                format.libelle()
            )
        });
        let m = table::ActiveModel {
            etat: Set(EtatImport::Apercu),
            part_lue: Set(100),
            format: Set(Some(format.libelle().to_lowercase())),
            message: Set(message.or(self.i.message)),
            comptes: Set(self.comptes),
            ..Default::default()
        };
        depot::avancer(&cx, self.i.id, self.i.lecture, m).await?;
        cx.valider().await
    }

    /// The file cannot be read: nothing of it is kept but why.
    pub async fn refuser(self, mots: String) -> Resultat<()> {
        let cx = self.ecriture().await?;
        let m = table::ActiveModel {
            etat: Set(EtatImport::Refuse),
            message: Set(Some(mots)),
            comptes: Set(Comptes::default()),
            ..Default::default()
        };
        if depot::avancer(&cx, self.i.id, self.i.lecture, m).await? {
            depot::vider_lecture(&cx, self.i.id).await?;
        }
        cx.valider().await
    }
}

fn en_fautes(f: Vec<ErreurChamp>) -> Vec<Faute> {
    f.into_iter().map(|f| Faute { champ: ligne::champ_de(&f.champ), valeur: String::new(), message: f.message }).collect()
}

/// Adds those present of a further line of an accompaniment; its other cells must say the same.
fn reunir(tout: &mut CreerAccompagnement, ligne: CreerAccompagnement, premiere: u32) -> Result<(), (Champ, String)> {
    let autre = [
        (Champ::Date, tout.date != ligne.date),
        (Champ::Type, tout.r#type != ligne.r#type),
        (Champ::Duree, tout.duree_minutes != ligne.duree_minutes),
    ]
    .into_iter()
    .find_map(|(c, differe)| differe.then_some(c));
    if let Some(c) = autre {
        return Err((
            c,
            format!("Cette ligne a le même numéro d’accompagnement que la ligne {premiere}, et dit autre chose. Corrigez l’une des deux."),
        ));
    }
    for p in ligne.personnes {
        if !tout.personnes.contains(&p) {
            tout.personnes.push(p);
        }
    }
    let n = tout.anonymes.get_or_insert_default();
    let m = ligne.anonymes.unwrap_or_default();
    n.total += m.total;
    for (k, v) in m.tranches_age {
        *n.tranches_age.entry(k).or_default() += v;
    }
    for (k, v) in m.genres {
        *n.genres.entry(k).or_default() += v;
    }
    for (k, v) in m.statuts {
        *n.statuts.entry(k).or_default() += v;
    }
    if tout.notes.is_none() {
        tout.notes = ligne.notes;
    }
    Ok(())
}

/// A cell as it will be read, for the preview.
pub fn montrer(champ: Option<Champ>, c: Option<&Cellule>) -> String {
    let Some(c) = c else { return String::new() };
    let brut = c.en_texte();
    let lu = match champ {
        Some(Champ::Date | Champ::DateNaissance) => valeurs::jour(c, NaiveDate::MAX).ok().flatten().map(format::date_courte),
        Some(Champ::Duree) => valeurs::minutes(c).ok().flatten().map(|m| format::duree(i64::from(m))),
        Some(Champ::Thematiques) => valeurs::thematiques(c).ok().map(|(t, d)| {
            t.into_iter().map(Nomenclature::libelle).chain(d.into_iter().map(Nomenclature::libelle)).collect::<Vec<_>>().join(" ; ")
        }),
        Some(Champ::Telephone) => valeurs::telephone(c),
        _ => None,
    };
    lu.unwrap_or(brut).chars().take(120).collect()
}

/// For the writing: what was kept of an accompaniment.
pub fn charge(o: &objet::Model) -> Option<Charge> {
    o.charge.clone().and_then(|c| serde_json::from_value(c).ok())
}
