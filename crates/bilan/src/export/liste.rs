//! The activities behind a number, read by pages of the database and sent as they come.

use std::collections::HashMap;

use axum::body::{Body, Bytes};
use chrono::{Datelike, NaiveDate};
use futures_util::stream;
use mediation::nomenclatures::TypeActivite;
use sea_orm::{
    ExprTrait,
    sea_query::{Cond, Expr},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat, equipe,
    identifiant::{AccompagnementId, UtilisateurId},
};

use super::{Cellule, classeur::Classeur, csv, entete};
use crate::{
    filtre::Filtre,
    liste::{self, Activite, Detail},
};

/// The most activities sent at once: above, the export is made in the background (`differe`).
pub const LIMITE: u64 = 5_000;

/// How many were there, for who only coordinates: activities of fewer people are not in the list.
const CINQ_OU_PLUS: &str = "5 ou plus";

/// How many are read at once.
const PAGE: u64 = 1_000;

/// Whether the actor may have the names of those present: in the structure they work in, alone.
pub fn peut_nommer(cx: &Contexte, f: &Filtre) -> bool {
    let lit = |s| [Permission::AccompagnementsLire, Permission::PersonnesLire].into_iter().all(|p| cx.acteur.peut_dans(p, s));
    matches!(f.structures.as_slice(), [une] if Some(*une) == cx.acteur.structure && lit(*une))
}

/// A list about to be exported.
pub struct Liste {
    pub cx: Contexte,
    pub filtre: Filtre,
    detail: Detail,
    noms: bool,
    /// Every column, for who works on the data; else those that are read.
    complete: bool,
    masque: bool,
    /// How many activities it holds.
    pub total: u64,
}

/// Where the reading is.
pub struct Curseur {
    apres: Option<(NaiveDate, AccompagnementId)>,
    /// The days read from now on; None: all has been read.
    fenetre: Option<(NaiveDate, NaiveDate)>,
}

/// Refuses the names to who may not have them.
pub fn exiger_noms(cx: &Contexte, f: &Filtre) -> Resultat<()> {
    for s in &f.structures {
        cx.exiger_dans(Permission::AccompagnementsLire, *s)?;
        cx.exiger_dans(Permission::PersonnesLire, *s)?;
    }
    if peut_nommer(cx, f) {
        Ok(())
    } else {
        Err(Erreur::champ("noms", "Les noms ne s’exportent que pour la structure où vous travaillez, une à la fois."))
    }
}

impl Liste {
    /// Checks the rights and counts. All is read by `cx`: give it a snapshot for a list that does not
    /// move while it is read.
    pub async fn preparer(cx: Contexte, filtre: Filtre, detail: &Detail, noms: bool, complete: bool) -> Resultat<Self> {
        let filtre = filtre.situer(&cx)?;
        if noms {
            exiger_noms(&cx, &filtre)?;
        }
        let total = liste::compter(&cx, liste::requete(&cx, &filtre, detail).await?).await?;
        let masque = filtre.masque(&cx);
        Ok(Self { cx, filtre, detail: detail.clone(), noms, complete, masque, total })
    }

    /// Refuses what is too long to be sent at once.
    pub fn exiger_courte(self) -> Resultat<Self> {
        if self.total <= LIMITE {
            return Ok(self);
        }
        let message = format!(
            "Cette liste compte {}\u{a0}activités, et un téléchargement immédiat en contient {} au plus. Ouvrez la liste et faites préparer l’export, ou choisissez une période plus courte.",
            interface::format::entier(self.total as i64),
            interface::format::entier(LIMITE as i64),
        );
        Err(Erreur::champ("du", message))
    }

    fn colonnes(&self) -> Vec<(&'static str, f64)> {
        let mut c = vec![
            ("Date", 12.0),
            ("Type", 14.0),
            ("Titre", 34.0),
            ("Thématiques", 48.0),
            ("Lieu", 30.0),
            ("Durée (minutes)", 16.0),
            ("Présents", 10.0),
        ];
        if self.complete {
            c.extend([
                ("Structure", 30.0),
                ("Médiation", 26.0),
                ("Démarches", 40.0),
                ("Matériels", 26.0),
                ("Autonomie", 26.0),
                ("Type de lieu", 24.0),
                ("Commune (code INSEE)", 20.0),
                ("Commune", 26.0),
                ("Identifiant", 38.0),
            ]);
        }
        // Who only coordinates does not tell the people present apart.
        if !self.masque {
            c.extend([("Dont nommés", 13.0), ("Dont anonymes", 14.0)]);
        }
        if self.noms {
            c.push(("Personnes", 60.0));
        }
        c
    }

    fn cellules(&self, a: Activite, equipe: &HashMap<UtilisateurId, String>) -> Vec<Cellule> {
        let texte = |t: Option<String>| t.map_or(Cellule::Vide, Cellule::Texte);
        let libelle = |t: Option<&'static str>| t.map_or(Cellule::Vide, Cellule::texte);
        let mut c = vec![
            Cellule::Jour(a.date),
            Cellule::texte(a.type_activite.libelle()),
            // A title is that of a workshop; free text elsewhere could name somebody.
            texte(a.titre.filter(|_| a.type_activite == TypeActivite::Collectif)),
            Cellule::Texte(a.thematiques.join(", ")),
            texte(a.lieu),
            Cellule::Entier(a.duree_minutes),
            // Their sum would tell how many people there are in what is left out.
            if self.masque { Cellule::texte(CINQ_OU_PLUS) } else { Cellule::Entier(a.nommes + a.anonymes) },
        ];
        if self.complete {
            let structure = self.cx.acteur.fonctions.iter().find(|f| f.structure == a.structure).map(|f| f.nom_structure.clone());
            c.extend([
                texte(structure),
                texte(equipe.get(&a.mediateur).cloned()),
                Cellule::Texte(a.demarches.join(", ")),
                Cellule::Texte(a.materiels.join(", ")),
                libelle(a.autonomie.map(Nomenclature::libelle)),
                libelle(a.lieu_type.map(Nomenclature::libelle)),
                texte(a.commune.clone()),
                texte(a.commune.as_deref().map(territoire::commune::nommer)),
                Cellule::Texte(a.id.to_string()),
            ]);
        }
        if !self.masque {
            c.extend([Cellule::Entier(a.nommes), Cellule::Entier(a.anonymes)]);
        }
        if self.noms {
            c.push(Cellule::Texte(a.presents.join(", ")));
        }
        c
    }

    /// Before the first activity.
    pub fn debut(&self) -> Curseur {
        Curseur { apres: None, fenetre: Some(self.fenetre(self.filtre.au)) }
    }

    /// The days read together, up to `au`. One structure is read in the order of its index, whatever the
    /// period; several have to be sorted together: a month at a time, so that each page does not sort all.
    fn fenetre(&self, au: NaiveDate) -> (NaiveDate, NaiveDate) {
        let mois = if self.filtre.structures.len() > 1 { au.with_day(1).unwrap_or(au) } else { self.filtre.du };
        (std::cmp::Ord::max(mois, self.filtre.du), au)
    }

    /// The next activities, newest first, a thousand at most; none at the end.
    pub async fn suite(&self, curseur: &mut Curseur) -> Resultat<Vec<Vec<Cellule>>> {
        while let Some((du, au)) = curseur.fenetre {
            // The period itself is narrowed, so that the index is entered at the right place.
            let jusqua = curseur.apres.map_or(au, |(date, _)| date);
            let mut q = liste::choisies(&self.filtre.entre(du, jusqua), &self.detail, self.masque);
            if let Some((date, id)) = curseur.apres {
                q.cond_where(Cond::any().add(Expr::col(("a", "date")).lt(date)).add(Expr::col(("a", "id")).lt(id)));
            }
            q.limit(PAGE);
            let activites = liste::lignes(&self.cx, q, self.noms).await?;
            if (activites.len() as u64) < PAGE {
                curseur.apres = None;
                curseur.fenetre = du.pred_opt().filter(|veille| *veille >= self.filtre.du).map(|veille| self.fenetre(veille));
            } else {
                curseur.apres = activites.last().map(|a| (a.date, a.id));
            }
            if activites.is_empty() {
                continue;
            }
            let equipe = if self.complete { equipe::noms(&self.cx, activites.iter().map(|a| a.mediateur)).await? } else { HashMap::new() };
            return Ok(activites.into_iter().map(|a| self.cellules(a, &equipe)).collect());
        }
        Ok(vec![])
    }

    /// How a CSV file begins.
    pub fn debut_csv(&self) -> String {
        let titres: Vec<Cellule> = self.colonnes().into_iter().map(|(t, _)| Cellule::texte(t)).collect();
        csv::MARQUE.to_owned() + &csv::ligne(&titres)
    }

    /// A spreadsheet that says what it is about, ready for the activities.
    pub async fn debut_classeur(&self) -> Resultat<Classeur> {
        let mut c = Classeur::nouveau(&self.cx.etat().config.data_dir, self.cx.maintenant)?;
        let mut e = entete(&self.cx, &self.filtre, false, &self.detail).await?;
        if self.masque {
            e.push((
                "Activités absentes",
                "masques",
                Cellule::texte("Les activités de moins de 5 personnes ne sont pas dans cette liste."),
            ));
        }
        c.presenter("Liste", &e)?;
        c.feuille("Activités", &self.colonnes())?;
        Ok(c)
    }

    /// As CSV. The first page is read before anything is answered: what goes wrong there has its status.
    pub async fn csv(self) -> Resultat<Body> {
        let mut curseur = self.debut();
        let mut debut = self.debut_csv();
        debut.extend(self.suite(&mut curseur).await?.iter().map(|l| csv::ligne(l)));
        let flux = stream::try_unfold((self, curseur, Some(debut)), |(l, mut curseur, debut)| async move {
            let morceau = match debut {
                Some(debut) => debut,
                None => l.suite(&mut curseur).await?.iter().map(|c| csv::ligne(c)).collect(),
            };
            Ok::<_, Erreur>((!morceau.is_empty()).then(|| (Bytes::from(morceau), (l, curseur, None))))
        });
        Ok(Body::from_stream(flux))
    }

    /// As a spreadsheet.
    pub async fn classeur(self) -> Resultat<Body> {
        let mut c = self.debut_classeur().await?;
        let mut curseur = self.debut();
        loop {
            let lignes = self.suite(&mut curseur).await?;
            if lignes.is_empty() {
                return c.corps().await;
            }
            for l in &lignes {
                c.ligne(l)?;
            }
        }
    }
}
