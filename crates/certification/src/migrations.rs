//! Tables of certification. Decisions, signatures and the history of enrolments are append-only: the
//! database itself refuses to change or remove one.

use sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

/// Migrations of this crate, in order.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(Centre),
        Box::new(Candidats),
        Box::new(Sessions),
        Box::new(Decisions),
        Box::new(crate::session::SessionsEtJurys),
        Box::new(CleEnService),
    ]
}

fn cle(de: &'static str, colonne: &'static str, vers: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("fk_{de}_{colonne}")).from(de, colonne).to(vers, "id").to_owned()
}

/// A key to what goes with its parent.
fn partie(de: &'static str, colonne: &'static str, vers: &'static str) -> ForeignKeyCreateStatement {
    cle(de, colonne, vers).on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn vers_version(de: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("fk_{de}_version")).from(de, "version_code").to("titre_version", "code").to_owned()
}

fn vers_pv(de: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("fk_{de}_pv")).from(de, "session_id").to("pv", "session_id").to_owned()
}

async fn index(m: &SchemaManager<'_>, table: &'static str, colonnes: &[&'static str], unique: bool) -> Result<(), DbErr> {
    let mut i = Index::create();
    i.name(format!("ix_{table}_{}", colonnes.join("_"))).table(table);
    for c in colonnes {
        i.col(*c);
    }
    if unique {
        i.unique();
    }
    m.create_index(i).await
}

/// Triggers that refuse any change or removal of a row of `table`.
async fn sceller(m: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let c = m.get_connection();
    let sql = match m.get_database_backend() {
        DbBackend::Postgres => format!(
            "CREATE FUNCTION {table}_immuable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table}: append-only'; END $$;
             CREATE TRIGGER {table}_immuable BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_immuable();"
        ),
        _ => format!(
            "CREATE TRIGGER {table}_immuable_maj BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table}: append-only'); END;
             CREATE TRIGGER {table}_immuable_sup BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table}: append-only'); END;"
        ),
    };
    c.execute_unprepared(&sql).await.map(drop)
}

struct Centre;

impl MigrationName for Centre {
    fn name(&self) -> &'static str {
        "m20261122_000201_centre"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Centre {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // A version of a title never changes: a change is a new version.
        m.create_table(
            Table::create()
                .table("titre_version")
                .col(string_len("code", 80).primary_key())
                .col(string_len("titre", 80))
                .col(string_len("intitule", 300))
                // The whole version, in the JSON of the format of référentiels.
                .col(json_binary("contenu"))
                .col(string_len("empreinte", 64))
                // `livree` with the program or `importee`.
                .col(string_len("origine", 16))
                .col(uuid_null("importee_par"))
                .col(timestamp_with_time_zone("importee_le"))
                .to_owned(),
        )
        .await?;
        index(m, "titre_version", &["titre"], false).await?;
        sceller(m, "titre_version").await?;
        // The site of an approval is a lieu of the structure.
        m.create_table(
            Table::create()
                .table("agrement")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("lieu_id"))
                .col(string_len("version_code", 80))
                .col(string_len_null("numero", 80))
                .col(date("debut"))
                .col(date_null("fin"))
                .col(date_null("retire_le"))
                // Codes of the CCS covered; null: not checked.
                .col(json_binary_null("ccs"))
                .col(integer("version"))
                .foreign_key(&mut cle("agrement", "structure_id", "structure"))
                .foreign_key(&mut cle("agrement", "lieu_id", "lieu"))
                .foreign_key(&mut vers_version("agrement"))
                .check(Expr::cust("fin IS NULL OR fin >= debut"))
                .to_owned(),
        )
        .await?;
        index(m, "agrement", &["structure_id"], false).await?;
        m.create_table(
            Table::create()
                .table("jure")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid_null("utilisateur_id"))
                .col(string_len("prenom", 100))
                .col(string_len("nom", 100))
                .col(string_len_null("courriel", 200))
                .col(string_len_null("telephone", 40))
                .col(string_len_null("employeur", 200))
                .col(integer_null("pratique_annees"))
                .col(date_null("pratique_quittee_le"))
                .col(boolean("actif"))
                .col(integer("version"))
                .foreign_key(&mut cle("jure", "structure_id", "structure"))
                .foreign_key(&mut cle("jure", "utilisateur_id", "utilisateur"))
                .to_owned(),
        )
        .await?;
        index(m, "jure", &["structure_id", "nom"], false).await?;
        index(m, "jure", &["structure_id", "utilisateur_id"], true).await?;
        m.create_table(
            Table::create()
                .table("habilitation")
                .col(uuid("id").primary_key())
                .col(uuid("jure_id"))
                .col(string_len("version_code", 80))
                .col(string_len_null("numero", 80))
                .col(date("debut"))
                .col(date_null("fin"))
                .col(date_null("retiree_le"))
                .foreign_key(&mut partie("habilitation", "jure_id", "jure"))
                .foreign_key(&mut vers_version("habilitation"))
                .check(Expr::cust("fin IS NULL OR fin >= debut"))
                .to_owned(),
        )
        .await?;
        index(m, "habilitation", &["jure_id"], false).await
    }
}

struct Candidats;

impl MigrationName for Candidats {
    fn name(&self) -> &'static str {
        "m20261122_000202_candidats"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Candidats {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("candidat")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid_null("utilisateur_id"))
                .col(string_len("prenom", 100))
                .col(string_len("nom", 100))
                .col(string_len("cle_tri", 220))
                .col(date_null("date_naissance"))
                .col(string_len_null("courriel", 200))
                .col(string_len_null("telephone", 40))
                .col(string_len_null("employeur", 200))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone_null("efface_le"))
                .foreign_key(&mut cle("candidat", "structure_id", "structure"))
                .foreign_key(&mut cle("candidat", "utilisateur_id", "utilisateur"))
                .to_owned(),
        )
        .await?;
        index(m, "candidat", &["structure_id", "cle_tri"], false).await?;
        index(m, "candidat", &["structure_id", "utilisateur_id"], true).await?;
        m.create_table(
            Table::create()
                .table("lien_jure")
                .col(uuid("jure_id"))
                .col(uuid("candidat_id"))
                .col(string_len("nature", 32))
                .col(date("declare_le"))
                .primary_key(Index::create().col("jure_id").col("candidat_id").col("nature"))
                .foreign_key(&mut partie("lien_jure", "jure_id", "jure"))
                .foreign_key(&mut partie("lien_jure", "candidat_id", "candidat"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("candidature")
                .col(uuid("id").primary_key())
                .col(uuid("candidat_id"))
                .col(uuid("structure_id"))
                .col(string_len("version_code", 80))
                // Access route, as in the rules.
                .col(string_len("voie", 48))
                // Units aimed at and where the candidate comes from for each: {"A1": "formation"}.
                .col(json_binary("origines"))
                .col(string_len("etat", 32))
                .col(date_null("deposee_le"))
                .col(date_null("formation_debut"))
                .col(date_null("formation_fin"))
                .col(json_binary_null("contrat"))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("candidature", "candidat_id", "candidat"))
                .foreign_key(&mut cle("candidature", "structure_id", "structure"))
                .foreign_key(&mut vers_version("candidature"))
                .to_owned(),
        )
        .await?;
        index(m, "candidature", &["structure_id", "etat"], false).await?;
        index(m, "candidature", &["candidat_id"], false).await?;
        // Each transition of an enrolment with its reasons.
        m.create_table(
            Table::create()
                .table("candidature_etape")
                .col(uuid("id").primary_key())
                .col(uuid("candidature_id"))
                .col(timestamp_with_time_zone("quand"))
                .col(date("jour"))
                .col(uuid_null("par"))
                .col(string_len("action", 48))
                .col(string_len("de", 32))
                .col(string_len("vers", 32))
                .col(json_binary("motifs"))
                .foreign_key(&mut cle("candidature_etape", "candidature_id", "candidature"))
                .to_owned(),
        )
        .await?;
        index(m, "candidature_etape", &["candidature_id", "quand"], false).await?;
        sceller(m, "candidature_etape").await?;
        for (table, colonnes) in [
            // Admission: `dossier`, `tests`, `entretien`, `prerequis`.
            ("admission_piece", vec![string_len("nature", 32), date("jour"), string_len("resultat", 32), text_null("remarque")]),
            // VAE: one file per enrolment (unique index below).
            (
                "vae_dossier",
                vec![
                    date("recu_le"),
                    date_null("complet_le"),
                    text_null("pieces_manquantes"),
                    boolean_null("recevable"),
                    date_null("notifie_le"),
                    // A file on blocs alone does not count in the yearly caps.
                    boolean("blocs_seuls"),
                ],
            ),
            (
                "experience",
                vec![
                    string_len("activite", 48),
                    string_len("libelle", 300),
                    date("debut"),
                    date_null("fin"),
                    integer("mois"),
                    string_len_null("preuve", 300),
                ],
            ),
            (
                "periode_entreprise",
                vec![
                    string_len("entreprise", 200),
                    string_len("tuteur", 200),
                    date("debut"),
                    date("fin"),
                    integer("minutes"),
                    string_len_null("preuve", 300),
                ],
            ),
            // What is granted, never why.
            ("amenagement_epreuve", vec![string_len("mesure", 300), date("accorde_le"), string_len("accorde_par", 200)]),
            (
                "dossier_professionnel",
                vec![
                    json_binary("diplomes"),
                    json_binary("annexes"),
                    date_null("signe_le"),
                    json_binary_null("signature"),
                    integer("version"),
                ],
            ),
            (
                "dp_exemple",
                vec![
                    string_len("unite", 80),
                    integer("ordre"),
                    string_len("intitule", 200),
                    text("taches"),
                    text("moyens"),
                    text("avec_qui"),
                    text("contexte"),
                    string_len("periode", 200),
                    text("complement"),
                ],
            ),
            (
                "ecf_evaluation",
                vec![
                    string_len("unite", 80),
                    date("jour"),
                    json_binary("competences"),
                    boolean("satisfait"),
                    text("points_attention"),
                    string_len("evaluateur_1", 200),
                    string_len_null("evaluateur_2", 200),
                ],
            ),
            (
                "ecf_synthese",
                vec![string_len("unite", 80), date("jour"), boolean("satisfait"), text("synthese"), json_binary("evaluateurs")],
            ),
        ] {
            let mut t = Table::create();
            t.table(table).col(uuid("id").primary_key()).col(uuid("candidature_id"));
            for mut c in colonnes {
                t.col(&mut c);
            }
            t.foreign_key(&mut partie(table, "candidature_id", "candidature"));
            m.create_table(t).await?;
            index(m, table, &["candidature_id"], matches!(table, "vae_dossier" | "dossier_professionnel")).await?;
        }
        index(m, "ecf_synthese", &["candidature_id", "unite"], true).await
    }
}

struct Sessions;

impl MigrationName for Sessions {
    fn name(&self) -> &'static str {
        "m20261122_000203_sessions_examen"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sessions {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("session_examen")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("lieu_id"))
                .col(string_len("version_code", 80))
                // `titre`, `ccp` or `ccs`.
                .col(string_len("type_session", 16))
                .col(string_len_null("ccs", 80))
                .col(string_len("etat", 32))
                .col(date("premier_jour"))
                .col(date("dernier_jour"))
                .col(date_null("declaree_le"))
                .col(date_null("convoquee_le"))
                .col(string_len_null("motif_annulation", 500))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("session_examen", "structure_id", "structure"))
                .foreign_key(&mut cle("session_examen", "lieu_id", "lieu"))
                .foreign_key(&mut vers_version("session_examen"))
                .to_owned(),
        )
        .await?;
        index(m, "session_examen", &["structure_id", "premier_jour"], false).await?;
        m.create_table(
            Table::create()
                .table("session_jour")
                .col(uuid("session_id"))
                .col(date("jour"))
                .primary_key(Index::create().col("session_id").col("jour"))
                .foreign_key(&mut partie("session_jour", "session_id", "session_examen"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("session_jure")
                .col(uuid("session_id"))
                .col(uuid("jure_id"))
                .col(boolean("preside"))
                .primary_key(Index::create().col("session_id").col("jure_id"))
                .foreign_key(&mut partie("session_jure", "session_id", "session_examen"))
                .foreign_key(&mut cle("session_jure", "jure_id", "jure"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("presence_jure")
                .col(uuid("session_id"))
                .col(uuid("jure_id"))
                .col(date("jour"))
                .col(boolean("present"))
                .primary_key(Index::create().col("session_id").col("jure_id").col("jour"))
                .foreign_key(&mut partie("presence_jure", "session_id", "session_examen"))
                .foreign_key(&mut cle("presence_jure", "jure_id", "jure"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("passage")
                .col(uuid("id").primary_key())
                .col(uuid("session_id"))
                .col(uuid("candidature_id"))
                .col(uuid("candidat_id"))
                // Units presented, with the origin judged for each.
                .col(json_binary("origines"))
                .col(date("jour"))
                .col(string_len_null("heure", 5))
                .col(integer_null("duree_minutes"))
                .col(string_len_null("salle", 80))
                // `attendu`, `present`, `absent`, `absent_justifie`.
                .col(string_len("presence", 32))
                // What the jury proposes: null until the deliberation.
                .col(json_binary_null("accordees"))
                .col(boolean("titre_propose"))
                .col(boolean_null("entretien_favorable"))
                .col(json_binary_null("deliberation"))
                .col(integer("version"))
                .foreign_key(&mut partie("passage", "session_id", "session_examen"))
                .foreign_key(&mut cle("passage", "candidature_id", "candidature"))
                .foreign_key(&mut cle("passage", "candidat_id", "candidat"))
                .to_owned(),
        )
        .await?;
        index(m, "passage", &["session_id", "candidature_id"], true).await?;
        index(m, "passage", &["candidature_id"], false).await?;
        // A candidate sits one session a day.
        index(m, "passage", &["candidat_id", "jour"], true).await?;
        m.create_table(
            Table::create()
                .table("grille_ligne")
                .col(uuid("passage_id"))
                .col(uuid("jure_id"))
                .col(string_len("epreuve", 48))
                .col(string_len("competence", 80))
                // `acquis`, `non_acquis`, `non_observe`.
                .col(string_len("resultat", 16))
                .col(text_null("observation"))
                .col(timestamp_with_time_zone("modifie_le"))
                .primary_key(Index::create().col("passage_id").col("jure_id").col("epreuve").col("competence"))
                .foreign_key(&mut partie("grille_ligne", "passage_id", "passage"))
                .foreign_key(&mut cle("grille_ligne", "jure_id", "jure"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("incident_session")
                .col(uuid("id").primary_key())
                .col(uuid("session_id"))
                .col(uuid_null("passage_id"))
                // `incident`, `fraude`, `recours`.
                .col(string_len("nature", 16))
                .col(timestamp_with_time_zone("quand"))
                .col(uuid_null("par"))
                .col(text("recit"))
                .col(json_binary("temoins"))
                .col(string_len_null("suite", 1000))
                .foreign_key(&mut cle("incident_session", "session_id", "session_examen"))
                .foreign_key(&mut cle("incident_session", "passage_id", "passage"))
                .to_owned(),
        )
        .await?;
        index(m, "incident_session", &["session_id"], false).await
    }
}

struct Decisions;

impl MigrationName for Decisions {
    fn name(&self) -> &'static str {
        "m20261122_000204_decisions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Decisions {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // The minutes of a session, frozen when the first member signs.
        m.create_table(
            Table::create()
                .table("pv")
                .col(uuid("session_id").primary_key())
                // All that the PDF prints, labels included.
                .col(json_binary("contenu"))
                .col(string_len("empreinte", 64))
                .col(timestamp_with_time_zone("fige_le"))
                .foreign_key(&mut cle("pv", "session_id", "session_examen"))
                .to_owned(),
        )
        .await?;
        sceller(m, "pv").await?;
        m.create_table(
            Table::create()
                .table("pv_signature")
                .col(uuid("session_id"))
                .col(uuid("jure_id"))
                .col(timestamp_with_time_zone("signe_le"))
                // `dessinee` (an SVG path) or `tapee` (the name).
                .col(string_len("nature", 16))
                .col(text("trace"))
                // What was signed: the hash of the PV shown.
                .col(string_len("empreinte", 64))
                .primary_key(Index::create().col("session_id").col("jure_id"))
                .foreign_key(&mut vers_pv("pv_signature"))
                .foreign_key(&mut cle("pv_signature", "jure_id", "jure"))
                .to_owned(),
        )
        .await?;
        sceller(m, "pv_signature").await?;
        // What happens to a PV after it is signed: `transmis`, `valide` (numbered), `notifie`.
        m.create_table(
            Table::create()
                .table("pv_suite")
                .col(uuid("session_id"))
                .col(string_len("etape", 16))
                .col(date("jour"))
                .col(uuid_null("par"))
                .col(string_len_null("numero", 80))
                .primary_key(Index::create().col("session_id").col("etape"))
                .foreign_key(&mut vers_pv("pv_suite"))
                .to_owned(),
        )
        .await?;
        sceller(m, "pv_suite").await?;
        // The journal of decisions: the livret is its projection. Several rows may share a decision.
        m.create_table(
            Table::create()
                .table("decision")
                .col(uuid("id").primary_key())
                .col(uuid("decision_id"))
                .col(uuid("structure_id"))
                .col(uuid("candidat_id"))
                .col(uuid_null("session_id"))
                .col(date("jour"))
                .col(string_len("etat", 16))
                // `Objet` of the rules, in JSON.
                .col(json_binary("prononce"))
                // The labels of title and unit as signed.
                .col(json_binary("libelles"))
                .col(json_binary("motifs"))
                .col(timestamp_with_time_zone("inscrite_le"))
                .col(uuid_null("par"))
                .foreign_key(&mut cle("decision", "structure_id", "structure"))
                .foreign_key(&mut cle("decision", "candidat_id", "candidat"))
                .foreign_key(&mut cle("decision", "session_id", "session_examen"))
                .to_owned(),
        )
        .await?;
        index(m, "decision", &["candidat_id", "jour"], false).await?;
        index(m, "decision", &["session_id"], false).await?;
        sceller(m, "decision").await?;
        m.create_table(
            Table::create()
                .table("document_certification")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid_null("candidat_id"))
                .col(uuid_null("session_id"))
                // `convocation`, `emargement`, `grille`, `pv`, `livret`, `parchemin`, `attestation`, `lettre`, `certificat_realisation`.
                .col(string_len("nature", 32))
                .col(string_len("numero", 40).unique_key())
                // In the QR code: says nothing of the person.
                .col(string_len("code_verification", 40).unique_key())
                .col(string_len("version_code", 80))
                .col(json_binary("unites"))
                .col(string_len("etat", 16))
                .col(date("emis_le"))
                .col(date_null("retire_le"))
                .col(string_len_null("motif_retrait", 500))
                // What is printed, frozen, and its hash.
                .col(json_binary("contenu"))
                .col(string_len("empreinte", 64))
                .col(integer("version"))
                .foreign_key(&mut cle("document_certification", "structure_id", "structure"))
                .foreign_key(&mut cle("document_certification", "candidat_id", "candidat"))
                .foreign_key(&mut cle("document_certification", "session_id", "session_examen"))
                .foreign_key(&mut vers_version("document_certification"))
                .to_owned(),
        )
        .await?;
        index(m, "document_certification", &["candidat_id"], false).await?;
        index(m, "document_certification", &["session_id"], false).await?;
        // Keys of credentials: the private part stays outside the database. `rang` is the index in the status list.
        m.create_table(
            Table::create()
                .table("cle_badge")
                .col(string_len("id", 80).primary_key())
                .col(string_len("cle_publique", 120))
                .col(timestamp_with_time_zone("depuis"))
                .col(timestamp_with_time_zone_null("remplacee_le"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("badge")
                .col(uuid("document_id").primary_key())
                .col(integer("rang").unique_key())
                .col(string_len("cle_id", 80))
                .col(text("credential"))
                .col(timestamp_with_time_zone("emis_le"))
                .foreign_key(&mut cle("badge", "document_id", "document_certification"))
                .foreign_key(&mut cle("badge", "cle_id", "cle_badge"))
                .to_owned(),
        )
        .await
    }
}

/// One key signs badges at a time, whatever the number of nodes.
struct CleEnService;

impl MigrationName for CleEnService {
    fn name(&self) -> &'static str {
        "m20261122_000290_cle_en_service"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CleEnService {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE UNIQUE INDEX ux_cle_badge_en_service ON cle_badge ((remplacee_le IS NULL)) WHERE remplacee_le IS NULL";
        m.get_connection().execute_unprepared(sql).await.map(drop)
    }
}
