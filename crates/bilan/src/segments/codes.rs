//! Codes of nomenclatures as small numbers, and the version of what segments hold.

use std::sync::LazyLock;

use mediation::nomenclatures::{Autonomie, Demarche, Genre, LieuType, Materiel, Statut, Thematique, TrancheAge, TypeActivite};
use socle::Nomenclature;

/// Raised when the shape of a segment changes: the others are then computed anew from the rows.
const VERSION: u32 = 1;

/// The codes of one nomenclature, in its order.
pub struct Codes(Vec<String>);

impl Codes {
    fn de<N: Nomenclature>() -> Self {
        Self(N::tous().into_iter().map(Nomenclature::code).collect())
    }

    /// The number of a code; an unknown code is the number after the last.
    pub fn numero(&self, code: &str) -> u8 {
        self.0.iter().position(|c| c == code).unwrap_or(self.0.len()) as u8
    }

    /// How many numbers there are, the unknown one included.
    pub fn places(&self) -> usize {
        self.0.len() + 1
    }

    /// The codes, without the unknown one.
    pub fn tous(&self) -> &[String] {
        &self.0
    }
}

/// All the nomenclatures that figures are counted by.
pub struct Tables {
    pub types: Codes,
    pub thematiques: Codes,
    pub demarches: Codes,
    pub materiels: Codes,
    pub lieux_types: Codes,
    pub autonomies: Codes,
    /// Age bands, genres, statuts: what is said of people.
    pub publics: [Codes; 3],
    /// The first bit of each of [`Tables::publics`] in what is noted of a person.
    pub decalages: [usize; 3],
    /// A fingerprint of the version and of all the codes: a segment written with another is not read.
    pub empreinte: i32,
}

/// The axes of the public, as they are stored beside anonymous counts.
pub const AXES: [&str; 3] = ["tranche_age", "genre", "statut"];

pub static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut t = Tables {
        types: Codes::de::<TypeActivite>(),
        thematiques: Codes::de::<Thematique>(),
        demarches: Codes::de::<Demarche>(),
        materiels: Codes::de::<Materiel>(),
        lieux_types: Codes::de::<LieuType>(),
        autonomies: Codes::de::<Autonomie>(),
        publics: [Codes::de::<TrancheAge>(), Codes::de::<Genre>(), Codes::de::<Statut>()],
        decalages: [0; 3],
        empreinte: 0,
    };
    t.decalages = [0, t.publics[0].places(), t.publics[0].places() + t.publics[1].places()];
    // FNV-1a: the same on every machine and in every version of the compiler.
    let mut h = 0x811c_9dc5_u32 ^ VERSION;
    for c in [&t.types, &t.thematiques, &t.demarches, &t.materiels, &t.lieux_types, &t.autonomies].into_iter().chain(&t.publics) {
        for octet in c.0.iter().flat_map(|c| c.bytes().chain([b','])).chain([b';']) {
            h = (h ^ u32::from(octet)).wrapping_mul(0x0100_0193);
        }
    }
    t.empreinte = h.cast_signed();
    t
});

impl Tables {
    /// How many bits say which parts of the public a person was seen in.
    pub fn bits(&self) -> usize {
        self.decalages[2] + self.publics[2].places()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tout_tient_dans_ses_bits() {
        // Two bits are left for « seen in the period » and « seen before ».
        assert!(TABLES.bits() <= 30, "{}", TABLES.bits());
        assert!(TABLES.thematiques.places() <= 32 && TABLES.demarches.places() <= 32 && TABLES.materiels.places() <= 32);
        assert_eq!(TABLES.publics[1].numero("feminin"), 0);
        assert_eq!(usize::from(TABLES.publics[1].numero("inconnu")), TABLES.publics[1].places() - 1);
    }
}
