//! à écrire
