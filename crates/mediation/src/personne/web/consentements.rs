use std::collections::HashMap;

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Reponse, Web, aller, choix, rendre, rendre_avec},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    equipe,
    identifiant::{ConsentementId, PersonneId, StructureId, UtilisateurId},
};

use crate::{
    nomenclatures::Finalite,
    personne::{self, Consentement, Consentir, consentements, nom_affiche, trouver},
};

/// The usual manners; what is stored is the words.
pub const MANIERES: [&str; 4] = ["De vive voix", "Par écrit", "Par téléphone", "Par message"];

/// The manners as chips.
pub fn manieres(choisie: &str) -> Vec<Choix> {
    MANIERES.iter().map(|m| Choix::nouveau(*m, *m, *m == choisie)).collect()
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Saisie {
    pub finalite: String,
    pub donne_le: String,
    pub maniere: String,
}

#[derive(Template)]
#[template(path = "personne/consentements.html")]
pub struct PageConsentements {
    pub page: Page,
    pub id: PersonneId,
    pub nom: String,
    pub liste: Vec<Consentement>,
    pub noms: HashMap<UtilisateurId, String>,
    pub structures: HashMap<StructureId, String>,
    pub s: Saisie,
    pub erreurs: Erreurs,
    pub finalites: Vec<Choix>,
    pub manieres: Vec<Choix>,
}

impl PageConsentements {
    /// The structure a file is shared with, in words.
    pub fn destinataire(&self, c: &Consentement) -> Option<&str> {
        c.destinataire_id.map(|s| self.structures.get(&s).map_or("une structure", String::as_str))
    }

    pub fn recueilli(&self, c: &Consentement) -> Option<&str> {
        c.recueilli_par.and_then(|u| self.noms.get(&u)).map(String::as_str)
    }
}

async fn gabarit(page: Page, cx: &Contexte, id: PersonneId, s: Saisie, erreurs: Erreurs) -> Resultat<PageConsentements> {
    let p = trouver(cx, id, Permission::PersonnesEcrire).await?;
    let liste = consentements(cx, id).await?;
    let mut structures: HashMap<_, _> = cx.acteur.fonctions.iter().map(|f| (f.structure, f.nom_structure.clone())).collect();
    if liste.iter().any(|c| c.destinataire_id.is_some()) {
        structures.extend(territoire::structure::autres(cx).await?);
    }
    let retenue = Finalite::depuis(&s.finalite);
    // To share is an act of its own, which opens the file to the other structure.
    let finalites = choix::<Finalite>(retenue.as_slice()).into_iter().filter(|c| c.code != Finalite::Partage.code()).collect();
    Ok(PageConsentements {
        page,
        id,
        nom: nom_affiche(&p),
        noms: equipe::noms(cx, liste.iter().filter_map(|c| c.recueilli_par)).await?,
        liste,
        structures,
        manieres: manieres(&s.maniere),
        finalites,
        erreurs,
        s,
    })
}

pub async fn voir(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let cx = w.lecture();
    let s = Saisie { donne_le: interface::format::iso(cx.aujourd_hui()), ..Saisie::default() };
    rendre(&gabarit(w.page.clone(), &cx, id, s, Erreurs::default()).await?)
}

pub async fn ajouter(w: Web, Chemin(id): Chemin<PersonneId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    trouver(&cx, id, Permission::PersonnesEcrire).await?;
    let fait = match lire(&s) {
        Ok(d) => personne::consentir(&cx, id, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/personnes/{id}/consentements"), Message::succes("Le consentement est noté.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page.clone(), &cx, id, s, e.into()).await?),
        Err(e) => Err(e.into()),
    }
}

fn lire(s: &Saisie) -> Resultat<Consentir> {
    let mut c = Controle::new();
    let finalite = c.code::<Finalite>("finalite", &s.finalite);
    c.exiger(!s.finalite.is_empty(), "finalite", "Choisissez à quoi la personne consent.");
    c.exiger(finalite != Some(Finalite::Partage), "finalite", "Pour partager le dossier, passez par « Partager le dossier ».");
    let donne_le = c.date("donne_le", &s.donne_le);
    c.exiger(!s.donne_le.trim().is_empty(), "donne_le", "Indiquez la date du consentement.");
    c.finir()?;
    let (Some(finalite), Some(donne_le)) = (finalite, donne_le) else { return Err(Erreur::Interne("consentement".into())) };
    Ok(Consentir { finalite, donne_le, destinataire: None, maniere: Some(s.maniere.clone()) })
}

pub async fn retirer(w: Web, Chemin((id, consentement)): Chemin<(PersonneId, ConsentementId)>) -> Reponse {
    let cx = w.ecriture().await?;
    personne::retirer(&cx, id, consentement).await?;
    // Withdrawn by the structure it was shared with, the file is no longer seen from here.
    let encore = trouver(&cx, id, Permission::PersonnesLire).await.is_ok();
    cx.valider().await?;
    let vers = if encore { format!("/personnes/{id}/consentements") } else { "/personnes".into() };
    Ok(aller(&vers, Message::succes("Le consentement est retiré.")))
}
