//! What makes a file of enrolment: admission, experience, company periods, accommodations, examples of the
//! dossier professionnel, in-training evaluations and their syntheses.

use std::collections::BTreeMap;

use certification_regles::{Version, vae::Activite};
use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{Contexte, Erreur, Permission, Resultat, controle::Controle, identifiant::CandidatureId, journal::Action};

use super::{Candidature, de_code, dossier, en_code, lire};
use crate::titre;

macro_rules! tables {
    ($($module:ident = $nom:literal { $($champ:ident: $type:ty),+ $(,)? })+) => {$(
        pub mod $module {
            use sea_orm::entity::prelude::*;
            use socle::identifiant::CandidatureId;

            #[sea_orm::model]
            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $nom)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: Uuid,
                pub candidature_id: CandidatureId,
                $(pub $champ: $type,)+
            }

            impl ActiveModelBehavior for ActiveModel {}
        }
    )+};
}

/// A list of words kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
pub struct Mots(pub Vec<String>);

tables! {
    admission = "admission_piece" { nature: String, jour: Date, resultat: String, remarque: Option<String> }
    experience = "experience" { activite: String, libelle: String, debut: Date, fin: Option<Date>, mois: i32, preuve: Option<String> }
    periode = "periode_entreprise" { entreprise: String, tuteur: String, debut: Date, fin: Date, minutes: i32, preuve: Option<String> }
    amenagement = "amenagement_epreuve" { mesure: String, accorde_le: Date, accorde_par: String }
    exemple = "dp_exemple" {
        unite: String, ordre: i32, intitule: String, taches: String, moyens: String, avec_qui: String, contexte: String,
        periode: String, complement: String,
    }
    evaluation = "ecf_evaluation" {
        unite: String, jour: Date, competences: crate::candidature::pieces::Mots, satisfait: bool, points_attention: String,
        evaluateur_1: String, evaluateur_2: Option<String>,
    }
    synthese = "ecf_synthese" { unite: String, jour: Date, satisfait: bool, synthese: String, evaluateurs: crate::candidature::pieces::Mots }
}

/// What the admission looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NatureAdmission {
    Dossier,
    Tests,
    Entretien,
    Prerequis,
}

impl NatureAdmission {
    pub const TOUTES: [Self; 4] = [Self::Dossier, Self::Tests, Self::Entretien, Self::Prerequis];

    pub fn libelle(self) -> &'static str {
        match self {
            Self::Dossier => "Dossier de candidature",
            Self::Tests => "Tests",
            Self::Entretien => "Entretien",
            Self::Prerequis => "Prérequis",
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResultatAdmission {
    Favorable,
    Reserve,
    Defavorable,
}

impl ResultatAdmission {
    pub const TOUS: [Self; 3] = [Self::Favorable, Self::Reserve, Self::Defavorable];

    pub fn libelle(self) -> &'static str {
        match self {
            Self::Favorable => "Favorable",
            Self::Reserve => "Sous réserve",
            Self::Defavorable => "Défavorable",
        }
    }
}

/// Kinds of experience counted, and their words.
pub const ACTIVITES: [(Activite, &str, &str); 5] = [
    (Activite::Salarie, "salarie", "Salariée"),
    (Activite::Independant, "independant", "Indépendante"),
    (Activite::Benevole, "benevole", "Bénévole"),
    (Activite::Elu, "elu", "Mandat d’élu"),
    (Activite::Stage, "stage", "Stage"),
];

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "genre", rename_all = "snake_case", deny_unknown_fields)]
pub enum Piece {
    /// The admission file of the syllabus.
    Admission { nature: NatureAdmission, jour: NaiveDate, resultat: ResultatAdmission, remarque: Option<String> },
    /// An experience, for a VAE or a CCS.
    Experience {
        #[schema(value_type = String)]
        activite: Activite,
        libelle: String,
        debut: NaiveDate,
        /// Without it, it goes on: `mois` counts.
        fin: Option<NaiveDate>,
        mois: Option<u32>,
        preuve: Option<String>,
    },
    /// A period in a company.
    Periode { entreprise: String, tuteur: String, debut: NaiveDate, fin: NaiveDate, minutes: u32, preuve: Option<String> },
    /// An accommodation granted; never why.
    Amenagement { mesure: String, accorde_le: NaiveDate, accorde_par: String },
    /// An example of practice, in the dossier professionnel.
    Exemple {
        unite: String,
        intitule: String,
        taches: String,
        moyens: String,
        avec_qui: String,
        contexte: String,
        periode: String,
        #[serde(default)]
        complement: String,
    },
    /// An in-training evaluation.
    Evaluation {
        unite: String,
        jour: NaiveDate,
        /// Codes of the competences covered.
        competences: Vec<String>,
        satisfait: bool,
        #[serde(default)]
        points_attention: String,
        evaluateur_1: String,
        evaluateur_2: Option<String>,
    },
    /// The synthesis of the evaluations of a unit: one per unit, the last replaces the former.
    Synthese { unite: String, jour: NaiveDate, satisfait: bool, synthese: String, evaluateurs: Vec<String> },
}

impl Piece {
    /// The unit it is about.
    fn unite(&self) -> Option<&str> {
        match self {
            Self::Exemple { unite, .. } | Self::Evaluation { unite, .. } | Self::Synthese { unite, .. } => Some(unite),
            _ => None,
        }
    }

    /// Who may write it: the candidate alone with the centre (experience, examples), or who trains.
    fn du_candidat(&self) -> bool {
        matches!(self, Self::Experience { .. } | Self::Exemple { .. })
    }
}

fn controler(p: &mut Piece, v: &Version, aujourd_hui: NaiveDate) -> Resultat<()> {
    let mut c = Controle::new();
    if let Some(u) = p.unite() {
        c.exiger(v.unite(u).is_some(), "unite", "Cette unité n’existe pas dans ce titre.");
    }
    let texte = |c: &mut Controle, champ: &str, t: &mut String, max: usize, vide: &str| {
        *t = t.trim().to_owned();
        c.exiger(vide.is_empty() || !t.is_empty(), champ, vide);
        c.texte(champ, Some(t), max);
    };
    let avant = "La fin vient avant le début. Vérifiez les deux dates.";
    let futur = "Cette date est à venir. Notez ce qui a eu lieu.";
    match p {
        Piece::Admission { jour, remarque, .. } => {
            c.exiger(*jour <= aujourd_hui, "jour", futur);
            *remarque = socle::texte::nettoyer(remarque.take());
            c.texte("remarque", remarque.as_deref(), 2000);
        }
        Piece::Experience { libelle, debut, fin, mois, preuve, .. } => {
            texte(&mut c, "libelle", libelle, 300, "Dites en quelques mots ce que la personne faisait, et où.");
            c.exiger(fin.is_none_or(|f| f >= *debut), "fin", avant);
            c.exiger(fin.is_some() || mois.is_some(), "mois", "Donnez la fin de cette activité, ou son nombre de mois.");
            c.exiger(mois.is_none_or(|m| m <= 600), "mois", "Ce nombre de mois est trop grand : 600 au plus.");
            *preuve = socle::texte::nettoyer(preuve.take());
            c.texte("preuve", preuve.as_deref(), 300);
        }
        Piece::Periode { entreprise, tuteur, debut, fin, minutes, preuve } => {
            texte(&mut c, "entreprise", entreprise, 200, "Indiquez l’entreprise ou le lieu d’accueil.");
            texte(&mut c, "tuteur", tuteur, 200, "Indiquez le tuteur ou la tutrice.");
            c.exiger(fin >= debut, "fin", avant);
            c.exiger(*minutes <= 6_000_000, "minutes", "Ce nombre d’heures est trop grand.");
            *preuve = socle::texte::nettoyer(preuve.take());
            c.texte("preuve", preuve.as_deref(), 300);
        }
        Piece::Amenagement { mesure, accorde_le, accorde_par } => {
            texte(&mut c, "mesure", mesure, 300, "Dites ce qui est accordé : un tiers-temps, un écran agrandi…");
            texte(&mut c, "accorde_par", accorde_par, 200, "Dites qui l’accorde.");
            c.exiger(*accorde_le <= aujourd_hui, "accorde_le", futur);
        }
        Piece::Exemple { intitule, taches, moyens, avec_qui, contexte, periode, complement, .. } => {
            texte(&mut c, "intitule", intitule, 200, "Donnez un titre à cet exemple.");
            texte(&mut c, "taches", taches, 10_000, "Décrivez ce que vous avez fait, et dans quelles conditions.");
            texte(&mut c, "moyens", moyens, 5_000, "Dites quels moyens vous avez utilisés.");
            texte(&mut c, "avec_qui", avec_qui, 5_000, "Dites avec qui vous avez travaillé ; « seul » convient.");
            texte(&mut c, "contexte", contexte, 5_000, "Dites où et dans quel cadre.");
            texte(&mut c, "periode", periode, 200, "Dites quand.");
            texte(&mut c, "complement", complement, 5_000, "");
        }
        Piece::Evaluation { unite, jour, competences, points_attention, evaluateur_1, evaluateur_2, .. } => {
            c.exiger(*jour <= aujourd_hui, "jour", futur);
            let connues = v.unite(unite).map(|u| &u.competences);
            c.exiger(!competences.is_empty(), "competences", "Cochez au moins une compétence.");
            c.exiger(
                competences.iter().all(|x| connues.is_some_and(|l| l.iter().any(|k| k.code == *x))),
                "competences",
                "Une de ces compétences n’est pas de cette unité.",
            );
            texte(&mut c, "points_attention", points_attention, 5_000, "");
            texte(&mut c, "evaluateur_1", evaluateur_1, 200, "Indiquez qui évalue.");
            *evaluateur_2 = socle::texte::nettoyer(evaluateur_2.take());
            c.texte("evaluateur_2", evaluateur_2.as_deref(), 200);
            c.exiger(evaluateur_2.as_ref() != Some(evaluateur_1), "evaluateur_2", "Les deux évaluateurs sont deux personnes différentes.");
        }
        Piece::Synthese { jour, synthese, evaluateurs, .. } => {
            c.exiger(*jour <= aujourd_hui, "jour", futur);
            texte(&mut c, "synthese", synthese, 5_000, "Écrivez la synthèse, en quelques phrases.");
            for e in evaluateurs.iter_mut() {
                *e = e.trim().to_owned();
            }
            evaluateurs.retain(|e| !e.is_empty());
            let mut distincts = evaluateurs.clone();
            distincts.sort_unstable();
            distincts.dedup();
            c.exiger(!evaluateurs.is_empty(), "evaluateurs", "Indiquez qui a évalué.");
            c.exiger(distincts.len() == evaluateurs.len(), "evaluateurs", "Les évaluateurs sont des personnes différentes.");
            c.exiger(evaluateurs.iter().all(|e| e.chars().count() <= 200), "evaluateurs", "Un de ces noms dépasse 200 caractères.");
        }
    }
    c.finir()
}

/// The enrolment, if this part of it may be written by who asks.
pub(super) async fn exiger_ecrire(cx: &Contexte, id: CandidatureId, du_candidat: bool) -> Resultat<Candidature> {
    let c = lire(cx, id).await?;
    if du_candidat && super::est_sienne(cx, &c).await? {
        return Ok(c);
    }
    cx.exiger_dans(Permission::FormationSuivre, c.structure_id)?;
    Ok(c)
}

/// Adds a part to a file; gives its id.
///
/// # Errors
/// `Conflit`: an example added to a dossier professionnel that is signed.
pub async fn ajouter(cx: &Contexte, id: CandidatureId, mut p: Piece) -> Resultat<Uuid> {
    let c = exiger_ecrire(cx, id, p.du_candidat()).await?;
    controler(&mut p, titre::version(cx, &c.version_code).await?, cx.aujourd_hui())?;
    let db = &cx.db();
    let neuf = cx.nouvel_uuid();
    match p {
        Piece::Admission { nature, jour, resultat, remarque } => {
            let m =
                admission::Model { id: neuf, candidature_id: id, nature: en_code(nature)?, jour, resultat: en_code(resultat)?, remarque };
            inserer::<admission::Entity, _>(db, m).await?;
        }
        Piece::Experience { activite, libelle, debut, fin, mois, preuve } => {
            let mois = mois.map_or(0, |m| i32::try_from(m).unwrap_or(i32::MAX));
            let m = experience::Model { id: neuf, candidature_id: id, activite: en_code(activite)?, libelle, debut, fin, mois, preuve };
            inserer::<experience::Entity, _>(db, m).await?;
        }
        Piece::Periode { entreprise, tuteur, debut, fin, minutes, preuve } => {
            let minutes = i32::try_from(minutes).unwrap_or(i32::MAX);
            let m = periode::Model { id: neuf, candidature_id: id, entreprise, tuteur, debut, fin, minutes, preuve };
            inserer::<periode::Entity, _>(db, m).await?;
        }
        Piece::Amenagement { mesure, accorde_le, accorde_par } => {
            let m = amenagement::Model { id: neuf, candidature_id: id, mesure, accorde_le, accorde_par };
            inserer::<amenagement::Entity, _>(db, m).await?;
        }
        Piece::Exemple { unite, intitule, taches, moyens, avec_qui, contexte, periode, complement } => {
            dossier::exiger_ouvert(cx, id).await?;
            let ordre = exemple::Entity::find().filter(exemple::Column::CandidatureId.eq(id)).count(db).await?;
            let m = exemple::Model {
                id: neuf,
                candidature_id: id,
                unite,
                ordre: i32::try_from(ordre).unwrap_or(i32::MAX),
                intitule,
                taches,
                moyens,
                avec_qui,
                contexte,
                periode,
                complement,
            };
            inserer::<exemple::Entity, _>(db, m).await?;
        }
        Piece::Evaluation { unite, jour, competences, satisfait, points_attention, evaluateur_1, evaluateur_2 } => {
            let m = evaluation::Model {
                id: neuf,
                candidature_id: id,
                unite,
                jour,
                competences: Mots(competences),
                satisfait,
                points_attention,
                evaluateur_1,
                evaluateur_2,
            };
            inserer::<evaluation::Entity, _>(db, m).await?;
        }
        Piece::Synthese { unite, jour, satisfait, synthese, evaluateurs } => {
            synthese::Entity::delete_many()
                .filter(synthese::Column::CandidatureId.eq(id))
                .filter(synthese::Column::Unite.eq(&unite))
                .exec(db)
                .await?;
            let m = synthese::Model { id: neuf, candidature_id: id, unite, jour, satisfait, synthese, evaluateurs: Mots(evaluateurs) };
            inserer::<synthese::Entity, _>(db, m).await?;
        }
    }
    cx.journaliser(Action::Modification, "candidature", id.0, c.structure_id, &["pieces"]).await?;
    Ok(neuf)
}

async fn inserer<E, A>(db: &impl ConnectionTrait, m: E::Model) -> Resultat<()>
where
    E: EntityTrait<ActiveModel = A>,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E>,
{
    E::insert(m.into_active_model().reset_all()).exec_without_returning(db).await?;
    Ok(())
}

/// Changes an example of the dossier professionnel.
pub async fn modifier_exemple(cx: &Contexte, id: CandidatureId, piece: Uuid, mut p: Piece) -> Resultat<()> {
    let c = exiger_ecrire(cx, id, true).await?;
    dossier::exiger_ouvert(cx, id).await?;
    controler(&mut p, titre::version(cx, &c.version_code).await?, cx.aujourd_hui())?;
    let Piece::Exemple { unite, intitule, taches, moyens, avec_qui, contexte, periode, complement } = p else {
        return Err(Erreur::Illisible("Seul un exemple se modifie ; retirez les autres pièces et refaites-les.".into()));
    };
    let r = exemple::Entity::update_many()
        .set(exemple::ActiveModel {
            unite: Set(unite),
            intitule: Set(intitule),
            taches: Set(taches),
            moyens: Set(moyens),
            avec_qui: Set(avec_qui),
            contexte: Set(contexte),
            periode: Set(periode),
            complement: Set(complement),
            ..Default::default()
        })
        .filter(exemple::Column::Id.eq(piece))
        .filter(exemple::Column::CandidatureId.eq(id))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::Introuvable("Cet exemple"));
    }
    cx.journaliser(Action::Modification, "candidature", id.0, c.structure_id, &["pieces"]).await
}

/// Removes a part of a file.
pub async fn retirer(cx: &Contexte, id: CandidatureId, piece: Uuid) -> Resultat<()> {
    let c = lire(cx, id).await?;
    let toutes = lister(cx, id).await?;
    let p = &toutes.get(&piece).ok_or(Erreur::Introuvable("Cette pièce"))?;
    exiger_ecrire(cx, id, p.du_candidat()).await?;
    let db = &cx.db();
    match p {
        Piece::Admission { .. } => admission::Entity::delete_by_id(piece).exec(db).await?,
        Piece::Experience { .. } => experience::Entity::delete_by_id(piece).exec(db).await?,
        Piece::Periode { .. } => periode::Entity::delete_by_id(piece).exec(db).await?,
        Piece::Amenagement { .. } => amenagement::Entity::delete_by_id(piece).exec(db).await?,
        Piece::Exemple { .. } => {
            dossier::exiger_ouvert(cx, id).await?;
            exemple::Entity::delete_by_id(piece).exec(db).await?
        }
        Piece::Evaluation { .. } => evaluation::Entity::delete_by_id(piece).exec(db).await?,
        Piece::Synthese { .. } => synthese::Entity::delete_by_id(piece).exec(db).await?,
    };
    cx.journaliser(Action::Modification, "candidature", id.0, c.structure_id, &["pieces"]).await
}

/// The parts of a file by their ids, which are in the order they were added.
pub async fn lister(cx: &Contexte, id: CandidatureId) -> Resultat<BTreeMap<Uuid, Piece>> {
    lire(cx, id).await?;
    let db = &cx.db();
    let mut pieces = BTreeMap::new();
    for m in admission::Entity::find().filter(admission::Column::CandidatureId.eq(id)).all(db).await? {
        let p = Piece::Admission { nature: de_code(&m.nature)?, jour: m.jour, resultat: de_code(&m.resultat)?, remarque: m.remarque };
        pieces.insert(m.id, p);
    }
    for m in experience::Entity::find().filter(experience::Column::CandidatureId.eq(id)).all(db).await? {
        let mois = u32::try_from(m.mois).ok().filter(|n| *n > 0);
        let p =
            Piece::Experience { activite: de_code(&m.activite)?, libelle: m.libelle, debut: m.debut, fin: m.fin, mois, preuve: m.preuve };
        pieces.insert(m.id, p);
    }
    for m in periode::Entity::find().filter(periode::Column::CandidatureId.eq(id)).all(db).await? {
        let minutes = u32::try_from(m.minutes).unwrap_or(0);
        let p = Piece::Periode { entreprise: m.entreprise, tuteur: m.tuteur, debut: m.debut, fin: m.fin, minutes, preuve: m.preuve };
        pieces.insert(m.id, p);
    }
    for m in amenagement::Entity::find().filter(amenagement::Column::CandidatureId.eq(id)).all(db).await? {
        pieces.insert(m.id, Piece::Amenagement { mesure: m.mesure, accorde_le: m.accorde_le, accorde_par: m.accorde_par });
    }
    let exemples = exemple::Entity::find().filter(exemple::Column::CandidatureId.eq(id)).order_by_asc(exemple::Column::Ordre);
    for m in exemples.all(db).await? {
        let p = Piece::Exemple {
            unite: m.unite,
            intitule: m.intitule,
            taches: m.taches,
            moyens: m.moyens,
            avec_qui: m.avec_qui,
            contexte: m.contexte,
            periode: m.periode,
            complement: m.complement,
        };
        pieces.insert(m.id, p);
    }
    for m in evaluation::Entity::find().filter(evaluation::Column::CandidatureId.eq(id)).all(db).await? {
        let p = Piece::Evaluation {
            unite: m.unite,
            jour: m.jour,
            competences: m.competences.0,
            satisfait: m.satisfait,
            points_attention: m.points_attention,
            evaluateur_1: m.evaluateur_1,
            evaluateur_2: m.evaluateur_2,
        };
        pieces.insert(m.id, p);
    }
    for m in synthese::Entity::find().filter(synthese::Column::CandidatureId.eq(id)).all(db).await? {
        let p =
            Piece::Synthese { unite: m.unite, jour: m.jour, satisfait: m.satisfait, synthese: m.synthese, evaluateurs: m.evaluateurs.0 };
        pieces.insert(m.id, p);
    }
    Ok(pieces)
}
