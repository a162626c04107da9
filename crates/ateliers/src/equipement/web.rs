//! Pages of the register of equipment.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page, format,
    requete::{Chemin, Formulaire, Pages, Reponse as Rendu, Web, aller, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Permission, Resultat, controle::Controle, identifiant::EquipementId};

use super::{EcrireEquipement, Equipement, EtatEquipement};

/// Pages of equipment.
pub fn pages() -> Pages {
    Pages::new()
        .get("/structure/materiel", liste)
        .post("/structure/materiel", ajouter)
        .get("/structure/materiel/{id}", voir)
        .post("/structure/materiel/{id}", modifier)
        .post("/structure/materiel/{id}/etat", marquer)
        .post("/structure/materiel/{id}/retirer", retirer)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    id: String,
    version: String,
    nom: String,
    quantite: String,
    lieu: String,
    precision: String,
}

impl Saisie {
    fn de(e: &Equipement) -> Self {
        Self {
            id: String::new(),
            version: e.version.to_string(),
            nom: e.nom.clone(),
            quantite: e.quantite.to_string(),
            lieu: e.lieu_id.map(|l| l.to_string()).unwrap_or_default(),
            precision: e.precision.clone().unwrap_or_default(),
        }
    }

    fn lire(&self) -> Resultat<EcrireEquipement> {
        let mut c = Controle::new();
        c.exiger(!self.nom.trim().is_empty(), "nom", "Donnez un nom à ce matériel.");
        let quantite: Option<u32> = c.nombre("quantite", &self.quantite);
        c.exiger(!self.quantite.trim().is_empty(), "quantite", "Dites combien il y en a.");
        let d = EcrireEquipement {
            id: c.identifiant("id", &self.id),
            version: self.version.parse().ok(),
            nom: self.nom.clone(),
            quantite: quantite.unwrap_or(1),
            lieu: c.identifiant("lieu", &self.lieu),
            etat: None,
            precision: Some(self.precision.clone()),
        };
        c.finir()?;
        Ok(d)
    }
}

struct Ligne {
    id: EquipementId,
    nom: String,
    precision: String,
    en_panne: bool,
}

#[derive(Template)]
#[template(path = "equipement/liste.html")]
struct PageListe {
    page: Page,
    erreurs: Erreurs,
    lignes: Vec<Ligne>,
    lieux: Vec<Choix>,
    ecrire: bool,
    s: Saisie,
}

async fn lieux(cx: &Contexte, choisi: &str) -> Resultat<Vec<Choix>> {
    let v = territoire::lieu::lister(cx, false).await?;
    Ok(v.into_iter().map(|l| Choix::nouveau(l.id.to_string(), l.nom, l.id.to_string() == choisi)).collect())
}

async fn gabarit(cx: &Contexte, page: Page, s: Saisie, erreurs: Erreurs) -> Resultat<PageListe> {
    let registre = super::lister(cx).await?;
    let noms = territoire::lieu::noms_et_adresses(cx, registre.iter().filter_map(|e| e.lieu_id).collect()).await?;
    Ok(PageListe {
        page,
        erreurs,
        lieux: lieux(cx, &s.lieu).await?,
        ecrire: cx.acteur.peut(Permission::AccompagnementsEcrire),
        lignes: registre
            .into_iter()
            .map(|e| {
                let ou = e.lieu_id.map_or_else(|| "se déplace".to_owned(), |l| noms.get(&l.0).cloned().unwrap_or_default());
                Ligne {
                    id: e.id,
                    precision: [Some(e.quantite.to_string()), Some(ou), e.precision].into_iter().flatten().collect::<Vec<_>>().join(" · "),
                    en_panne: e.etat == EtatEquipement::EnPanne,
                    nom: e.nom,
                }
            })
            .collect(),
        s,
    })
}

async fn liste(w: Web) -> Rendu {
    let cx = w.lecture();
    let s = Saisie { id: cx.nouvel_uuid().to_string(), ..Saisie::default() };
    rendre(&gabarit(&cx, w.page, s, Erreurs::default()).await?)
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let fait = match s.lire() {
        Ok(d) => super::creer(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((e, _)) => {
            cx.valider().await?;
            Ok(aller("/structure/materiel", Message::succes(format!("« {} » est dans le matériel.", e.nom))))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&w.lecture(), w.page, s, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

struct LigneUsage {
    href: String,
    quand: String,
    titre: String,
    quantite: i32,
    manque: Option<String>,
}

#[derive(Template)]
#[template(path = "equipement/voir.html")]
struct PageEquipement {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    nom: String,
    adresse: String,
    quantite: i32,
    ou: String,
    precision: Option<String>,
    en_panne: bool,
    retire: bool,
    usages: Vec<LigneUsage>,
    lieux: Vec<Choix>,
    ecrire: bool,
    s: Saisie,
}

async fn page(cx: &Contexte, page: Page, id: EquipementId, s: Option<Saisie>, erreurs: Erreurs, perimee: bool) -> Resultat<PageEquipement> {
    let (e, usages) = super::usages(cx, id).await?;
    let noms = territoire::lieu::noms_et_adresses(cx, e.lieu_id.into_iter().collect()).await?;
    let s = s.unwrap_or_else(|| Saisie::de(&e));
    Ok(PageEquipement {
        erreurs,
        perimee,
        adresse: format!("/structure/materiel/{id}"),
        quantite: e.quantite,
        ou: e.lieu_id.map_or_else(|| "Se déplace".to_owned(), |l| format!("Reste à {}", noms.get(&l.0).map_or("son lieu", String::as_str))),
        en_panne: e.etat == EtatEquipement::EnPanne,
        retire: e.retire_le.is_some(),
        usages: usages
            .into_iter()
            .map(|u| LigneUsage {
                href: format!("/ateliers/seances/{}", u.seance.id),
                quand: format::instant_long(u.date.debut),
                titre: u.seance.titre,
                quantite: u.quantite,
                manque: (u.manque > 0).then(|| format!("Il en manque {}", u.manque)),
            })
            .collect(),
        lieux: lieux(cx, &s.lieu).await?,
        ecrire: cx.acteur.peut_dans(Permission::AccompagnementsEcrire, e.structure_id),
        nom: e.nom,
        precision: e.precision,
        page,
        s,
    })
}

async fn voir(w: Web, Chemin(id): Chemin<EquipementId>) -> Rendu {
    rendre(&page(&w.lecture(), w.page, id, None, Erreurs::default(), false).await?)
}

async fn modifier(w: Web, Chemin(id): Chemin<EquipementId>, Formulaire(mut s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    let present = super::ligne(&cx, id, Permission::AccompagnementsEcrire).await?.version;
    let fait = match s.lire() {
        Ok(d) => super::modifier(&cx, id, d).await,
        Err(e) => Err(e),
    };
    let adresse = format!("/structure/materiel/{id}");
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&adresse, Message::succes("Ce matériel est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page(&w.lecture(), w.page, id, Some(s), e.into(), false).await?)
        }
        Err(Erreur::VersionPerimee) => {
            drop(cx);
            s.version = present.to_string();
            rendre_avec(StatusCode::CONFLICT, &page(&w.lecture(), w.page, id, Some(s), Erreurs::default(), true).await?)
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&adresse, Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieEtat {
    en_panne: String,
}

async fn marquer(w: Web, Chemin(id): Chemin<EquipementId>, Formulaire(s): Formulaire<SaisieEtat>) -> Rendu {
    let cx = w.ecriture().await?;
    let panne = s.en_panne == "oui";
    super::marquer(&cx, id, if panne { EtatEquipement::EnPanne } else { EtatEquipement::Utilisable }).await?;
    cx.valider().await?;
    let mot = if panne {
        "C’est noté en panne. Les séances à venir qui l’ont réservé le disent."
    } else {
        "C’est de nouveau utilisable."
    };
    Ok(aller(&format!("/structure/materiel/{id}"), Message::succes(mot)))
}

async fn retirer(w: Web, Chemin(id): Chemin<EquipementId>) -> Rendu {
    let cx = w.ecriture().await?;
    super::retirer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller(
        "/structure/materiel",
        Message::succes("Ce matériel n’est plus dans la liste. Les séances à venir qui l’ont réservé le disent."),
    ))
}
