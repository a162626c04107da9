use askama::Template;
use interface::{
    Page,
    requete::{Formulaire, Reponse, Web, rendre},
};
use socle::{Contexte, Permission, Resultat, identifiant::PersonneId};

use crate::personne::{Personne, distinguer, nom_affiche, recentes, recherche};

/// How many answers are shown while typing.
const MAX: usize = 20;

/// One person of a list, told apart from homonyms.
pub struct Ligne {
    pub id: PersonneId,
    pub nom: String,
    pub details: String,
}

impl From<&Personne> for Ligne {
    fn from(p: &Personne) -> Self {
        Self { id: p.id, nom: nom_affiche(p), details: distinguer(p) }
    }
}

/// What stands under the search field.
pub struct Resultats {
    /// False: nothing is searched, these are the latest files.
    pub recherche: bool,
    /// What was typed is too short to search.
    pub court: bool,
    pub lignes: Vec<Ligne>,
    /// May record an accompaniment.
    pub accompagner: bool,
}

impl Resultats {
    async fn de(cx: &Contexte, texte: &str) -> Resultat<Self> {
        let accompagner = cx.acteur.peut(Permission::AccompagnementsEcrire);
        let recherche = !texte.trim().is_empty();
        let court = recherche && !recherche::suffit(texte);
        let trouvees = if recherche { recherche::chercher(cx, texte, MAX).await? } else { recentes(cx, 10).await? };
        Ok(Self { recherche, court, lignes: trouvees.iter().map(Ligne::from).collect(), accompagner })
    }

    /// Said aloud to those who do not see the list change.
    pub fn annonce(&self) -> String {
        match self.lignes.len() {
            _ if !self.recherche || self.court => String::new(),
            0 => "Aucun dossier trouvé.".into(),
            MAX => format!("Les {MAX} dossiers les plus proches sont affichés."),
            n => format!("{}.", interface::format::compte(n as i64, "dossier trouvé", "dossiers trouvés")),
        }
    }
}

#[derive(Template)]
#[template(path = "personne/liste.html")]
pub struct PageListe {
    pub page: Page,
    pub q: String,
    pub ecrire: bool,
    pub r: Resultats,
}

#[derive(Template)]
#[template(path = "personne/fragment.html")]
pub struct Fragment {
    pub r: Resultats,
}

pub async fn voir(w: Web) -> Reponse {
    montrer(w, String::new()).await
}

#[derive(serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Recherche {
    q: String,
}

/// By POST: a name never stands in an address.
pub async fn rechercher(w: Web, Formulaire(f): Formulaire<Recherche>) -> Reponse {
    if w.partiel {
        return rendre(&Fragment { r: Resultats::de(&w.lecture(), &f.q).await? });
    }
    montrer(w, f.q).await
}

async fn montrer(w: Web, q: String) -> Reponse {
    let r = Resultats::de(&w.lecture(), &q).await?;
    let ecrire = w.acteur.peut(Permission::PersonnesEcrire);
    rendre(&PageListe { page: w.page, q, ecrire, r })
}
