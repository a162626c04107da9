//! What a use case is given: the database (one transaction when it writes), the instant, the actor.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DatabaseExecutor, DatabaseTransaction};
use uuid::Uuid;

use crate::{
    Etat, Permission, Role,
    droits::Portee,
    erreur::{Erreur, Resultat},
    identifiant::{StructureId, UtilisateurId},
};

/// A role held in a structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fonction {
    pub structure: StructureId,
    pub nom_structure: String,
    pub role: Role,
}

/// Who acts.
#[derive(Clone, Debug)]
pub struct Acteur {
    /// None for the program itself (jobs, command line).
    pub utilisateur: Option<UtilisateurId>,
    pub nom: String,
    /// Roles by structure, in the order of the structures' names.
    pub fonctions: Vec<Fonction>,
    /// Holds [`Role::Administrateur`].
    pub administrateur: bool,
    /// The structure the person works in now; one of `fonctions`.
    pub structure: Option<StructureId>,
    /// What the API token allows; `Tout` for a session.
    pub portee: Portee,
}

impl Acteur {
    /// The program itself: jobs and command line, which have every right.
    pub fn systeme() -> Self {
        Self { utilisateur: None, nom: "Passeur".into(), fonctions: vec![], administrateur: true, structure: None, portee: Portee::Tout }
    }

    /// Whether this is the program itself.
    pub fn est_systeme(&self) -> bool {
        self.utilisateur.is_none()
    }

    /// The function held in the structure the person works in now.
    pub fn fonction(&self) -> Option<&Fonction> {
        self.fonctions.iter().find(|f| Some(f.structure) == self.structure)
    }

    /// Whether the actor has this right in this structure.
    pub fn peut_dans(&self, p: Permission, structure: StructureId) -> bool {
        self.est_systeme()
            || (self.portee.permet(p)
                && ((self.administrateur && Role::Administrateur.permet(p))
                    || self.fonctions.iter().any(|f| f.structure == structure && f.role.permet(p))))
    }

    /// Whether the actor has this right in the structure they work in now.
    pub fn peut(&self, p: Permission) -> bool {
        match self.structure {
            Some(s) => self.peut_dans(p, s),
            None => self.est_systeme() || (self.administrateur && self.portee.permet(p) && Role::Administrateur.permet(p)),
        }
    }
}

/// The context of one use case: it reads, or it writes in one transaction that
/// [`Contexte::valider`] commits; dropped without it, nothing was written.
pub struct Contexte {
    etat: Etat,
    transaction: Option<DatabaseTransaction>,
    ecrit: bool,
    pub acteur: Acteur,
    pub maintenant: DateTime<Utc>,
    /// The request's number, found in logs and on error pages.
    pub requete: Uuid,
}

impl Contexte {
    /// A context that reads.
    pub fn lecture(etat: &Etat, acteur: &Acteur, requete: Uuid) -> Self {
        Self { etat: etat.clone(), transaction: None, ecrit: false, acteur: acteur.clone(), maintenant: etat.horloge.maintenant(), requete }
    }

    /// A context that writes, in a transaction.
    pub async fn ecriture(etat: &Etat, acteur: &Acteur, requete: Uuid) -> Resultat<Self> {
        let transaction = etat.base.ecriture().await?;
        etat.coffre.rafraichir(&transaction).await?;
        Ok(Self {
            etat: etat.clone(),
            transaction: Some(transaction),
            ecrit: true,
            acteur: acteur.clone(),
            maintenant: etat.horloge.maintenant(),
            requete,
        })
    }

    /// A context that reads the database as it is at its first query, whatever is written meanwhile.
    pub async fn instantane(etat: &Etat, acteur: &Acteur, requete: Uuid) -> Resultat<Self> {
        let transaction = etat.base.instantane().await?;
        Ok(Self { transaction: Some(transaction), ..Self::lecture(etat, acteur, requete) })
    }

    /// A writing context of the program itself (command line, jobs, demonstration).
    pub async fn systeme(etat: &Etat) -> Resultat<Self> {
        Self::ecriture(etat, &Acteur::systeme(), etat.horloge.nouvel_uuid()).await
    }

    /// The connection every query of the use case goes through.
    pub fn db(&self) -> DatabaseExecutor<'_> {
        match &self.transaction {
            Some(t) => DatabaseExecutor::Transaction(t),
            None => DatabaseExecutor::Connection(self.etat.base.lecture()),
        }
    }

    /// Whether this context may write.
    pub fn ecrit(&self) -> bool {
        self.ecrit
    }

    /// Commits what was written.
    pub async fn valider(self) -> Resultat<()> {
        if let Some(t) = self.transaction {
            t.commit().await?;
            // Both workers, and the one that is about to wait.
            self.etat.reveil.notify_waiters();
            self.etat.reveil.notify_one();
        }
        Ok(())
    }

    pub fn etat(&self) -> &Etat {
        &self.etat
    }

    /// What seals and opens the free texts about people.
    pub fn coffre(&self) -> &crate::coffre::Coffre {
        &self.etat.coffre
    }

    /// The day, in France.
    pub fn aujourd_hui(&self) -> NaiveDate {
        crate::horloge::jour(self.maintenant)
    }

    /// A new UUIDv7.
    pub fn nouvel_uuid(&self) -> Uuid {
        self.etat.horloge.nouvel_uuid()
    }

    /// Refuses without the right in the structure the actor works in now; gives that structure.
    pub fn exiger(&self, p: Permission) -> Resultat<StructureId> {
        match self.acteur.structure {
            Some(s) if self.acteur.peut_dans(p, s) => Ok(s),
            _ => Err(Erreur::Interdit(p)),
        }
    }

    /// Refuses without the right in `structure`. A structure where the actor holds nothing is answered
    /// as if it did not exist.
    pub fn exiger_dans(&self, p: Permission, structure: StructureId) -> Resultat<()> {
        if self.acteur.peut_dans(p, structure) {
            Ok(())
        } else if self.acteur.fonctions.iter().any(|f| f.structure == structure) || self.acteur.administrateur {
            Err(Erreur::Interdit(p))
        } else {
            Err(Erreur::Introuvable("Cette structure"))
        }
    }

    /// Refuses without a right over the whole instance.
    pub fn exiger_instance(&self, p: Permission) -> Resultat<()> {
        let a = &self.acteur;
        if a.est_systeme() || (a.administrateur && a.portee.permet(p) && Role::Administrateur.permet(p)) {
            Ok(())
        } else {
            Err(Erreur::Interdit(p))
        }
    }

    /// The account that acts; the program itself signs no record of the trade.
    pub fn auteur(&self) -> Resultat<UtilisateurId> {
        self.acteur.utilisateur.ok_or(Erreur::NonConnecte)
    }
}
