//! Émettre, vérifier, et tout ce qui doit être refusé.

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::{Etat, Raison, TAILLE_LISTE, Verification, correspond, emettre, liste, place, verifier};

fn badge() -> Value {
    emettre(&cles(7), ORIGINE, &reussite(), maintenant()).unwrap()
}

fn identite() -> Value {
    cles(7).document(ORIGINE).unwrap()
}

fn retraits(retires: &[usize]) -> Value {
    liste(&cles(7), ORIGINE, LISTE, retires, maintenant()).unwrap()
}

fn lu(badge: &Value) -> Result<Verification, Raison> {
    verifier(badge, &identite(), None, maintenant())
}

#[test]
fn un_badge_emis_est_reconnu_et_dit_ce_qui_est_atteste() {
    let vu = verifier(&badge(), &identite(), Some(&retraits(&[4241, 4243])), maintenant()).unwrap();
    assert_eq!(vu.etat, Etat::EnVigueur);
    assert_eq!(vu.emetteur, "did:web:mediation.exemple.invalid");
    assert_eq!(vu.cle, "did:web:mediation.exemple.invalid#cle-2026-01-05");
    assert_eq!(vu.nature.as_deref(), Some("Certificate"));
    assert_eq!(vu.intitule.as_deref(), Some("Médiateur numérique (exemple)"));
    assert_eq!(vu.numero.as_deref(), Some("EXEMPLE-0001"));
    assert_eq!(vu.delivre, Some(le("2026-11-19T23:00:00Z")));
    assert_eq!(lu(&badge()).unwrap().etat, Etat::NonControle);
}

#[test]
fn meme_cle_meme_instant_meme_signature() {
    // Figée : si elle change, la forme signée a changé, et les badges d'hier avec.
    assert_eq!(badge()["proof"]["proofValue"], "z2Gxa57wXbfQMimudFKv7fxsL5E3zcCqK8sqjhoxYfTEfHkxyeVAf7imrkA5vFyL79szCcCH9Q59YDvaPLHnQtXu1");
    assert_eq!(badge(), badge());
}

#[rstest]
#[case(Nature::Titre, "Certificate")]
#[case(Nature::Unite, "MicroCredential")]
#[case(Nature::Ccs, "MicroCredential")]
fn la_nature_donne_le_type_open_badges(#[case] nature: Nature, #[case] attendu: &str) {
    let badge = emettre(&cles(7), ORIGINE, &Reussite { nature, ..reussite() }, maintenant()).unwrap();
    assert_eq!(badge["credentialSubject"]["achievement"]["achievementType"], attendu);
}

#[test]
fn le_nom_n_est_dans_le_badge_que_si_la_personne_le_veut() {
    let cache = badge();
    assert!(!cache.to_string().contains("Camille"));
    assert_eq!(correspond(&cache, " Camille  Exemple"), Some(true));
    assert_eq!(correspond(&cache, "Camille Autre"), Some(false));

    let titulaire = Titulaire::Nom("Camille Exemple".to_owned());
    assert!(!format!("{titulaire:?}").contains("Camille"));
    let nomme = emettre(&cles(7), ORIGINE, &Reussite { titulaire, ..reussite() }, maintenant()).unwrap();
    assert_eq!(nomme["credentialSubject"]["identifier"][0]["identityHash"], "Camille Exemple");
    assert_eq!(correspond(&nomme, "Camille Exemple"), Some(true));
    assert!(lu(&nomme).is_ok());
}

#[test]
fn deux_empreintes_du_meme_nom_ne_se_rapprochent_pas() {
    let badge = |titulaire| emettre(&cles(7), ORIGINE, &Reussite { titulaire, ..reussite() }, maintenant()).unwrap();
    let (a, b) = (badge(Titulaire::empreinte("Camille Exemple").unwrap()), badge(Titulaire::empreinte("Camille Exemple").unwrap()));
    let empreinte = |badge: &Value| badge["credentialSubject"]["identifier"][0]["identityHash"].clone();
    assert_ne!(empreinte(&a), empreinte(&b));
    assert_eq!((correspond(&a, "Camille Exemple"), correspond(&b, "Camille Exemple")), (Some(true), Some(true)));
}

/// Tous les textes du badge, par leur chemin, hors de la signature elle-même.
fn textes(valeur: &Value, chemin: &str, vus: &mut Vec<String>) {
    match valeur {
        Value::Object(champs) => champs.iter().for_each(|(cle, v)| textes(v, &format!("{chemin}/{cle}"), vus)),
        Value::Array(valeurs) => valeurs.iter().enumerate().for_each(|(n, v)| textes(v, &format!("{chemin}/{n}"), vus)),
        Value::String(_) => vus.push(chemin.to_owned()),
        _ => {}
    }
}

#[test]
fn une_lettre_changee_ou_ajoutee_n_importe_ou_est_refusee() {
    let badge = badge();
    let mut chemins = Vec::new();
    textes(&badge, "", &mut chemins);
    assert!(chemins.len() > 40, "{}", chemins.len());
    for chemin in chemins {
        for change in [|t: &str| format!("{t}x"), |t: &str| t.replacen(['a', 'e', 'i', '2'], "o", 1)] {
            let mut faux = badge.clone();
            let texte = faux.pointer_mut(&chemin).unwrap();
            *texte = json!(change(texte.as_str().unwrap()));
            if faux == badge {
                continue;
            }
            assert!(lu(&faux).is_err(), "{chemin} peut être changé sans que cela se voie");
        }
    }
}

#[test]
fn ce_qui_est_enleve_se_voit() {
    for chemin in ["/credentialStatus", "/validFrom", "/credentialSubject/licenseNumber", "/credentialSubject/achievement/alignment/0"] {
        let mut faux = badge();
        let (parent, cle) = chemin.rsplit_once('/').unwrap();
        match faux.pointer_mut(parent).unwrap() {
            Value::Object(champs) => drop(champs.remove(cle).unwrap()),
            Value::Array(valeurs) => drop(valeurs.remove(cle.parse().unwrap())),
            _ => unreachable!(),
        }
        assert_eq!(lu(&faux).unwrap_err(), Raison::Signature, "{chemin}");
    }
}

/// Ce qu'une conversion en RDF laisserait tomber sans rien dire serait un ajout que la signature ne couvre pas.
#[rstest]
#[case::terme_inconnu("/credentialSubject", "mention", json!("très bien"))]
#[case::terme_inconnu_profond("/credentialSubject/achievement/criteria", "mention", json!("très bien"))]
#[case::dans_la_preuve("/proof", "nonce", json!("abc"))]
#[case::reference_relative("/credentialSubject/achievement", "image", json!("photo.png"))]
#[case::image_relative("/credentialSubject/achievement", "image", json!({ "id": "photo.png", "type": "Image" }))]
#[case::type_inconnu("/credentialSubject/achievement", "type", json!(["Achievement", "Doctorat"]))]
#[case::nul("/credentialSubject", "result", json!(null))]
#[case::vide("/credentialSubject", "result", json!([]))]
#[case::nul_dans_une_liste("/credentialSubject", "result", json!([null]))]
#[case::index("/credentialSubject/achievement", "name", json!({ "@value": "Médiateur numérique (exemple)", "@index": "mention" }))]
#[case::sens("/credentialSubject/achievement", "name", json!({ "@value": "Médiateur numérique (exemple)", "@direction": "rtl" }))]
#[case::inclus("", "@included", json!([{ "id": "https://autre.invalid", "type": "Profile" }]))]
#[case::graphe("", "@graph", json!([]))]
#[case::invisible("/credentialSubject", "licenseNumber", json!("EXEMPLE-0001\u{7}"))]
#[case::alias_d_identifiant("/credentialSubject/achievement/criteria", "@id", json!("https://autre.invalid"))]
fn un_ajout_que_la_signature_ne_couvrirait_pas_est_refuse(#[case] ou: &str, #[case] cle: &str, #[case] valeur: Value) {
    let mut faux = badge();
    faux.pointer_mut(ou).unwrap()[cle] = valeur;
    let raison = lu(&faux).unwrap_err();
    assert!(matches!(raison, Raison::HorsSignature(_) | Raison::Signature | Raison::Forme(_)), "{raison:?}");
}

/// Le graphe signé reste le même, mais qui lit le JSON ne voit plus l'état du badge : c'est ainsi qu'on cacherait un retrait.
#[test]
fn une_mention_ecrite_autrement_pour_la_cacher_est_refusee() {
    let etat = badge()["credentialStatus"].clone();
    let sans_etat = || {
        let mut badge = badge();
        badge.as_object_mut().unwrap().remove("credentialStatus");
        badge
    };
    let mut par_adresse = sans_etat();
    par_adresse["https://www.w3.org/2018/credentials#credentialStatus"] = etat.clone();
    assert!(matches!(lu(&par_adresse).unwrap_err(), Raison::HorsSignature(_)));
    let mut ailleurs = sans_etat();
    ailleurs["credentialSubject"]["source"] = json!({ "id": ailleurs["id"], "type": "VerifiableCredential", "credentialStatus": etat });
    assert!(matches!(lu(&ailleurs).unwrap_err(), Raison::HorsSignature(_)));
    let mut type_par_adresse = badge();
    type_par_adresse["credentialStatus"]["type"] = json!("https://www.w3.org/ns/credentials/status#BitstringStatusListEntry");
    assert!(matches!(lu(&type_par_adresse).unwrap_err(), Raison::HorsSignature(_)));
    // Mise en liste, en revanche, elle reste lue.
    let mut en_liste = badge();
    en_liste["credentialStatus"] = json!([etat]);
    let retire = verifier(&en_liste, &identite(), Some(&retraits(&[4242])), maintenant());
    assert_eq!(retire.unwrap_err(), Raison::Retire);
}

#[rstest]
#[case::autre(json!(["https://www.w3.org/ns/credentials/v2", "https://autre.invalid/contexte"]))]
#[case::ancien(json!(["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"]))]
#[case::ecrit_dedans(json!(["https://www.w3.org/ns/credentials/v2", crate::OB_3, { "@vocab": "https://autre.invalid/" }]))]
fn un_vocabulaire_inconnu_est_refuse(#[case] contexte: Value) {
    let mut faux = badge();
    faux["@context"] = contexte;
    let raison = lu(&faux).unwrap_err();
    assert!(matches!(raison, Raison::ContexteInconnu(_)), "{raison:?}");
    let mut profond = badge();
    profond["credentialSubject"]["@context"] = json!({ "licenseNumber": "https://autre.invalid/" });
    assert!(matches!(lu(&profond).unwrap_err(), Raison::ContexteInconnu(_)));
}

#[test]
fn la_cle_d_un_autre_n_est_pas_celle_de_l_emetteur() {
    let badge = badge();
    // Même identité annoncée, autre clé sous le même nom : la signature ne va pas.
    let imposteur = cles(8).document(ORIGINE).unwrap();
    assert_eq!(verifier(&badge, &imposteur, None, maintenant()).unwrap_err(), Raison::Signature);
    let ailleurs = cles(7).document("https://autre.exemple.invalid").unwrap();
    assert!(matches!(verifier(&badge, &ailleurs, None, maintenant()).unwrap_err(), Raison::AutreEmetteur { .. }));
    let mut sans_cle = identite();
    sans_cle["assertionMethod"] = json!([]);
    assert!(matches!(verifier(&badge, &sans_cle, None, maintenant()).unwrap_err(), Raison::CleInconnue(_)));
    let mut autre_maitre = identite();
    autre_maitre["verificationMethod"][0]["controller"] = json!("did:web:autre.invalid");
    assert!(matches!(verifier(&badge, &autre_maitre, None, maintenant()).unwrap_err(), Raison::CleInconnue(_)));
}

#[test]
fn un_badge_retire_est_refuse_et_sa_liste_doit_etre_la_sienne() {
    let badge = badge();
    let avec = |liste: &Value| verifier(&badge, &identite(), Some(liste), maintenant());
    assert_eq!(avec(&retraits(&[4242])).unwrap_err(), Raison::Retire);
    assert_eq!(avec(&retraits(&[])).unwrap().etat, Etat::EnVigueur);

    let mut effacee = retraits(&[4242]);
    effacee["credentialSubject"]["encodedList"] = retraits(&[])["credentialSubject"]["encodedList"].clone();
    assert!(matches!(avec(&effacee).unwrap_err(), Raison::Liste(_)), "liste récrite");
    let autre = liste(&cles(7), ORIGINE, &LISTE.replace("/0", "/1"), &[], maintenant()).unwrap();
    assert!(matches!(avec(&autre).unwrap_err(), Raison::Liste(_)), "autre liste");
    let imposteur = liste(&cles(8), ORIGINE, LISTE, &[], maintenant()).unwrap();
    assert!(matches!(avec(&imposteur).unwrap_err(), Raison::Liste(_)), "autre clé");
    assert!(matches!(avec(&badge).unwrap_err(), Raison::Liste(_)), "pas une liste");
    let perimee = verifier(&badge, &identite(), Some(&retraits(&[])), maintenant() + chrono::TimeDelta::days(8));
    assert!(matches!(perimee.unwrap_err(), Raison::Liste(_)), "liste périmée");
}

#[test]
fn une_liste_cache_dans_le_nombre_et_refuse_un_rang_de_trop() {
    let codee = retraits(&[0, TAILLE_LISTE - 1])["credentialSubject"]["encodedList"].as_str().unwrap().to_owned();
    let bit = |rang| crate::statut::bit(&codee, rang);
    assert_eq!((bit(0), bit(1), bit(TAILLE_LISTE - 1)), (Some(true), Some(false), Some(true)));
    assert_eq!(bit(TAILLE_LISTE), None);
    assert!(liste(&cles(7), ORIGINE, LISTE, &[TAILLE_LISTE], maintenant()).is_err());
    assert_eq!(place(TAILLE_LISTE as u64 + 3), (1, 3));
}

#[test]
fn une_bombe_de_decompression_n_est_pas_une_liste() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use std::io::Write;
    let mut gzip = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![0; 32 << 20]).unwrap();
    let codee = format!("u{}", URL_SAFE_NO_PAD.encode(gzip.finish().unwrap()));
    assert_eq!(crate::statut::bit(&codee, 0), None);
    assert_eq!(crate::statut::bit("u", 0), None);
    assert_eq!(crate::statut::bit("zabc", 0), None);
}

#[test]
fn les_dates_bornent_au_jour_de_paris() {
    let fin = Some("2027-03-28".parse().unwrap()); // jour du passage à l'heure d'été
    let badge = emettre(&cles(7), ORIGINE, &Reussite { valide_jusqu_au: fin, ..reussite() }, maintenant()).unwrap();
    assert_eq!(badge["validUntil"], "2027-03-28T21:59:59Z");
    let a = |instant: &str| verifier(&badge, &identite(), None, le(instant));
    assert!(a("2027-03-28T21:59:59Z").is_ok());
    let raison = a("2027-03-28T22:00:00Z").unwrap_err();
    assert_eq!(raison, Raison::Expire { fin: le("2027-03-28T21:59:59Z") });
    assert_eq!(raison.to_string(), "Ce badge n’est plus valable depuis le 28/03/2027.");
    assert!(matches!(a("2026-11-01T00:00:00Z").unwrap_err(), Raison::PasEncoreValable { .. }));
    let bissextile = Some("2028-02-29".parse().unwrap());
    let badge = emettre(&cles(7), ORIGINE, &Reussite { valide_jusqu_au: bissextile, ..reussite() }, maintenant()).unwrap();
    assert_eq!(badge["validUntil"], "2028-02-29T22:59:59Z");
}

#[test]
fn ce_qui_ne_peut_pas_etre_emis() {
    let refuse = |reussite: Reussite| emettre(&cles(7), ORIGINE, &reussite, maintenant()).unwrap_err().to_string();
    let demain = "2026-11-23".parse().unwrap();
    assert_eq!(refuse(Reussite { delivre_le: demain, ..reussite() }), "date de délivrance\u{a0}: elle est à venir");
    assert!(refuse(Reussite { valide_jusqu_au: Some("2026-11-19".parse().unwrap()), ..reussite() }).contains("précède"));
    assert!(refuse(Reussite { intitule: " ".to_owned(), ..reussite() }).contains("vide"));
    assert!(refuse(Reussite { criteres: "/titres/exemple".to_owned(), ..reussite() }).contains("adresse complète"));
    assert!(refuse(Reussite { statut: Place { liste: LISTE.to_owned(), index: TAILLE_LISTE }, ..reussite() }).contains("moins de"));
    assert!(refuse(Reussite { titulaire: Titulaire::Nom(String::new()), ..reussite() }).contains("titulaire"));
    for origine in
        ["mediation.exemple.invalid", "http://mediation.exemple.invalid", "https://a@b.invalid", "https://a.invalid/b", "https://"]
    {
        assert!(emettre(&cles(7), origine, &reussite(), maintenant()).is_err(), "{origine}");
    }
}

#[test]
fn un_port_s_ecrit_dans_l_identite() {
    assert_eq!(crate::did("https://Exemple.invalid:8443/").unwrap(), "did:web:exemple.invalid%3A8443");
    assert_eq!(crate::did("http://127.0.0.1:8080").unwrap(), "did:web:127.0.0.1%3A8080");
}

#[test]
fn un_graphe_fait_pour_couter_cher_est_refuse_tout_de_suite() {
    // Canoniser à la lettre, c'est essayer toutes les permutations des nœuds anonymes que rien ne distingue.
    let avec = |resultats: Value| {
        let mut faux = badge();
        faux["credentialSubject"]["result"] = resultats;
        let depart = std::time::Instant::now();
        let raison = lu(&faux).unwrap_err();
        assert!(depart.elapsed().as_secs() < 20, "{:?}", depart.elapsed());
        raison
    };
    let resultat = |valeur: usize| json!({ "type": ["Result"], "status": "Completed", "value": valeur.to_string() });
    assert!(matches!(avec((0..20).map(|_| resultat(0)).collect()), Raison::Forme(_)), "un groupe de vingt");
    assert!(matches!(avec((0..20).map(|n| resultat(n % 10)).collect()), Raison::Forme(_)), "dix groupes de deux");
    assert_eq!(avec((0..8).map(|n| resultat(n % 2)).collect()), Raison::Signature, "deux groupes de quatre : canonisés, vite");
    let nomme = json!([{ "id": "_:a", "type": ["Result"], "value": "1" }]);
    assert!(matches!(avec(nomme), Raison::HorsSignature(_)), "un nœud anonyme nommé peut fermer un cycle");
    let mut profond = json!("fond");
    for _ in 0..60 {
        profond = json!({ "criteria": profond });
    }
    let mut faux = badge();
    faux["credentialSubject"]["achievement"]["criteria"] = profond;
    assert!(matches!(lu(&faux).unwrap_err(), Raison::Forme(_)));
}

#[rstest]
#[case(json!(null))]
#[case(json!([]))]
#[case(json!({}))]
#[case(json!({ "type": "OpenBadgeCredential" }))]
#[case(json!({ "@context": crate::VC_2, "type": ["VerifiableCredential", "OpenBadgeCredential"], "issuer": 3, "proof": [] }))]
fn n_importe_quoi_est_refuse_proprement(#[case] faux: Value) {
    assert!(matches!(lu(&faux).unwrap_err(), Raison::Forme(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Tout ce que l'on peut écrire dans un badge revient reconnu, quel que soit le texte.
    #[test]
    fn tout_texte_fait_l_aller_retour(intitule in "\\PC{1,40}", description in "[\\PC\n\t]{1,60}", numero in "[A-Z0-9-]{1,12}") {
        prop_assume!(!intitule.trim().is_empty() && !description.trim().is_empty());
        let badge = emettre(&cles(7), ORIGINE, &Reussite { intitule, description, numero, ..reussite() }, maintenant()).unwrap();
        let relu: Value = serde_json::from_str(&serde_json::to_string_pretty(&badge).unwrap()).unwrap();
        prop_assert!(lu(&relu).is_ok());
    }
}
