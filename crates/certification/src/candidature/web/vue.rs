//! « Où en suis-je » : one enrolment, for the centre and for the candidate.

use std::collections::BTreeMap;

use certification_regles::{
    Motif, Version,
    acquis::{Origine, Provenance},
    inscription::{self, ActionInscription as A, EtatInscription as E},
    motif::Sens,
    referentiel::NatureUnite,
    validite::unite_valide,
};
use uuid::Uuid;

use askama::Template;
use interface::{Page, format, requete::Web};
use socle::{Contexte, Permission, Resultat, identifiant::CandidatureId};

use super::{
    super::{self as candidature, Candidature, dossier, en_code, faits},
    morceaux::{ACTIVITES, Piece},
};
use crate::{candidat, decision, session::depot, titre};

/// A unit of the title and where the candidate stands for it.
pub(super) struct Unite {
    pub code: String,
    pub intitule: String,
    /// Word and kind of the label.
    pub etat: (&'static str, &'static str),
    pub precision: String,
}

/// An action that may be tried; with the reason when the rules refuse it today.
pub(super) struct Action {
    pub code: String,
    pub libelle: &'static str,
    pub refus: Option<String>,
}

/// A part of the file, as a line.
pub(super) struct Ligne {
    pub id: Uuid,
    pub titre: String,
    pub note: String,
    pub retirable: bool,
}

/// Parts of one kind.
pub(super) struct Groupe {
    pub genre: &'static str,
    pub titre: &'static str,
    pub lignes: Vec<Ligne>,
    pub ajouter: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "candidature/voir.html")]
pub(super) struct PageCandidature {
    page: Page,
    c: Candidature,
    /// None for the candidate, who knows their name.
    nom: Option<String>,
    titre: String,
    voie: String,
    etat: &'static str,
    unites: Vec<Unite>,
    acquises: usize,
    manque: Vec<Motif>,
    pret: bool,
    dates: Vec<(String, String)>,
    actions: Vec<Action>,
    groupes: Vec<Groupe>,
    dossier: &'static str,
    etapes: Vec<(String, String, Vec<String>)>,
    vae: bool,
    gerer: bool,
}

pub(super) async fn gabarit(w: Web, id: CandidatureId) -> Resultat<PageCandidature> {
    let cx = w.lecture();
    let c = candidature::lire(&cx, id).await?;
    let p = candidat::ouvrir(&cx, c.candidat_id).await?;
    let soi = p.utilisateur_id.is_some() && p.utilisateur_id == cx.acteur.utilisateur;
    let gerer = cx.acteur.peut_dans(Permission::CertificationGerer, c.structure_id);
    let suivre = cx.acteur.peut_dans(Permission::FormationSuivre, c.structure_id);
    let version = titre::version(&cx, &c.version_code).await?;
    let jour = cx.aujourd_hui();
    let etat = c.etat()?;
    let (situation, motifs_situation) = faits::situation(&cx, &c, jour).await?;
    let preparation = faits::preparation(&cx, &c, jour).await?;
    let (livret, catalogue) = (decision::livret(&cx, c.candidat_id).await?, titre::catalogue(&cx).await?);
    let origines = c.origines()?;
    let unites: Vec<Unite> = version
        .unites
        .iter()
        .filter(|u| origines.contains_key(&u.code) || situation.acquises.contains(&u.code) || situation.manquantes.contains(&u.code))
        .map(|u| {
            let acquise = situation.detail.iter().find(|d| d.unite == u.code && d.version == version.code);
            let (etat, precision) = match (acquise, origines.get(&u.code)) {
                (Some(d), _) => (
                    ("acquise", "succes"),
                    match d.provenance {
                        Provenance::Jury => livret
                            .attributions
                            .iter()
                            .find(|a| a.version == version.code && a.unite == u.code && a.en_vigueur(jour))
                            .map_or_else(String::new, |a| {
                                let (_, m) = unite_valide(catalogue, version, a, jour, jour);
                                format!("obtenue le {}. {}", format::date_sans_jour(a.date), m.phrase)
                            }),
                        Provenance::Correspondance => "reportée d’une version antérieure du titre, par correspondance".to_owned(),
                        Provenance::Equivalence => "reconnue par équivalence avec une autre certification".to_owned(),
                    },
                ),
                (None, Some(o)) => (("visée", "info"), origine(*o).to_owned()),
                (None, None) => (("manquante", "attention"), "à passer plus tard".to_owned()),
            };
            Unite { code: u.code.clone(), intitule: u.intitule.clone(), etat, precision }
        })
        .collect();
    let toutes = super::morceaux::lister(&cx, id).await?;
    let dp = dossier::trouver(&cx, id).await?;
    let vise_ccs = version.unites.iter().any(|u| u.nature == NatureUnite::Ccs && origines.contains_key(&u.code));
    let en_route = matches!(etat, E::Brouillon | E::Deposee | E::Incomplete | E::Complete | E::Recevable | E::EnPreparation | E::Prete);
    Ok(PageCandidature {
        nom: (!soi).then(|| p.nom_complet()),
        titre: titre::nommer(version),
        voie: candidature::voies(version).into_iter().find(|(code, _)| *code == c.voie).map_or_else(|| c.voie.clone(), |(_, l)| l),
        // The enrolment ended so; the livret says that it no longer stands.
        etat: if etat == E::TitreObtenu && !situation.titre_detenu && !vise_ccs { "titre obtenu, puis retiré" } else { etat.libelle() },
        acquises: unites.iter().filter(|u| u.etat.0 == "acquise").count(),
        unites,
        manque: if en_route { preparation.motifs.into_iter().filter(|m| m.sens == Sens::Defavorable).collect() } else { Vec::new() },
        pret: en_route && preparation.favorable,
        dates: dates(&cx, &c, &situation, &motifs_situation).await?,
        actions: if gerer || soi { actions(&cx, &c, gerer).await? } else { Vec::new() },
        groupes: groupes(version, &toutes, soi, suivre, c.origine()? == Origine::Vae),
        dossier: if dp.signe_le.is_some() { "signé" } else { "à compléter et à signer" },
        etapes: candidature::etapes(&cx, id)
            .await?
            .into_iter()
            .map(|e| {
                let mut pourquoi: Vec<String> =
                    e.motifs.into_iter().filter(|m| m.regle != "inscription.transition").map(|m| m.phrase).collect();
                if e.action == A::ConstaterRetrait {
                    pourquoi.push("après le retrait d’une décision".into());
                }
                (format::date_longue(e.jour), e.vers.libelle().to_owned(), pourquoi)
            })
            .collect(),
        vae: c.origine()? == Origine::Vae,
        gerer,
        c,
        page: w.page,
    })
}

fn origine(o: Origine) -> &'static str {
    match o {
        Origine::Formation => "par la formation",
        Origine::Vae => "par la VAE",
        Origine::Experience => "par l’expérience",
    }
}

/// Every date that matters, said.
async fn dates(
    cx: &Contexte,
    c: &Candidature,
    s: &certification_regles::revision::Situation,
    motifs: &[Motif],
) -> Resultat<Vec<(String, String)>> {
    let jour = cx.aujourd_hui();
    let mut d = Vec::new();
    if let Some(j) = c.deposee_le {
        d.push(("Candidature déposée".to_owned(), format::date_sans_jour(j)));
    }
    match (c.formation_debut, c.formation_fin) {
        (Some(a), Some(b)) => {
            d.push(("Formation".to_owned(), format!("du {} au {}", format::date_sans_jour(a), format::date_sans_jour(b))));
        }
        (Some(a), None) => d.push(("Formation".to_owned(), format!("depuis le {}", format::date_sans_jour(a)))),
        _ => {}
    }
    for p in depot::autres_passages(cx, c.candidat_id).await?.into_iter().filter(|p| p.version_code == c.version_code) {
        if p.jour < jour {
            d.push(("Session d’examen passée".to_owned(), format::date_longue(p.jour)));
            continue;
        }
        let heure = p.heure.map(|h| format!(" à {}", h.replace(':', "\u{a0}h\u{a0}"))).unwrap_or_default();
        let ou = [Some(p.lieu), p.adresse, p.salle].into_iter().flatten().collect::<Vec<_>>().join(", ");
        d.push(("Session d’examen".to_owned(), format!("{}{heure}, {ou}", format::date_longue(p.jour))));
    }
    if let Some(l) = s.limite.limite {
        let raison = motifs.iter().find(|m| m.regle.starts_with("limite.")).map(|m| m.phrase.clone()).unwrap_or_default();
        d.push(("Dernier jour pour obtenir le titre".to_owned(), format!("{}. {raison}", format::date_sans_jour(l))));
    }
    if let Some(r) = faits::recevabilite(cx, c, jour).await?
        && let Some(m) = r.motifs.last()
    {
        d.push(("VAE".to_owned(), m.phrase.clone()));
    }
    let sc = faits::seconde_chance(cx, c, jour).await?.resultat;
    if let Some(j) = sc.jusqu_au {
        d.push(("Se représenter sans nouvelle formation".to_owned(), format!("jusqu’au {} compris", format::date_sans_jour(j))));
    }
    Ok(d)
}

/// What may be done now: the actions the automaton knows from this state, those the facts refuse with why.
async fn actions(cx: &Contexte, c: &Candidature, gerer: bool) -> Resultat<Vec<Action>> {
    let jour = cx.aujourd_hui();
    let mut l = Vec::new();
    let candidates: &[(A, &str)] = if gerer {
        &[
            (A::Deposer, "Déposer la candidature"),
            (A::ConstaterSilence, "Constater le silence : recevable"),
            (A::Preparer, "Commencer la préparation"),
            (A::DeclarerPrete, "Déclarer le dossier prêt"),
            (A::SeRepresenter, "Se représenter"),
            (A::SuivreNouvelleFormation, "Suivre une nouvelle formation"),
            (A::Expirer, "Clore : la date limite est passée"),
        ]
    } else {
        &[(A::Deposer, "Déposer ma candidature")]
    };
    for (action, libelle) in candidates {
        let f = faits::inscription(cx, c, *action, jour).await?;
        let refus = match inscription::transition(c.etat()?, *action, &f) {
            Ok(_) => None,
            // From another state: not to be shown at all.
            Err(r)
                if r.motifs.iter().any(|m| {
                    matches!(
                        m.regle.as_str(),
                        "inscription.transition_interdite" | "inscription.reserve_vae" | "inscription.recevabilite" | "inscription.limite"
                    )
                }) =>
            {
                continue;
            }
            Err(r) => Some(r.to_string()),
        };
        l.push(Action { code: en_code(*action)?, libelle, refus });
    }
    Ok(l)
}

fn groupes(v: &Version, toutes: &BTreeMap<Uuid, Piece>, soi: bool, suivre: bool, vae: bool) -> Vec<Groupe> {
    let du = |genre: &'static str,
              titre: &'static str,
              ajouter: &'static str,
              ecrire: bool,
              quoi: &dyn Fn(&Piece) -> Option<(String, String)>| {
        let lignes: Vec<Ligne> =
            toutes.iter().filter_map(|(id, p)| quoi(p).map(|(titre, note)| Ligne { id: *id, titre, note, retirable: ecrire })).collect();
        Groupe { genre, titre, lignes, ajouter: ecrire.then_some(ajouter) }
    };
    let unite = |code: &str| v.unite(code).map_or_else(|| code.to_owned(), |u| u.intitule.clone());
    let mut g = vec![
        du("evaluation", "Évaluations en cours de formation (ECF)", "Noter une évaluation", suivre, &|p| match p {
            Piece::Evaluation { unite: u, jour, competences, satisfait, evaluateur_1, .. } => Some((
                format!("{} : {}, le {}", unite(u), if *satisfait { "satisfait" } else { "non satisfait" }, format::date_sans_jour(*jour)),
                format!("{} ; par {evaluateur_1}", format::compte(competences.len() as i64, "compétence", "compétences")),
            )),
            _ => None,
        }),
        du("synthese", "Synthèses des ECF", "Écrire la synthèse d’une unité", suivre, &|p| match p {
            Piece::Synthese { unite: u, jour, satisfait, evaluateurs, .. } => Some((
                format!("{} : {}, le {}", unite(u), if *satisfait { "satisfait" } else { "non satisfait" }, format::date_sans_jour(*jour)),
                format!("par {}", evaluateurs.join(", ")),
            )),
            _ => None,
        }),
        du("formation", "Heures de formation suivies", "Noter des heures suivies", suivre, &|p| match p {
            Piece::Formation { module, debut, fin, prevues, suivies, .. } => Some((
                format!("{module}, du {} au {}", format::date_courte(*debut), format::date_courte(*fin)),
                format!("{} suivies sur {}", format::duree(i64::from(*suivies)), format::duree(i64::from(*prevues))),
            )),
            _ => None,
        }),
        du("periode", "Périodes en entreprise", "Ajouter une période", suivre, &|p| match p {
            Piece::Periode { entreprise, tuteur, debut, fin, minutes, .. } => Some((
                format!("{entreprise}, du {} au {}", format::date_courte(*debut), format::date_courte(*fin)),
                format!("{} ; tuteur : {tuteur}", format::duree(i64::from(*minutes))),
            )),
            _ => None,
        }),
        du("experience", "Expérience", "Ajouter une expérience", soi || suivre, &|p| match p {
            Piece::Experience { activite, libelle, debut, fin, mois, .. } => Some((
                libelle.clone(),
                format!(
                    "{} ; {}",
                    ACTIVITES.iter().find(|(a, _, _)| a == activite).map_or("", |(_, _, l)| l),
                    match (fin, mois) {
                        (Some(f), _) => format!("du {} au {}", format::date_courte(*debut), format::date_courte(*f)),
                        (None, Some(m)) =>
                            format!("depuis le {}, {}", format::date_courte(*debut), format::compte(i64::from(*m), "mois", "mois")),
                        (None, None) => format!("depuis le {}", format::date_courte(*debut)),
                    }
                ),
            )),
            _ => None,
        }),
        du("admission", "Admission", "Noter une étape de l’admission", suivre, &|p| match p {
            Piece::Admission { nature, jour, resultat, remarque } => Some((
                format!("{} : {}", nature.libelle(), resultat.libelle().to_lowercase()),
                format!("le {}{}", format::date_sans_jour(*jour), remarque.as_deref().map(|r| format!(" ; {r}")).unwrap_or_default()),
            )),
            _ => None,
        }),
        du("amenagement", "Aménagements accordés", "Ajouter un aménagement", suivre, &|p| match p {
            Piece::Amenagement { mesure, accorde_le, accorde_par } => {
                Some((mesure.clone(), format!("accordé le {} par {accorde_par}", format::date_sans_jour(*accorde_le))))
            }
            _ => None,
        }),
    ];
    // ECF and hours are those of the training route; the candidate does not see empty headings that are not theirs.
    g.retain(|x| !x.lignes.is_empty() || (x.ajouter.is_some() && !(vae && matches!(x.genre, "evaluation" | "synthese" | "formation"))));
    g
}
