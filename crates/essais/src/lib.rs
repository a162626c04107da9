//! essais
