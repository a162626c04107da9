//! The closed lists of the trade: same values as the national tools, so that data can move.
//! Source: the domain page of the project, after the national « Coop de la médiation numérique ».

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use socle::Nomenclature;

macro_rules! nomenclature {
    ($(#[$doc:meta])* $nom:ident { $($variante:ident => $libelle:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
        #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
        #[serde(rename_all = "snake_case")]
        pub enum $nom { $($variante),+ }

        impl Nomenclature for $nom {
            fn libelle(self) -> &'static str {
                match self { $(Self::$variante => $libelle),+ }
            }
        }
    };
}

nomenclature! {
    /// One person, or a group.
    TypeActivite { Individuel => "Individuel", Collectif => "Collectif" }
}
nomenclature! {
    /// Where an accompaniment took place.
    LieuType {
        LieuActivite => "Dans un de nos lieux",
        Domicile => "À domicile",
        ADistance => "À distance",
        Autre => "Ailleurs",
    }
}
nomenclature! {
    /// What was used.
    Materiel {
        Ordinateur => "Ordinateur",
        Telephone => "Téléphone",
        Tablette => "Tablette",
        Autre => "Autre",
        Aucun => "Aucun",
    }
}
nomenclature! {
    /// What an accompaniment was about.
    Thematique {
        DiagnosticNumerique => "Diagnostic numérique",
        PrendreEnMainDuMateriel => "Prendre en main du matériel",
        MaintenanceDeMateriel => "Maintenance de matériel",
        GererSesContenusNumeriques => "Gérer ses contenus numériques",
        NavigationSurInternet => "Navigation sur internet",
        Email => "Courriel",
        Bureautique => "Bureautique",
        ReseauxSociaux => "Réseaux sociaux",
        Sante => "Santé",
        BanqueEtAchatsEnLigne => "Banque et achats en ligne",
        Entrepreneuriat => "Entrepreneuriat",
        InsertionProfessionnelle => "Insertion professionnelle",
        SecuriteNumerique => "Sécurité numérique",
        Parentalite => "Parentalité",
        ScolariteEtNumerique => "Scolarité et numérique",
        CreerAvecLeNumerique => "Créer avec le numérique",
        CultureNumerique => "Culture numérique",
        IntelligenceArtificielle => "Intelligence artificielle",
        AideAuxDemarchesAdministratives => "Démarches administratives",
    }
}
nomenclature! {
    /// Which online procedure, under [`Thematique::AideAuxDemarchesAdministratives`].
    Demarche {
        PapiersElectionsCitoyennete => "Papiers, élections, citoyenneté",
        FamilleScolarite => "Famille, scolarité",
        SocialSante => "Social, santé",
        TravailFormation => "Travail, formation",
        Logement => "Logement",
        TransportsMobilite => "Transports, mobilité",
        ArgentImpots => "Argent, impôts",
        Justice => "Justice",
        EtrangersEurope => "Étrangers, Europe",
        LoisirsSportsCulture => "Loisirs, sports, culture",
        Associations => "Associations",
    }
}
nomenclature! {
    /// How the person did, in one session.
    Autonomie {
        EntierementAccompagne => "Entièrement accompagné",
        PartiellementAutonome => "Partiellement autonome",
        Autonome => "Autonome",
    }
}
nomenclature! {
    /// Level of a workshop.
    Niveau { Debutant => "Débutant", Intermediaire => "Intermédiaire", Avance => "Avancé" }
}
nomenclature! {
    /// Age bands.
    TrancheAge {
        MoinsDeDouze => "Moins de 12 ans",
        DouzeDixHuit => "12 – 17 ans",
        DixHuitVingtQuatre => "18 – 24 ans",
        VingtCinqTrenteNeuf => "25 – 39 ans",
        QuaranteCinquanteNeuf => "40 – 59 ans",
        SoixanteSoixanteNeuf => "60 – 69 ans",
        SoixanteDixPlus => "70 ans et plus",
        NonCommunique => "Non communiqué",
    }
}
nomenclature! {
    /// Occupation.
    Statut {
        Scolarise => "Scolarisé",
        SansEmploi => "Sans emploi",
        EnEmploi => "En emploi",
        Retraite => "Retraité",
        NonCommunique => "Non communiqué",
    }
}
nomenclature! {
    Genre { Feminin => "Féminin", Masculin => "Masculin", NonCommunique => "Non communiqué" }
}
nomenclature! {
    /// Support a person needs. The need, never its medical cause.
    Besoin {
        GrosCaracteres => "Gros caractères",
        LectureAVoixHaute => "Lecture à voix haute",
        AideALaLecture => "Aide à la lecture et à l’écriture",
        FrancaisSimple => "Français simple",
        Interprete => "Interprète",
        LangueDesSignes => "Langue des signes",
        BoucleAuditive => "Parler face à face, boucle auditive",
        MaterielAdapte => "Clavier, souris ou écran adaptés",
        AccesPlainPied => "Accès de plain-pied",
        LieuCalme => "Lieu calme",
        TempsSupplementaire => "Plus de temps, étape par étape",
        DeplacementImpossible => "Ne peut pas se déplacer",
    }
}
nomenclature! {
    /// What a consent is for.
    Finalite {
        Suivi => "Tenir un dossier de suivi",
        Contact => "Être recontacté",
        Orientation => "Transmettre à un partenaire",
        Partage => "Partager le dossier avec une autre structure",
    }
}

impl TrancheAge {
    /// The band of an age in years.
    pub fn de_age(age: i32) -> Self {
        match age {
            ..=11 => Self::MoinsDeDouze,
            12..=17 => Self::DouzeDixHuit,
            18..=24 => Self::DixHuitVingtQuatre,
            25..=39 => Self::VingtCinqTrenteNeuf,
            40..=59 => Self::QuaranteCinquanteNeuf,
            60..=69 => Self::SoixanteSoixanteNeuf,
            70.. => Self::SoixanteDixPlus,
        }
    }

    /// The last age of each band, in order; the band of 70 and over has none. The same bounds as
    /// [`TrancheAge::de_age`], for queries.
    pub const BORNES: [(i32, Self); 6] = [
        (11, Self::MoinsDeDouze),
        (17, Self::DouzeDixHuit),
        (24, Self::DixHuitVingtQuatre),
        (39, Self::VingtCinqTrenteNeuf),
        (59, Self::QuaranteCinquanteNeuf),
        (69, Self::SoixanteSoixanteNeuf),
    ];
}

/// Values of a nomenclature kept in one JSON column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Besoins(pub Vec<Besoin>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_codes_sont_ceux_des_outils_nationaux() {
        let codes: Vec<String> = Thematique::tous().into_iter().map(Nomenclature::code).collect();
        assert_eq!(codes.len(), 19);
        assert!(
            codes.contains(&"aide_aux_demarches_administratives".to_owned()) && codes.contains(&"prendre_en_main_du_materiel".to_owned())
        );
        assert_eq!(Demarche::tous().len(), 11);
        assert_eq!(LieuType::tous().iter().map(|l| l.code()).collect::<Vec<_>>(), ["lieu_activite", "domicile", "a_distance", "autre"]);
        assert_eq!(TrancheAge::tous().len(), 8);
        // The stored code and the JSON code are one.
        for t in Thematique::tous() {
            assert_eq!(serde_json::to_value(t).unwrap(), serde_json::json!(t.code()));
        }
    }

    #[test]
    fn les_bornes_disent_comme_la_fonction() {
        for age in 0..=110 {
            let par_bornes = TrancheAge::BORNES.iter().find(|(max, _)| age <= *max).map_or(TrancheAge::SoixanteDixPlus, |(_, t)| *t);
            assert_eq!(TrancheAge::de_age(age), par_bornes, "{age}");
        }
    }
}
