//! The page of one's own account: name, structure worked in, password, sessions, API tokens.

mod web;

pub use web::pages;
