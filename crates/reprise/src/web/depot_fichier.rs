//! A file that arrives, piece by piece into the database; and the faults of a file, page by page out of it.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request, multipart::Field},
    response::Response,
};
use futures_util::stream;
use socle::{Contexte, Erreur, Permission, Resultat, identifiant::ImportId, requete::Requete};

use crate::{
    Nature,
    import::{self, MORCEAU, TAILLE_MAX},
    modele,
};

fn interrompu(e: &axum::extract::multipart::MultipartError) -> Erreur {
    if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Erreur::TropVolumineux
    } else {
        Erreur::Illisible("Le fichier n’est pas arrivé entier : renvoyez-le.".into())
    }
}

/// Receives the file of a form: fields `nature`, then `fichier`. Nothing of it is held in memory but a piece.
///
/// # Errors
/// [`Erreur::TropVolumineux`] above [`TAILLE_MAX`]; what had arrived is forgotten.
pub async fn recevoir(q: &Requete, req: Request) -> Resultat<ImportId> {
    q.lecture().exiger(Permission::Reprendre)?;
    let mut m = Multipart::from_request(req, &()).await.map_err(|_| {
        Erreur::Illisible("Envoyez un formulaire « multipart/form-data » avec les champs « nature » puis « fichier ».".into())
    })?;
    let mut nature = None;
    while let Some(champ) = m.next_field().await.map_err(|e| interrompu(&e))? {
        match champ.name() {
            Some("nature") => nature = Nature::depuis(&court(champ).await?),
            Some("fichier") => {
                let Some(nature) = nature else {
                    return Err(Erreur::champ("nature", "Dites si le fichier contient des personnes ou des accompagnements."));
                };
                let nom = champ.file_name().unwrap_or("").to_owned();
                return fichier(q, champ, nature, &nom).await;
            }
            _ => {}
        }
    }
    Err(Erreur::champ("fichier", "Choisissez un fichier."))
}

/// A short text of a form.
async fn court(mut champ: Field<'_>) -> Resultat<String> {
    let mut v = vec![];
    while let Some(b) = champ.chunk().await.map_err(|e| interrompu(&e))? {
        v.extend_from_slice(&b);
        if v.len() > 200 {
            return Err(Erreur::champ("nature", "Ce choix ne fait pas partie de la liste."));
        }
    }
    Ok(String::from_utf8_lossy(&v).trim().to_owned())
}

async fn fichier(q: &Requete, mut champ: Field<'_>, nature: Nature, nom: &str) -> Resultat<ImportId> {
    // A browser sends a file without name nor content when none was chosen.
    let premier = champ.chunk().await.map_err(|e| interrompu(&e))?.unwrap_or_default();
    if premier.is_empty() {
        return Err(Erreur::champ("fichier", "Choisissez un fichier qui n’est pas vide."));
    }
    let cx = q.ecriture().await?;
    let id = import::commencer(&cx, nature, nom).await?;
    cx.valider().await?;
    match verser(q, id, premier, champ).await {
        Ok(()) => Ok(id),
        Err(e) => {
            let cx = q.ecriture().await?;
            import::abandonner(&cx, id).await?;
            cx.valider().await?;
            Err(e)
        }
    }
}

/// Each piece in its own transaction: a slow line must not hold the database.
async fn verser(q: &Requete, id: ImportId, premier: Bytes, mut champ: Field<'_>) -> Resultat<()> {
    let (mut rang, mut taille) = (0, 0);
    let mut tampon: Vec<u8> = Vec::with_capacity(MORCEAU + 64 * 1024);
    let mut suite = Some(premier);
    while let Some(b) = suite {
        taille += b.len();
        if taille > TAILLE_MAX {
            return Err(Erreur::TropVolumineux);
        }
        tampon.extend_from_slice(&b);
        while tampon.len() >= MORCEAU {
            let reste = tampon.split_off(MORCEAU);
            let plein = std::mem::replace(&mut tampon, reste);
            let cx = q.ecriture().await?;
            import::ajouter(&cx, id, rang, plein).await?;
            cx.valider().await?;
            rang += 1;
        }
        suite = champ.chunk().await.map_err(|e| interrompu(&e))?;
    }
    let cx = q.ecriture().await?;
    if !tampon.is_empty() {
        import::ajouter(&cx, id, rang, tampon).await?;
    }
    import::terminer(&cx, id, taille).await?;
    cx.valider().await
}

/// Everything to mend in a file, as CSV, sent as it is read.
pub async fn envoyer_erreurs(cx: Contexte, id: ImportId) -> Resultat<Response> {
    import::lire(&cx, id).await?;
    let entete = stream::once(async { Ok::<_, Erreur>(Bytes::from(modele::entete_erreurs())) });
    let lignes = stream::try_unfold((cx, None), move |(cx, apres)| async move {
        let lot = import::erreurs(&cx, id, apres, 1000).await?;
        let Some(d) = lot.last() else { return Ok::<_, Erreur>(None) };
        let apres = Some((d.ligne, d.rang));
        Ok(Some((modele::erreurs_csv(&lot), (cx, apres))))
    });
    let corps = Body::from_stream(futures_util::StreamExt::chain(entete, lignes));
    Ok(modele::telecharger(corps, "text/csv; charset=utf-8", "a-corriger.csv"))
}
