//! Dates of retention: pure.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use socle::{controle::Controle, horloge::FUSEAU};

use super::MotifGarde;

/// Days between the announcement and the erasure.
pub const PREAVIS: Days = Days::new(30);

/// Months that a legal need may keep a file, at most.
const MOIS_OBLIGATION: i32 = 60;

/// A file whose last activity is not after this day is announced on `aujourd_hui`: at the end of the
/// notice, `mois` months will have gone by.
pub fn limite(aujourd_hui: NaiveDate, mois: i32) -> NaiveDate {
    let echeance = aujourd_hui.checked_add_days(PREAVIS).unwrap_or(aujourd_hui);
    echeance.checked_sub_months(Months::new(mois.unsigned_abs())).unwrap_or(NaiveDate::MIN)
}

/// The day from which a file announced on `jour` is erased.
pub fn echeance(jour: NaiveDate) -> NaiveDate {
    jour.checked_add_days(PREAVIS).unwrap_or(jour)
}

/// The instant a day ends in France.
pub fn fin(jour: NaiveDate) -> DateTime<Utc> {
    let lendemain = jour.checked_add_days(Days::new(1)).unwrap_or(jour).and_time(NaiveTime::MIN);
    FUSEAU
        .from_local_datetime(&lendemain)
        .earliest()
        .or_else(|| FUSEAU.from_local_datetime(&(lendemain + TimeDelta::hours(1))).earliest())
        .map_or_else(|| lendemain.and_utc(), |t| t.to_utc())
}

/// The last day until which a file may be kept for this reason, decided on `aujourd_hui`.
pub fn terme(motif: MotifGarde, aujourd_hui: NaiveDate, mois: i32) -> NaiveDate {
    let mois = if motif == MotifGarde::ObligationLegale { MOIS_OBLIGATION } else { mois };
    aujourd_hui.checked_add_months(Months::new(mois.unsigned_abs())).unwrap_or(aujourd_hui)
}

/// Refuses a date too near to keep anything, or further than the reason allows.
pub fn controler(c: &mut Controle, motif: MotifGarde, jusqu_au: NaiveDate, aujourd_hui: NaiveDate, mois: i32) {
    let terme = terme(motif, aujourd_hui, mois);
    c.exiger(
        jusqu_au > echeance(aujourd_hui),
        "jusqu_au",
        "Choisissez une date à plus de trente jours d’ici : avant, le dossier serait aussitôt annoncé de nouveau.",
    );
    if jusqu_au > terme {
        c.faute("jusqu_au", format!("Pour cette raison, un dossier se garde au plus jusqu’au {}.", terme.format("%d/%m/%Y")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn j(t: &str) -> NaiveDate {
        t.parse().unwrap()
    }

    #[test]
    fn l_annonce_vient_trente_jours_avant() {
        // Last seen on 9 April 2024: 24 months end on 9 April 2026, announced on 10 March.
        assert_eq!(limite(j("2026-03-10"), 24), j("2024-04-09"));
        assert_eq!(echeance(j("2026-03-10")), j("2026-04-09"));
        // A day that the month does not have: never erased before the whole duration.
        assert_eq!(limite(j("2026-01-29"), 24), j("2024-02-28"));
    }

    #[test]
    fn un_jour_finit_a_minuit_en_france() {
        assert_eq!(fin(j("2026-03-28")).to_rfc3339(), "2026-03-28T23:00:00+00:00");
        assert_eq!(fin(j("2026-03-29")).to_rfc3339(), "2026-03-29T22:00:00+00:00");
        assert_eq!(fin(j("2026-10-25")).to_rfc3339(), "2026-10-25T23:00:00+00:00");
    }

    #[test]
    fn un_dossier_se_garde_entre_deux_dates() {
        let fautes = |motif, jour| {
            let mut c = Controle::new();
            controler(&mut c, motif, j(jour), j("2026-03-10"), 24);
            c.fautes().len()
        };
        assert_eq!(fautes(MotifGarde::Revenue, "2026-04-09"), 1);
        assert_eq!(fautes(MotifGarde::Revenue, "2026-04-10"), 0);
        assert_eq!(fautes(MotifGarde::Revenue, "2028-03-10"), 0);
        assert_eq!(fautes(MotifGarde::Revenue, "2028-03-11"), 1);
        assert_eq!(fautes(MotifGarde::ObligationLegale, "2031-03-10"), 0);
        assert_eq!(fautes(MotifGarde::ObligationLegale, "2031-03-11"), 1);
    }
}
