//! What is typed to book, checked all at once.

use sea_orm::entity::prelude::*;
use socle::{
    controle::Controle,
    identifiant::SeanceId,
    texte::{nettoyer, plier, telephone},
};

use super::{Canal, Par, Reserver};

pub(super) fn controler(d: &mut Reserver, equipe: bool) -> Controle {
    let mut c = Controle::new();
    for v in [&mut d.nom, &mut d.telephone, &mut d.courriel, &mut d.besoins] {
        *v = nettoyer(v.take());
    }
    c.exiger(
        d.personne.is_some() || d.nom.as_deref().is_some_and(|n| !plier(n).is_empty()),
        "nom",
        "Donnez un nom ou un prénom, pour vous appeler le jour venu.",
    );
    c.texte("nom", d.nom.as_deref(), 150);
    c.texte("telephone", d.telephone.as_deref(), 40);
    c.texte("courriel", d.courriel.as_deref(), 200);
    c.texte("besoins", d.besoins.as_deref(), 500);
    if let Some(t) = d.telephone.as_deref() {
        let chiffres = t.chars().filter(char::is_ascii_digit).count();
        let permis = t.chars().all(|x| x.is_ascii_digit() || " +.-()/".contains(x));
        c.exiger(
            permis && (6..=15).contains(&chiffres),
            "telephone",
            "Ce numéro n’est pas complet. De l’étranger, commencez par + et l’indicatif du pays.",
        );
    }
    c.exiger(
        d.courriel.as_deref().is_none_or(|v| v.contains('@') && !v.contains(' ')),
        "courriel",
        "Cette adresse n’est pas complète : il y manque un @.",
    );
    match d.canal {
        Some(Canal::Courriel) => c.exiger(d.courriel.is_some(), "courriel", "Pour recevoir un courriel, donnez une adresse."),
        Some(Canal::Sms) => c.exiger(d.telephone.is_some(), "telephone", "Pour recevoir un SMS, donnez un numéro."),
        Some(Canal::Aucun) => {}
        None => d.canal = Some(canal_de(d)),
    }
    c.exiger(equipe || d.accord || d.par == Par::Soi, "accord", "Demandez à la personne si elle est d’accord, puis cochez la case.");
    c
}

/// How to write to who did not choose.
pub(super) fn canal_de(d: &Reserver) -> Canal {
    if d.courriel.is_some() {
        Canal::Courriel
    } else if d.telephone.is_some() {
        Canal::Sms
    } else {
        Canal::Aucun
    }
}

/// The same person in the same séance has the same key.
pub(super) fn cle_contact(s: SeanceId, d: &Reserver) -> Option<Uuid> {
    let qui = match (d.personne, &d.telephone, &d.courriel) {
        (Some(p), _, _) => format!("personne:{p}"),
        (None, Some(t), _) => format!("tel:{}:{}", telephone(t), plier(d.nom.as_deref()?)),
        (None, None, Some(m)) => format!("mel:{}:{}", m.to_lowercase(), plier(d.nom.as_deref()?)),
        (None, None, None) => return None,
    };
    Some(Uuid::new_v5(&s.0, qui.as_bytes()))
}
