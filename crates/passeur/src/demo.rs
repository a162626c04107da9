//! Demonstration data (written once the slices are there).

use socle::Etat;

pub async fn charger_si_vide(_etat: &Etat) -> anyhow::Result<()> {
    Ok(())
}
pub async fn charger(_etat: &Etat) -> anyhow::Result<()> {
    Ok(())
}
pub fn annoncer(_adresse: &str) {}
