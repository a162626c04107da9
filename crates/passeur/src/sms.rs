//! SMS: handed to a provider by its HTTP API, whatever it is: address, method, headers and body come from the
//! configuration. Without an address, `ateliers` writes them into a folder.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Method, header::HeaderMap, redirect::Policy};
use socle::{
    config::Config,
    ports::{ErreurSms, Sms},
};

/// A provider reached by HTTP.
pub struct Http {
    client: Client,
    methode: Method,
    url: String,
    corps: String,
}

/// What the configuration asks for; none: a folder.
///
/// # Errors
/// A sentence that names the key; never what it holds.
pub fn selon(config: &Config) -> anyhow::Result<Option<Arc<dyn Sms>>> {
    let Some(url) = &config.sms_url else { return Ok(None) };
    let mut entetes = HeaderMap::new();
    for (nom, valeur) in config.entetes_sms().map_err(anyhow::Error::msg)? {
        let lire = || anyhow::anyhow!("configuration : « sms_headers » : « {nom} » n’est pas un en-tête lisible");
        let mut v: reqwest::header::HeaderValue = valeur.parse().map_err(|_| lire())?;
        v.set_sensitive(true);
        entetes.insert(reqwest::header::HeaderName::try_from(nom.as_str()).map_err(|_| lire())?, v);
    }
    let client = Client::builder()
        .default_headers(entetes)
        .redirect(Policy::none())
        .timeout(Duration::from_secs(20))
        .user_agent("Passeur")
        .build()?;
    Ok(Some(Arc::new(Http { client, methode: config.sms_method.parse()?, url: url.clone(), corps: config.sms_body.clone() })))
}

/// Puts number and text in place of their marks, each as `ecrire` writes it.
fn remplir(modele: &str, numero: &str, texte: &str, ecrire: impl Fn(&str) -> String) -> String {
    // One pass: a text that holds a mark is not filled in turn.
    modele.split("{numero}").map(|p| p.split("{texte}").collect::<Vec<_>>().join(&ecrire(texte))).collect::<Vec<_>>().join(&ecrire(numero))
}

fn en_json(t: &str) -> String {
    let t = serde_json::Value::from(t).to_string();
    t[1..t.len() - 1].to_owned()
}

fn en_formulaire(t: &str) -> String {
    url::form_urlencoded::byte_serialize(t.as_bytes()).collect()
}

#[async_trait::async_trait]
impl Sms for Http {
    async fn envoyer(&self, numero: &str, texte: &str) -> Result<(), ErreurSms> {
        let url = remplir(&self.url, numero, texte, en_formulaire);
        let mut demande = self.client.request(self.methode.clone(), url);
        if self.methode != Method::GET {
            let json = self.corps.trim_start().starts_with('{') && !self.corps.trim_start().starts_with("{numero}");
            let genre = if json { "application/json" } else { "application/x-www-form-urlencoded" };
            let corps = remplir(&self.corps, numero, texte, if json { en_json } else { en_formulaire });
            demande = demande.header(reqwest::header::CONTENT_TYPE, genre).body(corps);
        }
        // Neither the address nor the answer is repeated: both may hold the number or a secret.
        let r = demande.send().await.map_err(|e| ErreurSms::Passagere(e.without_url().to_string()))?;
        match r.status().as_u16() {
            200..300 => Ok(()),
            // The provider does not want this very message; other refusals (401, 402, 403, 404, 429, 5xx) are of the account
            // or of the moment, and an operator mends them.
            400 | 422 => Err(ErreurSms::Numero(format!("le fournisseur répond {}", r.status().as_u16()))),
            s => Err(ErreurSms::Passagere(format!("le fournisseur répond {s}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_texte_ne_sort_pas_de_sa_place() {
        let corps = r#"{"to": "{numero}", "message": "{texte}"}"#;
        let plein = remplir(corps, "+33600000001", "« {numero} » dit \"oui\"\n\\", en_json);
        let lu: serde_json::Value = serde_json::from_str(&plein).unwrap();
        assert_eq!(lu["message"], "« {numero} » dit \"oui\"\n\\");
        assert_eq!(lu["to"], "+33600000001");
        assert_eq!(remplir("to={numero}&t={texte}", "+336", "a&b=c é", en_formulaire), "to=%2B336&t=a%26b%3Dc+%C3%A9");
    }
}
