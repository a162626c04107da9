//! Reasons, and the hours when mediators receive.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse as Rendu, Web, aller, choix, rendre, rendre_avec},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    equipe,
    identifiant::{MotifId, PlageId, UtilisateurId},
};

use crate::rendez_vous::{
    EcrireMotif, EcrirePlage, Maniere, exception,
    motif::{self},
    plage,
};

/// Pages of reasons and hours.
pub(super) fn pages() -> Pages {
    Pages::new()
        .get("/agenda/motifs", motifs)
        .get("/agenda/motifs/nouveau", nouveau_motif)
        .post("/agenda/motifs/nouveau", ecrire_motif)
        .get("/agenda/motifs/{id}", un_motif)
        .post("/agenda/motifs/{id}", modifier_motif)
        .get("/agenda/plages", plages)
        .post("/agenda/plages", ajouter_plage)
        .post("/agenda/plages/reprendre", reprendre)
        .post("/agenda/plages/{id}/retirer", retirer)
}

struct LigneMotif {
    href: String,
    libelle: String,
    precision: String,
    etat: Option<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "rendez_vous/motifs.html")]
struct PageMotifs {
    page: Page,
    motifs: Vec<LigneMotif>,
    publique: String,
    ecrire: bool,
}

async fn motifs(w: Web) -> Rendu {
    let cx = w.lecture();
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let motifs = motif::lister(&cx).await?;
    rendre(&PageMotifs {
        ecrire: w.acteur.peut(Permission::AccompagnementsEcrire),
        publique: format!("{}/rendez-vous/{structure}", cx.etat().config.public_url.trim_end_matches('/')),
        motifs: motifs
            .into_iter()
            .map(|m| LigneMotif {
                href: format!("/agenda/motifs/{}", m.id),
                precision: format!("{} · {}", interface::format::duree(m.duree_minutes), m.maniere.libelle()),
                etat: if !m.actif {
                    Some(("Plus proposé", "neutre"))
                } else if m.publie {
                    Some(("Public", "succes"))
                } else {
                    None
                },
                libelle: m.libelle,
            })
            .collect(),
        page: w.page,
    })
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieMotif {
    version: String,
    libelle: String,
    description: String,
    duree_minutes: String,
    maniere: String,
    publie: String,
    delai_heures: String,
    horizon_jours: String,
    mediateurs: Vec<String>,
    actif: String,
}

impl SaisieMotif {
    fn lire(&self) -> Resultat<EcrireMotif> {
        let mut c = Controle::new();
        let maniere = c.code::<Maniere>("maniere", &self.maniere);
        c.exiger(!self.maniere.is_empty(), "maniere", "Dites comment on se rencontre.");
        let duree: Option<u32> = c.nombre("duree_minutes", &self.duree_minutes);
        c.exiger(!self.duree_minutes.trim().is_empty(), "duree_minutes", "Donnez la durée, en minutes.");
        let d = EcrireMotif {
            version: self.version.parse().ok(),
            libelle: self.libelle.clone(),
            description: Some(self.description.clone()),
            duree_minutes: duree.unwrap_or(30),
            maniere: maniere.unwrap_or(Maniere::SurPlace),
            publie: self.publie == "oui",
            delai_heures: c.nombre("delai_heures", &self.delai_heures),
            horizon_jours: c.nombre("horizon_jours", &self.horizon_jours),
            mediateurs: self.mediateurs.iter().filter_map(|u| c.identifiant("mediateurs", u)).collect(),
            actif: self.actif == "oui",
        };
        c.finir()?;
        Ok(d)
    }
}

#[derive(Template)]
#[template(path = "rendez_vous/motif.html")]
struct PageMotif {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    nouveau: bool,
    manieres: Vec<Choix>,
    equipe: Vec<Choix>,
    s: SaisieMotif,
}

async fn gabarit_motif(cx: &Contexte, page: Page, s: SaisieMotif, nouveau: bool, erreurs: Erreurs, perimee: bool) -> Resultat<PageMotif> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let membres = equipe::membres(cx, &[structure]).await?;
    Ok(PageMotif {
        page,
        erreurs,
        perimee,
        nouveau,
        manieres: choix(Maniere::depuis(&s.maniere).as_slice()),
        equipe: membres.into_iter().map(|m| Choix::nouveau(m.id.to_string(), m.nom, s.mediateurs.contains(&m.id.to_string()))).collect(),
        s,
    })
}

async fn nouveau_motif(w: Web) -> Rendu {
    let s = SaisieMotif {
        duree_minutes: "45".into(),
        maniere: Maniere::SurPlace.code(),
        delai_heures: "24".into(),
        horizon_jours: "28".into(),
        actif: "oui".into(),
        ..SaisieMotif::default()
    };
    rendre(&gabarit_motif(&w.lecture(), w.page, s, true, Erreurs::default(), false).await?)
}

async fn ecrire_motif(w: Web, Formulaire(s): Formulaire<SaisieMotif>) -> Rendu {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let fait = match s.lire() {
        Ok(d) => motif::ecrire(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/agenda/motifs", Message::succes("Le motif est écrit.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit_motif(&w.lecture(), w.page, s, true, e.into(), false).await?)
        }
        Err(Erreur::Conflit(m)) => Ok(aller("/agenda/motifs", Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

async fn un_motif(w: Web, Chemin(id): Chemin<MotifId>) -> Rendu {
    let cx = w.lecture();
    let m = motif::ligne(&cx, id, Permission::AccompagnementsEcrire).await?;
    let oui = |b: bool| if b { "oui".to_owned() } else { String::new() };
    let s = SaisieMotif {
        version: m.version.to_string(),
        libelle: m.libelle,
        description: m.description.unwrap_or_default(),
        duree_minutes: m.duree_minutes.to_string(),
        maniere: m.maniere.code(),
        publie: oui(m.publie),
        delai_heures: m.delai_heures.to_string(),
        horizon_jours: m.horizon_jours.to_string(),
        mediateurs: m.mediateurs.0.iter().map(ToString::to_string).collect(),
        actif: oui(m.actif),
    };
    rendre(&gabarit_motif(&cx, w.page, s, false, Erreurs::default(), false).await?)
}

async fn modifier_motif(w: Web, Chemin(id): Chemin<MotifId>, Formulaire(mut s): Formulaire<SaisieMotif>) -> Rendu {
    let cx = w.ecriture().await?;
    let present = motif::ligne(&cx, id, Permission::AccompagnementsEcrire).await?.version;
    let fait = match s.lire() {
        Ok(d) => motif::modifier(&cx, id, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/agenda/motifs", Message::succes("Le motif est enregistré.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit_motif(&w.lecture(), w.page, s, false, e.into(), false).await?)
        }
        Err(Erreur::VersionPerimee) => {
            drop(cx);
            s.version = present.to_string();
            rendre_avec(StatusCode::CONFLICT, &gabarit_motif(&w.lecture(), w.page, s, false, Erreurs::default(), true).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisiePlage {
    utilisateur: String,
    lieu: String,
    jour: String,
    horaires: String,
    du: String,
    au: String,
}

struct LignePlage {
    id: String,
    nom: String,
    precision: String,
    /// How many days to come are closed or moved, in words.
    exceptions: Option<String>,
}

#[derive(Template)]
#[template(path = "rendez_vous/plages.html")]
struct PagePlages {
    page: Page,
    erreurs: Erreurs,
    equipe: Vec<Choix>,
    lieux: Vec<Choix>,
    jours: Vec<Choix>,
    /// Of each mediator.
    groupes: Vec<(String, Vec<LignePlage>)>,
    ecrire: bool,
    s: SaisiePlage,
}

pub(super) const JOURS: [&str; 7] = ["Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche"];

async fn gabarit_plages(cx: &Contexte, page: Page, s: SaisiePlage, erreurs: Erreurs) -> Resultat<PagePlages> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let membres = equipe::membres(cx, &[structure]).await?;
    let lieux = territoire::lieu::lister(cx, true).await?;
    let plages = plage::lister(cx, None).await?;
    let exceptions = exception::de_plages(cx, plages.iter().map(|p| p.id).collect()).await?;
    let changes = |id: PlageId| {
        let n = exceptions.iter().filter(|(p, e)| *p == id && e.origine >= cx.aujourd_hui()).count();
        (n > 0).then(|| interface::format::compte(n as i64, "jour changé", "jours changés"))
    };
    let mut groupes = vec![];
    for m in &membres {
        let siennes: Vec<LignePlage> = plages
            .iter()
            .filter(|p| p.utilisateur_id == m.id)
            .map(|p| {
                let lieu = p.lieu_id.and_then(|l| lieux.iter().find(|x| x.id == l)).map(|l| l.nom.clone());
                let un_jour = p.au == Some(p.du);
                let fin = p.au.filter(|_| !un_jour).map(|au| format!("jusqu’au {}", interface::format::date_sans_jour(au)));
                let debut =
                    (p.du > cx.aujourd_hui() && !un_jour).then(|| format!("à partir du {}", interface::format::date_sans_jour(p.du)));
                let seul = un_jour.then(|| "ce jour-là seulement".to_owned());
                LignePlage {
                    id: p.id.to_string(),
                    nom: super::jours::nom(p),
                    precision: [lieu, debut, fin, seul].into_iter().flatten().collect::<Vec<_>>().join(" · "),
                    exceptions: changes(p.id),
                }
            })
            .collect();
        if !siennes.is_empty() {
            groupes.push((m.nom.clone(), siennes));
        }
    }
    Ok(PagePlages {
        page,
        erreurs,
        equipe: membres.into_iter().map(|m| Choix::nouveau(m.id.to_string(), m.nom, m.id.to_string() == s.utilisateur)).collect(),
        lieux: lieux.into_iter().filter(|l| l.actif).map(|l| Choix::nouveau(l.id.to_string(), l.nom, l.id.to_string() == s.lieu)).collect(),
        jours: JOURS.iter().enumerate().map(|(i, j)| Choix::nouveau((i + 1).to_string(), *j, (i + 1).to_string() == s.jour)).collect(),
        groupes,
        ecrire: cx.acteur.peut(Permission::AccompagnementsEcrire),
        s,
    })
}

async fn plages(w: Web, Parametres(s): Parametres<SaisiePlage>) -> Rendu {
    let cx = w.lecture();
    let s = SaisiePlage {
        utilisateur: w.acteur.utilisateur.map(|u| u.to_string()).unwrap_or_default(),
        jour: "1".into(),
        lieu: territoire::lieu::lister(&cx, false).await?.first().map(|l| l.id.to_string()).unwrap_or_default(),
        ..s
    };
    rendre(&gabarit_plages(&cx, w.page, s, Erreurs::default()).await?)
}

async fn ajouter_plage(w: Web, Formulaire(s): Formulaire<SaisiePlage>) -> Rendu {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let mut c = Controle::new();
    let d = EcrirePlage {
        utilisateur: c.identifiant::<UtilisateurId>("utilisateur", &s.utilisateur),
        lieu: c.identifiant("lieu", &s.lieu),
        jour: c.nombre("jour", &s.jour).unwrap_or(0),
        horaires: s.horaires.clone(),
        du: c.date("du", &s.du),
        au: c.date("au", &s.au),
    };
    let fait = match c.finir() {
        Ok(()) => plage::ajouter(&cx, d).await.map(|_| ()),
        Err(e) => Err(e),
    };
    repondre(w, cx, s, fait, "Ces heures sont ouvertes aux rendez-vous.").await
}

async fn reprendre(w: Web, Formulaire(s): Formulaire<SaisiePlage>) -> Rendu {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let fait = match s.lieu.parse() {
        Ok(lieu) => plage::reprendre_horaires(&cx, s.utilisateur.parse().ok(), lieu).await.map(|_| ()),
        Err(_) => Err(Erreur::champ("lieu", "Choisissez le lieu dont reprendre les horaires.")),
    };
    repondre(w, cx, s, fait, "Les horaires du lieu sont ouverts aux rendez-vous.").await
}

async fn repondre(w: Web, cx: Contexte, s: SaisiePlage, fait: Resultat<()>, mot: &str) -> Rendu {
    match fait {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller("/agenda/plages", Message::succes(mot)))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit_plages(&w.lecture(), w.page, s, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn retirer(w: Web, Chemin(id): Chemin<PlageId>) -> Rendu {
    let cx = w.ecriture().await?;
    plage::retirer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller("/agenda/plages", Message::succes("Ces heures ne sont plus proposées. Les rendez-vous déjà pris restent.")))
}
