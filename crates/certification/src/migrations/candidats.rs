//! Candidates, enrolments and their files.

use sea_orm_migration::{prelude::*, schema::*};

use super::{cle, index, partie, sceller, vers_version};

pub(super) struct Candidats;

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
