//! The columns of a file: what each means, under the names of our templates and of the export of the
//! national « Coop de la médiation numérique ».
//!
//! The Coop's names and values were read on 2026-11-22 in `inclusion-numerique/coop-mediation-numerique`,
//! commit 46aa33bdf21c42c2d5bbb2913f5c453cca5a9542 (30 June 2026): worksheets « Activités » and « Bénéficiaires ».

use socle::texte::plier;

/// What a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NatureImport)]
pub enum Nature {
    Personnes,
    Accompagnements,
}

impl Nature {
    pub fn code(self) -> &'static str {
        match self {
            Self::Personnes => "personnes",
            Self::Accompagnements => "accompagnements",
        }
    }

    pub fn depuis(code: &str) -> Option<Self> {
        [Self::Personnes, Self::Accompagnements].into_iter().find(|n| n.code() == code)
    }

    pub fn libelle(self) -> &'static str {
        match self {
            Self::Personnes => "Des personnes",
            Self::Accompagnements => "Des accompagnements",
        }
    }

    /// Its columns, in the order of the template.
    pub fn colonnes(self) -> &'static [Colonne] {
        match self {
            Self::Personnes => PERSONNES,
            Self::Accompagnements => ACCOMPAGNEMENTS,
        }
    }

    fn ignorees(self) -> &'static [&'static str] {
        match self {
            Self::Personnes => &["Nombre d’accompagnements"],
            Self::Accompagnements => {
                &["Enregistré le", "Dernière modification le", "Participants", "Rôle", "ID - Conum", "Adresse", "Source de la donnée"]
            }
        }
    }
}

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Champ {
    Identifiant,
    // of a person
    Prenom,
    Nom,
    Surnom,
    DateNaissance,
    AnneeNaissance,
    Telephone,
    Courriel,
    Genre,
    TrancheAge,
    Statut,
    Commune,
    CodePostal,
    CodeInsee,
    Langue,
    Besoins,
    Amenagements,
    // of an accompaniment
    Date,
    Type,
    Duree,
    Canal,
    Lieu,
    LieuCommune,
    LieuCodePostal,
    LieuCodeInsee,
    Titre,
    Materiels,
    Thematiques,
    Etiquettes,
    PrecisionDemarche,
    Autonomie,
    Reoriente,
    Redirection,
    Beneficiaire,
    BeneficiaireIdentifiant,
    SansNom,
    MediateurPrenom,
    MediateurNom,
    // of both
    Notes,
}

impl Champ {
    /// The code that a form carries.
    pub fn code(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }

    pub fn depuis(code: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
    }
}

/// A column of a template.
pub struct Colonne {
    pub champ: Champ,
    /// Its name in our template; the Coop's whenever it has one.
    pub titre: &'static str,
    /// Other names it is known by.
    pub autres: &'static [&'static str],
    /// What to write in it.
    pub aide: &'static str,
    /// A value for the line shown as an example.
    pub exemple: &'static str,
    pub obligatoire: bool,
}

const fn colonne(champ: Champ, titre: &'static str, autres: &'static [&'static str], aide: &'static str, exemple: &'static str) -> Colonne {
    Colonne { champ, titre, autres, aide, exemple, obligatoire: false }
}

const fn obligatoire(mut c: Colonne) -> Colonne {
    c.obligatoire = true;
    c
}

const PERSONNES: &[Colonne] = &[
    colonne(
        Champ::Identifiant,
        "Identifiant",
        &["ID", "Référence", "Numéro de dossier", "ID bénéficiaire", "Identifiant du bénéficiaire"],
        "Le numéro de la personne dans votre ancien outil, s’il existe : il évite les doublons.",
        "A-0001",
    ),
    colonne(Champ::Nom, "Nom", &["Nom de famille"], "Au moins un nom, un prénom ou un surnom.", "EXEMPLE"),
    colonne(Champ::Prenom, "Prénom", &[], "", "Ada"),
    colonne(Champ::Surnom, "Surnom", &["Nom d’usage"], "Le nom sous lequel la personne se présente.", ""),
    colonne(Champ::DateNaissance, "Date de naissance", &["Naissance", "Né(e) le"], "Exemple : 02/03/1950.", ""),
    colonne(Champ::AnneeNaissance, "Année de naissance", &[], "Quatre chiffres.", "1950"),
    colonne(Champ::Commune, "Nom de la commune", &["Commune", "Ville"], "", "Toulouse"),
    colonne(Champ::CodeInsee, "Code INSEE", &["Code commune"], "Le plus sûr pour désigner une commune.", "31555"),
    colonne(Champ::CodePostal, "Code postal", &["CP"], "", "31000"),
    colonne(Champ::Telephone, "N° de téléphone", &["Téléphone", "Numéro de téléphone", "Tél", "Portable", "Mobile"], "", "01 99 00 00 01"),
    colonne(Champ::Courriel, "E-mail", &["Courriel", "Mail", "Adresse électronique", "Adresse mail", "Adresse e-mail"], "", ""),
    colonne(Champ::Genre, "Genre", &["Sexe"], "Voir les valeurs acceptées.", "Féminin"),
    colonne(Champ::TrancheAge, "Tranche d’âge", &["Âge"], "Voir les valeurs acceptées ; inutile avec une année de naissance.", ""),
    colonne(Champ::Statut, "Statut", &["Statut social", "Situation"], "Voir les valeurs acceptées.", "Retraité"),
    colonne(Champ::Langue, "Langue", &["Langue parlée"], "La langue la mieux parlée.", ""),
    colonne(
        Champ::Besoins,
        "Besoins",
        &["Besoins particuliers"],
        "Voir les valeurs acceptées ; plusieurs séparées par « ; ». Jamais un diagnostic de santé.",
        "Gros caractères",
    ),
    colonne(Champ::Amenagements, "Aménagements", &[], "Jamais un diagnostic de santé.", ""),
    colonne(Champ::Notes, "Notes supplémentaires", &["Notes", "Remarques", "Commentaires"], "", ""),
];

const ACCOMPAGNEMENTS: &[Colonne] = &[
    colonne(
        Champ::Identifiant,
        "ID CRA",
        &["Identifiant", "ID", "Référence", "Identifiant de l’accompagnement"],
        "Le numéro de l’accompagnement dans votre ancien outil. Les lignes d’un même numéro sont un même atelier, une ligne par personne présente.",
        "ATELIER-1",
    ),
    obligatoire(colonne(Champ::Date, "Date", &["Date de l’accompagnement", "Jour"], "Exemple : 02/03/2025.", "02/03/2025")),
    obligatoire(colonne(Champ::Type, "Type", &["Type d’accompagnement", "Type d’activité"], "Individuel ou Collectif.", "Collectif")),
    obligatoire(colonne(Champ::Duree, "Durée (min)", &["Durée", "Durée en minutes", "Temps passé"], "En minutes, ou « 1 h 30 ».", "90")),
    obligatoire(colonne(
        Champ::Canal,
        "Canaux d’accompagnement",
        &["Canal", "Canal d’accompagnement", "Type de lieu"],
        "Voir les valeurs acceptées.",
        "Lieu d’activité",
    )),
    colonne(Champ::Lieu, "Nom du lieu", &["Lieu", "Lieu d’accompagnement"], "Un lieu de votre structure, écrit comme dans Passeur.", ""),
    colonne(Champ::LieuCommune, "Commune", &["Commune du lieu"], "Où l’accompagnement a eu lieu.", "Toulouse"),
    colonne(Champ::LieuCodePostal, "Code postal", &["Code postal du lieu"], "", "31000"),
    colonne(Champ::LieuCodeInsee, "Code Insee", &["Code Insee du lieu"], "", "31555"),
    obligatoire(colonne(
        Champ::Thematiques,
        "Thématique(s) d’accompagnement",
        &["Thématiques", "Thématique", "Thème", "Thèmes", "Démarches"],
        "Voir les valeurs acceptées ; plusieurs séparées par « ; ».",
        "Bureautique ; Navigation sur internet",
    )),
    colonne(Champ::PrecisionDemarche, "Nom de la démarche administrative", &["Précision de la démarche"], "Ajouté aux notes.", ""),
    colonne(
        Champ::Materiels,
        "Matériel numérique utilisé",
        &["Matériel", "Matériels"],
        "Voir les valeurs acceptées ; plusieurs séparés par « ; ».",
        "Ordinateur",
    ),
    colonne(
        Champ::Autonomie,
        "Niveau d’autonomie (ou de l’atelier)",
        &["Autonomie", "Niveau", "Niveau d’autonomie", "Niveau de l’atelier"],
        "Voir les valeurs acceptées.",
        "Débutant",
    ),
    colonne(Champ::Titre, "Nom de l’atelier", &["Titre", "Atelier", "Titre de l’atelier"], "", "Premiers pas"),
    colonne(
        Champ::Beneficiaire,
        "Bénéficiaire",
        &["Nom du bénéficiaire", "Personne", "Usager", "Usagère", "Nom complet"],
        "Prénom et nom. Vide : une personne sans nom.",
        "Ada EXEMPLE",
    ),
    colonne(
        Champ::BeneficiaireIdentifiant,
        "Identifiant du bénéficiaire",
        &["ID bénéficiaire", "Identifiant de la personne"],
        "Le même que dans le fichier des personnes, s’il existe.",
        "A-0001",
    ),
    colonne(
        Champ::AnneeNaissance,
        "Année de naissance du bénéficiaire",
        &["Année de naissance"],
        "Départage deux personnes de même nom.",
        "",
    ),
    colonne(
        Champ::SansNom,
        "Personnes sans nom",
        &["Nombre de personnes sans nom", "Anonymes"],
        "Combien, en plus de la personne nommée.",
        "",
    ),
    colonne(Champ::Genre, "Genre du bénéficiaire", &["Genre"], "Voir les valeurs acceptées.", "Féminin"),
    colonne(Champ::TrancheAge, "Tranche d’âge du bénéficiaire", &["Tranche d’âge"], "Voir les valeurs acceptées.", "70 ans et plus"),
    colonne(Champ::Statut, "Statut du bénéficiaire", &["Statut"], "Voir les valeurs acceptées.", "Retraité"),
    colonne(Champ::Commune, "Commune du bénéficiaire", &[], "", ""),
    colonne(Champ::CodePostal, "Code postal du bénéficiaire", &[], "", ""),
    colonne(Champ::CodeInsee, "Code Insee du bénéficiaire", &[], "", ""),
    colonne(
        Champ::MediateurPrenom,
        "Prénom du médiateur",
        &[],
        "Qui a accompagné, si cette personne a un compte dans votre équipe ; vide : vous.",
        "",
    ),
    colonne(Champ::MediateurNom, "Nom du médiateur", &["Médiateur", "Médiatrice"], "", ""),
    colonne(Champ::Etiquettes, "Tags", &["Étiquettes"], "Ajoutées aux notes.", ""),
    colonne(Champ::Reoriente, "Bénéficiaire réorienté", &[], "Ajouté aux notes.", ""),
    colonne(Champ::Redirection, "Structure de redirection", &[], "Ajoutée aux notes.", ""),
    colonne(Champ::Notes, "Notes supplémentaires", &["Notes", "Remarques", "Commentaires"], "", ""),
];

/// The column of a header, whatever its case, accents and signs.
pub fn reconnaitre(nature: Nature, entete: &str) -> Option<Champ> {
    let plie = plier(entete);
    if plie.is_empty() {
        return None;
    }
    nature
        .colonnes()
        .iter()
        .find(|c| plier(c.titre) == plie || c.champ.code().replace('_', " ") == plie)
        .or_else(|| nature.colonnes().iter().find(|c| c.autres.iter().any(|a| plier(a) == plie)))
        .map(|c| c.champ)
}

/// Whether a header is one of the Coop's that say nothing we keep.
pub fn ignoree(nature: Nature, entete: &str) -> bool {
    let plie = plier(entete);
    nature.ignorees().iter().any(|i| plier(i) == plie)
}

/// The name of a column in our template.
pub fn titre(nature: Nature, champ: Champ) -> &'static str {
    nature.colonnes().iter().find(|c| c.champ == champ).map_or("", |c| c.titre)
}

/// The columns of a row of headers; of two with one meaning, the first has it.
pub fn correspondance(nature: Nature, entetes: &[String]) -> Vec<Option<Champ>> {
    let mut v: Vec<Option<Champ>> = vec![];
    for e in entetes {
        let c = reconnaitre(nature, e).filter(|c| !v.contains(&Some(*c)));
        v.push(c);
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_colonnes_de_la_coop_sont_toutes_connues() {
        let activites = [
            "Date",
            "Enregistré le",
            "Dernière modification le",
            "Prénom du médiateur",
            "Nom du médiateur",
            "Rôle",
            "ID - Conum",
            "Type",
            "Participants",
            "Bénéficiaire",
            "Canaux d’accompagnement",
            "Nom du lieu",
            "Adresse",
            "Commune",
            "Code postal",
            "Code Insee",
            "Durée (min)",
            "Nom de l’atelier",
            "Matériel numérique utilisé",
            "Thématique(s) d’accompagnement",
            "Tags",
            "Nom de la démarche administrative",
            "Niveau d’autonomie (ou de l’atelier)",
            "Bénéficiaire réorienté",
            "Structure de redirection",
            "Commune du bénéficiaire",
            "Code postal du bénéficiaire",
            "Code Insee du bénéficiaire",
            "Genre du bénéficiaire",
            "Tranche d’âge du bénéficiaire",
            "Statut du bénéficiaire",
            "Notes supplémentaires",
            "Source de la donnée",
            "ID CRA",
        ];
        let beneficiaires = [
            "Nom",
            "Prénom",
            "Année de naissance",
            "Nom de la commune",
            "Code INSEE",
            "Code postal",
            "N° de téléphone",
            "E-mail",
            "Genre",
            "Tranche d\u{2019}âge",
            "Statut",
            "Nombre d\u{2019}accompagnements",
            "Notes supplémentaires",
        ];
        for (n, entetes) in [(Nature::Accompagnements, &activites[..]), (Nature::Personnes, &beneficiaires[..])] {
            let mut vus = vec![];
            for e in entetes {
                let c = reconnaitre(n, e);
                assert!(c.is_some() != ignoree(n, e), "{e}");
                assert!(c.is_none() || !vus.contains(&c), "{e} : deux colonnes pour un sens");
                vus.push(c);
            }
        }
        assert_eq!(reconnaitre(Nature::Accompagnements, "THEMATIQUE(S) D'ACCOMPAGNEMENT"), Some(Champ::Thematiques));
        assert_eq!(reconnaitre(Nature::Personnes, "Couleur préférée"), None);
    }

    #[test]
    fn chaque_colonne_a_un_nom_et_un_sens_a_elle() {
        for n in [Nature::Personnes, Nature::Accompagnements] {
            let mut noms: Vec<String> = n.colonnes().iter().flat_map(|c| c.autres.iter().chain([&c.titre])).map(|t| plier(t)).collect();
            let combien = noms.len();
            noms.sort();
            noms.dedup();
            assert_eq!(noms.len(), combien, "{n:?}");
            for c in n.colonnes() {
                assert_eq!(Champ::depuis(&c.champ.code()), Some(c.champ));
            }
        }
    }

    #[test]
    fn de_deux_colonnes_de_meme_sens_la_premiere_compte() {
        let e: Vec<String> = ["Nom", "Nom de famille", "?"].map(str::to_owned).to_vec();
        assert_eq!(correspondance(Nature::Personnes, &e), [Some(Champ::Nom), None, None]);
    }
}
