//! Les réponses connues de la norme, et l'intégrité des vocabulaires embarqués.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::{
    EMBARQUES,
    contextes::{CHARGEUR, Chargeur, lu},
    multicle, preuve,
};

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[test]
fn les_vocabulaires_embarques_sont_ceux_qui_ont_ete_releves() {
    for (adresse, texte, empreinte) in EMBARQUES {
        assert_eq!(hexadecimal(&Sha256::digest(texte)), empreinte, "{adresse}");
        assert!(CHARGEUR.keys().any(|connue| connue.as_str() == adresse));
    }
}

/// Vecteur d'essai de « Data Integrity EdDSA Cryptosuites v1.0 » (W3C, annexe, `eddsa-rdfc-2022`), sous le vocabulaire
/// d'exemples du W3C (`https://www.w3.org/ns/credentials/examples/v2`), connu de ce seul essai.
#[test]
fn le_vecteur_officiel_est_refait_a_l_octet_et_reconnu() {
    let mut chargeur: Chargeur = CHARGEUR.clone();
    chargeur.extend([lu(
        "https://www.w3.org/ns/credentials/examples/v2",
        r#"{ "@context": { "@vocab": "https://www.w3.org/ns/credentials/examples#" } }"#,
    )]);
    let publique = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
    let methode = format!("did:key:{publique}#{publique}");
    let document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": { "id": "did:example:abcdefgh", "alumniOf": "The School of Examples" }
    });
    let options = json!({
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2023-02-24T23:36:38Z",
        "verificationMethod": methode, "proofPurpose": "assertionMethod"
    });
    let empreinte = preuve::empreinte(document.as_object().unwrap(), options.as_object().unwrap(), &chargeur).unwrap();
    assert_eq!(
        hexadecimal(&empreinte),
        "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0\
         517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
    );

    let attendue = "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme";
    let instant = le("2023-02-24T23:36:38Z");
    let cle = multicle::secrete("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq").unwrap();
    assert_eq!(multicle::ecrite(&cle.verifying_key()), publique);
    let signe = preuve::signer(&cle, &methode, document.as_object().unwrap().clone(), instant, &chargeur).unwrap();
    assert_eq!(signe["proof"]["proofValue"], attendue);

    let did = format!("did:key:{publique}");
    let identite = json!({
        "id": did, "assertionMethod": [methode],
        "verificationMethod": [{ "id": methode, "type": "Multikey", "controller": did, "publicKeyMultibase": publique }]
    });
    assert!(preuve::reconnaitre(&signe, &identite, maintenant(), &chargeur).is_ok());
    let mut faux: Value = signe;
    faux["credentialSubject"]["alumniOf"] = json!("The School of Exemples");
    assert!(preuve::reconnaitre(&faux, &identite, maintenant(), &chargeur).is_err());
}
