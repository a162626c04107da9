//! The activities behind a number, read by pages of the database and sent as they come.

use axum::body::{Body, Bytes};
use chrono::NaiveDate;
use futures_util::stream;
use mediation::nomenclatures::TypeActivite;
use sea_orm::{
    ExprTrait,
    sea_query::{Cond, Expr, SelectStatement},
};
use socle::{Contexte, Erreur, Nomenclature, Permission, Resultat, identifiant::AccompagnementId};

use super::{Cellule, classeur::Classeur, csv, entete};
use crate::{
    filtre::Filtre,
    liste::{self, Activite, Detail},
};

/// The most activities one export may hold: above, it would have to be made in the background.
pub const LIMITE: u64 = 5_000;

/// How many are read at once.
const PAGE: u64 = 1_000;

/// Whether the actor may have the names of those present: in the structure they work in, alone.
pub fn peut_nommer(cx: &Contexte, f: &Filtre) -> bool {
    let lit = |s| [Permission::AccompagnementsLire, Permission::PersonnesLire].into_iter().all(|p| cx.acteur.peut_dans(p, s));
    matches!(f.structures.as_slice(), [une] if Some(*une) == cx.acteur.structure && lit(*une))
}

/// A list about to be exported.
pub struct Liste {
    cx: Contexte,
    pub filtre: Filtre,
    requete: SelectStatement,
    noms: bool,
    masque: bool,
}

/// Where the reading is: the last activity read, and how many may still be.
struct Curseur {
    apres: Option<(NaiveDate, AccompagnementId)>,
    reste: u64,
}

impl Liste {
    /// Checks the rights, and that the list is not too long.
    pub async fn preparer(cx: Contexte, filtre: Filtre, detail: &Detail, noms: bool) -> Resultat<Self> {
        let filtre = filtre.situer(&cx)?;
        if noms {
            for s in &filtre.structures {
                cx.exiger_dans(Permission::AccompagnementsLire, *s)?;
                cx.exiger_dans(Permission::PersonnesLire, *s)?;
            }
            if !peut_nommer(&cx, &filtre) {
                return Err(Erreur::champ("noms", "Les noms ne s’exportent que pour la structure où vous travaillez, une à la fois."));
            }
        }
        let requete = liste::requete(&cx, &filtre, detail).await?;
        let total = liste::compter(&cx, requete.clone()).await?;
        if total > LIMITE {
            let message = format!(
                "Cette liste compte {}\u{a0}activités, et un téléchargement en contient {} au plus. Choisissez une période plus courte ou ajoutez un filtre, puis téléchargez en plusieurs fois.",
                interface::format::entier(total as i64),
                interface::format::entier(LIMITE as i64),
            );
            return Err(Erreur::champ("du", message));
        }
        let masque = filtre.masque(&cx);
        Ok(Self { cx, filtre, requete, noms, masque })
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
        // Who only coordinates does not tell the people present apart.
        if !self.masque {
            c.extend([("Dont nommés", 13.0), ("Dont anonymes", 14.0)]);
        }
        if self.noms {
            c.push(("Personnes", 60.0));
        }
        c
    }

    fn cellules(&self, a: Activite) -> Vec<Cellule> {
        let texte = |t: Option<String>| t.map_or(Cellule::Vide, Cellule::Texte);
        let mut c = vec![
            Cellule::Jour(a.date),
            Cellule::texte(a.type_activite.libelle()),
            // A title is that of a workshop; free text elsewhere could name somebody.
            texte(a.titre.filter(|_| a.type_activite == TypeActivite::Collectif)),
            Cellule::Texte(a.thematiques.join(", ")),
            texte(a.lieu),
            Cellule::Entier(a.duree_minutes),
            Cellule::Entier(a.nommes + a.anonymes),
        ];
        if !self.masque {
            c.extend([Cellule::Entier(a.nommes), Cellule::Entier(a.anonymes)]);
        }
        if self.noms {
            c.push(Cellule::Texte(a.presents.join(", ")));
        }
        c
    }

    /// The next page of the database, newest first; empty at the end.
    async fn suite(&self, curseur: &mut Curseur) -> Resultat<Vec<Vec<Cellule>>> {
        if curseur.reste == 0 {
            return Ok(vec![]);
        }
        let mut q = self.requete.clone();
        if let Some((date, id)) = curseur.apres {
            let date_a = || Expr::col(("a", "date"));
            q.and_where(date_a().lte(date)).cond_where(Cond::any().add(date_a().lt(date)).add(Expr::col(("a", "id")).lt(id)));
        }
        let demandees = std::cmp::min(PAGE, curseur.reste);
        q.limit(demandees);
        let activites = liste::lignes(&self.cx, q, self.noms).await?;
        curseur.apres = activites.last().map(|a| (a.date, a.id));
        let lues = activites.len() as u64;
        curseur.reste = if lues < demandees { 0 } else { curseur.reste - lues };
        Ok(activites.into_iter().map(|a| self.cellules(a)).collect())
    }

    /// As CSV. The first page is read before anything is answered: what goes wrong there has its status.
    pub async fn csv(self) -> Resultat<Body> {
        let mut curseur = Curseur { apres: None, reste: LIMITE };
        let titres: Vec<Cellule> = self.colonnes().into_iter().map(|(t, _)| Cellule::texte(t)).collect();
        let mut debut = csv::MARQUE.to_owned() + &csv::ligne(&titres);
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
    pub async fn classeur(self, detail: &Detail) -> Resultat<Body> {
        let mut c = Classeur::nouveau(self.cx.maintenant);
        c.presenter("Liste", &entete(&self.cx, &self.filtre, self.masque, detail).await?)?;
        c.feuille("Activités", &self.colonnes())?;
        let mut curseur = Curseur { apres: None, reste: LIMITE };
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
