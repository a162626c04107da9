//! Traces for an OpenTelemetry collector (OTLP over HTTP), when one is configured; nothing is started
//! otherwise.
//!
//! A span says a route template, a method, a status, the kind of a job: never an address with an id, a
//! name, a text. Log lines are not sent.

use std::time::Duration;

use anyhow::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use socle::config::Config;
use tracing::Subscriber;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

/// The target of the spans that are sent; the logs do not show them.
pub const CIBLE: &str = socle::tache::CIBLE_TRACES;

/// What is to be stopped at the end, so that the last spans leave.
pub struct Traces(SdkTracerProvider);

/// Where traces go: our key, else the standard one.
pub fn collecteur(config: &Config) -> Option<String> {
    let standard = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
    if let Some(e) = config.otlp_endpoint.clone().filter(|e| !e.is_empty()) {
        return Some(signal(&e));
    }
    let lire = |nom: &str| std::env::var(nom).ok().filter(|e| !e.is_empty());
    lire(standard[0]).or_else(|| lire(standard[1]).map(|e| signal(&e)))
}

fn signal(base: &str) -> String {
    format!("{}/v1/traces", base.trim_end_matches('/'))
}

impl Traces {
    /// Starts sending to `adresse`.
    pub fn vers(adresse: &str) -> anyhow::Result<Self> {
        let exporteur = SpanExporter::builder()
            .with_http()
            .with_endpoint(adresse)
            .with_timeout(Duration::from_secs(5))
            .build()
            .with_context(|| "configuration : « otlp_endpoint » n’est pas lisible. Exemple : http://127.0.0.1:4318")?;
        let ressource = Resource::builder_empty()
            .with_attributes([
                opentelemetry::KeyValue::new("service.name", "passeur"),
                opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            ])
            .build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporteur).with_resource(ressource).build()))
    }

    /// The layer that makes spans of our own, and of nothing else.
    pub fn couche<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer()
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_tracer(self.0.tracer("passeur"))
            .with_filter(filter_fn(|m| m.is_span() && m.target() == CIBLE))
    }

    /// Sends what waits; takes as long as the collector.
    pub async fn finir(self) {
        let _ = tokio::task::spawn_blocking(move || self.0.shutdown()).await;
    }
}
