//! What is typed to book, checked all at once.

use sea_orm::entity::prelude::*;
use socle::{
    controle::Controle,
    identifiant::{PersonneId, SeanceId},
    texte::{nettoyer, plier, telephone},
};

use super::{Canal, Par, Reserver, telephone::recoit_des_sms};

pub(crate) fn controler(d: &mut Reserver, equipe: bool) -> Controle {
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
    c.texte("besoins", d.besoins.as_deref(), 500);
    d.canal = Some(coordonnees(&mut c, d.telephone.as_deref(), d.courriel.as_deref(), d.canal));
    c.exiger(equipe || d.accord || d.par == Par::Soi, "accord", "Demandez à la personne si elle est d’accord, puis cochez la case.");
    c
}

/// Checks how somebody may be reached; gives how they are written to.
pub(crate) fn coordonnees(c: &mut Controle, telephone: Option<&str>, courriel: Option<&str>, canal: Option<Canal>) -> Canal {
    c.texte("telephone", telephone, 40);
    c.texte("courriel", courriel, 200);
    let mut lisible = true;
    if let Some(t) = telephone {
        let chiffres = t.chars().filter(char::is_ascii_digit).count();
        let permis = t.chars().all(|x| x.is_ascii_digit() || " +.-()/\u{a0}\u{202f}".contains(x));
        lisible = permis && (6..=15).contains(&chiffres);
        c.exiger(lisible, "telephone", "Ce numéro n’est pas complet. De l’étranger, commencez par + et l’indicatif du pays.");
    }
    if let Some(v) = courriel {
        let parts = v.split_once('@').filter(|(nom, domaine)| !nom.is_empty() && !domaine.is_empty() && !domaine.contains('@'));
        if !v.contains('@') {
            c.faute("courriel", "Cette adresse n’est pas complète : il y manque un @.");
        } else if parts.is_none() || v.contains(char::is_whitespace) {
            c.faute("courriel", "Cette adresse ne se lit pas : elle s’écrit sans espace, comme nom@exemple.fr.");
        }
    }
    match canal {
        Some(Canal::Courriel) => c.exiger(courriel.is_some(), "courriel", "Pour recevoir un courriel, donnez une adresse."),
        Some(Canal::Sms) => match telephone {
            None => c.faute("telephone", "Pour recevoir un SMS, donnez un numéro."),
            Some(t) => c.exiger(
                !lisible || recoit_des_sms(t),
                "telephone",
                "Ce numéro ne reçoit pas de SMS : donnez un numéro de portable (de l’étranger, avec + et l’indicatif du pays), ou choisissez un autre moyen.",
            ),
        },
        Some(Canal::Aucun) | None => {}
    }
    canal.unwrap_or_else(|| canal_de(telephone, courriel))
}

/// How to write to who did not choose.
pub(crate) fn canal_de(telephone: Option<&str>, courriel: Option<&str>) -> Canal {
    if courriel.is_some() {
        Canal::Courriel
    } else if telephone.is_some_and(recoit_des_sms) {
        Canal::Sms
    } else {
        Canal::Aucun
    }
}

impl Reserver {
    /// Whether who books is that one: the same file, or the same name with the same number or address.
    pub(crate) fn est(&self, personne: Option<PersonneId>, nom: &str, numero: Option<&str>, courriel: Option<&str>) -> bool {
        if self.personne.is_some() && self.personne == personne {
            return true;
        }
        let memes = |a: Option<&str>, b: Option<&str>, f: fn(&str) -> String| a.zip(b).is_some_and(|(a, b)| f(a) == f(b));
        plier(self.nom.as_deref().unwrap_or_default()) == plier(nom)
            && (memes(self.telephone.as_deref(), numero, telephone) || memes(self.courriel.as_deref(), courriel, str::to_lowercase))
    }
}

/// The same person in the same séance has the same key.
pub(super) fn cle_contact(
    s: SeanceId,
    personne: Option<PersonneId>,
    numero: Option<&str>,
    courriel: Option<&str>,
    nom: &str,
) -> Option<Uuid> {
    let qui = match (personne, numero, courriel) {
        (Some(p), _, _) => format!("personne:{p}"),
        (None, Some(t), _) => format!("tel:{}:{}", telephone(t), plier(nom)),
        (None, None, Some(m)) => format!("mel:{}:{}", m.to_lowercase(), plier(nom)),
        (None, None, None) => return None,
    };
    Some(Uuid::new_v5(&s.0, qui.as_bytes()))
}
