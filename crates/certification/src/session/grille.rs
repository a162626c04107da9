//! Evaluation grids: what each member saw, by evidence and competence.

use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Resultat,
    coffre::Champ,
    controle::Controle,
    identifiant::{JureId, PassageId},
    journal::Action,
    texte::nettoyer,
};

use super::{Dans, Note, Passage, Presence, convocation, liens, siege, table};
use crate::pv;

pub(super) const OBSERVATION: Champ = Champ::texte("grille_ligne", "observation");

/// The line of an evidence that is not about one competence.
pub const ENSEMBLE: &str = "ensemble";

/// A line of a grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LigneGrille {
    pub competence: String,
    pub intitule: String,
    pub unite: String,
    pub resultat: Option<Note>,
    pub observation: Option<String>,
}

/// The grid of an evidence, for one candidate and one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Grille {
    pub epreuve: String,
    pub libelle: String,
    pub lignes: Vec<LigneGrille>,
}

/// Fills the lines of a grid; those left out are left as they are.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Remplir {
    pub epreuve: String,
    pub lignes: Vec<RemplirLigne>,
}

/// What a member saw of a competence.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemplirLigne {
    pub competence: String,
    pub resultat: Note,
    #[schema(max_length = 2000)]
    pub observation: Option<String>,
}

async fn modele(cx: &Contexte, d: &Dans, p: &Passage) -> Resultat<Vec<Grille>> {
    let mut v = vec![];
    for e in convocation::epreuves(cx, d, p).await? {
        let mut lignes: Vec<LigneGrille> = e
            .unites
            .iter()
            .filter_map(|u| d.version.unite(u))
            .flat_map(|u| {
                u.competences.iter().map(|c| LigneGrille {
                    competence: c.code.clone(),
                    intitule: c.intitule.clone(),
                    unite: u.intitule.clone(),
                    resultat: None,
                    observation: None,
                })
            })
            .collect();
        if lignes.is_empty() {
            let intitule = "L’ensemble de l’épreuve".to_owned();
            lignes.push(LigneGrille { competence: ENSEMBLE.into(), intitule, unite: String::new(), resultat: None, observation: None });
        }
        v.push(Grille { epreuve: e.code, libelle: e.libelle, lignes });
    }
    Ok(v)
}

/// The grids of a candidate as this member filled them.
pub async fn lire(cx: &Contexte, d: &Dans, p: &Passage, jure: JureId) -> Resultat<Vec<Grille>> {
    let faites = table::grille_ligne::Entity::find()
        .filter(table::grille_ligne::Column::PassageId.eq(p.id))
        .filter(table::grille_ligne::Column::JureId.eq(jure))
        .all(&cx.db())
        .await?;
    let mut par_cle = HashMap::new();
    for l in faites {
        let observation = cx.coffre().ouvrir_si(&OBSERVATION, l.id.unwrap_or_default(), l.observation)?;
        par_cle.insert((l.epreuve, l.competence), (l.resultat, observation));
    }
    let mut grilles = modele(cx, d, p).await?;
    for g in &mut grilles {
        for l in &mut g.lignes {
            if let Some((r, o)) = par_cle.remove(&(g.epreuve.clone(), l.competence.clone())) {
                l.resultat = Some(r);
                l.observation = o;
            }
        }
    }
    Ok(grilles)
}

/// Fills a grid of one's own.
///
/// # Errors
/// `Conflit` when the session is not under way, when the candidate did not come, when a tie forbids to
/// evaluate, or when the minutes are signed.
pub async fn remplir(cx: &Contexte, id: PassageId, r: Remplir) -> Resultat<()> {
    let (_, p) = siege::passage(cx, id).await?;
    let s = siege::prendre(cx, p.session_id).await?;
    pv::exiger_ouvert(cx, p.session_id).await?;
    if !siege::en_cours(s.d.etat()?) {
        return Err(Erreur::Conflit("Les grilles se remplissent quand la session est ouverte, jusqu’à la fin de la délibération.".into()));
    }
    if p.presence != Presence::Present {
        return Err(Erreur::Conflit("Ce candidat n’est pas noté présent : faites d’abord l’appel.".into()));
    }
    if liens::interdit(cx, &s.d, &s.jure, &p, "evaluer").await? {
        return Err(Erreur::Conflit(
            "Vous avez formé ce candidat, ou vous l’avez évalué en cours de formation : vous ne l’évaluez pas ici.".into(),
        ));
    }
    let grilles = modele(cx, &s.d, &p).await?;
    let mut c = Controle::new();
    let Some(g) = grilles.iter().find(|g| g.epreuve == r.epreuve) else {
        return Err(Erreur::champ("epreuve", "Cette épreuve n’est pas due à ce candidat."));
    };
    for l in &r.lignes {
        c.exiger(g.lignes.iter().any(|x| x.competence == l.competence), "lignes", "Une de ces compétences n’est pas de cette épreuve.");
        c.texte(&l.competence, l.observation.as_deref(), 2000);
    }
    c.finir()?;
    for l in r.lignes {
        use table::grille_ligne::{ActiveModel, Column, Entity};
        let observation = nettoyer(l.observation);
        let existe = Entity::find_by_id((id, s.jure.id, r.epreuve.clone(), l.competence.clone())).one(&cx.db()).await?;
        let ligne = existe.and_then(|e| e.id).unwrap_or_else(|| cx.nouvel_uuid());
        let m = ActiveModel {
            passage_id: Set(id),
            jure_id: Set(s.jure.id),
            epreuve: Set(r.epreuve.clone()),
            competence: Set(l.competence),
            resultat: Set(l.resultat),
            observation: Set(cx.coffre().sceller_si(&OBSERVATION, ligne, observation.as_deref())?),
            modifie_le: Set(cx.maintenant),
            id: Set(Some(ligne)),
        };
        let mut conflit = OnConflict::columns([Column::PassageId, Column::JureId, Column::Epreuve, Column::Competence]);
        conflit.update_columns([Column::Resultat, Column::Observation, Column::ModifieLe]);
        Entity::insert(m).on_conflict(conflit).exec_without_returning(&cx.db()).await?;
    }
    cx.journaliser(Action::Modification, "session_examen", p.session_id.0, s.d.session.structure_id, &["grille"]).await
}
