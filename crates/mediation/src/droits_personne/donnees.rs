//! All that a structure holds about one person, in words. Names of other people received never come out:
//! their rights limit this one (art. 15, 4).

use std::collections::HashMap;

use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{Expr, Query},
};
use socle::{
    Contexte, Permission, Resultat, equipe,
    identifiant::{PersonneId, StructureId, UtilisateurId},
    journal,
};
use territoire::{commune, lieu};

use super::vue::{
    AccompagnementRecu, Accord, AccueilRecu, DiagnosticRecu, DonneesPersonne, EtapeRecue, Identite, LigneJournal, ObjectifRecu,
    OrientationRecue, ParcoursRecu, ReponseEnMots, StructureNommee, SuiviPar, mots,
};
use crate::{accompagnement, accueil, ateliers, diagnostic, nomenclatures::TypeActivite, orientation, parcours, personne};

/// At most so many records of each kind come out: far beyond what a person has, so that memory is bounded.
const PLAFOND: u64 = 5_000;

/// Keeps what may come out; tells when some stays.
fn borner<T>(v: &mut Vec<T>, complet: &mut bool) {
    if v.len() as u64 > PLAFOND {
        v.truncate(PLAFOND as usize);
        *complet = false;
    }
}

/// Reads all that the structure the actor works in holds about a person.
pub async fn reunir(cx: &Contexte, id: PersonneId) -> Resultat<DonneesPersonne> {
    let structure = super::ici(cx, id).await?;
    let p = personne::trouver(cx, id, Permission::PersonnesLire).await?;
    let mut complet = true;

    let suivis = personne::suivis(cx, id).await?;
    let mut consentements = personne::consentements(cx, id).await?;
    borner(&mut consentements, &mut complet);
    let mut rendez_vous = crate::rendez_vous::recus(cx, structure, id, PLAFOND + 1).await?;
    borner(&mut rendez_vous, &mut complet);
    let mut accueils = accueil::d_une_personne(cx, &[structure], id, PLAFOND + 1).await?;
    borner(&mut accueils, &mut complet);
    // A shared file is one file; what each structure recorded stays its own.
    let mut diagnostics = diagnostic::page(cx, Some(id), None, PLAFOND).await?;
    borner(&mut diagnostics, &mut complet);
    diagnostics.retain(|d| d.structure_id == structure);
    let mut plans = parcours::page(cx, Some(id), None, PLAFOND).await?;
    borner(&mut plans, &mut complet);
    plans.retain(|c| c.parcours.structure_id == structure);
    let filtre = accompagnement::Filtre { personne: Some(id), ..Default::default() };
    let mut seances = accompagnement::recents(cx, &filtre, None, PLAFOND + 1).await?;
    borner(&mut seances, &mut complet);
    let filtre = orientation::Filtre { personne: Some(id), ..Default::default() };
    let mut orientations = orientation::page(cx, &filtre, None, PLAFOND).await?;
    borner(&mut orientations, &mut complet);
    let mut reservations = ateliers::reservations(cx, &[structure], id, PLAFOND + 1).await?;
    borner(&mut reservations, &mut complet);
    let mut lignes = lignes_du_journal(cx, structure, id).await?;
    borner(&mut lignes, &mut complet);

    // Gathered before the wait: a lazy chain would be held across it.
    let comptes: Vec<UtilisateurId> = consentements
        .iter()
        .filter_map(|c| c.recueilli_par)
        .chain(accueils.iter().flat_map(|a| [Some(a.accueilli_par), a.pris_en_charge_par]).flatten())
        .chain(diagnostics.iter().map(|d| d.mediateur_id))
        .chain(plans.iter().map(|c| c.parcours.mediateur_id))
        .chain(seances.iter().map(|a| a.ligne.mediateur_id))
        .chain(orientations.iter().map(|o| o.mediateur_id))
        .chain(lignes.iter().filter_map(|l| l.acteur_id))
        .collect();
    let noms = equipe::noms(cx, comptes).await?;
    let nom = |u: UtilisateurId| noms.get(&u).cloned();
    let ids: Vec<StructureId> = suivis
        .iter()
        .map(|s| s.structure_id)
        .chain(consentements.iter().flat_map(|c| [Some(c.structure_id), c.destinataire_id]).flatten())
        .chain([structure])
        .collect();
    let structures = noms_structures(cx, ids).await?;
    let nom_structure = |s: StructureId| structures.get(&s).cloned().unwrap_or_default();
    let lieux: HashMap<_, _> = lieu::lister(cx, true).await?.into_iter().map(|l| (l.id, l.nom)).collect();
    let partenaires = orientation::partenaires(cx, &orientations).await?;

    Ok(DonneesPersonne {
        structure: StructureNommee { id: structure, nom: nom_structure(structure) },
        extrait_le: cx.maintenant,
        complet,
        identite: identite(p),
        suivi_par: suivis.iter().map(|s| SuiviPar { structure: nom_structure(s.structure_id), depuis: s.depuis }).collect(),
        consentements: consentements
            .into_iter()
            .map(|c| Accord {
                finalite: c.finalite.into(),
                donne_le: c.donne_le,
                retire_le: c.retire_le,
                maniere: c.maniere,
                structure: nom_structure(c.structure_id),
                destinataire: c.destinataire_id.map(nom_structure),
                recueilli_par: c.recueilli_par.and_then(nom),
            })
            .collect(),
        rendez_vous,
        accueils: accueils
            .into_iter()
            .map(|a| AccueilRecu {
                id: a.id,
                arrive_le: a.arrive_le,
                lieu: a.lieu_id.and_then(|l| lieux.get(&l).cloned()),
                canal: a.canal.into(),
                motif: a.motif,
                suite: a.suite.into(),
                accueilli_par: nom(a.accueilli_par),
                pris_en_charge_le: a.pris_en_charge_le,
                pris_en_charge_par: a.pris_en_charge_par.and_then(nom),
            })
            .collect(),
        diagnostics: diagnostics.into_iter().map(|d| diagnostic_en_mots(d, nom)).collect::<Resultat<_>>()?,
        parcours: plans.into_iter().map(|c| parcours_en_mots(c, nom)).collect(),
        accompagnements: seances
            .into_iter()
            .map(|a| AccompagnementRecu {
                id: a.ligne.id,
                type_activite: a.ligne.type_activite.into(),
                date: a.ligne.date,
                duree_minutes: a.ligne.duree_minutes,
                lieu_type: a.ligne.lieu_type.into(),
                lieu: a.ligne.lieu_id.and_then(|l| lieux.get(&l).cloned()).or(a.ligne.commune.as_deref().map(commune::nommer)),
                titre: a.ligne.titre,
                niveau: a.ligne.niveau.map(Into::into),
                thematiques: mots(&a.thematiques),
                demarches: mots(&a.demarches),
                materiels: mots(&a.materiels),
                autonomie: a.ligne.autonomie.map(Into::into),
                notes: a.ligne.notes.filter(|_| a.ligne.type_activite == TypeActivite::Individuel),
                mediateur: nom(a.ligne.mediateur_id),
            })
            .collect(),
        orientations: orientations
            .into_iter()
            .map(|o| OrientationRecue {
                id: o.id,
                date: o.date,
                partenaire: partenaires.get(&o.partenaire_id).cloned(),
                motif: o.motif,
                statut: o.statut.into(),
                repondu_le: o.repondu_le,
                retour: o.retour,
                mediateur: nom(o.mediateur_id),
            })
            .collect(),
        reservations,
        journal: lignes
            .into_iter()
            .map(|l| LigneJournal { quand: l.quand, qui: l.acteur_id.and_then(nom), action: l.action.into() })
            .collect(),
    })
}

fn identite(p: personne::Personne) -> Identite {
    Identite {
        id: p.id,
        nom_affiche: personne::nom_affiche(&p),
        prenom: p.prenom,
        nom: p.nom,
        surnom: p.surnom,
        telephone: p.telephone,
        courriel: p.courriel,
        date_naissance: p.date_naissance,
        annee_naissance: p.annee_naissance,
        tranche_age: p.tranche_age.map(Into::into),
        genre: p.genre.map(Into::into),
        statut: p.statut.map(Into::into),
        commune: p.commune,
        langue: p.langue,
        besoins: mots(&p.besoins.0),
        amenagements: p.amenagements,
        notes: p.notes,
        cree_le: p.cree_le,
        modifie_le: p.modifie_le,
    }
}

/// The answers to the grid it was made with, in its order; what was not answered is left out.
fn diagnostic_en_mots(d: diagnostic::Diagnostic, nom: impl Fn(UtilisateurId) -> Option<String>) -> Resultat<DiagnosticRecu> {
    let g = diagnostic::grille_de(&d)?;
    let questions = |q: &[diagnostic::grille::Question], r: &std::collections::BTreeMap<String, diagnostic::grille::Valeur>| {
        q.iter().filter_map(|q| Some(ReponseEnMots { question: q.libelle.clone(), reponse: q.dire(r.get(&q.code))? })).collect::<Vec<_>>()
    };
    let mut reponses = questions(&g.acces, &d.reponses.acces);
    reponses.extend(
        g.gestes.iter().map(|x| ReponseEnMots { question: x.libelle.clone(), reponse: g.dire(d.reponses.note(&x.code)).to_owned() }),
    );
    reponses.extend(questions(&g.confort, &d.reponses.confort));
    Ok(DiagnosticRecu {
        id: d.id,
        date: d.date,
        mediateur: nom(d.mediateur_id),
        niveau: d.niveau.into(),
        niveau_propose: d.niveau_propose.into(),
        convenu: d.convenu,
        objectif: d.objectif,
        constats: d.constats,
        etapes: d.etapes.0,
        reponses,
    })
}

fn parcours_en_mots(c: parcours::Complet, nom: impl Fn(UtilisateurId) -> Option<String>) -> ParcoursRecu {
    ParcoursRecu {
        id: c.parcours.id,
        ouvert_le: c.parcours.ouvert_le,
        clos_le: c.parcours.clos_le,
        mediateur: nom(c.parcours.mediateur_id),
        objectifs: c
            .objectifs
            .into_iter()
            .map(|o| ObjectifRecu { libelle: o.libelle, statut: o.statut.into(), evalue_le: o.evalue_le })
            .collect(),
        etapes: c
            .etapes
            .into_iter()
            .map(|e| EtapeRecue {
                libelle: e.libelle,
                nature: e.nature.into(),
                statut: e.statut.into(),
                prevue_le: e.prevue_le,
                heure: e.heure,
                faite_le: e.faite_le,
            })
            .collect(),
    }
}

/// What was done on the file in a structure, newest first.
async fn lignes_du_journal(cx: &Contexte, structure: StructureId, id: PersonneId) -> Resultat<Vec<journal::Model>> {
    Ok(journal::Entity::find()
        .filter(journal::Column::ObjetId.eq(id.0))
        .filter(journal::Column::Objet.eq("personne"))
        .filter(journal::Column::StructureId.eq(structure))
        .order_by_desc(journal::Column::Id)
        .limit(PLAFOND + 1)
        .all(&cx.db())
        .await?)
}

#[derive(FromQueryResult)]
struct Nommee {
    id: StructureId,
    nom: String,
}

/// The names of structures, those the actor does not belong to as well: the person has a right to know who
/// may read their file. The table is that of `territoire`, which alone writes it.
async fn noms_structures(cx: &Contexte, mut ids: Vec<StructureId>) -> Resultat<HashMap<StructureId, String>> {
    ids.sort_unstable();
    ids.dedup();
    let mut q = Query::select();
    q.columns(["id", "nom"]).from("structure").and_where(Expr::col("id").is_in(ids));
    let db = cx.db();
    let lignes = Nommee::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?;
    Ok(lignes.into_iter().map(|n| (n.id, n.nom)).collect())
}
