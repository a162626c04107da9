use askama::Template;
use interface::{
    Erreurs, Message, Page, format,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use serde::Deserialize;
use serde_json::Value;
use socle::{Contexte, Erreur, Resultat, erreur::ErreurChamp, identifiant::SessionExamenId};

use super::{NatureSignature, Signer};
use crate::session::siege;

/// Pages of minutes.
pub fn pages() -> Pages {
    Pages::new().get("/certification/sessions/{id}/pv", voir).post("/certification/sessions/{id}/pv", signer)
}

struct Membre {
    nom: String,
    preside: bool,
    jours: String,
}

struct Candidat {
    nom: String,
    unites: String,
    issue: String,
}

struct Signature {
    nom: String,
    quand: String,
    /// The SVG path, when drawn.
    trace: Option<String>,
}

#[derive(Template)]
#[template(path = "pv/voir.html")]
struct PagePv {
    page: Page,
    erreurs: Erreurs,
    retour: String,
    titre: String,
    structure: String,
    lieu: String,
    jours: String,
    membres: Vec<Membre>,
    candidats: Vec<Candidat>,
    incidents: Vec<String>,
    empreinte: String,
    fige: Option<String>,
    intact: bool,
    signatures: Vec<Signature>,
    attendues: Vec<String>,
    suites: Vec<String>,
    /// Whether who reads may sign now.
    signataire: bool,
    aide_nom: String,
    sans_decision: usize,
    tape: String,
}

fn texte(v: &Value) -> String {
    v.as_str().unwrap_or_default().to_owned()
}

fn jours(v: &Value) -> String {
    let lus: Vec<String> =
        v.as_array().into_iter().flatten().filter_map(|j| j.as_str()?.parse::<chrono::NaiveDate>().ok()).map(format::date_longue).collect();
    if lus.is_empty() { "absent".into() } else { lus.join(", ") }
}

fn issue(c: &Value) -> String {
    match c["issue"].as_str() {
        Some("deliberee") => texte(&c["decision"]["libelle"]),
        Some("absent") => "Absent".into(),
        Some("absent_justifie") => "Absent, avec justificatif".into(),
        Some("fraude") => "Fraude signalée : aucune décision".into(),
        Some("sans_quorum") => "Quorum non atteint pour ce candidat : aucune décision".into(),
        _ => "Le jury n’a pas encore décidé".into(),
    }
}

async fn page(cx: &Contexte, page: Page, id: SessionExamenId, erreurs: Erreurs, tape: String) -> Resultat<PagePv> {
    let pv = super::lire(cx, id).await?;
    let siege = siege::lire(cx, id).await.ok();
    let signataire = siege.as_ref().map(|s| s.jure.nom_complet()).filter(|n| pv.attendues.contains(n));
    let c = &pv.contenu;
    let liste = |v: &Value| v.as_array().cloned().unwrap_or_default();
    Ok(PagePv {
        page,
        erreurs,
        retour: if siege.is_some() { format!("/certification/jury/{id}") } else { format!("/certification/sessions/{id}") },
        titre: texte(&c["titre"]["intitule"]),
        structure: texte(&c["structure"]),
        lieu: [texte(&c["lieu"]), texte(&c["adresse"])].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", "),
        jours: jours(&c["jours"]),
        membres: liste(&c["jury"])
            .iter()
            .map(|m| Membre { nom: texte(&m["nom"]), preside: m["preside"] == true, jours: jours(&m["jours_presents"]) })
            .collect(),
        sans_decision: liste(&c["candidats"]).iter().filter(|c| c["issue"] == "a_deliberer").count(),
        candidats: liste(&c["candidats"])
            .iter()
            .map(|c| Candidat {
                nom: format!("{} {}", texte(&c["prenom"]), texte(&c["nom"])),
                unites: liste(&c["unites"]).iter().map(|u| texte(&u["intitule"])).collect::<Vec<_>>().join(" ; "),
                issue: issue(c),
            })
            .collect(),
        incidents: liste(&c["incidents"])
            .iter()
            .map(|i| {
                let quand = texte(&i["quand"]).parse::<chrono::DateTime<chrono::Utc>>().map(format::instant_long).unwrap_or_default();
                format!("{} : {quand}", texte(&i["libelle"]))
            })
            .collect(),
        empreinte: pv.empreinte,
        fige: pv.fige_le.map(format::instant_long),
        intact: pv.intact,
        signatures: pv
            .signatures
            .into_iter()
            .map(|s| Signature {
                nom: s.nom,
                quand: format::instant_long(s.signe_le),
                trace: (s.nature == NatureSignature::Dessinee).then_some(s.trace),
            })
            .collect(),
        attendues: pv.attendues,
        suites: pv
            .suites
            .into_iter()
            .map(|s| {
                let numero = s.numero.map(|n| format!(", numéro {n}")).unwrap_or_default();
                format!("{} le {}{numero}", s.etape.libelle(), format::date_longue(s.jour))
            })
            .collect(),
        aide_nom: format!("Comme au registre : {}.", signataire.as_deref().unwrap_or_default()),
        signataire: signataire.is_some(),
        tape,
    })
}

async fn voir(w: Web, Chemin(id): Chemin<SessionExamenId>) -> Reponse {
    let cx = w.lecture();
    rendre(&page(&cx, w.page, id, Erreurs::default(), String::new()).await?)
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Saisie {
    nom: String,
    /// The path drawn, when JavaScript runs; then it stands for the name.
    trace: String,
    empreinte: String,
}

async fn signer(w: Web, Chemin(id): Chemin<SessionExamenId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let d = if s.trace.trim().is_empty() {
        Signer { nature: NatureSignature::Tapee, trace: s.nom.clone(), empreinte: s.empreinte }
    } else {
        Signer { nature: NatureSignature::Dessinee, trace: s.trace, empreinte: s.empreinte }
    };
    let fait = super::signer(&cx, id, d).await;
    match super::conclure(&w, cx, id, fait).await {
        Ok(()) => Ok(aller(&format!("/certification/sessions/{id}/pv"), Message::succes("Votre signature est enregistrée."))),
        Err(e @ (Erreur::Invalide(_) | Erreur::Conflit(_))) => {
            let statut = e.statut();
            let erreurs = match e {
                // The field of the page is the name.
                Erreur::Invalide(l) => Erreurs(l.into_iter().map(|f| ErreurChamp::new("nom", f.message)).collect()),
                e => Erreurs(vec![ErreurChamp::new("", e.explication())]),
            };
            let cx = w.lecture();
            rendre_avec(statut, &page(&cx, w.page, id, erreurs, s.nom).await?)
        }
        Err(e) => Err(e.into()),
    }
}
