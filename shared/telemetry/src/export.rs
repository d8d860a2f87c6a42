//! What leaves the process: spans, metrics and log records for a collector.

use anyhow::Context as _;
use opentelemetry::KeyValue;
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource, error::OTelSdkResult, logs::SdkLoggerProvider, metrics::SdkMeterProvider,
    trace::SdkTracerProvider,
};

/// Crates that work for the export itself: telling about them would feed the export for ever.
const OWN: [&str; 6] = ["h2", "hyper", "hyper_util", "opentelemetry", "tonic", "tower"];

/// The three ways out.
#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) spans: SdkTracerProvider,
    pub(crate) metrics: SdkMeterProvider,
    pub(crate) records: SdkLoggerProvider,
}

impl Export {
    /// Prepares the way out; nothing is connected before something is sent.
    pub(crate) fn to(service: &str, endpoint: &str) -> anyhow::Result<Self> {
        let resource = Resource::builder()
            .with_service_name(service.to_owned())
            .with_attribute(KeyValue::new("service.namespace", "rangkai"))
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let spans = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build();
        let metrics = MetricExporter::builder().with_tonic().with_endpoint(endpoint).build();
        let records = LogExporter::builder().with_tonic().with_endpoint(endpoint).build();
        Ok(Self {
            spans: SdkTracerProvider::builder()
                .with_resource(resource.clone())
                .with_batch_exporter(spans.context("traces cannot be exported")?)
                .build(),
            metrics: SdkMeterProvider::builder()
                .with_resource(resource.clone())
                .with_periodic_exporter(metrics.context("metrics cannot be exported")?)
                .build(),
            records: SdkLoggerProvider::builder()
                .with_resource(resource)
                .with_batch_exporter(records.context("logs cannot be exported")?)
                .build(),
        })
    }

    /// Sends what is still to be sent, and ends.
    pub(crate) fn finish(&self) -> [OTelSdkResult; 3] {
        [self.spans.shutdown(), self.metrics.shutdown(), self.records.shutdown()]
    }
}

/// Says whether something told by `target` may be exported.
pub(crate) fn exportable(target: &str) -> bool {
    let from = target.split("::").next().unwrap_or_default();
    !OWN.contains(&from) && !from.starts_with("opentelemetry")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_export_never_tells_about_itself() {
        assert!(!exportable("h2::client"));
        assert!(!exportable("opentelemetry_sdk"));
        assert!(exportable("rangkai_payments::ops::bill"));
        assert!(exportable("h2o"));
    }
}
