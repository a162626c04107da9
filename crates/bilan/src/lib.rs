//! bilan
