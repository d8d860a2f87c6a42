//! Loops, over items and over events.

use serde_json::{Value, json};

use super::{REFUND, Run, workflow};
use crate::domain::{instance::Kind, instance::State};

const READING: &str = "id.go.kemkes.reading";
const LEFT: &str = "id.go.kemkes.left";

fn give(tasks: &str, input: Value) -> Value {
    Run::start(workflow(tasks), input).output().clone()
}

#[test]
fn what_comes_out_of_one_turn_goes_into_the_next() {
    let sum = "- a:\n    for: {in: '.list'}\n    do:\n      - b: {set: {list: ., sum: '${ (.sum // 0) + $item }'}}";
    assert_eq!(give(sum, json!({"list": [1, 2, 3]}))["sum"], 6);

    let named = "- a:\n    for: {each: child, in: '$input', at: place}\n    do:\n      - b: {set: '${ [$child, $place, .] }'}";
    assert_eq!(give(named, json!(["x", "y"])), json!(["y", 1, ["x", 0, ["x", "y"]]]));
}

#[test]
fn nothing_to_enumerate_passes_on_what_came_and_no_collection_is_an_error() {
    let tasks = "- a:\n    for: {in: .list}\n    do:\n      - b: {set: {x: 1}}";
    assert_eq!(give(tasks, json!({"list": []})), json!({"list": []}));

    for wrong in [json!({}), json!({"list": {"a": 1}}), json!({"list": 3})] {
        let run = Run::start(workflow(tasks), wrong);
        assert_eq!(run.fault(), ("expression", 400, "/do/0/a"));
    }
}

#[test]
fn while_is_asked_before_each_turn() {
    let tasks = "- a:\n    for: {in: '[1, 2, 3, 4]'}\n    while: '.n < 3 and $index < 9'\n    do:\n      - b: {set: {n: '${ .n + $item }'}}";
    assert_eq!(give(tasks, json!({"n": 0})), json!({"n": 3}));
    assert_eq!(give(tasks, json!({"n": 5})), json!({"n": 5}));
}

#[test]
fn exit_ends_a_turn_and_end_the_workflow() {
    let turns = |then: &str| {
        format!(
            "- a:\n    for: {{in: '[1, 2]'}}\n    do:\n      - b: {{set: {{n: '${{ (.n // 0) + 1 }}'}}, then: {then}}}\n      - c: {{set: {{n: 10}}}}\n- d: {{set: '${{ {{n, d: true}} }}'}}"
        )
    };
    assert_eq!(give(&turns("exit"), json!({})), json!({"n": 2, "d": true}));
    assert_eq!(give(&turns("end"), json!({})), json!({"n": 1}));
}

#[test]
fn each_turn_makes_calls_of_its_own() {
    let tasks = format!(
        "- a:\n    for: {{in: .bills}}\n    do:\n      - b:\n          input: {{from: '{{bill: $item}}'}}\n          {}",
        REFUND.replace('\n', "\n          ")
    );
    let mut run = Run::start(workflow(&tasks), json!({"bills": ["7", "8"]}));

    run.answer(Ok(json!({"done": 7})));
    run.answer(Ok(json!({"done": 8})));

    assert_eq!(run.output(), &json!({"done": 8}));
    assert_eq!(run.calls.len(), 2);
    assert_ne!(run.calls[0].request_id, run.calls[1].request_id);
    assert_ne!(run.calls[0].request, run.calls[1].request);
}

#[test]
fn a_loop_that_never_waits_ends_at_its_bound() {
    let tasks = "- a:\n    for: {in: '[range(50)]'}\n    do:\n      - b:\n          for: {in: '[range(50)]'}\n          do:\n            - c: {set: {x: 1}}";
    let run = Run::start(workflow(tasks), json!({}));
    assert_eq!(run.fault(), ("runtime", 500, "/do/0/a/do/0/b/do/0/c"));
}

fn listen(rest: &str) -> Run {
    Run::start(workflow(&format!("- l:\n{rest}\n- after: {{set: '${{ {{got: .}} }}'}}")), json!({}))
}

#[test]
fn any_event_until_something_holds_of_what_was_taken() {
    let mut run = listen(&format!(
        "    listen:\n      to:\n        any: [{{with: {{type: {READING}}}}}]\n        until: 'length == 2'"
    ));
    run.event(READING, "1", &json!({"n": 1}));
    assert_eq!(State::of(&run.stand, false), State::Waiting);

    run.event(READING, "2", &json!({"n": 2}));

    assert_eq!(run.output(), &json!({"got": [{"n": 1}, {"n": 2}]}));
}

#[test]
fn any_event_until_another_one_which_is_not_part_of_it() {
    let mut run = listen(&format!(
        "    listen:\n      to:\n        any: [{{with: {{type: {READING}, data: '${{ .n > 1 }}'}}}}]\n        until: {{one: {{with: {{type: {LEFT}}}}}}}"
    ));
    assert_eq!(run.subscriptions.len(), 2);
    for (id, n) in [("1", 1), ("2", 2), ("3", 3)] {
        run.event(READING, id, &json!({"n": n}));
    }
    run.event(LEFT, "4", &json!({}));

    assert_eq!(run.output(), &json!({"got": [{"n": 2}, {"n": 3}]}));
}

#[test]
fn without_a_filter_every_event_is_taken() {
    let mut run = listen("    listen:\n      to: {any: [], until: 'length == 2'}");
    assert_eq!(run.subscriptions[0].kind, None);
    run.event(READING, "1", &json!(1));
    run.event(LEFT, "2", &json!(2));
    assert_eq!(run.output(), &json!({"got": [1, 2]}));
}

const WITH_EACH: &str = "    foreach:
      item: reading
      at: place
      do:
        - pause: {if: '$reading.slow', wait: PT1M}
        - shape: {set: {n: '${ $reading.n }', at: '${ $place }'}}
      output: {as: '[.n, .at]'}
      export: {as: '[$context[]?, .[0]]'}";

#[test]
fn events_are_dealt_with_one_after_the_other() {
    let mut run = listen(&format!(
        "    listen:\n      to:\n        any: [{{with: {{type: {READING}}}}}]\n        until: {{one: {{with: {{type: {LEFT}}}}}}}\n{WITH_EACH}"
    ));
    run.event(READING, "1", &json!({"n": 1, "slow": true}));
    run.event(READING, "2", &json!({"n": 2}));
    // What ends it ends it only when everything before was dealt with.
    run.event(LEFT, "3", &json!({}));
    run.event(READING, "4", &json!({"n": 4}));
    assert!(run.stand.end.is_none());
    assert_eq!(run.stand.positions(), ["/do/0/l/foreach/do/0/pause"]);

    run.pass(std::time::Duration::from_mins(1));

    assert_eq!(run.output(), &json!({"got": [[1, 0], [2, 1]]}));
    assert_eq!(run.count(Kind::EventTaken), 3);
}

#[test]
fn what_nobody_dealt_with_is_left_to_a_later_task() {
    let tasks = format!(
        "- l:\n    listen:\n      to:\n        any: [{{with: {{type: {READING}}}}}]\n        until: 'length == 1'\n{WITH_EACH}\n\
         - next: {{listen: {{to: {{one: {{with: {{type: {READING}}}}}}}}}}}"
    );
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.event(READING, "1", &json!({"n": 1, "slow": true}));
    run.event(READING, "2", &json!({"n": 2}));

    run.pass(std::time::Duration::from_mins(1));
    assert_eq!(run.stand.positions(), ["/do/1/next"]);
    run.event(READING, "2", &json!({"n": 2}));

    assert_eq!(run.output(), &json!([{"n": 2}]));
}

#[test]
fn all_events_are_dealt_with_before_it_goes_on() {
    let mut run = listen(&format!(
        "    listen:\n      to: {{all: [{{with: {{type: {READING}}}}}, {{with: {{type: {LEFT}}}}}]}}\n{WITH_EACH}"
    ));
    run.event(LEFT, "1", &json!({"n": 1, "slow": true}));
    run.event(READING, "2", &json!({"n": 2}));
    assert!(run.stand.subscriptions().is_empty());

    run.pass(std::time::Duration::from_mins(1));

    assert_eq!(run.output(), &json!({"got": [[1, 0], [2, 1]]}));
}

#[test]
fn an_event_is_heard_around_a_fork_when_no_branch_takes_it() {
    let mut run = listen(&format!(
        "    listen:\n      to:\n        any: [{{with: {{type: {READING}}}}}]\n        until: 'length == 2'\n    foreach:\n      do:\n        - f:\n            fork:\n              branches:\n                - b: {{listen: {{to: {{one: {{with: {{type: {LEFT}}}}}}}}}}}\n                - c: {{set: {{x: 1}}}}\n      output: {{as: '$item.n'}}"
    ));
    run.event(READING, "1", &json!({"n": 1}));
    run.event(READING, "2", &json!({"n": 2}));
    run.event(LEFT, "3", &json!({}));
    run.event(LEFT, "4", &json!({}));

    assert_eq!(run.output(), &json!({"got": [1, 2]}));
}

#[test]
fn events_that_were_not_dealt_with_are_left_to_whoever_catches() {
    let tasks = format!(
        "- t:\n    try:\n      - l:\n          listen: {{to: {{any: [{{with: {{type: {READING}}}}}], until: 'length == 5'}}}}\n          \
         foreach: {{do: [{{w: {{wait: PT1M}}}}, {{r: {{raise: {{error: {{type: 'https://a.b', status: 422}}}}}}}}]}}\n    \
         catch: {{do: [{{again: {{listen: {{to: {{all: [{{with: {{type: {READING}}}}}, {{with: {{type: {READING}}}}}]}}}}}}}}]}}"
    );
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.event(READING, "1", &json!({"n": 1}));
    run.event(READING, "2", &json!({"n": 2}));
    run.pass(std::time::Duration::from_mins(1));
    assert!(run.stand.taken.is_empty());

    run.event(READING, "1", &json!({"n": 1}));
    run.event(READING, "2", &json!({"n": 2}));

    assert_eq!(run.output(), &json!([{"n": 1}, {"n": 2}]));
}

#[test]
fn what_is_done_about_one_event_is_no_request_about_another() {
    let tasks = format!(
        "- t:\n    try:\n      - l:\n          listen: {{to: {{any: [{{with: {{type: {READING}}}}}], until: 'length == 5'}}}}\n          \
         foreach: {{do: [{{c: {{{}}}}}]}}\n    catch: {{retry: {{limit: {{attempt: {{count: 2}}}}}}}}",
        "call: 'rangkai.payments.v1.RefundService.IssueRefund:1@default', with: {billId: '${ $item.n }', reason: r}"
    );
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.event(READING, "1", &json!({"n": "1"}));
    run.answer(Err(super::silence()));
    run.event(READING, "2", &json!({"n": "2"}));

    assert_ne!(run.calls[0].request_id, run.calls[1].request_id);
}
