//! What makes a file of enrolment: admission, experience, company periods, accommodations, examples of the
//! dossier professionnel, in-training evaluations and their syntheses.

mod controle;
pub mod table;

use std::collections::BTreeMap;

use certification_regles::vae::Activite;
use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{Contexte, Erreur, Permission, Resultat, identifiant::CandidatureId, journal::Action};

use controle::controler;
pub use table::Mots;
use table::{admission, amenagement, evaluation, exemple, experience, formation, periode, synthese};

use super::{Candidature, de_code, dossier, en_code, lire};
use crate::titre;

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
    /// Hours of training, as the attendance sheets say: what was planned and what was followed, in minutes.
    Formation { module: String, debut: NaiveDate, fin: NaiveDate, prevues: u32, suivies: u32, preuve: Option<String> },
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
        Piece::Formation { module, debut, fin, prevues, suivies, preuve } => {
            let (prevues, suivies) = (i32::try_from(prevues).unwrap_or(i32::MAX), i32::try_from(suivies).unwrap_or(i32::MAX));
            let m = formation::Model { id: neuf, candidature_id: id, module, debut, fin, prevues, suivies, preuve };
            inserer::<formation::Entity, _>(db, m).await?;
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
        Piece::Formation { .. } => formation::Entity::delete_by_id(piece).exec(db).await?,
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
    toutes(cx, id).await
}

/// The same, the right having been asked for.
pub(crate) async fn toutes(cx: &Contexte, id: CandidatureId) -> Resultat<BTreeMap<Uuid, Piece>> {
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
    for m in formation::Entity::find().filter(formation::Column::CandidatureId.eq(id)).all(db).await? {
        let (prevues, suivies) = (u32::try_from(m.prevues).unwrap_or(0), u32::try_from(m.suivies).unwrap_or(0));
        pieces.insert(m.id, Piece::Formation { module: m.module, debut: m.debut, fin: m.fin, prevues, suivies, preuve: m.preuve });
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
