//! passeur
