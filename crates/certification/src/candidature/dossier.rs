//! The dossier professionnel (DP): examples of practice (they are pieces), diplomas, annexes, and the sworn
//! statement, signed. A signed dossier no longer changes: it is first taken up again.

use chrono::NaiveDate;
use sea_orm::{IntoActiveModel, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{Contexte, Erreur, Permission, Resultat, controle::Controle, identifiant::CandidatureId, journal::Action};

use super::lire;

/// A diploma or a certificate held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Diplome {
    pub intitule: String,
    pub organisme: String,
    /// As written: « 2019 », « juin 2019 ».
    pub date: String,
}

/// How the sworn statement was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignatureDossier)]
pub struct Signature {
    /// `tapee` by the candidate signed in, or `papier`: the centre holds the paper.
    pub nature: String,
    /// The name written.
    pub nom: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
pub struct Diplomes(pub Vec<Diplome>);

pub mod table {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::CandidatureId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "dossier_professionnel")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        #[sea_orm(unique)]
        pub candidature_id: CandidatureId,
        pub diplomes: super::Diplomes,
        pub annexes: crate::candidature::pieces::Mots,
        pub signe_le: Option<Date>,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub signature: Option<Json>,
        pub version: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The head of a dossier professionnel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Dossier {
    pub diplomes: Vec<Diplome>,
    pub annexes: Vec<String>,
    pub signe_le: Option<NaiveDate>,
    pub signature: Option<Signature>,
    /// 0 until it is first written.
    pub version: i32,
}

async fn chercher(cx: &Contexte, id: CandidatureId) -> Resultat<Option<table::Model>> {
    Ok(table::Entity::find().filter(table::Column::CandidatureId.eq(id)).one(&cx.db()).await?)
}

/// The dossier of an enrolment; empty until it is written.
pub async fn trouver(cx: &Contexte, id: CandidatureId) -> Resultat<Dossier> {
    lire(cx, id).await?;
    sans_droit(cx, id).await
}

/// The same, the right having been asked for.
pub(crate) async fn sans_droit(cx: &Contexte, id: CandidatureId) -> Resultat<Dossier> {
    let Some(m) = chercher(cx, id).await? else { return Ok(Dossier::default()) };
    Ok(Dossier {
        diplomes: m.diplomes.0,
        annexes: m.annexes.0,
        signe_le: m.signe_le,
        signature: m.signature.map(serde_json::from_value).transpose().map_err(Erreur::interne)?,
        version: m.version,
    })
}

/// Refuses a change to a dossier that is signed.
pub(super) async fn exiger_ouvert(cx: &Contexte, id: CandidatureId) -> Resultat<()> {
    if chercher(cx, id).await?.is_some_and(|m| m.signe_le.is_some()) {
        return Err(Erreur::Conflit(
            "Le dossier professionnel est signé : il ne change plus. Pour le corriger, reprenez-le ; il faudra le signer à nouveau.".into(),
        ));
    }
    Ok(())
}

/// The row, made if it was not, for who may write the dossier.
async fn tenir(cx: &Contexte, id: CandidatureId) -> Resultat<table::Model> {
    super::pieces::exiger_ecrire(cx, id, true).await?;
    let neuf = table::Model {
        id: cx.nouvel_uuid(),
        candidature_id: id,
        diplomes: Diplomes::default(),
        annexes: super::pieces::Mots::default(),
        signe_le: None,
        signature: None,
        version: 0,
    };
    table::Entity::insert(neuf.into_active_model().reset_all())
        .on_conflict(OnConflict::column(table::Column::CandidatureId).do_nothing().to_owned())
        .exec_without_returning(&cx.db())
        .await?;
    chercher(cx, id).await?.ok_or(Erreur::Introuvable("Ce dossier"))
}

async fn ecrire(cx: &Contexte, m: table::Model) -> Resultat<()> {
    let avant = m.version;
    let m = table::Model { version: avant + 1, ..m };
    let id = m.candidature_id;
    let r = table::Entity::update_many()
        .set(m.clone().into_active_model().reset_all())
        .filter(table::Column::Id.eq(m.id))
        .filter(table::Column::Version.eq(avant))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    let structure = lire(cx, id).await?.structure_id;
    cx.journaliser(Action::Modification, "candidature", id.0, structure, &["dossier_professionnel"]).await
}

/// Writes diplomas and annexes.
pub async fn rediger(cx: &Contexte, id: CandidatureId, diplomes: Vec<Diplome>, annexes: Vec<String>) -> Resultat<()> {
    let m = tenir(cx, id).await?;
    exiger_ouvert(cx, id).await?;
    let mut c = Controle::new();
    let diplomes: Vec<Diplome> = diplomes
        .into_iter()
        .map(|d| Diplome {
            intitule: d.intitule.trim().to_owned(),
            organisme: d.organisme.trim().to_owned(),
            date: d.date.trim().to_owned(),
        })
        .filter(|d| d != &Diplome::default())
        .collect();
    c.exiger(diplomes.len() <= 30, "diplomes", "Trente diplômes au plus.");
    for d in &diplomes {
        c.exiger(!d.intitule.is_empty(), "diplomes", "Donnez l’intitulé de chaque diplôme.");
        for t in [&d.intitule, &d.organisme, &d.date] {
            c.texte("diplomes", Some(t), 200);
        }
    }
    let annexes: Vec<String> = annexes.into_iter().map(|a| a.trim().to_owned()).filter(|a| !a.is_empty()).collect();
    c.exiger(annexes.len() <= 30, "annexes", "Trente annexes au plus.");
    for a in &annexes {
        c.texte("annexes", Some(a), 300);
    }
    c.finir()?;
    ecrire(cx, table::Model { diplomes: Diplomes(diplomes), annexes: super::pieces::Mots(annexes), ..m }).await
}

/// Signs the sworn statement. The candidate types their name; the centre says that it holds the paper.
pub async fn signer(cx: &Contexte, id: CandidatureId, nom: &str) -> Resultat<()> {
    let m = tenir(cx, id).await?;
    exiger_ouvert(cx, id).await?;
    let c = lire(cx, id).await?;
    let candidat = crate::candidat::lire(cx, c.candidat_id).await?;
    let soi = super::est_sienne(cx, &c).await?;
    if !soi {
        cx.exiger_dans(Permission::CertificationGerer, c.structure_id)?;
    }
    let dit = socle::texte::plier(nom);
    let (a, b) = (format!("{} {}", candidat.prenom, candidat.nom), format!("{} {}", candidat.nom, candidat.prenom));
    if dit != socle::texte::plier(&a) && dit != socle::texte::plier(&b) {
        return Err(Erreur::champ("nom", format!("Pour signer, écrivez le prénom et le nom du candidat : {a}.")));
    }
    let signature = Signature { nature: if soi { "tapee" } else { "papier" }.into(), nom: nom.trim().to_owned() };
    let signature = Some(serde_json::to_value(signature).map_err(Erreur::interne)?);
    ecrire(cx, table::Model { signe_le: Some(cx.aujourd_hui()), signature, ..m }).await
}

/// Takes a signed dossier up again, to change it: its signature no longer holds.
pub async fn reprendre(cx: &Contexte, id: CandidatureId) -> Resultat<()> {
    let m = tenir(cx, id).await?;
    if m.signe_le.is_none() {
        return Ok(());
    }
    let etat = lire(cx, id).await?.etat()?;
    use certification_regles::inscription::EtatInscription as E;
    if !matches!(etat, E::Brouillon | E::Deposee | E::Incomplete | E::Complete | E::Recevable | E::EnPreparation) {
        return Err(Erreur::Conflit("La candidature est prête ou déjà passée : le dossier remis au jury ne change plus.".into()));
    }
    ecrire(cx, table::Model { signe_le: None, signature: None, ..m }).await
}
