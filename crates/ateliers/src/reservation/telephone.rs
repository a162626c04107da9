//! Telephone numbers, of France, of its overseas parts and of anywhere. Neither database nor clock.
//!
//! Own rules rather than a library's tables of all the plans of the world: what is needed is one form to hand to a
//! provider (ITU-T E.164) and not to write to a French landline (ARCEP's numbering plan, decision 2018-0881).

/// A number as providers want it, `+33612345678`; none when it cannot be read, or is of abroad without the code of
/// its country.
pub fn international(texte: &str) -> Option<String> {
    let texte = texte.trim();
    if !texte.chars().all(|c| c.is_ascii_digit() || " +.-()/\u{a0}\u{202f}".contains(c)) || texte.chars().skip(1).any(|c| c == '+') {
        return None;
    }
    // « +33 (0)6 … », as many write it.
    let sans_zero = texte.replace("(0)", "");
    let chiffres: String = sans_zero.chars().filter(char::is_ascii_digit).collect();
    let complet = if texte.starts_with('+') {
        chiffres
    } else if let Some(reste) = chiffres.strip_prefix("00") {
        reste.to_owned()
    } else if chiffres.len() == 10 && chiffres.starts_with('0') {
        format!("{}{}", indicatif(&chiffres[..4]), &chiffres[1..])
    } else {
        return None;
    };
    let complet = match complet.strip_prefix("330") {
        Some(reste) if reste.len() == 9 => format!("{}{reste}", indicatif(&format!("0{}", &reste[..3]))),
        _ => complet,
    };
    let long = if francais(&complet).is_some() { complet.len() == longueur(&complet) } else { (8..=15).contains(&complet.len()) };
    (long && !complet.starts_with('0')).then(|| format!("+{complet}"))
}

/// The code that goes before a French number written with its ten digits, from its first four.
fn indicatif(debut: &str) -> &'static str {
    match debut {
        "0590" | "0690" | "0691" => "590",
        "0594" | "0694" => "594",
        "0596" | "0696" | "0697" => "596",
        "0262" | "0263" | "0269" | "0639" | "0692" | "0693" => "262",
        _ => "33",
    }
}

/// The national part of a number of France or of its overseas départements.
fn francais(complet: &str) -> Option<&str> {
    ["590", "594", "596", "262", "33"].iter().find_map(|i| complet.strip_prefix(i))
}

fn longueur(complet: &str) -> usize {
    if complet.starts_with("33") { 11 } else { 12 }
}

/// Whether a text message sent there arrives: French landlines do not receive any.
pub fn recoit_des_sms(texte: &str) -> bool {
    international(texte).is_some_and(|n| francais(&n[1..]).is_none_or(|national| national.starts_with(['6', '7'])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn les_numeros_se_lisent_comme_on_les_ecrit() {
        for (ecrit, attendu) in [
            ("06 00 00 00 01", Some("+33600000001")),
            ("06.00.00.00.01", Some("+33600000001")),
            ("+33 6 00 00 00 01", Some("+33600000001")),
            ("+33 (0)6 00 00 00 01", Some("+33600000001")),
            ("0033 6 00 00 00 01", Some("+33600000001")),
            ("+33 06 00 00 00 01", Some("+33600000001")),
            ("0692 00 00 01", Some("+262692000001")),
            ("0690 00 00 01", Some("+590690000001")),
            ("+49 30 1234567", Some("+49301234567")),
            ("0041 22 000 00 01", Some("+41220000001")),
            ("+1 (555) 010-0000", Some("+15550100000")),
            // Without the code of its country, a foreign number rings elsewhere.
            ("030 1234567 89", None),
            ("600000001", None),
            ("06 00 00 00", None),
            ("+33 6 00 00 00", None),
            ("12", None),
            ("+", None),
            ("06 ABC", None),
            ("", None),
        ] {
            assert_eq!(international(ecrit).as_deref(), attendu, "{ecrit}");
        }
    }

    #[test]
    fn un_telephone_fixe_ne_recoit_pas_de_sms() {
        for (numero, attendu) in [
            ("06 00 00 00 01", true),
            ("07 00 00 00 01", true),
            ("05 00 00 00 01", false),
            ("0262 00 00 01", false),
            ("0692 00 00 01", true),
            ("+49 30 1234567", true),
        ] {
            assert_eq!(recoit_des_sms(numero), attendu, "{numero}");
        }
    }

    proptest! {
        #[test]
        fn ce_qui_est_lu_se_relit(t in "[+0-9 .()]{0,24}") {
            if let Some(n) = international(&t) {
                prop_assert_eq!(international(&n), Some(n.clone()));
                prop_assert!(n.len() <= 16 && n[1..].chars().all(|c| c.is_ascii_digit()));
            }
        }
    }
}
