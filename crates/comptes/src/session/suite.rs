//! Where to go after signing in: only to a page of this instance.

/// The path itself if it leads to a page of this instance, else `/`.
pub fn suite_sure(suite: &str) -> &str {
    let local = suite.starts_with('/')
        && !suite.starts_with("//")
        && !suite.contains('\\')
        && !suite.chars().any(|c| c.is_control() || c.is_whitespace())
        // Signing in again or out again after signing in leads nowhere.
        && !["/connexion", "/deconnexion"].iter().any(|p| suite.strip_prefix(p).is_some_and(|r| r.is_empty() || r.starts_with(['?', '#', '/'])));
    if local { suite } else { "/" }
}

/// The address of the sign-in page that leads back to `suite`.
pub fn adresse_connexion(suite: &str) -> String {
    match suite_sure(suite) {
        "/" => "/connexion".to_owned(),
        s => format!("/connexion?{}", form_urlencoded::Serializer::new(String::new()).append_pair("suite", s).finish()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn on_ne_sort_pas_de_linstance() {
        for s in [
            "//ailleurs.invalid",
            "https://ailleurs.invalid",
            "/\\ailleurs.invalid",
            "\\\\x",
            "",
            "personnes",
            "/\t/x",
            "/\n",
            "/connexion?suite=/x",
            "/deconnexion",
            "javascript:alert(1)",
        ] {
            assert_eq!(suite_sure(s), "/", "{s:?}");
        }
        for s in ["/", "/personnes?q=a%20b", "/personnes/1#x", "/connexions"] {
            assert_eq!(suite_sure(s), s);
        }
        assert_eq!(adresse_connexion("/personnes?q=a&b=c"), "/connexion?suite=%2Fpersonnes%3Fq%3Da%26b%3Dc");
    }

    proptest! {
        #[test]
        fn toujours_un_chemin_local(s in "\\PC{0,40}|[/\\\\a-z:.?\t]{0,12}") {
            let r = suite_sure(&s);
            prop_assert!(r.starts_with('/') && !r.starts_with("//") && !r.contains('\\'));
        }
    }
}
