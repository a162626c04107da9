//! A mail that comes back: `passeur mail bounce` reads it, and what it was about is known as unreachable by mail.
//!
//! A report of delivery (RFC 3464) is believed when it returns the headers of a message of ours, with its sealed mark
//! ([`socle::retour`]): anybody may write to the address of returns, and make a report of their own. Nothing of the
//! message is kept, nor logged.

use mail_parser::{Message, MessageParser, MimeHeaders};
use socle::{
    Etat, Resultat,
    identifiant::{RendezVousId, ReservationId},
    retour::{Objet, lire as lire_marque},
};

/// What a returned message led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// The address is noted as one that does not receive.
    Notee,
    /// It was noted already, or corrected since, or forgotten.
    SansObjet,
    /// A delay, a message refused for what it is, or delivered after all.
    Passager,
    /// A report about a message that is not ours, or forged.
    Etranger,
    /// Not a report: an automatic answer, somebody's mail.
    PasUnRetour,
}

impl Suite {
    /// In words, for a terminal.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Notee => "Adresse en erreur : c’est noté, et l’équipe est prévenue.",
            Self::SansObjet => "Rien à faire : déjà noté, corrigé ou effacé.",
            Self::Passager => "Rien à faire : ce n’est pas l’adresse qui est en cause, ou ce n’est qu’un retard.",
            Self::Etranger => "Ignoré : ce retour ne porte pas la marque d’un message de cette instance.",
            Self::PasUnRetour => "Ignoré : ce n’est pas un avis de non-remise.",
        }
    }
}

/// The detailed status of an answer (RFC 3463), as `5.1.1`.
pub(super) fn detail(texte: &str) -> Option<(u16, u16, u16)> {
    texte.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|mot| {
        let mut n = mot.split('.');
        let lu = (n.next()?.parse().ok()?, n.next()?.parse().ok()?, n.next()?.parse().ok()?);
        (n.next().is_none() && [4, 5].contains(&lu.0)).then_some(lu)
    })
}

/// Whether a final refusal is about the address: that mailbox does not exist, does not receive, or cannot be reached.
/// The detailed status decides where there is one (RFC 3463): the address (X.1, but for the sender's), the mailbox (X.2)
/// and the way to it (X.4); not the system (X.3), the content (X.6) nor a policy (X.7), which refuse the sender. Else, the
/// code of SMTP (RFC 5321, 4.2.2; RFC 7504); a report without either is final all the same.
pub(super) fn adresse_en_cause(code: Option<u16>, detail: Option<(u16, u16, u16)>) -> bool {
    match detail {
        Some((_, 3 | 6 | 7, _) | (_, 1, 7 | 8)) => false,
        Some((_, 1 | 2 | 4, _)) => true,
        _ => code.is_none_or(|c| [550, 551, 552, 553, 556].contains(&c)),
    }
}

/// What a message says, before the mark is looked at.
#[derive(Debug, PartialEq, Eq)]
enum Lu {
    PasUnRetour,
    Passager,
    /// With the `Message-ID` of what comes back, when the report returns it.
    Echec(Option<String>),
}

fn est(part: &mail_parser::MessagePart<'_>, genre: &str, sous_genre: &[&str]) -> bool {
    part.content_type().is_some_and(|t| {
        t.ctype().eq_ignore_ascii_case(genre) && t.subtype().is_some_and(|s| sous_genre.iter().any(|x| x.eq_ignore_ascii_case(s)))
    })
}

/// The fields of each group of a report, names in small letters; the first group is about the whole message.
fn groupes(texte: &str) -> Vec<Vec<(String, String)>> {
    let mut v: Vec<Vec<(String, String)>> = vec![vec![]];
    for ligne in texte.lines() {
        if ligne.trim().is_empty() {
            if v.last().is_some_and(|g| !g.is_empty()) {
                v.push(vec![]);
            }
            continue;
        }
        let Some(groupe) = v.last_mut() else { continue };
        if ligne.starts_with([' ', '\t']) {
            if let Some((_, valeur)) = groupe.last_mut() {
                valeur.push(' ');
                valeur.push_str(ligne.trim());
            }
        } else if let Some((nom, valeur)) = ligne.split_once(':') {
            groupe.push((nom.trim().to_ascii_lowercase(), valeur.trim().to_owned()));
        }
    }
    v.retain(|g| !g.is_empty());
    v
}

/// Whether somebody of the report will not receive because of their address.
fn echoue(rapport: &str) -> bool {
    groupes(rapport).iter().any(|g| {
        let champ = |nom: &str| g.iter().find(|(n, _)| n == nom).map(|(_, v)| v.as_str());
        if !champ("action").is_some_and(|a| a.to_ascii_lowercase().starts_with("failed")) {
            return false;
        }
        let diagnostic = champ("diagnostic-code").unwrap_or_default();
        // « 5.0.0 » says nothing: the answer of the server may.
        let precis = champ("status").and_then(detail).filter(|d| (d.1, d.2) != (0, 0)).or_else(|| detail(diagnostic));
        let code = diagnostic.split(|c: char| !c.is_ascii_digit()).find_map(|m| m.parse().ok().filter(|c| (400..600).contains(c)));
        adresse_en_cause(code, precis)
    })
}

/// The `Message-ID` of what comes back: the message, or its headers.
fn renvoye(m: &Message<'_>) -> Option<String> {
    m.parts.iter().skip(1).find_map(|p| {
        if let Some(n) = p.message() {
            return n.message_id().map(str::to_owned);
        }
        if !est(p, "text", &["rfc822-headers"]) && !est(p, "message", &["rfc822", "global", "rfc822-headers", "global-headers"]) {
            return None;
        }
        MessageParser::default().parse(p.contents())?.message_id().map(str::to_owned)
    })
}

fn lire(octets: &[u8]) -> Lu {
    let Some(m) = MessageParser::default().parse(octets) else { return Lu::PasUnRetour };
    let rapport = m.parts.first().is_some_and(|p| {
        est(p, "multipart", &["report"])
            && p.content_type().and_then(|t| t.attribute("report-type")).is_some_and(|t| t.to_ascii_lowercase().contains("delivery-status"))
    });
    let statut = m.parts.iter().find(|p| est(p, "message", &["delivery-status", "global-delivery-status"]));
    let (true, Some(statut)) = (rapport, statut) else { return Lu::PasUnRetour };
    if !echoue(&String::from_utf8_lossy(statut.contents())) {
        return Lu::Passager;
    }
    Lu::Echec(renvoye(&m))
}

/// Reads a returned message and notes what it says.
///
/// # Errors
/// When the database does not answer: the message is to be brought again.
pub async fn traiter(etat: &Etat, octets: &[u8]) -> Resultat<Suite> {
    let identifiant = match lire(octets) {
        Lu::PasUnRetour => return Ok(Suite::PasUnRetour),
        Lu::Passager => return Ok(Suite::Passager),
        Lu::Echec(i) => i,
    };
    let Some(m) = identifiant.and_then(|i| lire_marque(&etat.coffre, &i)) else { return Ok(Suite::Etranger) };
    let note = match m.objet {
        Objet::Reservation => ateliers::reservation::noter_retour(etat, ReservationId(m.id), &m.empreinte).await?,
        Objet::RendezVous => ateliers::rendez_vous::noter_retour(etat, RendezVousId(m.id), &m.empreinte).await?,
    };
    Ok(if note { Suite::Notee } else { Suite::SansObjet })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A report as a server writes it, its status and what it says of the answer.
    fn avis(action: &str, statut: &str, diagnostic: &str, identifiant: &str) -> String {
        format!(
            "From: MAILER-DAEMON@relais.invalid\r\nTo: retours@passeur.invalid\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry.\r\n\r\n--b1\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relais.invalid\r\n\r\nFinal-Recipient: rfc822; essai@exemple.invalid\r\nAction: {action}\r\nStatus: {statut}\r\nDiagnostic-Code: smtp;\r\n  {diagnostic}\r\n\r\n--b1\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: passeur@passeur.invalid\r\nMessage-ID: {identifiant}\r\nSubject: Essai\r\n\r\n--b1--\r\n"
        )
    }

    #[test]
    fn un_avis_de_non_remise_se_lit() {
        let oui = Lu::Echec(Some("x@y".into()));
        for (action, statut, diagnostic, attendu) in [
            ("failed", "5.1.1", "550 5.1.1 <essai@exemple.invalid> unknown", &oui),
            ("Failed", "5.0.0", "550 no such user", &oui),
            ("failed", "5.0.0", "550 5.7.1 blocked", &Lu::Passager),
            ("failed", "5.2.2", "552 mailbox full", &oui),
            ("failed", "4.4.7", "450 4.4.7 delivery time expired", &oui),
            ("failed", "5.7.1", "550 5.7.1 spam", &Lu::Passager),
            ("failed", "5.1.8", "501 5.1.8 sender domain", &Lu::Passager),
            ("failed", "5.3.4", "552 5.3.4 too big", &Lu::Passager),
            ("delayed", "4.4.1", "450 try later", &Lu::Passager),
            ("delivered", "2.0.0", "250 ok", &Lu::Passager),
        ] {
            assert_eq!(&lire(avis(action, statut, diagnostic, "<x@y>").as_bytes()), attendu, "{action} {statut} {diagnostic}");
        }
    }

    #[test]
    fn le_message_entier_peut_revenir() {
        let entier = avis("failed", "5.1.1", "550", "<x@y>").replace("text/rfc822-headers", "message/rfc822");
        assert_eq!(lire(entier.as_bytes()), Lu::Echec(Some("x@y".into())));
        let sans = avis("failed", "5.1.1", "550", "<x@y>").replace("Message-ID: <x@y>\r\n", "");
        assert_eq!(lire(sans.as_bytes()), Lu::Echec(None));
    }

    #[test]
    fn un_autre_message_n_est_pas_un_avis() {
        let personne = "From: Ada <ada@exemple.invalid>\r\nSubject: Re: Votre place\r\n\r\nMerci, action: failed\r\nStatus: 5.1.1\r\n";
        let absence = "From: ada@exemple.invalid\r\nAuto-Submitted: auto-replied\r\nContent-Type: text/plain\r\n\r\nJe suis absente.\r\n";
        let autre_rapport =
            avis("failed", "5.1.1", "550", "<x@y>").replace("report-type=delivery-status", "report-type=disposition-notification");
        for texte in [personne, absence, autre_rapport.as_str(), "", "\0\u{1}"] {
            assert_eq!(lire(texte.as_bytes()), Lu::PasUnRetour, "{texte}");
        }
    }

    #[test]
    fn un_refus_dit_si_l_adresse_est_en_cause() {
        for (code, texte, attendu) in [
            (550, "permanent error (550): 5.1.1 [adresse] unknown", true),
            (550, "permanent error (550): no mailbox here", true),
            (556, "permanent error (556): no mail here", true),
            (550, "permanent error (550): 5.7.1 blocked using a list", false),
            (535, "permanent error (535): authentication failed", false),
            (554, "permanent error (554): 5.7.1 relay access denied", false),
            (554, "permanent error (554): transaction failed", false),
            (550, "permanent error (550): 5.4.1 Recipient address rejected", true),
        ] {
            assert_eq!(adresse_en_cause(Some(code), detail(texte)), attendu, "{texte}");
        }
    }

    proptest! {
        #[test]
        fn rien_ne_fait_tomber_la_lecture(octets in proptest::collection::vec(any::<u8>(), 0..400), coupe in 0_usize..900) {
            lire(&octets);
            let avis = avis("failed", "5.1.1", "550", "<x@y>");
            lire(&avis.as_bytes()[..coupe.min(avis.len())]);
        }
    }
}
