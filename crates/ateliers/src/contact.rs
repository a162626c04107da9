//! How somebody who booked, or who has an appointment, is called and reached: corrected by the team or by oneself; noted
//! when messages do not arrive, for the team to call.

mod appeler;
mod web;

pub use appeler::{AAppeler, a_appeler};
pub use web::pages;

use sea_orm::{
    ActiveValue::Set,
    ExprTrait,
    entity::prelude::*,
    sea_query::{Func, SimpleExpr},
};
use serde::Deserialize;
use socle::{
    Contexte, Erreur, Resultat,
    controle::Controle,
    equipe,
    identifiant::{StructureId, UtilisateurId},
    ports::Lettre,
    tache::genre,
    texte::{nettoyer, plier},
};

use crate::{
    rendez_vous::table as rendez_vous,
    reservation::{Canal, coordonnees, table as reservations},
};

/// How somebody is called and reached, given whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CorrigerContact)]
pub struct Contact {
    #[schema(max_length = 150)]
    pub nom: String,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    /// The mail if there is one, else SMS, else nothing, if not told.
    pub canal: Option<Canal>,
    /// Messages were refused for a while, and the contact is good: they are sent there again.
    #[serde(default)]
    pub bon: bool,
}

/// A contact that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Corrige {
    pub nom: String,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    pub canal: Canal,
}

impl Contact {
    /// Checks all at once; with `appel`, a number is needed: the person is called.
    pub(crate) fn controler(self, appel: bool) -> Resultat<Corrige> {
        let mut c = Controle::new();
        let nom = self.nom.trim().to_owned();
        let (telephone, courriel) = (nettoyer(self.telephone), nettoyer(self.courriel));
        c.exiger(!plier(&nom).is_empty(), "nom", "Donnez un nom ou un prénom.");
        c.texte("nom", Some(&nom), 150);
        let canal = coordonnees(&mut c, telephone.as_deref(), courriel.as_deref(), self.canal);
        c.exiger(!appel || telephone.is_some(), "telephone", "Ce rendez-vous est par téléphone : donnez le numéro à appeler.");
        c.finir()?;
        Ok(Corrige { nom, telephone, courriel, canal })
    }
}

/// What a correction changes.
pub(crate) struct Changement {
    /// The names of what changed, for the journal.
    pub champs: Vec<&'static str>,
    /// Messages go elsewhere, or there again: no refusal stands any more, and what is still true is told.
    pub avertir: bool,
}

impl Corrige {
    /// What changes from `avant`, if anything does; `bon`: a contact that refused messages is good again.
    pub(crate) fn depuis(&self, avant: &Self, bon: bool) -> Option<Changement> {
        let mut champs: Vec<_> = [
            ("nom", self.nom != avant.nom),
            ("telephone", self.telephone != avant.telephone),
            ("courriel", self.courriel != avant.courriel),
            ("canal", self.canal != avant.canal),
        ]
        .into_iter()
        .filter_map(|(nom, change)| change.then_some(nom))
        .collect();
        if champs.is_empty() && bon {
            champs.push("contact");
        }
        let ailleurs = (&self.telephone, &self.courriel, self.canal) != (&avant.telephone, &avant.courriel, avant.canal);
        (!champs.is_empty()).then_some(Changement { champs, avertir: ailleurs || bon })
    }
}

/// Whether a return, of a message sent to the address of this fingerprint, is about how somebody is reached now.
pub(crate) fn en_cause(canal: Canal, courriel: Option<&str>, empreinte: Option<&str>) -> bool {
    empreinte.is_none_or(|e| canal == Canal::Courriel && courriel.is_some_and(|c| socle::retour::empreinte(c) == e))
}

/// Somebody who cannot be written to any more, for the mail to who receives them.
pub(crate) struct Injoignable<'a> {
    /// « Atelier : Souris et clavier ».
    pub quoi: String,
    pub quand: chrono::DateTime<chrono::Utc>,
    pub adresse: &'a str,
    /// One mail for each.
    pub cle: String,
}

/// Tells a member of the team, once, that somebody has to be called. Neither name nor contact: this mail crosses the
/// network in clear.
pub(crate) async fn prevenir(cx: &Contexte, qui: UtilisateurId, i: &Injoignable<'_>) -> Resultat<()> {
    let Some(a) = equipe::joignable(cx, qui).await? else { return Ok(()) };
    let lettre = Lettre {
        destinataire: a.email,
        sujet: format!("Une personne attendue n’est pas joignable : {}", i.quoi),
        corps: format!(
            "Bonjour {},\n\nUn message à une personne que vous attendez ne peut pas arriver : l’adresse ou le numéro est refusé.\n\n{}\n{}\n\nVoir, appeler la personne si elle a laissé un numéro, corriger son contact :\n{}{}\n",
            a.nom,
            i.quoi,
            interface::format::instant_long(i.quand),
            cx.etat().config.public_url.trim_end_matches('/'),
            i.adresse
        ),
    };
    cx.confier(genre::COURRIEL, serde_json::to_value(lettre).map_err(Erreur::interne)?, Some(i.cle.clone()), None).await
}

/// Notes that an address does not receive wherever it was left in the structure: nothing more goes there for anything else.
pub(crate) async fn noter_partout(cx: &Contexte, structure: StructureId, courriel: &str) -> Resultat<()> {
    let adresse = courriel.to_lowercase();
    let la_meme = |colonne: &'static str| SimpleExpr::from(Func::lower(Expr::col(colonne))).eq(adresse.clone());
    reservations::Entity::update_many()
        .set(reservations::ActiveModel { refus_le: Set(Some(cx.maintenant)), ..Default::default() })
        .filter(reservations::Column::StructureId.eq(structure))
        .filter(reservations::Column::Canal.eq(Canal::Courriel))
        .filter(reservations::Column::RefusLe.is_null())
        .filter(la_meme("courriel"))
        .exec(&cx.db())
        .await?;
    rendez_vous::Entity::update_many()
        .set(rendez_vous::ActiveModel { refus_le: Set(Some(cx.maintenant)), ..Default::default() })
        .filter(rendez_vous::Column::StructureId.eq(structure))
        .filter(rendez_vous::Column::Canal.eq(Canal::Courriel))
        .filter(rendez_vous::Column::RefusLe.is_null())
        .filter(la_meme("courriel"))
        .exec(&cx.db())
        .await?;
    Ok(())
}
