//! The page of a structure's team, for its responsables and for the administrator of the instance.

mod web;

pub use web::pages;
