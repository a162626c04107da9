//! The job: issue what is owed, a few documents a transaction, then print all of them into one archive, in
//! constant memory.

use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use sea_orm::{ActiveEnum, QueryOrder, entity::prelude::*};
use serde_json::Value;
use socle::{
    Acteur, Contexte, Erreur, Etat, Resultat,
    fichiers::{Ecriture, Nouveau},
    journal::Action,
    preparation::{Arret, Passe},
    texte::plier,
};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    super::{Document, Nature, compose, emission::emettre_dus, rendre, table as documents},
    CONSERVATION, Etape, Lot, PREPARATIONS,
    table::Entity,
};

/// Documents issued in one transaction: others may write in between.
const MORCEAU: usize = 20;

/// What is handed over, in the order of a candidate's envelope.
const REMIS: [Nature; 4] = [Nature::Lettre, Nature::Attestation, Nature::Parchemin, Nature::Livret];

/// Makes the documents of a job, with the rights that who asked has now. Run again after a crash, it starts over:
/// what was issued stays and is not issued twice.
///
/// # Errors
/// When it should be tried again later.
pub async fn executer(etat: Etat, charge: Value) -> Result<(), String> {
    let Some(id) = charge["lot"].as_str().and_then(|t| t.parse::<Uuid>().ok()) else { return Ok(()) };
    let Some(l) = prendre(&etat, id).await.map_err(|e| e.to_string())? else { return Ok(()) };
    PREPARATIONS.mener(&etat, passe(&l), fabriquer(&etat, &l)).await
}

fn passe(l: &Lot) -> Passe {
    Passe { id: l.id, prise: l.prise, essais: l.essais }
}

/// Takes the preparation for this run.
async fn prendre(etat: &Etat, id: Uuid) -> Resultat<Option<Lot>> {
    let Some(prise) = PREPARATIONS.prendre(etat, id).await? else { return Ok(None) };
    Ok(Entity::find_by_id(id).one(etat.base.lecture()).await?.filter(|l| l.prise == Some(prise)))
}

/// Notes how far it is; [`Arret::Depasse`] when it is no longer this run's.
async fn noter(etat: &Etat, l: &Lot, etape: Etape, faites: usize, total: usize, emis: usize) -> Result<(), Arret> {
    let valeurs = vec![
        ("etape", Expr::value(etape.to_value())),
        ("faites", Expr::value(petit(faites))),
        ("total", Expr::value(Some(petit(total)))),
        ("emis", Expr::value(petit(emis))),
    ];
    PREPARATIONS.noter(etat, passe(l), valeurs).await
}

fn petit(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

async fn fabriquer(etat: &Etat, l: &Lot) -> Result<(), Arret> {
    let acteur = comptes::acteur(etat, l.utilisateur_id, Some(l.structure_id), l.portee)
        .await?
        .ok_or_else(|| Erreur::Conflit("Le compte qui a demandé ces documents est fermé : demandez-les à nouveau.".into()))?;
    let emis = emettre(etat, l, &acteur).await?;
    imprimer(etat, l, &acteur, emis).await
}

/// Issues what is owed; gives how many were added.
async fn emettre(etat: &Etat, l: &Lot, acteur: &Acteur) -> Result<usize, Arret> {
    let dus = compose::dus(&Contexte::lecture(etat, acteur, l.id), l.session_id).await?;
    noter(etat, l, Etape::Emission, 0, dus.len(), 0).await?;
    let (mut faites, mut emis) = (0, 0);
    for morceau in dus.chunks(MORCEAU) {
        let cx = Contexte::ecriture(etat, acteur, l.id).await?;
        emis += emettre_dus(&cx, l.session_id, morceau).await?.len();
        cx.valider().await?;
        faites += morceau.len();
        noter(etat, l, Etape::Emission, faites, dus.len(), emis).await?;
    }
    Ok(emis)
}

/// What was written and not yet sent to the storage.
#[derive(Clone, Default)]
struct Tampon(Arc<Mutex<Vec<u8>>>);

impl Tampon {
    fn vider(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Tampon {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whose envelope a document goes into: by name, then in the order of [`REMIS`].
fn enveloppe(d: &Document) -> Resultat<Option<(String, usize)>> {
    let Some(rang) = REMIS.iter().position(|n| d.nature().is_ok_and(|x| x == *n)) else { return Ok(None) };
    let f = d.fige()?;
    Ok(Some((plier(&format!("{} {}", f.nom.unwrap_or_default(), f.prenom.unwrap_or_default())), rang)))
}

/// The name of a document in the archive: the file is for who hands it over.
fn nom(rang: usize, qui: &str, d: &Document) -> String {
    let qui: String = qui.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{rang:04}-{qui}-{}-{}.pdf", d.nature, d.numero)
}

async fn imprimer(etat: &Etat, l: &Lot, acteur: &Acteur, emis: usize) -> Result<(), Arret> {
    let cx = Contexte::lecture(etat, acteur, l.id);
    let tous = documents::Entity::find()
        .filter(documents::Column::SessionId.eq(l.session_id))
        .filter(documents::Column::RetireLe.is_null())
        .order_by_asc(documents::Column::Id)
        .all(&cx.db())
        .await?;
    drop(cx);
    let mut a_imprimer = Vec::with_capacity(tous.len());
    for d in tous {
        if let Some((qui, rang)) = enveloppe(&d)? {
            a_imprimer.push((qui, rang, d));
        }
    }
    a_imprimer.sort_by(|a, b| (&a.0, a.1, &a.2.numero).cmp(&(&b.0, b.1, &b.2.numero)));
    noter(etat, l, Etape::Impression, 0, a_imprimer.len(), emis).await?;
    let nouveau = Nouveau {
        structure: Some(l.structure_id),
        proprietaire: Some(l.utilisateur_id),
        nom: "documents-session.zip".into(),
        media: "application/zip".into(),
        expire_le: Some(etat.horloge.maintenant() + CONSERVATION),
        maximum: None,
    };
    let mut ecriture = Ecriture::commencer(etat, nouveau).await?;
    let archive = async {
        archiver(etat, l, &a_imprimer, emis, &mut ecriture).await?;
        let cx = Contexte::ecriture(etat, acteur, l.id).await?;
        for (_, _, d) in &a_imprimer {
            cx.journaliser(Action::Impression, "document_certification", d.id.0, d.structure_id, &[]).await?;
        }
        Ok(cx.valider().await?)
    };
    if let Err(a) = archive.await {
        ecriture.abandonner().await;
        return Err(a);
    }
    PREPARATIONS.terminer(etat, passe(l), ecriture, Vec::new()).await
}

async fn archiver(etat: &Etat, l: &Lot, documents: &[(String, usize, Document)], emis: usize, vers: &mut Ecriture) -> Result<(), Arret> {
    let tampon = Tampon::default();
    let mut zip = ZipWriter::new_stream(tampon.clone());
    for (n, (qui, _, d)) in documents.iter().enumerate() {
        let pdf = rendre(etat, d).await?;
        zip.start_file(nom(n + 1, qui, d), SimpleFileOptions::default()).map_err(Erreur::interne)?;
        zip.write_all(&pdf).map_err(Erreur::interne)?;
        vers.ecrire(&tampon.vider()).await?;
        if (n + 1) % MORCEAU == 0 {
            noter(etat, l, Etape::Impression, n + 1, documents.len(), emis).await?;
        }
    }
    zip.finish().map_err(Erreur::interne)?;
    vers.ecrire(&tampon.vider()).await?;
    noter(etat, l, Etape::Impression, documents.len(), documents.len(), emis).await
}
