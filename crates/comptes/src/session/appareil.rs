//! « Firefox sur Windows »: enough for a person to know their own devices, no more is kept.

/// Names the browser and the system of a `User-Agent`.
pub(super) fn decrire(agent: &str) -> String {
    let premier = |liste: &[(&str, &'static str)]| liste.iter().find(|(m, _)| agent.contains(m)).map(|(_, n)| *n);
    // The order matters: Edge says it is Chrome, Chrome says it is Safari, Android says it is Linux.
    let navigateur = premier(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("Chrom", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let systeme = premier(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (navigateur, systeme) {
        (Some(n), Some(s)) => format!("{n} sur {s}"),
        (Some(n), None) => n.to_owned(),
        (None, Some(s)) => format!("Appareil {s}"),
        (None, None) => "Appareil inconnu".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_navigateurs_courants_sont_nommes() {
        for (agent, dit) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox sur Windows"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge sur Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
                "Chrome sur Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1",
                "Safari sur iPhone",
            ),
            ("curl/8.0", "Appareil inconnu"),
        ] {
            assert_eq!(decrire(agent), dit);
        }
    }
}
