//! comptes
