//! Documents that are right, and what is known of them.

use crate::{HEADER, read, with_tasks};
use rangkai_workflow::definition::{
    Backoff, Consume, Definition, Flow, Match, Read, Span, Work, canonical_error_type, read_span,
};
use serde_json::json;
use std::time::Duration;

const RENEWAL: &str = include_str!("renewal.yaml");
/// What the traffic police run.
const IN_USE: &str = include_str!("../../../../k8s/agencies/korlantas/sim-renewal.workflow.yaml");

#[test]
fn the_renewal_of_a_licence_is_read_whole() {
    let definition = read(RENEWAL);

    assert_eq!(definition.document.name, "sim-renewal");
    assert_eq!(definition.document.title.as_deref(), Some("Perpanjangan SIM"));
    assert_eq!(definition.secrets, ["bankKey"]);
    assert!(matches!(&definition.timeout, Some(Span::Fixed(span)) if span.as_secs() == 10_368_000));
    assert_eq!(warned(&definition), ["effect.notice"]);
    let names: Vec<&str> = definition.tasks.iter().map(|task| task.name.as_str()).collect();
    assert_eq!(names[..4], ["resolve", "evaluate", "eligible", "refuse"]);
    let schema = definition.input.schema.as_ref().unwrap();
    assert_eq!(
        schema.violations(&json!({"applicationId": "a", "nik": "1234567890123456"})),
        [""; 0]
    );
    let violations = schema.violations(&json!({"applicationId": "a", "nik": "31740541"}));
    assert_eq!(violations, ["/nik breaks /properties/nik/pattern"]);
    let again = read(&RENEWAL.replace("0.1.0", "0.1.1"));
    assert_ne!(definition.digest, again.digest);
}

/// What a reader should know about a definition.
fn warned(definition: &Definition) -> Vec<&str> {
    definition.warnings.iter().map(|warning| warning.code).collect()
}

#[test]
fn the_renewal_in_use_is_right() {
    let definition = read(IN_USE);

    // An error that nobody foresaw ends the case: its bill is undone, and an officer has to tell.
    assert_eq!(warned(&definition), ["effect.notice"]);
    let mut names = definition.all().map(|task| task.name.clone());
    assert!(names.any(|name| name == "awaitOutcome"));
}

#[test]
fn every_task_is_found_by_its_pointer() {
    let definition = read(RENEWAL);

    let pointers: Vec<String> = definition.all().map(|task| task.pointer.to_string()).collect();
    for pointer in &pointers {
        assert_eq!(*definition.task(pointer).unwrap().pointer, **pointer);
    }
    for pointer in [
        "/do/1/evaluate/try/0/ask",
        "/do/1/evaluate/catch/do/0/giveUp",
        "/do/6/tell/fork/branches/1/pause",
        "/do/9/close/do/1/result",
    ] {
        assert!(pointers.iter().any(|known| known == pointer), "{pointer} of {pointers:?}");
    }
    assert!(definition.task("/do/0/other").is_none());
    let inner = definition.task("/do/9/close/do/1/result").unwrap();
    assert_eq!(definition.siblings(inner).unwrap().len(), 2);
    assert_eq!((inner.position, inner.then, inner.line), (1, Flow::Exit, 136));
}

#[test]
fn names_are_resolved() {
    let definition = read(RENEWAL);
    let work = |pointer: &str| &definition.task(pointer).unwrap().work;

    let Work::Try(tried) = work("/do/1/evaluate") else { panic!() };
    let retry = tried.catch.retry.as_ref().unwrap();
    assert!(matches!(retry.backoff, Backoff::Exponential));
    assert_eq!((retry.attempts, tried.catch.variable.as_str()), (Some(5), "problem"));
    let Work::Switch(cases) = work("/do/2/eligible") else { panic!() };
    assert_eq!([cases[0].then, cases[1].then], [Flow::To(4), Flow::To(3)]);
    let Work::Raise(raise) = work("/do/3/refuse") else { panic!() };
    let problem = raise.problem().evaluate_now(&json!({"failedRule": "age"}), &[]).unwrap();
    assert_eq!(problem["title"], "the rule age is not met");
    let wait = &definition.task("/do/7/awaitPayment").unwrap().timeout;
    assert!(matches!(wait, Some(Span::Fixed(span)) if span.as_secs() == 604_800));
    let Work::Call(call) = work("/do/6/tell/fork/branches/0/inbox") else { panic!() };
    assert_eq!(call.path(), "/rangkai.messaging.v1.MessageService/SendMessage");
    assert!(call.takes_request_id());
    assert_eq!(call.arguments.variables(), ["context"].into());
    let variables = [("context".to_owned(), json!({"subjectId": "s"}))];
    let arguments =
        call.arguments.evaluate_now(&json!({"bill": {"code": "1"}}), &variables).unwrap();
    let expected = json!({
        "channel": "CHANNEL_INBOX", "language": "LANGUAGE_INDONESIAN", "templateName": "sim-bill",
        "recipientSubjectId": "s", "variables": {"code": "1"},
    });
    assert_eq!(arguments, expected);
}

#[test]
fn a_listen_keeps_type_attributes_and_correlation() {
    let definition = read(RENEWAL);

    let task = definition.task("/do/7/awaitPayment").unwrap();
    let Work::Listen(listen) = &task.work else { panic!() };
    let Consume::Any(filters) = &listen.to else { panic!() };
    assert_eq!(listen.read, Read::Envelope);
    assert_eq!(filters[0].event_type.as_deref(), Some("rangkai.payments.v1.BillPaid"));
    assert!(matches!(filters[0].attributes["source"], Match::Computed(_)));
    assert_eq!(filters[0].correlate["bill"].from.text(), ".data.billId");
    assert!(matches!(filters[1].attributes["data"], Match::Computed(_)));
}

#[test]
fn durations_are_read_in_both_forms() {
    let seconds = |value| read_span(&value).map(|span| span.as_secs());

    assert_eq!(seconds(json!("P7D")), Ok(604_800));
    assert_eq!(seconds(json!("P1W")), Ok(604_800));
    assert_eq!(seconds(json!("P1DT2H3M4S")), Ok(93_784));
    assert_eq!(seconds(json!({"hours": 1, "minutes": 30})), Ok(5_400));
    assert_eq!(read_span(&json!("PT0.5S")), Ok(Duration::from_millis(500)));
    let wrong = ["P", "PT", "7D", "P1Y", "P1M", "PT1H1D", "P1.5D", "-P1D", "PT5", "P99999999999D"];
    for text in wrong {
        assert!(read_span(&json!(text)).is_err(), "{text}");
    }
    assert!(read_span(&json!("P200000000000000DT5000000000000000H")).is_err());
    assert!(read_span(&json!({"years": 1})).is_err());
    assert!(read_span(&json!({"days": 99_999_999_999_u64})).is_err());
}

#[test]
fn all_spellings_of_a_standard_error_are_one() {
    let one = canonical_error_type("https://serverlessworkflow.io/spec/1.0.0/errors/timeout");

    for other in [
        "https://serverlessworkflow.io/dsl/errors/types/timeout",
        "https://www.serverlessworkflow.io/dsl/errors/types/timeout",
        "https://open-workflow-specification.org/spec/1.0.0/errors/timeout",
        "https://open-workflow-specification.org/dsl/errors/types/timeout",
    ] {
        assert_eq!(canonical_error_type(other), one, "{other}");
    }
    assert_eq!(canonical_error_type("https://example.go.id/late"), "https://example.go.id/late");
}

#[test]
fn yaml_is_read_with_anchors_quotes_and_blocks() {
    let text = with_tasks(
        "  - one:\n      set: &shared { on: yes, n: 1.5, t: '1', code: !!str 12, nothing: ~ }\n  - two:\n      set: { again: *shared, block: |\n        a\n        b\n      }\n",
    );
    let text = text.replace(", block: |\n        a\n        b\n      }", " }");

    let definition = read(&text);

    let Work::Set(set) = &definition.tasks[1].work else { panic!() };
    let expected = json!({"on": "yes", "n": 1.5, "t": "1", "code": "12", "nothing": null});
    assert_eq!(set.constant().unwrap()["again"], expected);
}

#[test]
fn a_listen_may_wait_for_whatever_a_block_tells() {
    // Told in event.proto, and in the event file of one thing.
    for told in ["rangkai.payments.v1.BillPaid", "rangkai.payments.v1.SuspenseResolved"] {
        let listen =
            format!("  - one: {{ listen: {{ to: {{ one: {{ with: {{ type: {told} }} }} }} }} }}\n");

        let definition = read(&with_tasks(&listen));

        assert!(matches!(definition.tasks[0].work, Work::Listen(_)), "{told}");
    }
}

#[test]
fn json_is_yaml_too() {
    let document = json!({
        "document": {"dsl": "1.0.3", "namespace": "a", "name": "b", "version": "1.0.0-rc.1+5"},
        "do": [{"one": {"set": "${ . }"}}, {"two": {"wait": "${ .until }", "if": true}}],
    });

    let definition = read(&document.to_string());

    assert!(matches!(definition.tasks[1].work, Work::Wait(Span::Computed(_))));
    assert!(read(&format!("{HEADER}do: []\n")).tasks.is_empty());
}
