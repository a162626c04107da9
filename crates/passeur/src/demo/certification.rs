//! A training centre: two titles and an invented one, twelve candidates on every route and in every state (some by a
//! former enrolment), a session to come, one to deliberate, two that are over with their documents.

mod sessions;

use certification::{
    candidat::{self, CreerCandidat},
    candidature::{
        self, CreerCandidature, dossier,
        faits::{self, DossierVae},
        pieces::{self, Piece},
    },
    centre::{self, CreerAgrement},
    document,
    jure::{self, CreerJure, Habiliter},
    titre,
};
use certification_regles::{inscription::ActionInscription as A, vae::Activite};
use chrono::{DateTime, Days, NaiveDate, Utc};
use comptes::{CreerUtilisateur, cli};
use secrecy::SecretString;
use socle::{
    Acteur, Contexte, Role,
    contexte::Fonction,
    droits::Portee,
    identifiant::{CandidatId, CandidatureId, JureId, LieuId, StructureId, UtilisateurId},
};
use territoire::{lieu, structure};

use super::{MOT_DE_PASSE, email};

const NOM: &str = "L’Embarcadère (centre de formation inventé)";
const MN: &str = "mediateur-numerique-2025";
const PLAN: &str = "cmn-plan-de-formation";

/// Accounts: local part of the address, name, role.
pub(super) const COMPTES: [(&str, &str, Role); 5] = [
    ("certification", "Faustine Aquarelle", Role::Certification),
    ("formation", "Basile Fusain", Role::Formateur),
    ("jure", "Ondine Palette", Role::Jure),
    ("jure2", "Ferdinand Chevalet", Role::Jure),
    ("candidat", "Iris Pastel", Role::Candidat),
];

const TITRES_INVENTES: [&str; 3] =
    [include_str!("titre-invente-0.toml"), include_str!("titre-invente-1.toml"), include_str!("titre-invente-2.toml")];
const FERME: &str = "invente-passeur-0";

struct Centre {
    structure: StructureId,
    lieu: LieuId,
    comptes: Vec<UtilisateurId>,
    jures: Vec<JureId>,
    aujourd_hui: NaiveDate,
    maintenant: DateTime<Utc>,
}

impl Centre {
    /// Somebody of the centre, by their place in [`COMPTES`].
    fn acteur(&self, rang: usize) -> Acteur {
        let (_, nom, role) = COMPTES[rang];
        Acteur {
            utilisateur: Some(self.comptes[rang]),
            nom: nom.into(),
            fonctions: vec![Fonction { structure: self.structure, nom_structure: NOM.into(), role }],
            administrateur: false,
            structure: Some(self.structure),
            portee: Portee::Tout,
        }
    }

    fn il_y_a(&self, jours: u64) -> NaiveDate {
        self.aujourd_hui.checked_sub_days(Days::new(jours)).unwrap_or(self.aujourd_hui)
    }

    /// Goes on as `rang`, so many days ago.
    fn devenir(&self, cx: &mut Contexte, rang: usize, jours: u64) {
        cx.acteur = self.acteur(rang);
        cx.maintenant = self.maintenant.checked_sub_days(Days::new(jours)).unwrap_or(self.maintenant);
    }
}

/// Adds the centre to the demonstration.
pub async fn ajouter(cx: &mut Contexte) -> anyhow::Result<()> {
    let (systeme, maintenant) = (cx.acteur.clone(), cx.maintenant);
    let mut c = planter(cx).await?;
    c.devenir(cx, 0, 120);
    for t in TITRES_INVENTES {
        titre::importer(cx, t).await?;
    }
    let debut = c.il_y_a(400);
    for version in [MN, PLAN] {
        let a =
            CreerAgrement { id: None, lieu: c.lieu, version: version.into(), numero: Some("EX-0001".into()), debut, fin: None, ccs: None };
        centre::agreer(cx, a).await?;
    }
    jurer(cx, &mut c, debut).await?;
    let anciens = sessions::plus_tot(cx, &c).await?;
    let (passes, archivee) = sessions::archivee(cx, &c).await?;
    sessions::a_deliberer(cx, &c).await?;
    en_chemin(cx, &c, anciens).await?;
    sessions::a_venir(cx, &c).await?;
    // Who succeeded in part follows their file: the most to see.
    c.devenir(cx, 0, 0);
    candidat::inviter(cx, passes).await?;
    // All the documents of the archived session, ready to print: the server prepares them once it serves.
    document::lot::demander(cx, archivee).await?;
    cx.acteur = systeme;
    cx.maintenant = maintenant;
    Ok(())
}

async fn planter(cx: &Contexte) -> anyhow::Result<Centre> {
    let s = structure::creer(
        cx,
        structure::Fiche {
            nom: NOM.into(),
            adresse: Some("3 quai de l’Exemple".into()),
            commune: territoire::commune::CodeCommune::try_from("31555").ok(),
            courriel: Some(email("centre")),
            ..Default::default()
        },
    )
    .await?;
    let f =
        lieu::Fiche { nom: "Plateau d’examen".into(), adresse: Some("3 quai de l’Exemple".into()), actif: true, ..Default::default() };
    let lieu = lieu::ajouter(cx, s.id, f).await?.id;
    let mut comptes = Vec::new();
    for (local, nom, role) in COMPTES {
        let d = CreerUtilisateur {
            email: email(local),
            nom: nom.into(),
            role,
            structure: Some(s.id),
            mot_de_passe: Some(SecretString::from(MOT_DE_PASSE)),
        };
        comptes.push(cli::ajouter_utilisateur(cx, d).await?.0.id);
    }
    Ok(Centre { structure: s.id, lieu, comptes, jures: vec![], aujourd_hui: cx.aujourd_hui(), maintenant: cx.maintenant })
}

async fn jurer(cx: &Contexte, c: &mut Centre, debut: NaiveDate) -> anyhow::Result<()> {
    for (prenom, nom, compte, quittee) in [
        ("Ondine", "Palette", Some(2), None),
        ("Ferdinand", "Chevalet", Some(3), None),
        // Left the job too long ago: the proposal says why she is excluded.
        ("Prunelle", "Godet", None, Some(c.il_y_a(6 * 366))),
    ] {
        let d = CreerJure {
            prenom: prenom.into(),
            nom: nom.into(),
            utilisateur: compte.map(|r: usize| c.comptes[r]),
            employeur: Some("Atelier d’exemple".into()),
            pratique_annees: Some(8),
            pratique_quittee_le: quittee,
            ..CreerJure::default()
        };
        let (f, _) = jure::creer(cx, d).await?;
        jure::habiliter(cx, f.jure.id, Habiliter { version: MN.into(), numero: None, debut, fin: None }).await?;
        c.jures.push(f.jure.id);
    }
    Ok(())
}

async fn candidat_(cx: &Contexte, prenom: &str, nom: &str, local: Option<&str>) -> anyhow::Result<CandidatId> {
    let d = CreerCandidat {
        id: None,
        prenom: prenom.into(),
        nom: nom.into(),
        date_naissance: NaiveDate::from_ymd_opt(1990, 3, 3),
        courriel: local.map(email),
        telephone: None,
        employeur: None,
    };
    Ok(candidat::creer(cx, d).await?.0.id)
}

async fn candidature_(cx: &Contexte, c: &Centre, qui: CandidatId, version: &str, voie: &str) -> anyhow::Result<CandidatureId> {
    let formation = !matches!(voie, "vae" | "candidature_individuelle");
    let d = CreerCandidature {
        id: None,
        candidat: qui,
        version: version.into(),
        voie: voie.into(),
        origines: None,
        formation_debut: formation.then(|| c.il_y_a(300)),
        formation_fin: formation.then(|| c.il_y_a(110)),
        contrat: None,
    };
    Ok(candidature::creer(cx, d).await?.0.id)
}

fn exemple(unite: &str) -> Piece {
    Piece::Exemple {
        unite: unite.into(),
        intitule: "Un atelier « premiers courriels » à la médiathèque".into(),
        taches: "Préparer six postes, animer deux séances de deux heures, aider chacun à envoyer un message.".into(),
        moyens: "Six ordinateurs, un vidéoprojecteur, une fiche à gros caractères.".into(),
        avec_qui: "Avec une bibliothécaire.".into(),
        contexte: "Médiathèque Fictive, public débutant.".into(),
        periode: "Au printemps".into(),
        complement: String::new(),
    }
}

/// Everything until the file is ready, on the day of the context.
async fn preparer(cx: &Contexte, id: CandidatureId, nom: &str, ecf: bool) -> anyhow::Result<()> {
    let jour = cx.aujourd_hui();
    for u in ["ccp-1", "ccp-2"] {
        if ecf {
            let (a, b) = ("Basile Fusain".to_owned(), "Garance Estompe".to_owned());
            let e = Piece::Evaluation {
                unite: u.into(),
                jour,
                competences: vec![format!("{u}-c1"), format!("{u}-c2")],
                satisfait: true,
                points_attention: "Prendre le temps de reformuler.".into(),
                evaluateur_1: a.clone(),
                evaluateur_2: Some(b.clone()),
            };
            pieces::ajouter(cx, id, e).await?;
            let synthese = "Les compétences observées sont acquises.".to_owned();
            let s = Piece::Synthese { unite: u.into(), jour, satisfait: true, synthese, evaluateurs: vec![a, b] };
            pieces::ajouter(cx, id, s).await?;
        }
        pieces::ajouter(cx, id, exemple(u)).await?;
    }
    dossier::signer(cx, id, nom).await?;
    candidature::agir(cx, id, A::DeclarerPrete, jour).await?;
    Ok(())
}

/// A candidate by training whose file is ready.
async fn pret(cx: &Contexte, c: &Centre, prenom: &str, nom: &str, local: Option<&str>) -> anyhow::Result<(CandidatId, CandidatureId)> {
    let qui = candidat_(cx, prenom, nom, local).await?;
    Ok((qui, prete(cx, c, qui, prenom, nom).await?))
}

/// An enrolment by training of somebody known, its file ready.
async fn prete(cx: &Contexte, c: &Centre, qui: CandidatId, prenom: &str, nom: &str) -> anyhow::Result<CandidatureId> {
    let id = candidature_(cx, c, qui, MN, "formation_continue").await?;
    for a in [A::Deposer, A::Preparer] {
        candidature::agir(cx, id, a, cx.aujourd_hui()).await?;
    }
    suivre(cx, c, id).await?;
    preparer(cx, id, &format!("{prenom} {nom}"), true).await?;
    Ok(id)
}

/// The hours of a training, as its attendance sheets say, and its company period.
async fn suivre(cx: &Contexte, c: &Centre, id: CandidatureId) -> anyhow::Result<()> {
    for (module, de, a, prevues, suivies) in [
        ("Accueillir et accompagner les publics (module inventé)", 300, 240, 8400, 8190),
        ("Animer un réseau local (module inventé)", 238, 200, 6300, 6300),
        ("Préparer la session d’examen (module inventé)", 130, 121, 1050, 840),
    ] {
        let (debut, fin, preuve) = (c.il_y_a(de), c.il_y_a(a), Some("Feuilles d’émargement inventées".to_owned()));
        pieces::ajouter(cx, id, Piece::Formation { module: module.into(), debut, fin, prevues, suivies, preuve }).await?;
    }
    let (debut, fin, tuteur) = (c.il_y_a(190), c.il_y_a(150), "Mauve Canevas".to_owned());
    let p = Piece::Periode { entreprise: "Médiathèque Fictive".into(), tuteur, debut, fin, minutes: 12_600, preuve: None };
    pieces::ajouter(cx, id, p).await?;
    Ok(())
}

/// Seven others, from the draft to the file ready, by every route.
async fn en_chemin(cx: &mut Contexte, c: &Centre, [brouillon, sepia, garance]: [CandidatId; 3]) -> anyhow::Result<()> {
    c.devenir(cx, 0, 75);
    candidature_(cx, c, brouillon, PLAN, "candidature_individuelle").await?;
    // VAE: a draft becomes admissible by steps.
    let mut vae = Vec::new();
    let pourpre = candidat_(cx, "Pourpre", "Ombre", None).await?;
    for qui in [sepia, garance, pourpre] {
        let id = candidature_(cx, c, qui, MN, "vae").await?;
        candidature::agir(cx, id, A::Deposer, cx.aujourd_hui()).await?;
        let e = Piece::Experience {
            activite: Activite::Benevole,
            libelle: "Accueil numérique d’une association inventée".into(),
            debut: c.il_y_a(1200),
            fin: Some(c.il_y_a(200)),
            mois: None,
            preuve: Some("Attestation de l’association".into()),
        };
        pieces::ajouter(cx, id, e).await?;
        vae.push(id);
    }
    let d = DossierVae {
        recu_le: c.il_y_a(75),
        complet_le: None,
        pieces_manquantes: None,
        recevable: None,
        notifie_le: None,
        blocs_seuls: false,
    };
    faits::ecrire_vae(cx, vae[0], DossierVae { pieces_manquantes: Some("Attestation d’emploi".into()), ..d.clone() }).await?;
    c.devenir(cx, 0, 20);
    faits::ecrire_vae(cx, vae[1], DossierVae { complet_le: Some(c.il_y_a(30)), ..d.clone() }).await?;
    let notifie = DossierVae { complet_le: Some(c.il_y_a(70)), recevable: Some(true), notifie_le: Some(c.il_y_a(25)), ..d };
    faits::ecrire_vae(cx, vae[2], notifie.clone()).await?;
    candidature::agir(cx, vae[2], A::Preparer, cx.aujourd_hui()).await?;
    // The same people for another title: one admissible and not begun yet, one that is not.
    for (qui, recevable) in [(garance, true), (sepia, false)] {
        let id = candidature_(cx, c, qui, PLAN, "vae").await?;
        candidature::agir(cx, id, A::Deposer, cx.aujourd_hui()).await?;
        faits::ecrire_vae(cx, id, DossierVae { recevable: Some(recevable), ..notifie.clone() }).await?;
    }
    // An admissibility of more than a year ago: it no longer opens any session. It counted in the caps of its year.
    let ancien = candidature_(cx, c, pourpre, PLAN, "vae").await?;
    candidature::agir(cx, ancien, A::Deposer, cx.aujourd_hui()).await?;
    let perime = DossierVae {
        recu_le: c.il_y_a(500),
        complet_le: Some(c.il_y_a(490)),
        recevable: Some(true),
        notifie_le: Some(c.il_y_a(450)),
        pieces_manquantes: None,
        blocs_seuls: false,
    };
    faits::ecrire_vae(cx, ancien, perime).await?;
    // A title closed before it was obtained: the enrolment has expired.
    let clos = candidature_(cx, c, pourpre, FERME, "candidature_individuelle").await?;
    for a in [A::Deposer, A::Preparer, A::Expirer] {
        candidature::agir(cx, clos, a, cx.aujourd_hui()).await?;
    }
    // Initial training on the other title, with its company period.
    let qui = candidat_(cx, "Safran", "Motif", None).await?;
    let id = candidature_(cx, c, qui, PLAN, "eleve_etudiant").await?;
    for a in [A::Deposer, A::Preparer] {
        candidature::agir(cx, id, a, cx.aujourd_hui()).await?;
    }
    let (debut, fin) = (c.il_y_a(60), c.il_y_a(40));
    let (entreprise, tuteur) = ("Atelier d’exemple".to_owned(), "Mauve Canevas".to_owned());
    pieces::ajouter(cx, id, Piece::Periode { entreprise, tuteur, debut, fin, minutes: 6300, preuve: None }).await?;
    let mesure = "Un tiers du temps en plus, un écran agrandi".to_owned();
    pieces::ajouter(cx, id, Piece::Amenagement { mesure, accorde_le: c.il_y_a(30), accorde_par: "Faustine Aquarelle".into() }).await?;
    // Ready to sit, and one who only filed.
    c.devenir(cx, 0, 10);
    pret(cx, c, "Ambre", "Calque", None).await?;
    let qui = candidat_(cx, "Vermeil", "Modèle", None).await?;
    let id = candidature_(cx, c, qui, PLAN, "apprentissage").await?;
    candidature::agir(cx, id, A::Deposer, cx.aujourd_hui()).await?;
    Ok(())
}
