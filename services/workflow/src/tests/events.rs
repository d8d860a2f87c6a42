//! Events: which are taken, and what they give.

use serde_json::json;

use super::{Run, workflow};
use crate::domain::{event::key, instance::State};

const PAID: &str = "rangkai.payments.v1.BillPaid";
const EXPIRED: &str = "rangkai.payments.v1.BillExpired";

fn listen(to: &str, rest: &str) -> Run {
    let tasks = format!("- l:\n    listen:\n      to: {to}\n{rest}");
    Run::start(workflow(&tasks), json!({"bill": "7"}))
}

#[test]
fn one_event_of_the_right_kind_ends_the_waiting() {
    let mut run = listen(&format!("{{one: {{with: {{type: {PAID}}}}}}}"), "");
    assert_eq!(State::of(&run.stand, false), State::Waiting);
    run.event(EXPIRED, "1", &json!({"billId": "7"}));
    assert!(run.stand.end.is_none());

    run.event(PAID, "2", &json!({"billId": "7"}));

    assert_eq!(run.output(), &json!([{"billId": "7"}]));
}

#[test]
fn correlation_ties_an_event_to_its_instance() {
    let to = format!(
        "{{one: {{with: {{type: {PAID}}}, correlate: {{b: {{from: .data.billId, expect: '${{ .bill }}'}}}}}}}}"
    );
    let mut run = listen(&to, "");
    assert_eq!(run.subscriptions[0].key, key(".data.billId", &json!("7")));
    assert_eq!(run.subscriptions[0].kind.as_deref(), Some(PAID));
    run.event(PAID, "1", &json!({"billId": "8"}));
    run.event(PAID, "2", &json!({"other": "7"}));
    assert!(run.stand.end.is_none());

    run.event(PAID, "3", &json!({"billId": "7"}));

    assert_eq!(run.output(), &json!([{"billId": "7"}]));
}

#[test]
fn attributes_may_be_computed_and_an_event_that_fits_no_expression_is_passed_over() {
    let to = format!(
        "{{one: {{with: {{type: {PAID}, source: '${{ startswith(\"//pay\") }}', \
         data: '${{ (.amount | tonumber) > $input.least }}'}}}}}}"
    );
    let tasks = format!("- l:\n    listen:\n      to: {to}");
    let mut run = Run::start(workflow(&tasks), json!({"least": 10}));
    run.event(PAID, "1", &json!({"amount": "5"}));
    run.event(PAID, "2", &json!({"amount": "many"}));
    run.event(PAID, "3", &json!({}));
    assert!(run.stand.end.is_none());

    run.event(PAID, "4", &json!({"amount": "11"}));

    assert_eq!(run.output(), &json!([{"amount": "11"}]));
}

#[test]
fn any_takes_the_first_and_the_envelope_tells_which() {
    let to = format!("{{any: [{{with: {{type: {PAID}}}}}, {{with: {{type: {EXPIRED}}}}}]}}");
    let mut run = listen(&to, "      read: envelope\n");

    run.event(EXPIRED, "1", &json!({"billId": "7"}));

    assert_eq!(run.output()[0]["type"], EXPIRED);
    assert_eq!(run.output()[0]["data"]["billId"], "7");
    assert_eq!(run.output()[0]["specversion"], "1.0");
}

#[test]
fn all_takes_one_for_each_and_what_the_first_settles_binds_the_others() {
    let filter =
        |kind| format!("{{with: {{type: {kind}}}, correlate: {{c: {{from: .data.caseId}}}}}}");
    let mut run = listen(&format!("{{all: [{}, {}]}}", filter(PAID), filter(EXPIRED)), "");
    run.event(EXPIRED, "1", &json!({"caseId": "a"}));
    run.event(EXPIRED, "2", &json!({"caseId": "a"}));
    run.event(PAID, "3", &json!({"caseId": "b"}));
    assert!(run.stand.end.is_none());

    run.event(PAID, "4", &json!({"caseId": "a"}));

    assert_eq!(run.output(), &json!([{"caseId": "a"}, {"caseId": "a"}]));
}

#[test]
fn an_event_is_taken_once_however_often_it_comes() {
    let one = format!("{{to: {{one: {{with: {{type: {PAID}}}}}}}}}");
    let tasks = format!("- a: {{listen: {one}}}\n- b: {{listen: {one}}}");
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.event(PAID, "1", &json!({"n": 1}));
    assert_eq!(run.stand.positions(), ["/do/1/b"]);
    run.event(PAID, "1", &json!({"n": 1}));
    assert_eq!(run.stand.positions(), ["/do/1/b"]);

    run.event(PAID, "2", &json!({"n": 2}));

    assert_eq!(run.output(), &json!([{"n": 2}]));
}
