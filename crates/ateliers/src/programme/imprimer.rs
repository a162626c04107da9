//! What is printed or copied: posters and flyers, the sheet of a workshop, the attendance sheet to sign, the text of a
//! newsletter.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Months, NaiveDate, TimeDelta, Timelike, Utc};
use mediation::nomenclatures::Thematique;
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use serde_json::{Value, json};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    horloge::FUSEAU,
    identifiant::{DateSeanceId, SeanceId, StructureId},
    journal::Action,
    ports::Modele,
    requete::Requete,
};

use crate::{
    fiche::{self, Fiche, Reference},
    presence,
    reservation::EtatReservation,
    seance::{self, EtatSeance, Seance},
};

/// The paper of a poster; a flyer is A5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    A4,
    A5,
}

impl Format {
    /// As it is typed; A4 for anything else.
    pub fn depuis(t: &str) -> Self {
        if t.eq_ignore_ascii_case("a5") { Self::A5 } else { Self::A4 }
    }

    fn code(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::A5 => "a5",
        }
    }
}

/// Most workshops of one poster or newsletter.
const ANNONCES_MAX: u64 = 40;

async fn document(cx: &Contexte, structure: StructureId, format: Format, contenu: Value) -> Resultat<Value> {
    let s = territoire::structure::lire(cx, structure).await?;
    Ok(json!({"structure": territoire::structure::en_tete(&s), "date": cx.aujourd_hui(), "format": format.code(), "contenu": contenu}))
}

async fn appel(cx: &Contexte, structure: StructureId, chemin: &str) -> Resultat<(String, Value, Option<String>)> {
    let adresse = format!("{}{chemin}", cx.etat().config.public_url.trim_end_matches('/'));
    let qr = serde_json::to_value(interface::qr::traits(&adresse)?).map_err(Erreur::interne)?;
    let telephone = territoire::structure::lire(cx, structure).await?.telephone;
    Ok((adresse, qr, telephone.map(|t| format!("Ou par téléphone : {t}"))))
}

/// The poster of a séance, or its flyer.
pub async fn affiche(q: &Requete, id: SeanceId, format: Format) -> Resultat<Vec<u8>> {
    let cx = q.lecture();
    let c = seance::lire(&cx, id).await?;
    let s = &c.seance;
    if !s.publiee || s.etat == EtatSeance::Annulee {
        return Err(Erreur::Conflit("Cette séance n’est pas au programme public : publiez-la avant d’en faire une affiche.".into()));
    }
    let lieux = seance::noms_de_lieux(&cx, &[s]).await?;
    let (adresse, qr, contact) = appel(&cx, s.structure_id, &format!("/programme/atelier/{id}")).await?;
    let mut infos = vec![format!("{}. {}.", s.niveau.libelle(), interface::format::compte(i64::from(s.places), "place", "places"))];
    infos.extend(s.adaptations.clone());
    let contenu = json!({
        "genre": "affiche", "surtitre": "Atelier numérique", "titre": s.titre, "accroche": s.resume,
        "quand": c.dates.iter().map(|d| interface::format::instant_long(d.debut)).collect::<Vec<_>>(),
        "ou": seance::nom_lieu(s, &lieux), "infos": infos, "appel": "Réserver une place", "adresse": adresse, "qr": qr, "contact": contact,
    });
    let donnees = document(&cx, s.structure_id, format, contenu).await?;
    Ok(q.etat.documents.pdf(Modele::Atelier, donnees).await?)
}

async fn entre(cx: &Contexte, s: StructureId, debut: DateTime<Utc>, fin: DateTime<Utc>) -> Resultat<Vec<Seance>> {
    use seance::table::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::StructureId.eq(s))
        .filter(Column::Publiee.eq(true))
        .filter(Column::Etat.eq(EtatSeance::Programmee))
        .filter(Column::Debut.gte(debut))
        .filter(Column::Debut.lt(fin))
        .order_by_asc(Column::Debut)
        .order_by_asc(Column::Id)
        .limit(ANNONCES_MAX)
        .all(&cx.db())
        .await?)
}

/// The first instant of a day, in France.
pub(super) fn minuit(j: NaiveDate) -> Option<DateTime<Utc>> {
    j.and_hms_opt(0, 0, 0)?.and_local_timezone(FUSEAU).earliest().map(|t| t.to_utc())
}

/// The programme of the structure for a month (`2026-03`; the present one if not told), as a poster or a flyer.
pub async fn affiche_du_mois(q: &Requete, mois: &str, format: Format) -> Resultat<Vec<u8>> {
    let cx = q.lecture();
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    let ici = cx.aujourd_hui();
    let premier = if mois.trim().is_empty() { format!("{}-01", ici.format("%Y-%m")) } else { format!("{}-01", mois.trim()) };
    let premier: NaiveDate = premier.parse().map_err(|_| Erreur::champ("mois", "Écrivez le mois ainsi : 2026-03."))?;
    let bornes = minuit(premier).zip(premier.checked_add_months(Months::new(1)).and_then(minuit));
    let (debut, fin) = bornes.ok_or_else(|| Erreur::champ("mois", "Écrivez le mois ainsi : 2026-03."))?;
    let seances = entre(&cx, s, debut, fin).await?;
    if seances.is_empty() {
        return Err(Erreur::Conflit("Aucun atelier n’est publié ce mois-là : il n’y a rien à imprimer.".into()));
    }
    let lieux = seance::noms_de_lieux(&cx, &seances.iter().collect::<Vec<_>>()).await?;
    let (adresse, qr, contact) = appel(&cx, s, &format!("/programme/{s}")).await?;
    let contenu = json!({
        "genre": "affiche", "surtitre": "Ateliers numériques", "titre": format!("Programme, {}", interface::format::mois_annee(premier)),
        "seances": seances.iter().map(|x| json!({
            "titre": x.titre, "quand": interface::format::instant_long(x.debut), "ou": seance::nom_lieu(x, &lieux),
        })).collect::<Vec<_>>(),
        "appel": "Voir et réserver", "adresse": adresse, "qr": qr, "contact": contact,
    });
    let donnees = document(&cx, s, format, contenu).await?;
    Ok(q.etat.documents.pdf(Modele::Atelier, donnees).await?)
}

/// A sheet of the catalogue.
pub async fn fiche(q: &Requete, reference: &Reference) -> Resultat<Vec<u8>> {
    let cx = q.lecture();
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    let f = fiche::lire(&cx, reference).await?;
    let donnees = document(&cx, s, Format::A4, contenu_de_fiche(&f)).await?;
    Ok(q.etat.documents.pdf(Modele::Atelier, donnees).await?)
}

fn contenu_de_fiche(f: &Fiche) -> Value {
    let c = &f.contenu;
    let repere = |libelle: &str, valeur: String| (!valeur.trim().is_empty()).then(|| json!({"libelle": libelle, "valeur": valeur}));
    let reperes: Vec<Value> = [
        repere("Public", c.public.clone()),
        repere("Niveau", c.niveau.libelle().into()),
        repere("Durée", interface::format::duree(i64::from(c.duree_minutes))),
        repere("Places", c.places.to_string()),
        repere("Thématiques", c.thematiques.iter().map(|t: &Thematique| t.libelle()).collect::<Vec<_>>().join(", ")),
        repere("Licence", c.licence.clone()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let adaptations: Vec<String> =
        c.adaptations.toutes().iter().filter(|(.., t)| !t.is_empty()).map(|(_, nom, t)| format!("{nom} : {t}")).collect();
    let supports: Vec<String> = c.supports.iter().map(|s| s.titre.clone()).collect();
    let rubriques: Vec<Value> = [
        ("Objectifs", &c.objectifs),
        ("Ce qu’il faut savoir avant", &c.prerequis),
        ("Matériel", &c.materiel),
        ("Risques abordés", &c.risques),
        ("Adaptations", &adaptations),
        ("Supports", &supports),
    ]
    .into_iter()
    .filter(|(_, v)| !v.is_empty())
    .map(|(titre, elements)| json!({"titre": titre, "elements": elements}))
    .collect();
    json!({
        "genre": "fiche", "titre": c.titre, "resume": c.resume, "reperes": reperes, "rubriques": rubriques,
        "deroule": c.deroule.iter().map(|e| json!({"titre": e.titre, "minutes": e.minutes, "quoi": e.quoi, "conseil": e.conseil})).collect::<Vec<_>>(),
    })
}

/// The half-days that a date touches: what is signed.
fn demi_journees(debut: DateTime<Utc>, fin: DateTime<Utc>) -> Vec<&'static str> {
    let heure = |t: DateTime<Utc>| t.with_timezone(&FUSEAU).hour();
    let mut v = vec![];
    if heure(debut) < 13 {
        v.push("matin");
    }
    if heure(fin - TimeDelta::seconds(1)) >= 13 {
        v.push("après-midi");
    }
    v
}

/// Empty lines of an attendance sheet, for who comes without booking.
const VIDES: u32 = 4;

/// The attendance sheet of a date, to sign by half-days; the printing is journaled, since it carries names.
pub async fn feuille(q: &Requete, id: DateSeanceId) -> Resultat<Vec<u8>> {
    let donnees = {
        let cx = q.lecture();
        let f = presence::feuille(&cx, id).await?;
        let lieux = seance::noms_de_lieux(&cx, &[&f.seance]).await?;
        let qui = socle::equipe::noms(&cx, [f.seance.animateur_id]).await?.into_values().next();
        let contenu = json!({
            "genre": "feuille", "titre": format!("Feuille d’émargement : {}", f.seance.titre),
            "reperes": [
                {"libelle": "Quand", "valeur": format!("{}, {}", interface::format::instant_long(f.date.debut), interface::format::duree((f.date.fin - f.date.debut).num_minutes()))},
                {"libelle": "Où", "valeur": seance::nom_lieu(&f.seance, &lieux)},
                {"libelle": "Animation", "valeur": qui},
            ],
            "colonnes": demi_journees(f.date.debut, f.date.fin),
            "noms": f.gens.iter().filter(|(r, _)| r.etat != EtatReservation::Annulee).map(|(r, _)| r.nom.clone()).collect::<Vec<_>>(),
            "vides": VIDES,
        });
        document(&cx, f.seance.structure_id, Format::A4, contenu).await?
    };
    let pdf = q.etat.documents.pdf(Modele::Atelier, donnees).await?;
    let cx = q.ecriture().await?;
    let f = presence::feuille(&cx, id).await?;
    cx.journaliser(Action::Impression, "seance", f.seance.id.0, f.seance.structure_id, &["feuille"]).await?;
    cx.valider().await?;
    Ok(pdf)
}

/// The text of a newsletter: the workshops of the next sixty days, to copy.
pub async fn lettre(cx: &Contexte, structure: StructureId) -> Resultat<String> {
    match cx.exiger_dans(Permission::AccompagnementsLire, structure) {
        Err(Erreur::Introuvable(_)) => return Err(Erreur::Introuvable("Cette structure")),
        autre => autre?,
    }
    let s = territoire::structure::lire(cx, structure).await?;
    let seances = entre(cx, structure, cx.maintenant, cx.maintenant + TimeDelta::days(60)).await?;
    let lieux = seance::noms_de_lieux(cx, &seances.iter().collect::<Vec<_>>()).await?;
    let origine = cx.etat().config.public_url.trim_end_matches('/').to_owned();
    let mut t = format!("Les ateliers numériques de {}\n", s.nom);
    for x in &seances {
        t += &format!(
            "\n{}\n{}\n{}\n{}\nRéserver : {origine}/programme/atelier/{}\n",
            x.titre,
            interface::format::instant_long(x.debut),
            seance::nom_lieu(x, &lieux),
            x.resume,
            x.id
        );
    }
    if seances.is_empty() {
        t += "\nAucun atelier n’est publié pour les deux mois à venir.\n";
    }
    t += &format!("\nTout le programme : {origine}/programme/{structure}\n");
    if let Some(tel) = s.telephone {
        t += &format!("Par téléphone : {tel}\n");
    }
    Ok(t)
}

/// A PDF to look at, under this name.
pub(crate) fn repondre(pdf: Vec<u8>, nom: &str) -> Resultat<Response> {
    let disposition = HeaderValue::try_from(format!("inline; filename=\"{nom}.pdf\"")).map_err(Erreur::interne)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")), (header::CONTENT_DISPOSITION, disposition)], pdf)
        .into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_signe_par_demi_journee() {
        let t = |s: &str| s.parse::<DateTime<Utc>>().unwrap();
        // In March, France is one hour ahead.
        assert_eq!(demi_journees(t("2026-03-20T13:00:00Z"), t("2026-03-20T15:00:00Z")), ["après-midi"]);
        assert_eq!(demi_journees(t("2026-03-20T08:00:00Z"), t("2026-03-20T12:00:00Z")), ["matin"]);
        assert_eq!(demi_journees(t("2026-03-20T08:00:00Z"), t("2026-03-20T15:00:00Z")), ["matin", "après-midi"]);
    }
}
