//! Time: waits, limits, and clocks that jump.

use std::time::Duration;

use serde_json::json;

use super::{REFUND, Run, document, workflow};
use crate::domain::{
    event::{Event, Mail},
    instance::{Kind, State},
    run::Happening,
};

const DAY: Duration = Duration::from_hours(24);
const PAID: &str = "rangkai.payments.v1.BillPaid";

#[test]
fn a_wait_lasts_as_long_as_it_says() {
    let mut run = Run::start(workflow("- w: {wait: {days: 2}}\n- s: {set: {x: 1}}"), json!({}));
    assert_eq!(State::of(&run.stand, false), State::Waiting);
    run.pass(DAY);
    assert!(run.stand.end.is_none());

    run.pass(DAY);

    assert_eq!(run.output(), &json!({"x": 1}));
}

#[test]
fn a_wait_may_be_computed() {
    let mut run = Run::start(workflow("- w: {wait: '${ .span }'}"), json!({"span": "PT90M"}));
    assert_eq!(run.stand.due(), Some(run.now + Duration::from_mins(90)));

    run.pass(Duration::from_mins(90));

    assert_eq!(run.output(), &json!({"span": "PT90M"}));
}

#[test]
fn a_task_that_takes_too_long_fails_and_can_be_caught_around_it() {
    let tasks = format!(
        "- t:\n    try:\n      - l: {{listen: {{to: {{one: {{with: {{type: {PAID}}}}}}}}}, \
         timeout: {{after: P7D}}}}\n    catch:\n      errors: {{with: {{status: 408}}}}\n      do:\n\
         \x20       - s: {{set: '${{ {{at: $error.instance, type: $error.type}} }}'}}"
    );
    let mut run = Run::start(workflow(&tasks), json!({}));

    run.pass(7 * DAY);

    assert_eq!(run.output()["at"], "/do/0/t/try/0/l");
    assert!(run.output()["type"].as_str().unwrap().ends_with("/timeout"));
}

#[test]
fn the_time_of_a_task_covers_everything_within_it() {
    let call = REFUND.replace('\n', ", ");
    let tasks = format!(
        "- d:\n    timeout: {{after: PT1H}}\n    do:\n      - f:\n          fork:\n            \
         branches: [a: {{{call}}}, b: {{wait: {{days: 1}}}}]"
    );
    let mut run = Run::start(workflow(&tasks), json!({"bill": "b"}));
    assert_eq!(run.calls[0].deadline, Some(run.now + Duration::from_hours(1)));

    run.pass(Duration::from_hours(1));

    assert_eq!(run.fault(), ("timeout", 408, "/do/0/d"));
    assert_eq!(run.count(Kind::TaskCancelled), 3);
    assert!(run.stand.calls().is_empty());
}

#[test]
fn the_time_of_a_workflow_ends_it_whatever_it_catches() {
    let mut run = Run::start(
        document(
            "timeout: {after: P1D}\ndo:\n  - t:\n      try:\n        - w: {wait: {days: 5}}\n\
             \x20     catch: {}",
        ),
        json!({}),
    );

    run.pass(DAY);

    assert_eq!(run.fault(), ("timeout", 408, ""));
}

#[test]
fn a_clock_that_jumps_lets_the_earlier_thing_happen_first() {
    let tasks = |limit: &str| {
        workflow(&format!(
            "- t:\n    try:\n      - w: {{wait: {{days: 3}}, timeout: {{after: {limit}}}}}\n\
             \x20   catch:\n      do: [s: {{set: {{late: true}}}}]"
        ))
    };
    let mut early = Run::start(tasks("P4D"), json!({"late": false}));
    let mut late = Run::start(tasks("P2D"), json!({"late": false}));

    early.pass(30 * DAY);
    late.pass(30 * DAY);

    assert_eq!(early.output(), &json!({"late": false}));
    assert_eq!(late.output(), &json!({"late": true}));
}

#[test]
fn an_event_that_came_in_time_counts_although_it_is_looked_at_late() {
    let tasks = format!(
        "- l: {{listen: {{to: {{one: {{with: {{type: {PAID}}}}}}}}}, timeout: {{after: P7D}}}}"
    );
    for (day, in_time) in [(6, true), (8, false)] {
        let mut run = Run::start(workflow(&tasks), json!({}));
        let time = run.now + day * DAY;
        let event = Event::new(("s", "1"), (PAID, "b"), time, &json!({"n": 1}));
        run.now += 30 * DAY;

        run.turn(vec![Happening::Arrived(Mail { event, time })]);

        if in_time {
            assert_eq!(run.output(), &json!([{"n": 1}]));
        } else {
            assert_eq!(run.fault(), ("timeout", 408, "/do/0/l"));
        }
    }
}

#[test]
fn an_attempt_may_take_only_so_long() {
    let call = REFUND.replace('\n', ", ");
    let tasks = format!(
        "- t:\n    try: [c: {{{call}}}]\n    catch:\n      retry: {{limit: {{attempt: {{count: 2, \
         duration: PT30S}}}}}}"
    );
    let mut run = Run::start(workflow(&tasks), json!({"bill": "b"}));

    run.pass(Duration::from_secs(30));

    assert_eq!(run.calls.len(), 2);
    assert_eq!(run.calls[0].request_id, run.calls[1].request_id);
    run.pass(Duration::from_secs(30));
    assert_eq!(run.fault().0, "timeout");
}
