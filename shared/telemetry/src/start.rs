//! Starting telemetry, and ending it.

use std::io::{self, IsTerminal as _};

use anyhow::Context as _;
use opentelemetry::{global, trace::TracerProvider as _};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, fmt, layer::SubscriberExt as _, registry::LookupSpan,
    util::SubscriberInitExt as _,
};

use crate::{TelemetryConfig, export::Export, export::exportable};

/// Sends what is still to be sent when it is dropped.
#[derive(Debug, Default)]
#[must_use = "telemetry ends when the guard is dropped"]
pub struct Guard(Option<Export>);

/// Starts telemetry for `service`: a log on standard error, so that standard output stays with the
/// command line, and the export when an endpoint is set (then a tokio runtime must be running).
///
/// A process has one telemetry. When it was started before, it stays as it is, and the new guard
/// guards nothing.
///
/// # Errors
///
/// When the filter or the endpoint cannot be read.
pub fn start(service: &str, config: &TelemetryConfig) -> anyhow::Result<Guard> {
    let filter = EnvFilter::try_new(&config.filter).context("telemetry.filter cannot be read")?;
    if tracing::dispatcher::has_been_set() {
        return Ok(Guard::default());
    }
    let export = config.otlp_endpoint.as_deref().map(|to| Export::to(service, to)).transpose()?;
    let ours = || filter_fn(|about| exportable(about.target()));
    let spans = export.as_ref().map(|export| {
        let tracer = export.spans.tracer(service.to_owned());
        tracing_opentelemetry::layer().with_tracer(tracer).with_filter(ours())
    });
    let records = export
        .as_ref()
        .map(|export| OpenTelemetryTracingBridge::new(&export.records).with_filter(ours()));

    let subscriber = tracing_subscriber::registry()
        .with(filter)
        .with(spans)
        .with(records)
        .with(log(config.json));
    if subscriber.try_init().is_err() {
        // Another thread was first; what was prepared here ends unused.
        return Ok(Guard::default());
    }
    global::set_text_map_propagator(TraceContextPropagator::new());
    if let Some(export) = &export {
        global::set_meter_provider(export.metrics.clone());
        global::set_tracer_provider(export.spans.clone());
    }
    Ok(Guard(export))
}

/// The log: one JSON object a line for machines, or text for people.
fn log<S>(json: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let log = fmt::layer().with_writer(io::stderr);
    if json {
        log.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
    } else {
        log.with_ansi(io::stderr().is_terminal()).with_target(false).boxed()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(export) = self.0.take() else { return };
        for error in export.finish().into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "some telemetry was not sent");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Read as _, net::TcpListener, thread};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_told_leaves_for_the_collector_and_a_second_start_changes_nothing() {
        let collector = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", collector.local_addr().unwrap());
        let config = TelemetryConfig { otlp_endpoint: Some(endpoint), ..Default::default() };
        let heard = thread::spawn(move || {
            let mut greeting = [0; 14];
            collector.accept().unwrap().0.read_exact(&mut greeting).unwrap();
            greeting
        });

        let first = start("one", &config).unwrap();
        let second = start("two", &config).unwrap();
        tracing::info_span!("something").in_scope(|| tracing::info!("happened"));
        drop(first);

        assert!(second.0.is_none());
        assert_eq!(&heard.join().unwrap(), b"PRI * HTTP/2.0");
    }

    #[test]
    fn a_filter_that_cannot_be_read_stops_the_start() {
        let config = TelemetryConfig { filter: "what=ever=this".to_owned(), ..Default::default() };

        assert!(start("one", &config).is_err());
    }
}
