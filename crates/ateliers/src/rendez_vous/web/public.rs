//! For anybody: a reason, a slot, a contact or none; then one's own appointment at a secret address. No account, no
//! cookie, no script.

use askama::Template;
use axum::http::StatusCode;
use chrono::NaiveDate;
use comptes::{
    frein::{self, Cle},
    session::Visiteur,
};
use interface::{
    Choix, Erreurs, Page,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse as Rendu, Visite, choix, rendre, rendre_avec, vers},
};
use socle::{
    Contexte, Erreur, Etat, Nomenclature, Resultat,
    identifiant::{MotifId, StructureId},
};

use super::{Proposes, lire_code, proposer};
use crate::{
    rendez_vous::{EtatRendezVous, Maniere, Motif, Prendre, RendezVous, avertir, motif, prendre::semaine, suite},
    reservation::{self, Canal, Par},
};

/// Public pages of appointments.
pub(super) fn pages() -> Pages {
    Pages::new()
        .get_public("/rendez-vous/{structure}", motifs)
        .gardee()
        .get_public("/rendez-vous/{structure}/{motif}", creneaux)
        .gardee()
        .get_public("/rendez-vous/{structure}/{motif}/prendre", formulaire)
        .post_public("/rendez-vous/{structure}/{motif}/prendre", prendre)
        .get_public("/rendez-vous/mien/{secret}", voir)
        .post_public("/rendez-vous/mien/{secret}/annuler", annuler)
        .get_public("/rendez-vous/mien/{secret}/changer", autres_creneaux)
        .post_public("/rendez-vous/mien/{secret}/changer", changer)
}

async fn nom_structure(cx: &Contexte, id: StructureId) -> Resultat<String> {
    territoire::structure::noms(cx, vec![id]).await?.remove(&id).ok_or(Erreur::Introuvable("Cette structure"))
}

/// A reason that anybody may take, of this structure.
async fn publie(cx: &Contexte, structure: StructureId, id: MotifId) -> Resultat<Motif> {
    let m = motif::par_id(cx, id).await?.filter(|m| m.publie && m.actif && m.structure_id == structure);
    m.ok_or(Erreur::Introuvable("Ce motif de rendez-vous"))
}

struct LigneMotif {
    href: String,
    libelle: String,
    description: Option<String>,
    precision: String,
}

#[derive(Template)]
#[template(path = "rendez_vous/public.html")]
struct PageMotifs {
    page: Page,
    structure: String,
    motifs: Vec<LigneMotif>,
    programme: String,
}

fn precision(m: &Motif) -> String {
    format!("{} · {}", interface::format::duree(m.duree_minutes), m.maniere.libelle())
}

async fn motifs(v: Visite, Chemin(id): Chemin<StructureId>) -> Rendu {
    let cx = reservation::lecture(&v.etat);
    let structure = nom_structure(&cx, id).await?;
    let motifs = motif::publies(&cx, id).await?;
    rendre(&PageMotifs {
        page: v.page,
        structure,
        motifs: motifs
            .into_iter()
            .map(|m| LigneMotif {
                href: format!("/rendez-vous/{id}/{}", m.id),
                precision: precision(&m),
                libelle: m.libelle,
                description: m.description,
            })
            .collect(),
        programme: format!("/programme/{id}"),
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct DemandeCreneaux {
    du: String,
}

#[derive(Template)]
#[template(path = "rendez_vous/creneaux.html")]
struct PageCreneaux {
    page: Page,
    titre: String,
    chapeau: String,
    retour: String,
    /// Where a slot chosen leads: a page, or, when one changes, a form sent here.
    adresse: String,
    change: bool,
    refus: Option<String>,
    p: Proposes,
    suivants: Option<String>,
}

fn depuis(t: &str, cx: &Contexte) -> NaiveDate {
    t.parse().unwrap_or(cx.aujourd_hui()).max(semaine(cx, None))
}

async fn page_creneaux(cx: &Contexte, page: Page, m: &Motif, du: NaiveDate, refus: Option<String>) -> Resultat<PageCreneaux> {
    let base = format!("/rendez-vous/{}/{}", m.structure_id, m.id);
    let p = proposer(cx, m, du, None).await?;
    Ok(PageCreneaux {
        page,
        titre: m.libelle.clone(),
        chapeau: format!("{} · {}", nom_structure(cx, m.structure_id).await?, precision(m)),
        retour: format!("/rendez-vous/{}", m.structure_id),
        adresse: format!("{base}/prendre"),
        change: false,
        refus,
        suivants: p.suite.map(|j| format!("{base}?du={j}")),
        p,
    })
}

async fn creneaux(v: Visite, Chemin((s, id)): Chemin<(StructureId, MotifId)>, Parametres(d): Parametres<DemandeCreneaux>) -> Rendu {
    let cx = reservation::lecture(&v.etat);
    let m = publie(&cx, s, id).await?;
    let du = depuis(&d.du, &cx);
    rendre(&page_creneaux(&cx, v.page, &m, du, None).await?)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    id: String,
    creneau: String,
    nom: String,
    telephone: String,
    courriel: String,
    canal: String,
    par: String,
    accord: String,
    besoins: String,
    /// Nobody sees this field: what fills it is not a person.
    site: String,
}

#[derive(Template)]
#[template(path = "rendez_vous/prendre.html")]
struct PagePrendre {
    page: Page,
    erreurs: Erreurs,
    refus: Option<String>,
    titre: String,
    quand: String,
    ou: String,
    structure: String,
    retour: String,
    appel: bool,
    pars: Vec<Choix>,
    canaux: Vec<Choix>,
    s: Saisie,
}

async fn gabarit(etat: &Etat, page: Page, m: &Motif, s: Saisie, erreurs: Erreurs, refus: Option<String>) -> Resultat<PagePrendre> {
    let cx = reservation::lecture(etat);
    let (debut, lieu) = lire_code(&s.creneau).ok_or(Erreur::Introuvable("Ce créneau"))?;
    let lieu = match lieu.filter(|_| m.maniere == Maniere::SurPlace) {
        Some(l) => territoire::lieu::noms_et_adresses(&cx, vec![l]).await?.remove(&l.0),
        None => None,
    };
    Ok(PagePrendre {
        page,
        erreurs,
        refus,
        titre: m.libelle.clone(),
        quand: format!("{}, {}", interface::format::instant_long(debut), interface::format::duree(m.duree_minutes)),
        ou: lieu.unwrap_or_else(|| m.maniere.libelle().to_owned()),
        structure: nom_structure(&cx, m.structure_id).await?,
        retour: format!("/rendez-vous/{}/{}", m.structure_id, m.id),
        appel: m.maniere == Maniere::Telephone,
        pars: choix(&[Par::depuis(&s.par).unwrap_or(Par::Soi)]).into_iter().filter(|c| c.code != "accueil").collect(),
        canaux: choix(Canal::depuis(&s.canal).as_slice()),
        s,
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct DemandeCreneau {
    creneau: String,
}

async fn formulaire(v: Visite, Chemin((s, id)): Chemin<(StructureId, MotifId)>, Parametres(d): Parametres<DemandeCreneau>) -> Rendu {
    let cx = reservation::lecture(&v.etat);
    let m = publie(&cx, s, id).await?;
    if lire_code(&d.creneau).is_none() {
        // Come without a slot: there they are.
        return Ok(vers(&format!("/rendez-vous/{s}/{id}")));
    }
    let s = Saisie { id: v.etat.horloge.nouvel_uuid().to_string(), creneau: d.creneau, par: "soi".into(), ..Saisie::default() };
    rendre(&gabarit(&v.etat, v.page, &m, s, Erreurs::default(), None).await?)
}

fn demande(m: &Motif, s: &Saisie) -> Resultat<Prendre> {
    let (debut, lieu) = lire_code(&s.creneau).ok_or(Erreur::Introuvable("Ce créneau"))?;
    Ok(Prendre {
        id: s.id.parse().ok(),
        motif: m.id,
        debut,
        lieu,
        avec: None,
        nom: Some(s.nom.clone()),
        telephone: Some(s.telephone.clone()),
        courriel: Some(s.courriel.clone()),
        canal: Canal::depuis(&s.canal),
        // The desk is not for the public.
        par: Par::depuis(&s.par).filter(|p| *p != Par::Accueil).unwrap_or(Par::Soi),
        accord: s.accord == "oui",
        personne: None,
        besoins: Some(s.besoins.clone()),
        hors_plages: false,
    })
}

async fn prendre(v: Visite, qui: Visiteur, Chemin((s, id)): Chemin<(StructureId, MotifId)>, Formulaire(f): Formulaire<Saisie>) -> Rendu {
    // What does not exist is said before anything is counted.
    let m = publie(&reservation::lecture(&v.etat), s, id).await?;
    if lire_code(&f.creneau).is_none() {
        return Ok(vers(&format!("/rendez-vous/{s}/{id}")));
    }
    if !f.site.trim().is_empty() {
        let refus = Some("Le dernier champ doit rester vide : effacez-le, puis renvoyez.".to_owned());
        return rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&v.etat, v.page, &m, f, Erreurs::default(), refus).await?);
    }
    frein::freiner(&v.etat, Cle::Reservation(qui.adresse)).await?;
    let fait = async {
        let cx = reservation::visite(&v.etat).await?;
        let (r, _) = super::super::prendre(&cx, demande(&m, &f)?).await?;
        let secret = suite::creer_lien(&cx, r.id).await?;
        cx.valider().await?;
        Ok::<_, Erreur>(secret)
    }
    .await;
    match fait {
        Ok(secret) => Ok(vers(&format!("/rendez-vous/mien/{secret}"))),
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&v.etat, v.page, &m, f, e.into(), None).await?),
        // Taken meanwhile: the next ones, at once.
        Err(Erreur::Conflit(message)) => {
            let cx = reservation::lecture(&v.etat);
            let du = semaine(&cx, lire_code(&f.creneau).map(|c| c.0));
            rendre_avec(StatusCode::CONFLICT, &page_creneaux(&cx, v.page, &m, du, Some(message)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "rendez_vous/mien.html")]
struct PageMien {
    page: Page,
    adresse: String,
    titre: &'static str,
    motif: String,
    quand: String,
    ou: String,
    structure: String,
    telephone: Option<String>,
    nom: String,
    code: String,
    a_venir: bool,
    annule: Option<&'static str>,
    /// A message to this contact was refused.
    refuse: bool,
    contact: &'static str,
}

async fn page_mien(cx: &Contexte, page: Page, secret: &str, r: RendezVous, m: Motif) -> Resultat<PageMien> {
    let structure = territoire::structure::lire(cx, r.structure_id).await?;
    Ok(PageMien {
        page,
        adresse: format!("/rendez-vous/mien/{secret}"),
        titre: match r.etat {
            EtatRendezVous::Annule => "Rendez-vous annulé",
            EtatRendezVous::Prevu if cx.maintenant < r.fin => "Votre rendez-vous est pris",
            _ => "Rendez-vous passé",
        },
        quand: format!("{}, {}", interface::format::instant_long(r.debut), interface::format::duree(m.duree_minutes)),
        ou: avertir::ou(cx, &r, &m).await?,
        motif: m.libelle,
        structure: structure.nom,
        telephone: structure.telephone,
        nom: r.nom,
        code: format!("{} {}", r.code.get(..4).unwrap_or(&r.code), r.code.get(4..).unwrap_or("")),
        a_venir: r.etat == EtatRendezVous::Prevu && cx.maintenant < r.fin,
        annule: (r.etat == EtatRendezVous::Annule).then_some(match r.fini_par.as_deref() {
            Some("equipe") => "La structure a annulé ce rendez-vous.",
            _ => "Vous avez annulé ce rendez-vous.",
        }),
        refuse: r.refus_le.is_some() && r.etat == EtatRendezVous::Prevu,
        contact: match r.canal {
            Canal::Courriel => "Un courriel vous le rappelle deux jours avant.",
            Canal::Sms => "Un SMS vous le rappelle deux jours avant.",
            Canal::Aucun => "Vous n’avez pas laissé de contact : gardez ce billet.",
        },
    })
}

async fn voir(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    let cx = reservation::lecture(&v.etat);
    let (r, m) = suite::ouvrir(&cx, &secret).await?;
    rendre(&page_mien(&cx, v.page, &secret, r, m).await?)
}

async fn annuler(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    let cx = reservation::visite(&v.etat).await?;
    suite::annuler_par_lien(&cx, &secret).await?;
    cx.valider().await?;
    Ok(vers(&format!("/rendez-vous/mien/{secret}")))
}

async fn page_changer(v: Visite, secret: &str, du: &str, refus: Option<String>) -> Resultat<PageCreneaux> {
    let cx = reservation::lecture(&v.etat);
    let (r, m) = suite::ouvrir(&cx, secret).await?;
    let base = format!("/rendez-vous/mien/{secret}");
    let p = proposer(&cx, &m, depuis(du, &cx), None).await?;
    Ok(PageCreneaux {
        page: v.page,
        titre: "Changer d’heure".into(),
        chapeau: format!("{}. Pour l’instant : {}", m.libelle, interface::format::instant_long(r.debut)),
        retour: base.clone(),
        adresse: format!("{base}/changer"),
        change: true,
        refus,
        suivants: p.suite.map(|j| format!("{base}/changer?du={j}")),
        p,
    })
}

async fn autres_creneaux(v: Visite, Chemin(secret): Chemin<String>, Parametres(d): Parametres<DemandeCreneaux>) -> Rendu {
    rendre(&page_changer(v, &secret, &d.du, None).await?)
}

async fn changer(v: Visite, Chemin(secret): Chemin<String>, Formulaire(d): Formulaire<DemandeCreneau>) -> Rendu {
    let cx = reservation::visite(&v.etat).await?;
    suite::ouvrir(&cx, &secret).await?;
    let Some((debut, lieu)) = lire_code(&d.creneau) else {
        drop(cx);
        return rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page_changer(v, &secret, "", Some("Choisissez une heure.".into())).await?);
    };
    match suite::deplacer_par_lien(&cx, &secret, debut, lieu).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(vers(&format!("/rendez-vous/mien/{secret}")))
        }
        Err(Erreur::Conflit(m)) => {
            drop(cx);
            rendre_avec(StatusCode::CONFLICT, &page_changer(v, &secret, "", Some(m)).await?)
        }
        Err(e) => Err(e.into()),
    }
}
