//! Demonstration: a structure, three lieux, four mediators and twelve months of activity, made by the
//! use cases themselves from a fixed seed, so that two instances of a day hold the same figures.
//!
//! Every name is visibly invented; no address, telephone or mail can belong to anyone.

mod agenda;
mod anciens;
mod annee;
mod ateliers;
mod avis;
mod certification;
mod exploitation;
pub(crate) mod hasard;
mod materiel;
pub(crate) mod noms;

use anyhow::Context as _;
use secrecy::SecretString;
use socle::{
    Acteur, Contexte, Etat, Role,
    contexte::Fonction,
    droits::Portee,
    identifiant::{LieuId, PartenaireId, StructureId, UtilisateurId},
};
use territoire::{commune::Position, lieu, partenaire, structure};

use comptes::{CreerUtilisateur, cli};

/// The password of every demonstration account.
pub const MOT_DE_PASSE: &str = "Un bateau passe la rivière";

/// The structure of the demonstration.
const NOM: &str = "Le Bac de Sansnom";

/// Accounts: local part of the address, name, role.
const COMPTES: [(&str, &str, Role); 7] = [
    ("lena", "Léna Maquette", Role::Mediateur),
    ("yanis", "Yanis Prototype", Role::Mediateur),
    ("rosa", "Rosa Brouillon", Role::Mediateur),
    ("igor", "Igor Patron", Role::Mediateur),
    ("responsable", "Solange Croquis", Role::Responsable),
    ("coordination", "Maël Esquisse", Role::Coordinateur),
    ("administration", "Nour Gabarit", Role::Administrateur),
];

fn email(local: &str) -> String {
    format!("{local}@demonstration.invalid")
}

/// What the demonstration is made of.
struct Decor {
    structure: StructureId,
    nom: String,
    mediateurs: Vec<(UtilisateurId, String)>,
    responsable: UtilisateurId,
    lieux: Vec<LieuId>,
    partenaires: Vec<PartenaireId>,
}

impl Decor {
    fn acteur(&self, mediateur: usize) -> Acteur {
        let (id, nom) = &self.mediateurs[mediateur % self.mediateurs.len()];
        Acteur {
            utilisateur: Some(*id),
            nom: nom.clone(),
            fonctions: vec![Fonction { structure: self.structure, nom_structure: self.nom.clone(), role: Role::Mediateur }],
            administrateur: false,
            structure: Some(self.structure),
            portee: Portee::Tout,
        }
    }
}

/// Fills the database if it holds no structure; says whether it holds the demonstration.
pub async fn charger_si_vide(etat: &Etat) -> anyhow::Result<bool> {
    let structures = structure::lister(&Contexte::systeme(etat).await?).await?;
    if structures.is_empty() {
        charger(etat).await?;
        return Ok(true);
    }
    Ok(structures.iter().any(|s| s.nom == NOM))
}

/// Fills an empty database.
pub async fn charger(etat: &Etat) -> anyhow::Result<()> {
    remplir(etat).await.map_err(|e| match e.downcast::<socle::Erreur>() {
        // What was refused, in words: its name alone would tell nothing.
        Ok(e) => crate::commandes::en_mots(e),
        Err(e) => e,
    })
}

async fn remplir(etat: &Etat) -> anyhow::Result<()> {
    let mut cx = Contexte::systeme(etat).await?;
    anyhow::ensure!(
        structure::lister(&cx).await?.is_empty(),
        "la base contient déjà une structure : la démonstration ne se charge que dans une base vide"
    );
    let decor = planter(&cx).await?;
    annee::jouer(&mut cx, &decor).await?;
    anciens::ajouter(&mut cx, &decor).await?;
    certification::ajouter(&mut cx).await?;
    ateliers::programmer(&mut cx, &decor).await?;
    materiel::ajouter(&mut cx, &decor).await?;
    agenda::ajouter(&mut cx, &decor).await?;
    let responsable = exporter(&mut cx, &decor).await?;
    exploitation::montrer(&cx).await?;
    cx.valider().await?;
    // Made at once, so that the demonstration shows it ready.
    if let Err(e) = crate::exports::preparer(etat.clone(), responsable).await {
        tracing::warn!(erreur = e, "export of the demonstration");
    }
    Ok(())
}

/// The head of the structure asks for all its data; gives the job.
async fn exporter(cx: &mut Contexte, decor: &Decor) -> anyhow::Result<serde_json::Value> {
    let (du, au) = bilan::differe::dix_ans(cx.aujourd_hui());
    let mut acteur = decor.acteur(0);
    acteur.utilisateur = Some(decor.responsable);
    for f in &mut acteur.fonctions {
        f.role = Role::Responsable;
    }
    let systeme = std::mem::replace(&mut cx.acteur, acteur);
    let d = bilan::differe::Demander {
        id: None,
        contenu: bilan::differe::Contenu::Donnees,
        format: bilan::Format::Xlsx,
        noms: false,
        paires: vec![("du".into(), du.to_string()), ("au".into(), au.to_string())],
    };
    let (export, _) = bilan::differe::demander(cx, d).await?;
    chiffrer(cx).await?;
    cx.acteur = systeme;
    Ok(serde_json::json!({ "export": export.id }))
}

/// The head of the structure keeps a filter of the bilan, and shares the figures of last month.
async fn chiffrer(cx: &Contexte) -> anyhow::Result<()> {
    use socle::Nomenclature;
    let demande = |p: bilan::Periode, type_activite: &str| bilan::Demande {
        periode: p.code(),
        type_activite: type_activite.into(),
        ..bilan::Demande::default()
    };
    let demande_ateliers = demande(bilan::Periode::CetteAnnee, "collectif");
    bilan::garde::garder(cx, bilan::garde::Garder { id: None, nom: "Ateliers de l’année".into(), demande: demande_ateliers }).await?;
    bilan::partage::partager(cx, &demande(bilan::Periode::MoisDernier, ""), 90).await?;
    Ok(())
}

async fn planter(cx: &Contexte) -> anyhow::Result<Decor> {
    let nom = NOM.to_owned();
    let commune = |code: &str| territoire::commune::CodeCommune::try_from(code).ok();
    let s = structure::creer(
        cx,
        structure::Fiche {
            nom: nom.clone(),
            adresse: Some("1 quai de l’Exemple".into()),
            commune: commune("31555"),
            telephone: Some("05 00 00 00 00".into()),
            courriel: Some(email("accueil")),
            accent: None,
        },
    )
    .await?;
    let voisine = structure::creer(
        cx,
        structure::Fiche { nom: "L’Autre Rive (structure voisine)".into(), commune: commune("31069"), ..Default::default() },
    )
    .await?;
    let mut lieux = vec![];
    for (n, adresse, code, position) in [
        ("Espace du Quai", "1 quai de l’Exemple", "31555", Some((43.599, 1.438))),
        ("Médiathèque Fictive", "2 rue du Modèle", "31069", None),
        ("Bus itinérant", "Tournée des villages", "31446", None),
    ] {
        let position = position.map(|(latitude, longitude)| Position { latitude, longitude });
        let f = lieu::Fiche { nom: n.into(), adresse: Some(adresse.into()), commune: commune(code), position, actif: true };
        lieux.push(lieu::ajouter(cx, s.id, f).await?.id);
    }
    lieu::ajouter(cx, voisine.id, lieu::Fiche { nom: "Salle de la Rive".into(), actif: true, ..Default::default() }).await?;
    let (mut mediateurs, mut responsable) = (vec![], None);
    for (local, nom_compte, role) in COMPTES {
        let structure = (role != Role::Administrateur).then_some(s.id);
        let d = CreerUtilisateur {
            email: email(local),
            nom: nom_compte.into(),
            role,
            structure,
            mot_de_passe: Some(SecretString::from(MOT_DE_PASSE)),
        };
        let (u, _) = cli::ajouter_utilisateur(cx, d).await?;
        if role == Role::Responsable {
            responsable = Some(u.id);
        }
        if role == Role::Mediateur {
            mediateurs.push((u.id, nom_compte.to_owned()));
        }
    }
    // The coordinator follows two structures.
    let d = CreerUtilisateur {
        email: email("coordination"),
        nom: "Maël Esquisse".into(),
        role: Role::Coordinateur,
        structure: Some(voisine.id),
        mot_de_passe: None,
    };
    cli::ajouter_utilisateur(cx, d).await?;
    let d = CreerUtilisateur {
        email: email("voisine"),
        nom: "Tom Calque".into(),
        role: Role::Mediateur,
        structure: Some(voisine.id),
        mot_de_passe: Some(SecretString::from(MOT_DE_PASSE)),
    };
    cli::ajouter_utilisateur(cx, d).await?;
    let responsable = responsable.context("la démonstration a un compte responsable")?;
    Ok(Decor { structure: s.id, nom, mediateurs, responsable, lieux, partenaires: vec![] })
}

impl Decor {
    async fn partenaires(&mut self, cx: &Contexte) -> anyhow::Result<()> {
        for (nom, nature, description) in noms::PARTENAIRES {
            let d = partenaire::CreerPartenaire {
                id: None,
                nom: nom.into(),
                nature,
                contact: Some("Accueil".into()),
                telephone: Some("05 00 00 00 01".into()),
                courriel: None,
                adresse: None,
                description: Some(description.into()),
            };
            self.partenaires.push(partenaire::creer(cx, d).await?.0.id);
        }
        Ok(())
    }
}

/// Says where the demonstration is and who may come in.
pub fn annoncer(adresse: &str) {
    println!("Démonstration : {adresse}");
    println!("Mot de passe de tous les comptes : {MOT_DE_PASSE}");
    for (local, nom, role) in COMPTES {
        println!("  {:<38} {nom}, {}", email(local), socle::Nomenclature::libelle(role).to_lowercase());
    }
    for (local, nom, role) in certification::COMPTES {
        println!("  {:<38} {nom}, {}", email(local), socle::Nomenclature::libelle(role).to_lowercase());
    }
    println!("  {:<38} Tom Calque, médiateur de la structure voisine", email("voisine"));
}
