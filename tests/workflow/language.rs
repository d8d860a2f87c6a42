//! The language from end to end: each feature once, through the wire, the database and a callee.

use rangkai_proto::workflow::v1::{HistoryEntry, HistoryKind, InstanceState};
use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::{Value, json};
use tonic::{Code, Status};

use super::{
    double::Play,
    support::{House, output, paid, payment, refund},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_task_does_what_it_says(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let refund = refund("b");
    for (tasks, given, expected) in [
        ("- a: {set: '${ {x: (.n + 1)} }'}".to_owned(), json!({"n": 1}), json!({"x": 2})),
        (
            "- a: {do: [b: {set: {x: 1}, then: exit}, c: {set: {x: 2}}]}".to_owned(),
            json!({}),
            json!({"x": 1}),
        ),
        (
            "- a: {switch: [low: {when: .n < 5, then: end}, rest: {then: b}]}\n\
          - b: {set: {high: true}}"
                .to_owned(),
            json!({"n": 9}),
            json!({"high": true}),
        ),
        (
            "- t:\n    try: [r: {raise: {error: {type: https://e.id/x, status: 409}}}]\n    \
          catch: {do: [s: {set: '${ {status: $error.status} }'}]}"
                .to_owned(),
            json!({}),
            json!({"status": 409}),
        ),
        (
            "- f: {fork: {branches: [a: {set: {x: 1}}, b: {set: {x: 2}}]}}".to_owned(),
            json!({}),
            json!([{"x": 1}, {"x": 2}]),
        ),
        (
            "- w: {wait: PT0.01S}\n- a: {set: {waited: true}}".to_owned(),
            json!({}),
            json!({"waited": true}),
        ),
        (
            format!("- c: {refund}\n- a: {{set: '${{ {{bill: .refund.billId}} }}'}}"),
            json!({}),
            json!({"bill": "b"}),
        ),
        (
            "- a: {if: .go, set: {x: 1}}\n- b: {set: {x: 2}, export: {as: '{c: .x}'}}\n\
          - d: {set: '${ $context }'}"
                .to_owned(),
            json!({"go": false}),
            json!({"c": 2}),
        ),
    ] {
        let instance = desk.begin(&tasks, &given).await?;
        assert_eq!(output(&desk.end(&instance).await?), expected, "{tasks}");
    }
    let listening = desk.begin(&format!("- l: {{{}}}", payment()), &json!({"bill": "7"})).await?;
    desk.at(&listening, "/do/0/l").await?;
    house.double.tell("korlantas", "7", &paid("7"));
    assert_eq!(output(&desk.end(&listening).await?)[0]["billId"], "7");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_that_nobody_catches_ends_the_instance_and_says_where(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    house.double.plan([Play::Refuse(Status::failed_precondition("the bill of Budi is not paid"))]);

    let instance = desk.begin(&format!("- c: {}", refund("b")), &json!({})).await?;
    let ended = desk.end(&instance).await?;

    assert_eq!(ended.state(), InstanceState::Faulted);
    let problem = ended.problem.unwrap();
    assert!(problem.r#type.ends_with("/errors/communication"));
    assert_eq!((problem.status, problem.instance.as_str()), (400, "/do/0/c"));
    let history = desk.history(&instance).await?;
    assert!(!format!("{history:?}").contains("Budi"));
    let kinds: Vec<_> = history.iter().map(HistoryEntry::kind).collect();
    assert_eq!(
        kinds,
        [
            HistoryKind::InstanceStarted,
            HistoryKind::TaskStarted,
            HistoryKind::CallAnnounced,
            HistoryKind::CallAnswered,
            HistoryKind::TaskFaulted,
            HistoryKind::InstanceFaulted,
        ]
    );
    let sequences: Vec<_> = history.iter().map(|entry| entry.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4, 5, 6]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_is_asked_for_again_under_the_same_id_and_an_error_answer_is_not(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let call = refund("b");
    house.double.plan([
        Play::Refuse(Status::new(Code::Unavailable, "")),
        Play::Swallow,
        Play::Answer,
        Play::Refuse(Status::new(Code::Aborted, "")),
        Play::Answer,
    ]);

    let patient = desk.begin(&format!("- c: {call}"), &json!({})).await?;
    output(&desk.end(&patient).await?);
    let seen = house.double.seen();
    assert_eq!((seen.calls.len(), seen.total(), seen.effects.len()), (1, 3, 1));

    let retried = format!(
        "- t:\n    try: [c: {call}]\n    catch:\n      errors: {{with: {{status: 409}}}}\n      \
         retry: {{limit: {{attempt: {{count: 3}}}}}}"
    );
    let retried = desk.begin(&retried, &json!({})).await?;
    output(&desk.end(&retried).await?);
    let seen = house.double.seen();
    assert_eq!((seen.calls.len(), seen.total(), seen.effects.len()), (3, 5, 2));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_method_without_an_endpoint_is_a_configuration_error() -> anyhow::Result<()> {
    let (_house, desk, _process) = House::at_work(Kind::Sqlite).await?;
    let call = "call: 'rangkai.identity.v1.PersonService.ResolveSubject:1@default'";

    let tasks = format!("- c: {{{call}, with: {{nik: '${{ .nik }}', purpose: '${{ {{}} }}'}}}}");
    let instance = desk.begin(&tasks, &json!({})).await?;
    let ended = desk.end(&instance).await?;

    assert!(ended.problem.unwrap().r#type.ends_with("/errors/configuration"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trace_of_the_start_goes_along_with_every_call() -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(Kind::Sqlite).await?;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    desk.publish("traced", &format!("- c: {}", refund("b"))).await?;
    let mut request = tonic::Request::new(super::support::start("traced", &Value::Null));
    request.metadata_mut().insert("traceparent", trace.parse()?);

    let started = desk.instances.clone().start_instance(request).await?.into_inner();
    desk.end(&started.instance.unwrap()).await?;

    assert!(house.double.seen().traceparent.unwrap().contains("4bf92f3577b34da6a3ce929d0e0e4736"));
    Ok(())
}
