//! Les vocabulaires JSON-LD embarqués : les seuls que le programme connaisse. Rien n'est jamais demandé au réseau,
//! donc rien de ce qui est signé aujourd'hui ne peut changer de sens demain.

use std::{collections::HashMap, sync::LazyLock};

use json_ld::{IriBuf, RemoteDocument, syntax::Parse};

/// Modèle de données des attestations vérifiables du W3C, version 2.0.
pub const VC_2: &str = "https://www.w3.org/ns/credentials/v2";
/// Open Badges 3.0, révision 3.0.3 du vocabulaire.
pub const OB_3: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// Adresse, texte exact et empreinte SHA-256 (vérifiée par un test) de chaque vocabulaire.
///
/// - `VC_2` : l'empreinte est celle que publie la recommandation « Verifiable Credentials Data Model v2.0 ».
/// - `OB_3` : le texte servi à son adresse, tel que le paquet `openbadgeslib` 4.6.3 (PyPI) l'a relevé le 3 juillet 2026.
pub const EMBARQUES: [(&str, &str, &str); 2] = [
    (VC_2, include_str!("../contextes/credentials-v2.json"), "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    (OB_3, include_str!("../contextes/ob-v3p0-context-3.0.3.json"), "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"),
];

/// Ce que le processeur JSON-LD a le droit de charger.
pub(crate) type Chargeur = HashMap<IriBuf, RemoteDocument>;

/// Les vocabulaires embarqués, lus une fois.
pub(crate) static CHARGEUR: LazyLock<Chargeur> = LazyLock::new(|| EMBARQUES.iter().map(|(adresse, texte, _)| lu(adresse, texte)).collect());

/// Un vocabulaire embarqué, lu. Les textes sont fixés à la compilation et lus par les tests.
pub(crate) fn lu(adresse: &str, texte: &str) -> (IriBuf, RemoteDocument) {
    let adresse = IriBuf::new(adresse.to_owned()).expect("l'adresse d'un vocabulaire embarqué est une IRI");
    let (document, _) = json_ld::syntax::Value::parse_str(texte).expect("un vocabulaire embarqué est du JSON");
    (adresse.clone(), RemoteDocument::new(Some(adresse), None, document))
}
