//! What an instance tells others: events, and instances that it runs.

use std::time::Duration;

use serde_json::json;

use super::{Run, refused, workflow};
use crate::domain::{instance::Kind, run::Happening};

#[test]
fn an_event_is_told_of_with_what_the_author_left_out() {
    let tasks = "- a: {emit: {event: {with: {source: 'https://korlantas.go.id', type: id.go.polri.renewed, subject: '${ .sim }', region: '31', data: {n: '${ .sim }'}}}}}\n- b: {set: '${ {was: .} }'}";
    let run = Run::start(workflow(tasks), json!({"sim": "7"}));

    assert_eq!(run.output(), &json!({"was": {"sim": "7"}}));
    let [event] = run.events.as_slice() else { panic!("{:?}", run.events) };
    assert_eq!(event.kind, "id.go.polri.renewed");
    let envelope = &event.envelope;
    assert_eq!(envelope["specversion"], "1.0");
    assert_eq!(envelope["data"], json!({"n": "7"}));
    assert_eq!((&envelope["subject"], &envelope["region"]), (&json!("7"), &json!("31")));
    assert_eq!(envelope["datacontenttype"], "application/json");
    assert!(envelope["id"].is_string() && envelope["time"].is_string());
    assert_eq!(run.count(Kind::EventEmitted), 1);
}

#[test]
fn the_same_event_in_two_turns_is_two_events() {
    let tasks = "- a:\n    for: {in: '[1, 2]'}\n    do:\n      - b: {emit: {event: {with: {source: s, type: a.told}}}}";
    let run = Run::start(workflow(tasks), json!({}));
    assert_ne!(run.events[0].id, run.events[1].id);
}

#[test]
fn a_computed_event_that_is_none_is_an_error() {
    for with in [
        "{source: s, type: '${ \"rangkai.payments.v1.BillPaid\" }'}",
        "{source: s, type: '${ null }'}",
        "{source: '${ 7 }', type: a.b}",
    ] {
        let tasks = format!("- a: {{emit: {{event: {{with: {with}}}}}}}");
        let run = Run::start(workflow(&tasks), json!({}));
        assert_eq!(run.fault(), ("expression", 400, "/do/0/a"), "{with}");
        assert!(run.events.is_empty());
    }
}

const CHILD: &str = "- a: {run: {workflow: {namespace: test, name: child, version: 1.0.0, input: {n: '${ .n }'}}}}\n- b: {set: '${ {child: .} }'}";

#[test]
fn a_task_waits_for_its_child_and_gives_what_that_gave() {
    let mut run = Run::start(workflow(CHILD), json!({"n": 7}));
    let child = run.children[0].clone();
    assert_eq!((child.name.as_str(), &child.input), ("child", &json!({"n": 7})));
    assert!(run.stand.end.is_none() && run.stand.children().contains(&child.id));

    run.turn(vec![Happening::Answered { call: child.id, answer: Ok(json!(8)) }]);

    assert_eq!(run.output(), &json!({"child": 8}));
}

#[test]
fn the_error_of_a_child_is_one_of_its_task() {
    let tasks = "- t:\n    try:\n      - a: {run: {workflow: {namespace: test, name: child}}}\n    catch:\n      retry: {limit: {attempt: {count: 2}}}\n      do:\n        - c: {set: '${ {status: $error.status, at: $error.instance} }'}";
    let mut run = Run::start(workflow(tasks), json!({}));
    for _ in 0..2 {
        let call = run.children.last().unwrap().id;
        run.turn(vec![Happening::Answered { call, answer: Err(refused(409)) }]);
    }

    assert_eq!(run.output(), &json!({"status": 409, "at": "/do/0/t/try/0/a"}));
    assert_eq!(run.children.len(), 2);
    assert_ne!(run.children[0].id, run.children[1].id);
    assert_eq!(run.children[0].version, "");
}

#[test]
fn a_child_that_nobody_waits_for_holds_nothing_up() {
    let tasks = "- a: {run: {workflow: {namespace: test, name: child}, await: false}}";
    let run = Run::start(workflow(tasks), json!({"n": 1}));
    assert_eq!(run.output(), &json!({"n": 1}));
    assert_eq!(run.children.len(), 1);
    assert!(!run.children[0].awaited);
}

#[test]
fn a_task_whose_time_is_over_lets_its_child_go() {
    let tasks = "- a: {run: {workflow: {namespace: test, name: child}}, timeout: {after: PT1M}}";
    let mut run = Run::start(workflow(tasks), json!({}));
    run.pass(Duration::from_mins(1));
    assert_eq!(run.fault(), ("timeout", 408, "/do/0/a"));
    assert!(run.stand.children().is_empty());
}

#[test]
fn workflows_that_run_each_other_for_ever_come_to_an_end() {
    let definition = workflow(CHILD);
    let mut run = Run::at_generation(definition, 16);
    run.turn(Vec::new());
    assert_eq!(run.fault(), ("runtime", 500, "/do/0/a"));
}

#[test]
fn a_child_that_nobody_waits_for_is_started_though_its_parent_faults() {
    let tasks = "- a: {run: {workflow: {namespace: test, name: child}, await: false}}\n- r: {raise: {error: {type: 'https://a.b', status: 422}}}";
    let run = Run::start(workflow(tasks), json!({}));
    assert_eq!(run.fault().1, 422);
    assert_eq!(run.children.len(), 1);
}
