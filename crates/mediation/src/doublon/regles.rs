//! Pure rules: when two files may be one person, and what the file kept says after.

use serde::{Deserialize, Serialize};
use socle::texte::{plier, telephone};

use crate::personne::{ModifierPersonne, Personne, cle_de_nom};

/// Why two files may be those of one person, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Raison {
    MemeCourriel,
    MemeTelephone,
    MemeNaissance,
    NomProche,
}

impl Raison {
    /// In plain words.
    pub fn mot(self) -> &'static str {
        match self {
            Self::MemeCourriel => "même courriel",
            Self::MemeTelephone => "même téléphone",
            Self::MemeNaissance => "même naissance",
            Self::NomProche => "noms proches",
        }
    }

    fn poids(self) -> u8 {
        match self {
            Self::MemeCourriel => 4,
            Self::MemeTelephone => 3,
            Self::MemeNaissance => 4,
            Self::NomProche => 5,
        }
    }
}

/// The reasons to bring two files together, and their weight; none when they are surely two people:
/// other names and no contact in common, or another birth.
pub fn rapprocher(a: &Personne, b: &Personne) -> Option<(Vec<Raison>, u8)> {
    let egaux = |x: Option<String>, y: Option<String>| x.is_some() && x == y;
    let courriel = |p: &Personne| p.courriel.as_deref().map(str::to_lowercase);
    let tel = |p: &Personne| p.telephone.as_deref().map(telephone).filter(|t| t.len() >= 6);
    let nom = cle_de_nom(a).is_some() && cle_de_nom(a) == cle_de_nom(b);
    let contact = egaux(courriel(a), courriel(b)) || egaux(tel(a), tel(b));
    let autre_naissance = match (a.date_naissance, b.date_naissance) {
        (Some(x), Some(y)) => x != y,
        _ => a.annee_naissance.is_some() && b.annee_naissance.is_some() && a.annee_naissance != b.annee_naissance,
    };
    // A birth typed wrong is possible only when all the rest says one person.
    if (!nom && !contact) || (autre_naissance && !(nom && contact)) {
        return None;
    }
    let raisons: Vec<Raison> = [
        (Raison::MemeCourriel, egaux(courriel(a), courriel(b))),
        (Raison::MemeTelephone, egaux(tel(a), tel(b))),
        (Raison::MemeNaissance, a.date_naissance.is_some() && a.date_naissance == b.date_naissance),
        (Raison::NomProche, nom),
    ]
    .into_iter()
    .filter_map(|(r, vraie)| vraie.then_some(r))
    .collect();
    let poids = raisons.iter().map(|r| r.poids()).sum();
    Some((raisons, poids))
}

/// Which of the two files gives a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cote {
    /// The file kept.
    Garder,
    /// The one absorbed.
    Absorber,
    /// Both, one after the other: texts and needs.
    Tous,
}

/// The fields one chooses, in the order of the page: code, label, whether both may be kept.
pub const CHAMPS: [(&str, &str, bool); 12] = [
    ("prenom", "Prénom", false),
    ("nom", "Nom", false),
    ("surnom", "Surnom", false),
    ("naissance", "Naissance", false),
    ("telephone", "Téléphone", false),
    ("courriel", "Courriel", false),
    ("commune", "Commune", false),
    ("genre", "Genre", false),
    ("statut", "Situation", false),
    ("langue", "Langue", false),
    ("besoins", "Besoins", true),
    ("amenagements", "Aménagements", true),
];

/// The free text, chosen like a field.
pub const NOTES: (&str, &str, bool) = ("notes", "Notes", true);

/// Every field one chooses.
pub fn champs() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    CHAMPS.into_iter().chain([NOTES])
}

/// What a file says of a field; empty when it says nothing.
pub fn valeur(p: &Personne, champ: &str) -> String {
    use socle::Nomenclature;
    let texte = |v: &Option<String>| v.clone().unwrap_or_default();
    match champ {
        "prenom" => texte(&p.prenom),
        "nom" => texte(&p.nom),
        "surnom" => texte(&p.surnom),
        "naissance" => match (p.date_naissance, p.annee_naissance, p.tranche_age) {
            (Some(d), ..) => interface::format::date_courte(d),
            (None, Some(a), _) => a.to_string(),
            (None, None, Some(t)) => t.libelle().to_owned(),
            _ => String::new(),
        },
        "telephone" => texte(&p.telephone),
        "courriel" => texte(&p.courriel),
        "commune" => p.commune.as_deref().map(territoire::commune::nommer).unwrap_or_default(),
        "genre" => p.genre.map(|g| g.libelle().to_owned()).unwrap_or_default(),
        "statut" => p.statut.map(|s| s.libelle().to_owned()).unwrap_or_default(),
        "langue" => texte(&p.langue),
        "besoins" => p.besoins.0.iter().map(|b| b.libelle()).collect::<Vec<_>>().join(", "),
        "amenagements" => texte(&p.amenagements),
        "notes" => texte(&p.notes),
        _ => String::new(),
    }
}

/// Whether the birth `a` says all that `b` says, and more.
fn naissance_plus_precise(a: &Personne, b: &Personne) -> bool {
    use chrono::Datelike;
    let annee = |p: &Personne| p.date_naissance.map(|d| d.year()).or(p.annee_naissance);
    match (b.date_naissance, annee(b)) {
        (Some(_), _) => false,
        (None, Some(an)) => a.date_naissance.is_some_and(|d| d.year() == an),
        (None, None) => annee(a).is_some(),
    }
}

/// The side proposed for a field: the one that says something, both for texts, the more precise birth when they agree,
/// else the file changed last.
pub fn proposer(garder: &Personne, absorber: &Personne, champ: &str, tous: bool) -> Cote {
    let (a, b) = (valeur(garder, champ), valeur(absorber, champ));
    match (a.is_empty(), b.is_empty()) {
        (_, true) => Cote::Garder,
        (true, false) => Cote::Absorber,
        _ if plier(&a) == plier(&b) => Cote::Garder,
        _ if tous => Cote::Tous,
        _ if champ == "naissance" && naissance_plus_precise(garder, absorber) => Cote::Garder,
        _ if champ == "naissance" && naissance_plus_precise(absorber, garder) => Cote::Absorber,
        _ if absorber.modifie_le > garder.modifie_le => Cote::Absorber,
        _ => Cote::Garder,
    }
}

/// The change to the file kept that these choices make.
pub fn reunir(garder: &Personne, absorber: &Personne, choix: impl Fn(&str) -> Cote) -> ModifierPersonne {
    let cote = |champ: &str| if choix(champ) == Cote::Absorber { absorber } else { garder };
    let textes = |champ: &str, de: fn(&Personne) -> &Option<String>| match choix(champ) {
        Cote::Tous => {
            let tous: Vec<&str> = [garder, absorber].into_iter().filter_map(|p| de(p).as_deref()).collect();
            (!tous.is_empty()).then(|| tous.join("\n\n"))
        }
        _ => de(cote(champ)).clone(),
    };
    let naissance = cote("naissance");
    let besoins = match choix("besoins") {
        Cote::Tous => garder.besoins.0.iter().chain(&absorber.besoins.0).copied().collect(),
        _ => cote("besoins").besoins.0.clone(),
    };
    ModifierPersonne {
        version: Some(garder.version),
        prenom: Some(cote("prenom").prenom.clone()),
        nom: Some(cote("nom").nom.clone()),
        surnom: Some(cote("surnom").surnom.clone()),
        telephone: Some(cote("telephone").telephone.clone()),
        courriel: Some(cote("courriel").courriel.clone()),
        date_naissance: Some(naissance.date_naissance),
        annee_naissance: Some(naissance.annee_naissance),
        tranche_age: Some(naissance.tranche_age),
        genre: Some(cote("genre").genre),
        statut: Some(cote("statut").statut),
        commune: Some(cote("commune").commune.clone()),
        langue: Some(cote("langue").langue.clone()),
        besoins: Some(besoins),
        amenagements: Some(textes("amenagements", |p| &p.amenagements)),
        notes: Some(textes("notes", |p| &p.notes)),
    }
}

/// A file as a merge found it or left it: what is undone compares with it.
pub fn instantane(p: &Personne) -> ModifierPersonne {
    reunir(p, p, |_| Cote::Garder)
}

/// The change that gives a file what it said before a merge, for the fields nobody changed since.
pub fn revenir(actuelle: &Personne, avant: ModifierPersonne, apres: &ModifierPersonne) -> ModifierPersonne {
    let a = instantane(actuelle);
    fn champ<T: PartialEq>(avant: Option<T>, apres: Option<&T>, actuel: Option<T>) -> Option<T> {
        if actuel.as_ref() == apres { avant } else { actuel }
    }
    // Date, year and band say one birth: they go back together or not at all.
    let meme_naissance =
        (a.date_naissance, a.annee_naissance, a.tranche_age) == (apres.date_naissance, apres.annee_naissance, apres.tranche_age);
    let naissance = if meme_naissance { &avant } else { &a };
    ModifierPersonne {
        version: Some(actuelle.version),
        date_naissance: naissance.date_naissance,
        annee_naissance: naissance.annee_naissance,
        tranche_age: naissance.tranche_age,
        prenom: champ(avant.prenom, apres.prenom.as_ref(), a.prenom),
        nom: champ(avant.nom, apres.nom.as_ref(), a.nom),
        surnom: champ(avant.surnom, apres.surnom.as_ref(), a.surnom),
        telephone: champ(avant.telephone, apres.telephone.as_ref(), a.telephone),
        courriel: champ(avant.courriel, apres.courriel.as_ref(), a.courriel),
        genre: champ(avant.genre, apres.genre.as_ref(), a.genre),
        statut: champ(avant.statut, apres.statut.as_ref(), a.statut),
        commune: champ(avant.commune, apres.commune.as_ref(), a.commune),
        langue: champ(avant.langue, apres.langue.as_ref(), a.langue),
        besoins: champ(avant.besoins, apres.besoins.as_ref(), a.besoins),
        amenagements: champ(avant.amenagements, apres.amenagements.as_ref(), a.amenagements),
        notes: champ(avant.notes, apres.notes.as_ref(), a.notes),
    }
}

#[cfg(test)]
#[path = "regles_tests.rs"]
mod tests;
