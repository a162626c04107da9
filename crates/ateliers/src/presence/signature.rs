//! Signing one's presence on the screen, by half-day: drawn, or one's name typed.

use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    coffre::Champ,
    controle::Controle,
    identifiant::{DateSeanceId, ReservationId},
    journal::Action,
    texte::{nettoyer, plier},
};

use super::{
    EtatPresence, de_la_date, ouverte,
    regles::{DemiJournee, demi_journees, trace_lisible},
    table::{self, signature},
};
use crate::seance::nomenclature;

const TRACE: Champ = Champ::texte("signature_presence", "trace");

/// The sealed columns.
pub const CHAMPS: [Champ; 1] = [TRACE];

nomenclature! {
    /// How one signed.
    #[schema(as = NatureSignaturePresence)]
    NatureSignature { Dessin => "Dessinée", Nom => "Nom écrit" }
}

/// A signature, as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub nature: NatureSignature,
    /// An SVG path, or a name.
    pub trace: String,
    pub signe_le: DateTimeUtc,
}

/// Signs for somebody present, in front of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SignerPresence)]
pub struct Signer {
    /// An SVG path of lines (`M10 10 L12 14…`), drawn in 600 × 200.
    pub trace: Option<String>,
    /// Or the name, typed.
    pub nom: Option<String>,
}

/// What was signed at a date.
pub async fn signatures(cx: &Contexte, id: DateSeanceId) -> Resultat<HashMap<(ReservationId, DemiJournee), Signature>> {
    de_la_date(cx, id, Permission::AccompagnementsLire).await?;
    let lignes = signature::Entity::find().filter(signature::Column::DateId.eq(id)).all(&cx.db()).await?;
    lignes
        .into_iter()
        .map(|l| {
            let trace = cx.coffre().ouvrir(&TRACE, l.id, l.trace)?;
            Ok(((l.reservation_id, l.demi_journee), Signature { nature: l.nature, trace, signe_le: l.signe_le }))
        })
        .collect()
}

/// Records the signature of somebody present, for a half-day of the date; until the closing, signing again replaces it.
///
/// # Errors
/// On `demi_journee` when the date does not cover it, on `trace` and `nom`; [`Erreur::Conflit`] for who is not marked
/// present, and once the séance is closed.
pub async fn signer(cx: &Contexte, id: DateSeanceId, r: ReservationId, demi: DemiJournee, s: Signer) -> Resultat<()> {
    let (seance, d) = ouverte(cx, id).await?;
    let Some(p) = table::Entity::find_by_id((id, r)).one(&cx.db()).await? else {
        return Err(Erreur::Introuvable("Cette réservation"));
    };
    if p.etat != EtatPresence::Present {
        return Err(Erreur::Conflit("Cette personne n’est pas notée présente : notez-la d’abord.".into()));
    }
    if cx.maintenant < d.debut {
        return Err(Erreur::Conflit("On signe à partir du début de la séance.".into()));
    }
    let mut c = Controle::new();
    c.exiger(demi_journees(d.debut, d.fin).contains(&demi), "demi_journee", "Cette séance n’a pas lieu à ce moment du jour.");
    let (trace, nom) = (nettoyer(s.trace), nettoyer(s.nom));
    let (nature, texte) = match (trace, nom) {
        (Some(t), _) => {
            c.exiger(trace_lisible(&t), "trace", "Ce tracé n’est pas une signature : recommencez, ou écrivez le nom.");
            (NatureSignature::Dessin, t)
        }
        (None, nom) => {
            c.exiger(nom.as_deref().is_some_and(|n| !plier(n).is_empty()), "nom", "Dessinez la signature, ou écrivez le nom.");
            c.texte("nom", nom.as_deref(), 150);
            (NatureSignature::Nom, nom.unwrap_or_default())
        }
    };
    c.finir()?;
    // Signed before: the same line, and its id, which seals the text.
    let deja = signature::Entity::find()
        .filter(signature::Column::DateId.eq(id))
        .filter(signature::Column::ReservationId.eq(r))
        .filter(signature::Column::DemiJournee.eq(demi))
        .one(&cx.db())
        .await?;
    let ligne_id = deja.map_or_else(|| cx.nouvel_uuid(), |l| l.id);
    let ligne = signature::ActiveModel {
        id: Set(ligne_id),
        date_id: Set(id),
        reservation_id: Set(r),
        demi_journee: Set(demi),
        nature: Set(nature),
        trace: Set(cx.coffre().sceller(&TRACE, ligne_id, &texte)?),
        signe_le: Set(cx.maintenant),
    };
    signature::Entity::insert(ligne)
        .on_conflict(
            OnConflict::column(signature::Column::Id)
                .update_columns([signature::Column::Nature, signature::Column::Trace, signature::Column::SigneLe])
                .to_owned(),
        )
        .exec_without_returning(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "seance", seance.id.0, seance.structure_id, &["signature"]).await
}

/// Forgets the signatures of these bookings.
pub(crate) async fn oublier(cx: &Contexte, reservations: sea_orm::sea_query::SelectStatement) -> Resultat<()> {
    signature::Entity::delete_many().filter(signature::Column::ReservationId.in_subquery(reservations)).exec(&cx.db()).await?;
    Ok(())
}
