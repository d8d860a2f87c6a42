//! What is measured of each workflow: how many instances begin and end, and how long they take.
//!
//! A label is a namespace, a name or a version that was published, never anything of an instance. How
//! many instances are open is what was started less what ended.

use std::{sync::LazyLock, time::Duration};

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Histogram, Meter},
};

use crate::domain::instance::{Instance, State, Whole};

/// The instruments of this process.
pub static MEASURES: LazyLock<Measures> =
    LazyLock::new(|| Measures::new(&global::meter("rangkai")));

/// The instruments.
#[derive(Debug)]
pub struct Measures {
    started: Counter<u64>,
    ended: Counter<u64>,
    steps: Histogram<f64>,
    waits: Histogram<f64>,
}

impl Measures {
    /// Makes the instruments.
    #[must_use]
    pub fn new(meter: &Meter) -> Self {
        Self {
            started: meter
                .u64_counter("rangkai.workflow.instances.started")
                .with_description("How many instances took their first step.")
                .build(),
            ended: meter
                .u64_counter("rangkai.workflow.instances.ended")
                .with_description("How many instances ended, by the state in which they did.")
                .build(),
            steps: meter
                .f64_histogram("rangkai.workflow.step.duration")
                .with_unit("s")
                .with_description("How long steps took, from the first expression to the commit.")
                .build(),
            waits: meter
                .f64_histogram("rangkai.workflow.wait.duration")
                .with_unit("s")
                .with_description("How long instances had waited when they went on.")
                .build(),
        }
    }

    /// An instance took a step, from one state into another.
    pub fn step(
        &self,
        before: (State, Duration),
        is_first: bool,
        after: &Instance,
        took: Duration,
    ) {
        let labels = labels(after);
        self.steps.record(took.as_secs_f64(), &labels);
        if is_first {
            self.started.add(1, &labels);
        }
        if let (State::Waiting, waited) = before {
            self.waits.record(waited.as_secs_f64(), &labels);
        }
        self.end(after);
    }

    /// An instance may have ended.
    pub fn end(&self, after: &Instance) {
        if after.state.is_final() {
            let [namespace, name, version] = labels(after);
            let state = KeyValue::new("workflow.state", after.state.to_string());
            self.ended.add(1, &[namespace, name, version, state]);
        }
    }
}

fn labels(instance: &Instance) -> [KeyValue; 3] {
    [
        KeyValue::new("workflow.namespace", instance.namespace.clone()),
        KeyValue::new("workflow.name", instance.name.clone()),
        KeyValue::new("workflow.version", instance.version.clone()),
    ]
}

/// Measures a step that was kept, and the wait before it.
pub fn kept(before: &Whole, after: &Whole, took: Duration) {
    let waited = after.instance.update_time - before.instance.update_time;
    let waited = (before.instance.state, waited.to_std().unwrap_or_default());
    let is_first = before.continuation.steps == 0;
    MEASURES.step(waited, is_first, &after.instance, took);
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use opentelemetry::metrics::MeterProvider as _;
    use opentelemetry_sdk::{
        error::OTelSdkResult,
        metrics::{
            PeriodicReader, SdkMeterProvider, Temporality,
            data::{AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics},
            exporter::PushMetricExporter,
        },
    };
    use rangkai_primitives::{Id, Timestamp};

    use super::*;

    /// The name of a series, its labels and its count.
    type Series = (String, Vec<String>, u64);

    /// Keeps what leaves.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<Series>>>);

    impl PushMetricExporter for Kept {
        async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
            let shown = |labels: &mut dyn Iterator<Item = &KeyValue>| {
                let mut labels: Vec<_> =
                    labels.map(|it| format!("{}={}", it.key, it.value)).collect();
                labels.sort();
                labels
            };
            let mut kept = self.0.lock().unwrap();
            for metric in metrics.scope_metrics().flat_map(ScopeMetrics::metrics) {
                let name = metric.name().to_owned();
                if let AggregatedMetrics::U64(MetricData::Sum(sum)) = metric.data() {
                    kept.extend(sum.data_points().map(|point| {
                        (name.clone(), shown(&mut point.attributes()), point.value())
                    }));
                }
                if let AggregatedMetrics::F64(MetricData::Histogram(histogram)) = metric.data() {
                    kept.extend(histogram.data_points().map(|point| {
                        (name.clone(), shown(&mut point.attributes()), point.count())
                    }));
                }
            }
            kept.sort();
            Ok(())
        }

        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }

        fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
            Ok(())
        }

        fn temporality(&self) -> Temporality {
            Temporality::Cumulative
        }
    }

    fn instance(state: State) -> Instance {
        Instance {
            id: Id::generate(),
            definition: Id::generate(),
            namespace: "n".to_owned(),
            name: "w".to_owned(),
            version: "1.0.0".to_owned(),
            case_id: None,
            parent: None,
            state,
            revision: 1,
            positions: Vec::new(),
            traceparent: None,
            create_time: Timestamp::UNIX_EPOCH,
            update_time: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_course_of_an_instance_is_measured_under_its_workflow_and_nothing_else() {
        let kept = Kept::default();
        let reader = PeriodicReader::builder(kept.clone()).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        let measures = Measures::new(&provider.meter("test"));
        let span = Duration::from_secs(1);

        measures.step((State::Running, span), true, &instance(State::Waiting), span);
        measures.step((State::Waiting, span), false, &instance(State::Faulted), span);
        measures.end(&instance(State::Cancelled));
        provider.force_flush().unwrap();

        let workflow = ["workflow.name=w", "workflow.namespace=n", "workflow.version=1.0.0"];
        let series = |name: &str, state: Option<&str>, count| {
            let mut labels: Vec<_> = workflow.map(str::to_owned).into();
            labels.extend(state.map(|state| format!("workflow.state={state}")));
            labels.sort();
            (format!("rangkai.workflow.{name}"), labels, count)
        };
        let expected = [
            series("instances.ended", Some("cancelled"), 1),
            series("instances.ended", Some("faulted"), 1),
            series("instances.started", None, 1),
            series("step.duration", None, 2),
            series("wait.duration", None, 1),
        ];
        assert_eq!(*kept.0.lock().unwrap(), expected);
    }
}
