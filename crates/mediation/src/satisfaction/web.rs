use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse as Rendu, Visite, Web, aller, rendre, rendre_avec, vers},
};
use socle::{Contexte, Erreur, Nomenclature, Permission, Resultat, identifiant::AccompagnementId};

use super::{
    Invitation, Inviter, JOURS, Moyen, QUESTIONS, Reponse, Suivi,
    questions::{self, Question},
    visages::{self, Posee, nue},
};
use crate::accompagnement;

/// Pages of opinions: the mediator's, and those anybody with a link opens.
pub fn pages() -> Pages {
    Pages::new()
        .get("/accompagnements/{id}/avis", demander)
        .post("/accompagnements/{id}/avis", inviter)
        .get_public("/avis/{secret}", questionnaire)
        .post_public("/avis/{secret}", repondre)
}

#[derive(Template)]
#[template(path = "satisfaction/demander.html")]
struct PageDemander {
    page: Page,
    erreurs: Erreurs,
    accompagnement: String,
    suivi: Suivi,
    /// Every answer that may come has come.
    complet: bool,
    places: i32,
    accord: bool,
    /// Why no mail can be sent, if so.
    sans_courriel: Option<&'static str>,
    jours: i64,
}

async fn gabarit(page: Page, cx: &Contexte, id: AccompagnementId, accord: bool, erreurs: Erreurs) -> Resultat<PageDemander> {
    let a = accompagnement::lire(cx, id).await?;
    cx.exiger_dans(Permission::AccompagnementsEcrire, a.ligne.structure_id)?;
    let suivi = super::suivi(cx, id).await?;
    let places = super::participants(&a);
    let personne = super::la_personne(cx, &a).await?;
    Ok(PageDemander {
        page,
        erreurs,
        accompagnement: format!("/accompagnements/{id}"),
        complet: suivi.reponses >= places,
        sans_courriel: match personne {
            _ if suivi.courriel => Some("Un courriel a déjà été envoyé pour cet accompagnement : un seul suffit."),
            None => Some("Le courriel sert pour une personne nommée, reçue seule."),
            Some(p) if p.courriel.is_none() => Some("Le dossier de la personne n’a pas d’adresse de courriel."),
            Some(_) => None,
        },
        suivi,
        places,
        accord,
        jours: JOURS,
    })
}

async fn demander(w: Web, Chemin(id): Chemin<AccompagnementId>) -> Rendu {
    let cx = w.lecture();
    rendre(&gabarit(w.page, &cx, id, false, Erreurs::default()).await?)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieDemande {
    moyen: String,
    accord: String,
}

#[derive(Template)]
#[template(path = "satisfaction/code.html")]
struct PageCode {
    page: Page,
    accompagnement: String,
    lien: String,
    svg: String,
    limite: chrono::NaiveDate,
    /// More than one person may answer: how many.
    places: Option<i32>,
}

async fn inviter(w: Web, Chemin(id): Chemin<AccompagnementId>, Formulaire(s): Formulaire<SaisieDemande>) -> Rendu {
    let cx = w.ecriture().await?;
    let accord = s.accord == "oui";
    let fait: Resultat<(Moyen, Invitation)> = match Moyen::depuis(&s.moyen) {
        Some(moyen) => super::inviter(&cx, id, Inviter { moyen, accord }).await.map(|i| (moyen, i)),
        None => accompagnement::lire(&cx, id).await.and(Err(Erreur::champ("moyen", "Choisissez comment demander l’avis."))),
    };
    match fait {
        Ok((moyen, i)) => {
            cx.valider().await?;
            let fiche = format!("/accompagnements/{id}");
            match (moyen, i.lien) {
                (Moyen::Qr, Some(lien)) => rendre(&PageCode {
                    page: w.page,
                    accompagnement: fiche,
                    svg: interface::qr::svg(&lien, "QR code qui mène au questionnaire")?,
                    lien,
                    limite: socle::horloge::jour(i.expire_le),
                    places: Some(i.places).filter(|p| *p > 1),
                }),
                // The form alone: from its pages, nothing leads back to the file.
                (_, Some(lien)) => Ok(vers(lien.rsplit_once("/avis/").map_or("/", |(origine, _)| &lien[origine.len()..]))),
                (_, None) => Ok(aller(&fiche, Message::succes("Le courriel part dans un instant."))),
            }
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page, &cx, id, accord, e.into()).await?),
        Err(Erreur::Conflit(m)) => Ok(aller(&format!("/accompagnements/{id}/avis"), Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    accueil: String,
    utilite: String,
    recommandation: String,
    commentaire: String,
}

impl Saisie {
    fn de(&self, q: &Question) -> &str {
        match q.code {
            "accueil" => &self.accueil,
            "utilite" => &self.utilite,
            _ => &self.recommandation,
        }
    }

    /// A face that is not one of the five is refused as one that is not chosen.
    fn reponse(&self) -> Reponse {
        let note = |t: &str| t.parse().unwrap_or(0);
        Reponse {
            accueil: note(&self.accueil),
            utilite: note(&self.utilite),
            recommandation: note(&self.recommandation),
            commentaire: Some(self.commentaire.clone()),
        }
    }
}

#[derive(Template)]
#[template(path = "satisfaction/questionnaire.html")]
struct PageQuestionnaire {
    page: Page,
    erreurs: Erreurs,
    structure: String,
    questions: Vec<Posee>,
    commentaire: String,
}

/// The last page: thanks, or why there is nothing to answer. Nothing on it leads anywhere.
#[derive(Template)]
#[template(path = "satisfaction/fin.html")]
struct PageFin {
    page: Page,
    titre: &'static str,
    texte: String,
    merci: bool,
}

fn poser(s: &Saisie, erreurs: &Erreurs) -> Vec<Posee> {
    visages::poser(&QUESTIONS, |q| s.de(q), erreurs)
}

/// What a link that cannot be answered says, with its status; never the usual page of errors, which leads
/// into the application.
fn refuser(page: Page, e: &Erreur) -> Rendu {
    let (titre, texte) = match e {
        Erreur::Introuvable(_) => ("Ce lien n’existe pas", questions::INCONNU.to_owned()),
        Erreur::Perime(m) => (if m == questions::DEJA { "Votre avis est déjà donné" } else { "C’est trop tard pour répondre" }, m.clone()),
        autre => (autre.titre(), autre.explication()),
    };
    if e.statut().is_server_error() {
        tracing::error!(erreur = %e, "opinion refused");
    }
    rendre_avec(e.statut(), &PageFin { page, titre, texte, merci: false })
}

async fn questionnaire(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    let page = nue(v.page);
    match super::ouvrir(&super::visite(&v.etat), &secret).await {
        Ok(o) => rendre(&PageQuestionnaire {
            page,
            questions: poser(&Saisie::default(), &Erreurs::default()),
            erreurs: Erreurs::default(),
            structure: o.structure,
            commentaire: String::new(),
        }),
        Err(e) => refuser(page, &e),
    }
}

async fn repondre(v: Visite, Chemin(secret): Chemin<String>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let page = nue(v.page);
    match super::repondre_a(&v.etat, &secret, s.reponse()).await {
        Ok(moyen) => rendre(&PageFin {
            page,
            titre: "Merci\u{a0}!",
            texte: match moyen {
                Moyen::Tablette => "Votre avis est enregistré, sans votre nom. Vous pouvez rendre la tablette.".into(),
                Moyen::Qr | Moyen::Courriel => "Votre avis est enregistré, sans votre nom. Vous pouvez fermer cette page.".into(),
            },
            merci: true,
        }),
        Err(Erreur::Invalide(e)) => match super::ouvrir(&super::visite(&v.etat), &secret).await {
            Ok(o) => {
                let erreurs: Erreurs = e.into();
                let p =
                    PageQuestionnaire { page, questions: poser(&s, &erreurs), erreurs, structure: o.structure, commentaire: s.commentaire };
                rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &p)
            }
            Err(e) => refuser(page, &e),
        },
        Err(e) => refuser(page, &e),
    }
}
