use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::IntoResponse,
};
use interface::{
    Choix, Erreurs, Onglet, Page, Pagination,
    format::{self, date_sans_jour, nombre},
    graphique::Graphique,
    requete::{Pages, Parametres, Reponse, Web, choix, rendre, rendre_avec},
};
use mediation::nomenclatures::{Thematique, TypeActivite};
use socle::{Contexte, Erreur, Nomenclature, Permission, Resultat, equipe};
use territoire::{commune, lieu};

use crate::{
    courbes,
    export::{self, Format},
    filtre::{Demande, Filtre},
    garde,
    liste::{self, Activite, PAR_PAGE, Personne},
    masque,
    ouverture::ouvrir,
    periode::Periode,
    rapport, satisfaction, suites,
    vue::{Avis, Bilan, Satisfaction},
};

/// Pages of the bilan.
pub fn pages() -> Pages {
    Pages::new()
        .get("/bilan", bilan)
        .get("/bilan/liste", activites)
        .get("/bilan/personnes", personnes)
        .get("/bilan/suites", suites_de)
        .get("/bilan/avis", avis)
        .get("/bilan/rapport.pdf", imprimer)
        .get("/bilan/export.xlsx", exporter_xlsx)
        .get("/bilan/export.csv", exporter_csv)
        .get("/bilan/liste.xlsx", liste_xlsx)
        .get("/bilan/liste.csv", liste_csv)
}

/// What the filter form shows.
#[derive(Default)]
pub struct Formulaire {
    pub du: String,
    pub au: String,
    pub structures: Vec<Choix>,
    pub lieux: Vec<Choix>,
    pub mediateurs: Vec<Choix>,
    pub types: Vec<Choix>,
    pub thematiques: Vec<Choix>,
    pub communes: Vec<Choix>,
    /// A filter other than the period is set: its part of the form is open.
    pub ouvert: bool,
}

#[derive(Template)]
#[template(path = "bilan.html")]
pub struct PageBilan {
    pub page: Page,
    pub erreurs: Erreurs,
    pub s: Formulaire,
    pub periodes: Vec<Onglet>,
    /// Filters that the person keeps.
    pub gardes: Vec<Onglet>,
    /// May share these figures by a link.
    pub partage: bool,
    pub resultat: Option<Resultats>,
}

/// The figures, ready to be shown.
pub struct Resultats {
    pub b: Bilan,
    pub periode: String,
    pub filtres: Vec<String>,
    /// The query of this same page.
    pub adresse: String,
    /// May open the list of people.
    pub personnes: bool,
    pub mois: Graphique,
    pub repartitions: Vec<Graphique>,
    pub satisfaction: Graphique,
}

impl Resultats {
    fn lien(&self, reste: &str) -> String {
        format!("/bilan/liste?{}{reste}", self.adresse)
    }

    /// The link of a list of participations, for those who may tell people apart.
    fn lien_presence(&self, reste: &str) -> String {
        if self.b.masques { String::new() } else { self.lien(reste) }
    }

    /// The link of the list of people: for those who read files, when the number is not masked.
    fn lien_personnes(&self, reste: &str) -> String {
        if self.personnes { format!("/bilan/personnes?{}{reste}", self.adresse) } else { String::new() }
    }

    fn publics(&self) -> [(&'static str, &[crate::vue::Public]); 3] {
        [("Âge", &self.b.tranches_age), ("Genre", &self.b.genres), ("Statut", &self.b.statuts)]
    }

    fn lien_suites(&self, quoi: &str) -> String {
        if self.personnes { format!("/bilan/suites?{}&quoi={quoi}", self.adresse) } else { String::new() }
    }

    fn note_objectifs(&self) -> String {
        let r = self.b.reussite;
        part(r.objectifs_atteints, r.objectifs_evalues, "des objectifs évalués")
    }

    fn note_abouties(&self) -> String {
        part(self.b.orientations.abouties, self.b.orientations.envoyees, "des orientations envoyées")
    }

    fn nom_seances(&self) -> &'static str {
        crate::mots::accorder(Some(self.b.ateliers.seances), "séance close", "séances closes")
    }

    fn satisfaction_ateliers(&self) -> String {
        let a = &self.b.ateliers;
        match (a.satisfaction, a.avis) {
            (Some(s), _) => format!("{} sur 5", nombre(s, 1)),
            (None, None) => "<\u{a0}5".into(),
            (None, Some(_)) => "–".into(),
        }
    }

    fn lien_avis(&self) -> String {
        format!("/bilan/avis?{}", self.adresse)
    }

    fn note_reponses(&self) -> String {
        part(self.b.satisfaction.reponses, self.b.satisfaction.demandes, "des avis demandés")
    }

    fn moyenne(&self) -> String {
        mots_moyenne(&self.b.satisfaction)
    }

    /// The mean stands for few people.
    fn peu_d_avis(&self) -> bool {
        self.b.satisfaction.reponses.is_some_and(|n| (1..masque::SEUIL).contains(&n))
    }

    fn delai(&self) -> String {
        match self.b.orientations.delai_median_jours {
            Some(j) => {
                format!("La moitié des réponses arrive en {}\u{a0}{} au plus.", nombre(j, 1), if j < 2.0 { "jour" } else { "jours" })
            }
            None => String::new(),
        }
    }
}

/// « 4,3 sur 5 ».
fn mots_moyenne(s: &Satisfaction) -> String {
    match (s.moyenne, s.reponses) {
        (Some(m), _) => format!("{} sur 5", nombre(m, 1)),
        (None, None) => crate::mots::MASQUE.into(),
        (None, Some(_)) => "–".into(),
    }
}

/// « 62 % des orientations envoyées. »; nothing when there is no whole, or when one of the two is masked.
fn part(n: Option<i64>, tout: Option<i64>, de: &str) -> String {
    match (n, tout) {
        (Some(n), Some(tout)) if tout > 0 => format!("{} {de}.", crate::mots::pourcentage(n, tout)),
        _ => String::new(),
    }
}

pub fn periode(du: chrono::NaiveDate, au: chrono::NaiveDate) -> String {
    format!("du {} au {}", date_sans_jour(du), date_sans_jour(au))
}

async fn formulaire(cx: &Contexte, d: &Demande, f: &Filtre, b: Option<&Bilan>) -> Resultat<Formulaire> {
    let mut vues = vec![];
    for x in &cx.acteur.fonctions {
        if cx.acteur.peut_dans(Permission::BilanLire, x.structure) && !vues.contains(&x.structure) {
            vues.push(x.structure);
        }
    }
    let nom = |s| cx.acteur.fonctions.iter().find(|x| x.structure == s).map(|x| x.nom_structure.clone()).unwrap_or_default();
    let structures = if vues.len() > 1 {
        vues.iter().map(|s| Choix::nouveau(s.to_string(), nom(*s), f.structures.contains(s))).collect()
    } else {
        vec![]
    };
    let lieux = lieu::lister_de(cx, &f.structures, true).await?;
    let membres = equipe::membres(cx, &f.structures).await?;
    // Those of the same figures in all communes.
    let autres = match b {
        Some(b) if f.commune.is_none() => b.communes.clone(),
        _ => crate::calculer(cx, &Filtre { commune: None, ..f.clone() }).await?.communes,
    };
    let mut codes: Vec<String> = autres.into_iter().map(|c| c.code).collect();
    codes.extend(f.commune.clone().filter(|c| !codes.contains(c)));
    let mut communes: Vec<Choix> =
        codes.into_iter().map(|c| Choix::nouveau(c.clone(), commune::nommer(&c), f.commune.as_ref() == Some(&c))).collect();
    communes.sort_by_cached_key(|c| socle::texte::plier(&c.libelle));
    Ok(Formulaire {
        du: if d.du.is_empty() { f.du.to_string() } else { d.du.clone() },
        au: if d.au.is_empty() { f.au.to_string() } else { d.au.clone() },
        structures,
        lieux: lieux.into_iter().map(|l| Choix::nouveau(l.id.to_string(), l.nom, f.lieu == Some(l.id))).collect(),
        mediateurs: membres.into_iter().map(|m| Choix::nouveau(m.id.to_string(), m.nom, f.mediateur == Some(m.id))).collect(),
        types: choix::<TypeActivite>(f.type_activite.as_slice()),
        thematiques: choix::<Thematique>(f.thematique.as_slice()),
        communes,
        ouvert: f.lieu.is_some() || f.mediateur.is_some() || f.type_activite.is_some() || f.thematique.is_some() || f.commune.is_some(),
    })
}

/// The default filter, to draw the form again when what was asked is refused.
fn par_defaut(cx: &Contexte) -> Resultat<Filtre> {
    Demande::default().lire(cx.aujourd_hui())?.situer(cx)
}

async fn bilan(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    let cx = w.lecture();
    let fait = match d.lire(cx.aujourd_hui()) {
        Ok(f) => {
            let f = f.situer(&cx)?;
            crate::calculer(&cx, &f).await.map(|b| (f, b))
        }
        Err(e) => Err(e),
    };
    let (f, b) = match fait {
        Ok(fait) => fait,
        Err(Erreur::Invalide(e)) => {
            let f = par_defaut(&cx)?;
            let s = formulaire(&cx, &d, &f, None).await?;
            let gardes = garde::onglets(&cx, &f).await?;
            let p = PageBilan { page: w.page, erreurs: e.into(), s, periodes: periodes(&cx, &f), gardes, partage: false, resultat: None };
            return rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &p);
        }
        Err(e) => return Err(e.into()),
    };
    let s = formulaire(&cx, &d, &f, Some(&b)).await?;
    let resultat = Resultats {
        periode: periode(f.du, f.au),
        filtres: rapport::filtres(&cx, &f).await?.into_iter().map(|(libelle, valeur)| format!("{libelle} : {valeur}")).collect(),
        adresse: f.adresse(),
        personnes: f.structures.iter().all(|s| cx.acteur.peut_dans(Permission::PersonnesLire, *s)),
        mois: courbes::mois(&b, &f),
        repartitions: courbes::repartitions(&b, &f),
        satisfaction: courbes::satisfaction(&b.satisfaction),
        b,
    };
    rendre(&PageBilan {
        page: w.page,
        erreurs: Erreurs::default(),
        s,
        periodes: periodes(&cx, &f),
        gardes: garde::onglets(&cx, &f).await?,
        partage: matches!(f.structures.as_slice(), [une] if Some(*une) == cx.acteur.structure && cx.acteur.peut_dans(Permission::BilanPartager, *une)),
        resultat: Some(resultat),
    })
}

fn periodes(cx: &Contexte, f: &Filtre) -> Vec<Onglet> {
    Periode::tous()
        .into_iter()
        .map(|p| {
            Onglet::nouveau(format!("/bilan?periode={}{}", p.code(), f.reste()), p.libelle(), p.jours(cx.aujourd_hui()) == (f.du, f.au))
        })
        .collect()
}

#[derive(Template)]
#[template(path = "activites.html")]
pub struct PageActivites {
    pub page: Page,
    pub periode: String,
    pub filtres: Vec<String>,
    pub total: i64,
    pub lignes: Vec<Activite>,
    pub pagination: Pagination,
    pub retour: String,
    /// The query of this same list, as an address and as the fields of a form.
    pub adresse: String,
    pub champs: Vec<(String, String)>,
    /// May have the names in the file.
    pub noms: bool,
    /// Activities of few people are left out.
    pub masque: bool,
    /// More than one file may hold: that number, in words.
    pub trop: Option<String>,
}

async fn activites(w: Web, Parametres(paires): Parametres<Vec<(String, String)>>) -> Reponse {
    let cx = w.lecture();
    let o = ouvrir(&cx, paires)?;
    let (lignes, total) = liste::activites(&cx, &o.filtre, &o.detail, o.page).await?;
    let mut filtres: Vec<String> =
        rapport::filtres(&cx, &o.filtre).await?.into_iter().map(|(libelle, valeur)| format!("{libelle} : {valeur}")).collect();
    filtres.extend(o.detail.libelles());
    let retour = format!("/bilan?{}", o.filtre.adresse());
    let adresse = format!("{}{}", o.filtre.adresse(), o.detail.adresse());
    // Ids, codes and dates: nothing in it is encoded.
    let champs = adresse.split('&').filter_map(|p| p.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    rendre(&PageActivites {
        page: w.page,
        periode: periode(o.filtre.du, o.filtre.au),
        filtres,
        total: total as i64,
        lignes,
        pagination: Pagination::nouvelle(o.page, total, PAR_PAGE, format!("/bilan/liste?{adresse}&page=")),
        retour,
        noms: export::peut_nommer(&cx, &o.filtre),
        masque: o.filtre.masque(&cx),
        trop: (total > export::LIMITE).then(|| format::entier(export::LIMITE as i64)),
        champs,
        adresse,
    })
}

#[derive(Template)]
#[template(path = "personnes.html")]
pub struct PagePersonnes {
    pub page: Page,
    pub periode: String,
    pub filtres: Vec<String>,
    pub nouvelles: bool,
    pub total: i64,
    pub lignes: Vec<Personne>,
    pub pagination: Pagination,
    pub retour: String,
}

async fn personnes(w: Web, Parametres(paires): Parametres<Vec<(String, String)>>) -> Reponse {
    let cx = w.lecture();
    let o = ouvrir(&cx, paires)?;
    let (lignes, total) = liste::personnes(&cx, &o.filtre, o.nouvelles, o.page).await?;
    let adresse = o.filtre.adresse();
    let reste = if o.nouvelles { "&nouvelles=oui" } else { "" };
    rendre(&PagePersonnes {
        page: w.page,
        periode: periode(o.filtre.du, o.filtre.au),
        filtres: rapport::filtres(&cx, &o.filtre).await?.into_iter().map(|(libelle, valeur)| format!("{libelle} : {valeur}")).collect(),
        nouvelles: o.nouvelles,
        total: total as i64,
        lignes,
        pagination: Pagination::nouvelle(o.page, total, PAR_PAGE, format!("/bilan/personnes?{adresse}{reste}&page=")),
        retour: format!("/bilan?{adresse}"),
    })
}

#[derive(Template)]
#[template(path = "suites.html")]
pub struct PageSuites {
    pub page: Page,
    pub titre: &'static str,
    pub periode: String,
    pub total: i64,
    pub lignes: Vec<suites::Ligne>,
    pub pagination: Pagination,
    pub retour: String,
}

async fn suites_de(w: Web, Parametres(paires): Parametres<Vec<(String, String)>>) -> Reponse {
    let cx = w.lecture();
    let o = ouvrir(&cx, paires)?;
    let demandee = suites::Suite::TOUTES.into_iter().find(|(code, ..)| Some(*code) == o.quoi.as_deref());
    let Some((code, suite, titre)) = demandee else {
        return Err(Erreur::champ("quoi", "Ce choix ne fait pas partie de la liste.").into());
    };
    let (lignes, total) = suites::lignes(&cx, &o.filtre, suite, o.page).await?;
    let adresse = o.filtre.adresse();
    rendre(&PageSuites {
        page: w.page,
        titre,
        periode: periode(o.filtre.du, o.filtre.au),
        total: total as i64,
        lignes,
        pagination: Pagination::nouvelle(o.page, total, PAR_PAGE, format!("/bilan/suites?{adresse}&quoi={code}&page=")),
        retour: format!("/bilan?{adresse}"),
    })
}

#[derive(Template)]
#[template(path = "avis.html")]
pub struct PageAvis {
    pub page: Page,
    pub periode: String,
    pub filtres: Vec<String>,
    pub a: Avis,
    pub graphique: Graphique,
    pub retour: String,
}

impl PageAvis {
    fn moyenne(m: Option<&f64>) -> String {
        m.map_or_else(|| "–".into(), |m| format!("{} sur 5", nombre(*m, 1)))
    }

    fn ensemble(&self) -> String {
        mots_moyenne(&self.a.satisfaction)
    }
}

async fn avis(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    let cx = w.lecture();
    let f = d.lire(cx.aujourd_hui())?.situer(&cx)?;
    let a = satisfaction::detailler(&cx, &f).await?;
    rendre(&PageAvis {
        periode: periode(f.du, f.au),
        filtres: rapport::filtres(&cx, &f).await?.into_iter().map(|(libelle, valeur)| format!("{libelle} : {valeur}")).collect(),
        graphique: courbes::satisfaction(&a.satisfaction),
        retour: format!("/bilan?{}", f.adresse()),
        a,
        page: w.page,
    })
}

async fn imprimer(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    let cx = w.lecture();
    let f = d.lire(cx.aujourd_hui())?.situer(&cx)?;
    let pdf = crate::rapport(&cx, &f).await?;
    let nom = format!("inline; filename=\"bilan-{}-{}.pdf\"", f.du, f.au);
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, nom)], pdf).into_response())
}

async fn exporter_xlsx(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    export::bilan(&w, &d, Format::Xlsx).await
}

async fn exporter_csv(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    export::bilan(&w, &d, Format::Csv).await
}

async fn exporter_liste(w: &Web, paires: Vec<(String, String)>, format: Format) -> Reponse {
    let o = ouvrir(&w.lecture(), paires)?;
    export::activites(w, &o.filtre, &o.detail, o.noms, format).await
}

async fn liste_xlsx(w: Web, Parametres(paires): Parametres<Vec<(String, String)>>) -> Reponse {
    exporter_liste(&w, paires, Format::Xlsx).await
}

async fn liste_csv(w: Web, Parametres(paires): Parametres<Vec<(String, String)>>) -> Reponse {
    exporter_liste(&w, paires, Format::Csv).await
}
