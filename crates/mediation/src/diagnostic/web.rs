use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    graphique::{Forme, Graphique, Serie, Valeur},
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    erreur::ErreurChamp,
    identifiant::{DiagnosticId, PersonneId},
};

use super::{
    Diagnostic, NiveauAutonomie, Proposition,
    grille::{GRILLE_COURANTE, Grille, Question, Reponses},
    grille_de, proposer,
    regles::{Evolution, controler_reponses, evolution},
    vue::{self, Groupe, Saisie},
};
use crate::personne::{self, nom_affiche};

/// Pages of diagnostics.
pub fn pages() -> Pages {
    Pages::new()
        .get("/personnes/{id}/diagnostic", nouveau)
        .post("/personnes/{id}/diagnostic", enregistrer)
        .post("/diagnostic/apercu", apercu)
        .get("/diagnostics/{id}", voir)
        .get("/diagnostics/{id}/modifier", formulaire)
        .post("/diagnostics/{id}/modifier", modifier)
        .get("/diagnostics/{id}/fiche.pdf", super::api::fiche)
}

/// What a person can read above the form when it comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Retour {
    /// Shown for the first time, from what is recorded.
    Non,
    /// Asked to see the result, or refused: what was typed is not recorded.
    Rien,
    /// Somebody else changed the record.
    Perimee,
    /// The same form was recorded before.
    DejaEnregistre,
}

#[derive(Template)]
#[template(path = "diagnostic/formulaire.html")]
struct PageFormulaire {
    page: Page,
    erreurs: Erreurs,
    retour: Retour,
    personne: PersonneId,
    /// Address of the person's file.
    dossier: String,
    nom: String,
    /// The record changed; none for a new one.
    existant: Option<DiagnosticId>,
    grille: &'static Grille,
    s: Saisie,
    acces: Vec<Groupe>,
    gestes: Vec<Groupe>,
    confort: Vec<Groupe>,
    niveaux: Vec<interface::Choix>,
    proposition: Proposition,
}

#[derive(Template)]
#[template(path = "diagnostic/resultat.html")]
struct Fragment {
    proposition: Proposition,
}

/// Whose diagnostic, and which one when it exists.
struct Sujet {
    personne: PersonneId,
    nom: String,
    existant: Option<DiagnosticId>,
    grille: &'static Grille,
}

impl Sujet {
    async fn nouveau(cx: &Contexte, id: PersonneId) -> Resultat<Self> {
        let p = personne::trouver(cx, id, Permission::PersonnesEcrire).await?;
        let grille = Grille::par_id(GRILLE_COURANTE).ok_or_else(|| Erreur::Interne("grille courante".into()))?;
        Ok(Self { personne: id, nom: nom_affiche(&p), existant: None, grille })
    }

    async fn existant(cx: &Contexte, d: &Diagnostic) -> Resultat<Self> {
        let p = personne::trouver(cx, d.personne_id, Permission::PersonnesEcrire).await?;
        Ok(Self { personne: d.personne_id, nom: nom_affiche(&p), existant: Some(d.id), grille: grille_de(d)? })
    }

    fn page(self, page: Page, s: Saisie, erreurs: Erreurs, retour: Retour) -> PageFormulaire {
        let g = self.grille;
        let reponses = s.reponses(&mut Controle::new(), g);
        PageFormulaire {
            page,
            erreurs,
            retour,
            dossier: format!("/personnes/{}", self.personne),
            personne: self.personne,
            nom: self.nom,
            existant: self.existant,
            grille: g,
            acces: vue::questions("acces", &g.acces, &s),
            gestes: vue::gestes(g, &s),
            confort: vue::questions("confort", &g.confort, &s),
            niveaux: vue::niveaux(&s),
            proposition: proposer(g, &reponses),
            s,
        }
    }
}

async fn nouveau(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let cx = w.lecture();
    cx.exiger(Permission::PersonnesEcrire)?;
    let sujet = Sujet::nouveau(&cx, id).await?;
    let mut s = Saisie::default();
    s.poser("id", cx.nouvel_uuid().to_string());
    s.poser("date", cx.aujourd_hui().to_string());
    // What was seen in workshops since the last diagnostic is proposed: nobody notes it twice.
    let depuis = super::dernier(&cx, id).await?.map(|d| d.date);
    let vus = crate::ateliers::gestes_depuis(&cx, id, depuis).await?;
    for (code, v) in &vus {
        if let Some(n) = crate::ateliers::note_vue(v.animateur, v.participant) {
            s.poser(&format!("gestes_{code}"), n.to_string());
        }
    }
    let mut p = sujet.page(w.page, s, Erreurs::default(), Retour::Non);
    for g in &mut p.gestes {
        if let Some(v) = g.champ.strip_prefix("gestes_").and_then(|c| vus.get(c)) {
            let vu = format!("{}.", vu_en_atelier(v));
            g.aide = Some(g.aide.take().map_or_else(|| vu.clone(), |a| format!("{vu} {a}")));
        }
    }
    rendre(&p)
}

/// « Vu en atelier le 3 mars 2026 : fait ; la personne dit savoir le faire ».
fn vu_en_atelier(v: &crate::ateliers::GesteVu) -> String {
    let vu = match v.animateur {
        Some(true) => "fait",
        Some(false) => "pas encore fait",
        None => "pas regardé",
    };
    let dit = match v.participant {
        Some(true) => " ; la personne dit savoir le faire",
        Some(false) => " ; la personne dit ne pas encore savoir",
        None => "",
    };
    format!("Vu en atelier le {}\u{a0}: {vu}{dit}", interface::format::date_sans_jour(v.jour))
}

/// All faults at once: those of reading and those of the use case, each field once.
fn reunir(lues: &[ErreurChamp], e: Erreur) -> Result<Erreurs, Erreur> {
    match e {
        Erreur::Invalide(autres) => {
            let mut toutes = lues.to_vec();
            toutes.extend(autres.into_iter().filter(|f| !lues.iter().any(|l| l.champ == f.champ)));
            Ok(vue::erreurs(toutes))
        }
        autre => Err(autre),
    }
}

async fn enregistrer(w: Web, Chemin(id): Chemin<PersonneId>, Formulaire(paires): Formulaire<Vec<(String, String)>>) -> Reponse {
    let mut s = Saisie::from(paires);
    if s.un("acte") == "voir" {
        let sujet = Sujet::nouveau(&w.lecture(), id).await?;
        return rendre(&sujet.page(w.page, s, Erreurs::default(), Retour::Rien));
    }
    let cx = w.ecriture().await?;
    let sujet = Sujet::nouveau(&cx, id).await?;
    let mut c = Controle::new();
    let demande = s.creation(&mut c, sujet.grille, id);
    let lues = c.fautes().to_vec();
    let fait = match super::creer(&cx, demande).await {
        Ok(_) if !lues.is_empty() => Err(Erreur::Invalide(vec![])),
        autre => autre,
    };
    match fait {
        Ok((d, _)) => {
            cx.valider().await?;
            let message = if d.convenu {
                "Le diagnostic est enregistré, et vous en êtes d’accord tous les deux."
            } else {
                "Le diagnostic est enregistré. Il reste à confirmer votre accord."
            };
            Ok(aller(&format!("/diagnostics/{}", d.id), Message::succes(message)))
        }
        // Back in the browser, changed, and sent again: another record, if that is what is meant.
        Err(Erreur::Conflit(_)) if deja_enregistre(&cx, &s).await => {
            let ancien = s.un("id").to_owned();
            s.poser("id", cx.nouvel_uuid().to_string());
            s.poser("deja", ancien);
            rendre_avec(StatusCode::CONFLICT, &sujet.page(w.page, s, Erreurs::default(), Retour::DejaEnregistre))
        }
        Err(e) => {
            let erreurs = reunir(&lues, e)?;
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &sujet.page(w.page, s, erreurs, Retour::Rien))
        }
    }
}

/// Whether the id of the form is that of a diagnostic already there.
async fn deja_enregistre(cx: &Contexte, s: &Saisie) -> bool {
    match s.un("id").parse::<DiagnosticId>() {
        Ok(id) => super::lire(cx, id).await.is_ok(),
        Err(_) => false,
    }
}

async fn apercu(w: Web, Formulaire(paires): Formulaire<Vec<(String, String)>>) -> Reponse {
    w.lecture().exiger(Permission::PersonnesEcrire)?;
    let s = Saisie::from(paires);
    let g = Grille::par_id(s.un("grille")).ok_or_else(|| Erreur::champ("grille", "Cette grille de diagnostic n’existe pas."))?;
    let mut c = Controle::new();
    let reponses = s.reponses(&mut c, g);
    controler_reponses(&mut c, g, &reponses);
    // An answer that contradicts itself is said at the recording; a level is shown meanwhile.
    rendre(&Fragment { proposition: proposer(g, &reponses) })
}

async fn formulaire(w: Web, Chemin(id): Chemin<DiagnosticId>) -> Reponse {
    let cx = w.lecture();
    let d = super::trouver(&cx, id, Permission::PersonnesEcrire).await?;
    let sujet = Sujet::existant(&cx, &d).await?;
    rendre(&sujet.page(w.page, Saisie::de(&d), Erreurs::default(), Retour::Non))
}

async fn modifier(w: Web, Chemin(id): Chemin<DiagnosticId>, Formulaire(paires): Formulaire<Vec<(String, String)>>) -> Reponse {
    let mut s = Saisie::from(paires);
    if s.un("acte") == "voir" {
        let cx = w.lecture();
        let d = super::trouver(&cx, id, Permission::PersonnesEcrire).await?;
        let sujet = Sujet::existant(&cx, &d).await?;
        return rendre(&sujet.page(w.page, s, Erreurs::default(), Retour::Rien));
    }
    let cx = w.ecriture().await?;
    let d = super::trouver(&cx, id, Permission::PersonnesEcrire).await?;
    let sujet = Sujet::existant(&cx, &d).await?;
    let mut c = Controle::new();
    let changements = s.modification(&mut c, sujet.grille);
    let lues = c.fautes().to_vec();
    let fait = match super::modifier(&cx, id, changements).await {
        Ok(_) if !lues.is_empty() => Err(Erreur::Invalide(vec![])),
        autre => autre,
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/diagnostics/{id}"), Message::succes("Le diagnostic est à jour.")))
        }
        Err(Erreur::VersionPerimee) => {
            s.poser("version", d.version.to_string());
            rendre_avec(StatusCode::CONFLICT, &sujet.page(w.page, s, Erreurs::default(), Retour::Perimee))
        }
        Err(e) => {
            let erreurs = reunir(&lues, e)?;
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &sujet.page(w.page, s, erreurs, Retour::Rien))
        }
    }
}

/// What changed since an earlier diagnostic.
struct Comparaison {
    depuis: chrono::NaiveDate,
    niveau: NiveauAutonomie,
    evolution: Evolution,
}

impl Comparaison {
    /// « 2 gestes en progrès, 3 pareils, 1 à revoir. En progrès : … ».
    fn phrase(&self) -> String {
        use interface::format::compte;
        let e = &self.evolution;
        let mut t = format!(
            "{}, {}, {}.",
            compte(e.progres.len() as i64, "geste en progrès", "gestes en progrès"),
            compte(e.pareils as i64, "pareil", "pareils"),
            compte(e.recul.len() as i64, "à revoir", "à revoir")
        );
        for (titre, noms) in [("En progrès", &e.progres), ("À revoir", &e.recul)] {
            if !noms.is_empty() {
                t.push_str(&format!(" {titre} : {}.", noms.join(", ")));
            }
        }
        t
    }
}

#[derive(Template)]
#[template(path = "diagnostic/voir.html")]
struct PageVoir {
    page: Page,
    d: Diagnostic,
    dossier: String,
    nom: String,
    mediateur: Option<String>,
    proposition: Proposition,
    graphique: Graphique,
    reponses: Vec<(String, String)>,
    comparaison: Option<Comparaison>,
    anciens: Vec<Diagnostic>,
    ecrire: bool,
}

/// The radar shows this many diagnostics at most: this one, the one before and the first.
fn a_comparer<'a>(d: &'a Diagnostic, anciens: &'a [Diagnostic]) -> Vec<&'a Diagnostic> {
    let memes: Vec<&Diagnostic> = anciens.iter().filter(|a| a.grille == d.grille).collect();
    let mut choisis = vec![d];
    choisis.extend(memes.first());
    if memes.len() > 1 {
        choisis.extend(memes.last());
    }
    choisis
}

fn radar(g: &Grille, montres: &[&Diagnostic]) -> Graphique {
    let series = montres
        .iter()
        .map(|d| {
            let valeurs = g.gestes.iter().map(|x| match d.reponses.note(&x.code) {
                Some(n) => Valeur::de(i64::from(n)).dite(g.dire(Some(n))),
                None => Valeur::absente().dite(g.dire(None)),
            });
            Serie::nouvelle(interface::format::date_sans_jour(d.date), valeurs)
        })
        .collect();
    let titre = if montres.len() > 1 { "Les gestes, d’une fois à l’autre" } else { "Les gestes regardés" };
    Graphique::nouveau(
        Forme::Radar { max: f64::from(g.note_max()) },
        "gestes",
        titre,
        "de « Pas encore » au centre à « Seul » au bord",
        g.gestes.iter().map(|x| x.axe.as_str()),
        series,
    )
}

fn dire_reponses(questions: &[Question], donnees: &std::collections::BTreeMap<String, super::grille::Valeur>) -> Vec<(String, String)> {
    questions.iter().filter_map(|q| q.dire(donnees.get(&q.code)).map(|mots| (q.libelle.clone(), mots))).collect()
}

fn toutes(g: &Grille, r: &Reponses) -> Vec<(String, String)> {
    let mut v = dire_reponses(&g.acces, &r.acces);
    v.extend(dire_reponses(&g.confort, &r.confort));
    v
}

async fn voir(w: Web, Chemin(id): Chemin<DiagnosticId>) -> Reponse {
    let cx = w.lecture();
    let d = super::lire(&cx, id).await?;
    let p = personne::trouver(&cx, d.personne_id, Permission::PersonnesLire).await?;
    let g = grille_de(&d)?;
    let anciens = super::precedents(&cx, &d, 50).await?;
    let mediateur = socle::equipe::noms(&cx, [d.mediateur_id]).await?.remove(&d.mediateur_id);
    let comparaison = anciens.iter().find(|a| a.grille == d.grille).map(|a| Comparaison {
        depuis: a.date,
        niveau: a.niveau,
        evolution: evolution(g, &a.reponses, &d.reponses),
    });
    let t = PageVoir {
        dossier: format!("/personnes/{}", d.personne_id),
        nom: nom_affiche(&p),
        mediateur,
        proposition: proposer(g, &d.reponses),
        graphique: radar(g, &a_comparer(&d, &anciens)),
        reponses: toutes(g, &d.reponses),
        comparaison,
        ecrire: cx.acteur.peut_dans(Permission::PersonnesEcrire, d.structure_id),
        anciens,
        d,
        page: w.page,
    };
    rendre(&t)
}
