//! The context that every page gives to the template `base.html`, in a field named `page`.

/// What the base template must know: where we are, who looks, where one may go.
///
/// [`Page::default`] is a public page, without account nor navigation: enough for error pages.
#[derive(Clone, Debug)]
pub struct Page {
    /// Path asked for, without the query (`/personnes`).
    pub chemin: String,
    /// « Passeur », or the name the structure chose.
    pub produit: String,
    /// Who is signed in, if anyone.
    pub utilisateur: Option<Utilisateur>,
    /// Entries of the rail (desktop) and of the bottom bar (phone), in order; six at most.
    pub navigation: Vec<Entree>,
    /// What was just done, said once at the top of the page.
    pub message: Option<Message>,
    /// The structure's colour.
    pub accent: Accent,
    /// A forced theme; `None` follows the system.
    pub theme: Option<Theme>,
    /// True on a demonstration instance: a banner says so.
    pub instance_demo: bool,
    /// Notice of an ongoing incident, one sentence, at the top of every page.
    pub incident: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Utilisateur {
    pub nom: String,
    pub structure: Option<String>,
    /// The role in words (« médiatrice », « responsable »…).
    pub role: String,
}

/// One entry of the navigation: a word and a drawing of [`crate::icone`].
#[derive(Clone, Debug)]
pub struct Entree {
    pub href: String,
    pub libelle: String,
    pub icone: &'static str,
    pub actif: bool,
}

impl Entree {
    /// An entry, active when `chemin` is its page or one below it.
    pub fn nouvelle(href: &str, libelle: &str, icone: &'static str, chemin: &str) -> Self {
        let dessous = chemin.strip_prefix(href).is_some_and(|reste| reste.is_empty() || reste.starts_with('/'));
        let actif = if href == "/" { chemin == "/" } else { dessous };
        Self { href: href.to_owned(), libelle: libelle.to_owned(), icone, actif }
    }
}

/// What is said after an act.
#[derive(Clone, Debug)]
pub struct Message {
    pub genre: Genre,
    pub texte: String,
    /// Where to send (POST) the undoing, when the act can be undone.
    pub annuler: Option<String>,
}

impl Message {
    pub fn succes(texte: impl Into<String>) -> Self {
        Self { genre: Genre::Succes, texte: texte.into(), annuler: None }
    }

    pub fn attention(texte: impl Into<String>) -> Self {
        Self { genre: Genre::Attention, texte: texte.into(), annuler: None }
    }

    pub fn erreur(texte: impl Into<String>) -> Self {
        Self { genre: Genre::Erreur, texte: texte.into(), annuler: None }
    }

    /// Adds a button « Annuler » that posts to `href`.
    #[must_use]
    pub fn avec_annuler(mut self, href: impl Into<String>) -> Self {
        self.annuler = Some(href.into());
        self
    }
}

/// The tone of a message or banner: always a word and a drawing, never colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Genre {
    Info,
    Succes,
    Attention,
    Erreur,
}

impl Genre {
    /// CSS class.
    pub fn code(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Succes => "succes",
            Self::Attention => "attention",
            Self::Erreur => "erreur",
        }
    }

    pub fn icone(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Succes => "circle-check",
            Self::Attention => "triangle-alert",
            Self::Erreur => "circle-alert",
        }
    }

    /// Word that screen readers say before the text.
    pub fn mot(self) -> &'static str {
        match self {
            Self::Info => "Information",
            Self::Succes => "C’est fait",
            Self::Attention => "Attention",
            Self::Erreur => "Erreur",
        }
    }

    /// The tone of a code, `Info` by default: for templates.
    pub fn de(code: &str) -> Self {
        match code {
            "succes" => Self::Succes,
            "attention" => Self::Attention,
            "erreur" => Self::Erreur,
            _ => Self::Info,
        }
    }
}

/// The colours a structure can choose. A closed list, because the contrast of each is tested in both
/// themes, and because the pages' security policy forbids inline styles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accent {
    #[default]
    Sarcelle,
    Bleu,
    Violet,
    Prune,
    Foret,
}

impl Accent {
    pub const TOUS: [Self; 5] = [Self::Sarcelle, Self::Bleu, Self::Violet, Self::Prune, Self::Foret];

    /// Stable code, stored, and set on `<html data-accent>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sarcelle => "sarcelle",
            Self::Bleu => "bleu",
            Self::Violet => "violet",
            Self::Prune => "prune",
            Self::Foret => "foret",
        }
    }

    pub fn libelle(self) -> &'static str {
        match self {
            Self::Sarcelle => "Sarcelle",
            Self::Bleu => "Bleu",
            Self::Violet => "Violet",
            Self::Prune => "Prune",
            Self::Foret => "Forêt",
        }
    }

    /// The accent of a code; the default one when the code is unknown.
    pub fn de(code: &str) -> Self {
        Self::TOUS.into_iter().find(|accent| accent.code() == code).unwrap_or_default()
    }
}

/// A theme forced on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Clair,
    Sombre,
}

impl Theme {
    pub fn code(self) -> &'static str {
        match self {
            Self::Clair => "clair",
            Self::Sombre => "sombre",
        }
    }

    pub fn de(code: &str) -> Option<Self> {
        [Self::Clair, Self::Sombre].into_iter().find(|theme| theme.code() == code)
    }
}

impl Default for Page {
    fn default() -> Self {
        Self {
            chemin: "/".to_owned(),
            produit: "Passeur".to_owned(),
            utilisateur: None,
            navigation: Vec::new(),
            message: None,
            accent: Accent::default(),
            theme: None,
            instance_demo: false,
            incident: None,
        }
    }
}

impl Page {
    /// End of the window's title: « – Structure – Passeur ».
    pub fn suffixe_titre(&self) -> String {
        match self.utilisateur.as_ref().and_then(|u| u.structure.as_deref()) {
            Some(structure) => format!(" – {structure} – {}", self.produit),
            None => format!(" – {}", self.produit),
        }
    }

    /// A signed-in page, for tests and for `/style`.
    pub fn exemple() -> Self {
        let chemin = "/style";
        let entree = |href, libelle, icone| Entree::nouvelle(href, libelle, icone, chemin);
        let mut page = Self {
            chemin: chemin.to_owned(),
            utilisateur: Some(Utilisateur {
                nom: "Camille Exemple".to_owned(),
                structure: Some("Espace d’exemple".to_owned()),
                role: "médiatrice".to_owned(),
            }),
            navigation: vec![
                entree("/", "Aujourd’hui", "sun"),
                entree("/personnes", "Personnes", "users"),
                entree("/ateliers", "Ateliers", "presentation"),
                entree("/reseau", "Réseau", "network"),
                entree("/bilan", "Bilan", "chart-column"),
                entree("/reglages", "Réglages", "settings"),
            ],
            message: Some(Message::succes("L’accompagnement est enregistré.").avec_annuler("/style")),
            ..Self::default()
        };
        if let Some(premiere) = page.navigation.first_mut() {
            premiere.actif = true;
        }
        page
    }
}
