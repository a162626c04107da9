//! Pages « Reprendre des données ».

mod depot_fichier;

use askama::Template;
use axum::{
    extract::{DefaultBodyLimit, Request},
    handler::Handler,
    http::StatusCode,
};
use interface::{
    Choix, Erreurs, Message, Page,
    format::{compte, entier},
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec, vers},
};
use socle::{Erreur, Permission, identifiant::ImportId};

use crate::{
    Nature, champ,
    import::{self, ErreurLigne, TAILLE_MAX},
    modele,
    table::{Etat, Model},
};

pub use depot_fichier::{envoyer_erreurs, recevoir};

/// The body of an upload: the file, and what goes around it.
pub const CORPS_MAX: usize = TAILLE_MAX + 64 * 1024;

/// Pages of imports.
pub fn pages() -> Pages {
    Pages::new()
        .get("/reprise", liste)
        .post("/reprise", apporter.layer(DefaultBodyLimit::max(CORPS_MAX)))
        .get("/reprise/modeles/{nom}", telecharger)
        .get("/reprise/{id}", voir)
        .get("/reprise/{id}/erreurs.csv", erreurs)
        .post("/reprise/{id}/colonnes", choisir)
        .post("/reprise/{id}/confirmer", confirmer)
        .post("/reprise/{id}/retirer", retirer)
}

/// Lines shown of what is to be mended; all are in the file.
const MONTREES: u64 = 500;

#[derive(Template)]
#[template(path = "liste.html")]
struct PageListe {
    page: Page,
    erreurs: Erreurs,
    natures: Vec<Choix>,
    imports: Vec<(Model, &'static str, &'static str)>,
}

fn nom_etat(i: &Model) -> (&'static str, &'static str) {
    match i.etat {
        Etat::Depot => ("incomplet", "attention"),
        Etat::ALire | Etat::Lecture => ("lecture en cours", "info"),
        Etat::Apercu if i.comptes.erreurs > 0 => ("à corriger", "attention"),
        Etat::Apercu => ("à confirmer", "info"),
        Etat::AEcrire => ("écriture en cours", "info"),
        Etat::Repris => ("repris", "succes"),
        Etat::Refuse => ("illisible", "erreur"),
    }
}

async fn gabarit_liste(w: &Web, page: Page, erreurs: Erreurs) -> Result<PageListe, Erreur> {
    let imports = import::lister(&w.lecture()).await?;
    let imports = imports
        .into_iter()
        .map(|i| {
            let (mot, genre) = nom_etat(&i);
            (i, mot, genre)
        })
        .collect();
    let natures = [Nature::Personnes, Nature::Accompagnements];
    let natures = natures.iter().map(|n| Choix::nouveau(n.code(), n.libelle(), *n == Nature::Personnes)).collect();
    Ok(PageListe { page, erreurs, natures, imports })
}

async fn liste(w: Web) -> Reponse {
    let page = w.page.clone();
    rendre(&gabarit_liste(&w, page, Erreurs::default()).await?)
}

async fn apporter(w: Web, req: Request) -> Reponse {
    match recevoir(&w, req).await {
        Ok(id) => Ok(vers(&format!("/reprise/{id}"))),
        Err(Erreur::Invalide(f)) => {
            let page = w.page.clone();
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit_liste(&w, page, f.into()).await?)
        }
        Err(e @ (Erreur::TropVolumineux | Erreur::Conflit(_))) => {
            let mots = if matches!(e, Erreur::TropVolumineux) {
                "Ce fichier dépasse 100 Mo : partagez-le en plusieurs fichiers, par année par exemple.".to_owned()
            } else {
                e.explication()
            };
            let mut f = Erreurs::nouvelles();
            f.ajoute("fichier", mots);
            let page = w.page.clone();
            rendre_avec(e.statut(), &gabarit_liste(&w, page, f).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn telecharger(w: Web, Chemin(nom): Chemin<String>) -> Reponse {
    w.lecture().exiger(Permission::Reprendre)?;
    Ok(modele::modele(&nom)?)
}

/// A column of the file, and what it is taken for.
struct Colonne {
    nom: String,
    titre: String,
    choix: Vec<Choix>,
    ignoree: bool,
    erreur: Option<String>,
}

#[derive(Template)]
#[template(path = "voir.html")]
struct PageVoir {
    page: Page,
    erreurs: Erreurs,
    i: Model,
    /// While something runs, the page looks again by itself.
    en_cours: Option<&'static str>,
    lignes_lues: String,
    fautives: String,
    comprises: String,
    /// More is to be mended than what is shown.
    plus: bool,
    colonnes: Vec<Colonne>,
    /// Columns not understood, by name.
    non_reprises: Vec<String>,
    a_corriger: Vec<ErreurLigne>,
    chiffres: Vec<(String, &'static str)>,
    debut: Vec<(u32, Vec<String>)>,
    entetes: Vec<String>,
    inconnus: Vec<String>,
    confirmable: bool,
    rien: bool,
    vers_liste: &'static str,
}

impl PageVoir {
    fn adresse(&self) -> String {
        format!("/reprise/{}", self.i.id)
    }
    fn adresse_erreurs(&self) -> String {
        format!("/reprise/{}/erreurs.csv", self.i.id)
    }
    fn adresse_retirer(&self) -> String {
        format!("/reprise/{}/retirer", self.i.id)
    }
}

async fn gabarit(w: &Web, page: Page, id: ImportId, erreurs: Erreurs) -> Result<PageVoir, Erreur> {
    let cx = w.lecture();
    let i = import::lire(&cx, id).await?;
    let nature = Nature::depuis(&i.nature).unwrap_or(Nature::Personnes);
    let a_corriger = if i.etat == Etat::Apercu { import::erreurs(&cx, id, None, MONTREES).await? } else { vec![] };
    let c = &i.comptes;
    let mut chiffres = vec![(entier(c.lignes as i64), "lignes lues")];
    chiffres.push((entier(c.personnes_nouvelles as i64), if i.etat == Etat::Repris { "dossiers créés" } else { "dossiers à créer" }));
    chiffres.push((entier(c.personnes_connues as i64), "personnes déjà connues"));
    if nature == Nature::Accompagnements {
        let mots = if i.etat == Etat::Repris { "accompagnements enregistrés" } else { "accompagnements à enregistrer" };
        chiffres.push((entier(c.accompagnements_nouveaux as i64), mots));
        chiffres.push((entier(c.accompagnements_connus as i64), "accompagnements déjà repris"));
    }
    let champs = &i.colonnes.champs;
    let reconnues = champs.iter().flatten().count();
    let colonnes: Vec<Colonne> = i
        .colonnes
        .entetes
        .iter()
        .enumerate()
        .filter(|(_, e)| !e.is_empty())
        .map(|(n, e)| {
            let prise = champs.get(n).copied().flatten();
            let nom = format!("colonne{n}");
            Colonne {
                titre: e.clone(),
                choix: nature.colonnes().iter().map(|c| Choix::nouveau(c.champ.code(), c.titre, prise == Some(c.champ))).collect(),
                ignoree: prise.is_none() && champ::ignoree(nature, e),
                erreur: erreurs.de(&nom).map(str::to_owned),
                nom,
            }
        })
        .collect();
    let non_reprises = colonnes.iter().filter(|c| !c.ignoree && c.choix.iter().all(|x| !x.coche)).map(|c| c.titre.clone()).collect();
    let citer = |quoi: &str, m: &std::collections::BTreeMap<String, u64>| {
        m.iter().map(|(n, k)| format!("{quoi} « {n} » ({})", compte(*k as i64, "ligne", "lignes"))).collect::<Vec<_>>()
    };
    let inconnus = [citer("Lieu", &c.lieux_inconnus), citer("Médiateur ou médiatrice", &c.mediateurs_inconnus)].concat();
    let nouveau = c.personnes_nouvelles + c.accompagnements_nouveaux > 0;
    let apercu = i.etat == Etat::Apercu;
    Ok(PageVoir {
        page,
        erreurs,
        en_cours: match i.etat {
            Etat::ALire | Etat::Lecture => Some("Lecture du fichier"),
            Etat::AEcrire => Some("Écriture"),
            _ => None,
        },
        lignes_lues: compte(c.lignes as i64, "ligne lue", "lignes lues"),
        fautives: compte(c.lignes_en_erreur as i64, "ligne à corriger", "lignes à corriger"),
        comprises: compte(reconnues as i64, "colonne comprise", "colonnes comprises"),
        plus: c.erreurs > a_corriger.len() as u64,
        colonnes,
        non_reprises,
        a_corriger,
        chiffres,
        debut: i.colonnes.debut.clone(),
        entetes: i.colonnes.entetes.clone(),
        inconnus,
        confirmable: apercu && c.erreurs == 0 && nouveau,
        rien: apercu && c.erreurs == 0 && !nouveau,
        vers_liste: if nature == Nature::Personnes { "/personnes" } else { "/accompagnements" },
        i,
    })
}

async fn voir(w: Web, Chemin(id): Chemin<ImportId>) -> Reponse {
    let page = w.page.clone();
    rendre(&gabarit(&w, page, id, Erreurs::default()).await?)
}

async fn erreurs(w: Web, Chemin(id): Chemin<ImportId>) -> Reponse {
    Ok(envoyer_erreurs(w.lecture(), id).await?)
}

async fn choisir(w: Web, Chemin(id): Chemin<ImportId>, Formulaire(champs): Formulaire<Vec<(String, String)>>) -> Reponse {
    let cx = w.ecriture().await?;
    let combien = import::lire(&cx, id).await?.colonnes.entetes.len();
    let codes: Vec<String> = (0..combien)
        .map(|n| {
            let nom = format!("colonne{n}");
            champs.iter().find(|(c, _)| *c == nom).map(|(_, v)| v.clone()).unwrap_or_default()
        })
        .collect();
    match import::choisir_colonnes(&cx, id, &codes).await {
        Ok(()) => {
            cx.valider().await?;
            Ok(vers(&format!("/reprise/{id}")))
        }
        Err(Erreur::Invalide(f)) => {
            drop(cx);
            let page = w.page.clone();
            let mut g = gabarit(&w, page, id, f.into()).await?;
            // What was chosen comes back.
            for c in &mut g.colonnes {
                let choisi = champs.iter().find(|(n, _)| *n == c.nom).map_or("", |(_, v)| v.as_str());
                for x in &mut c.choix {
                    x.coche = x.code == choisi;
                }
            }
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &g)
        }
        Err(e) => Err(e.into()),
    }
}

async fn confirmer(w: Web, Chemin(id): Chemin<ImportId>) -> Reponse {
    let cx = w.ecriture().await?;
    import::confirmer(&cx, id).await?;
    cx.valider().await?;
    Ok(vers(&format!("/reprise/{id}")))
}

async fn retirer(w: Web, Chemin(id): Chemin<ImportId>) -> Reponse {
    let cx = w.ecriture().await?;
    import::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller("/reprise", Message::succes("Le fichier est retiré : rien n’a été écrit.")))
}
