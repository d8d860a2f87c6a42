//! Calls: announced, answered, cancelled.

use prost::Message as _;
use rangkai_proto::payments::v1::IssueRefundRequest;
use serde_json::json;

use super::{REFUND, Run, refused, workflow};
use crate::domain::{
    instance::{Kind, State},
    run::{Happening, continuation::End},
};

fn called(rest: &str) -> Run {
    let call = REFUND.replace('\n', "\n    ");
    Run::start(workflow(&format!("- c:\n    {call}\n{rest}")), json!({"bill": "b"}))
}

#[test]
fn a_call_is_announced_with_everything_that_it_takes() {
    let run = called("");

    let intent = &run.calls[0];
    assert_eq!(intent.method, "/rangkai.payments.v1.RefundService/IssueRefund");
    assert!(intent.safe);
    let request = IssueRefundRequest::decode(intent.request.as_slice()).unwrap();
    assert_eq!(request.request_id, intent.request_id.to_string());
    assert_eq!((request.bill_id.as_str(), request.reason.as_str()), ("b", "test"));
    assert_eq!(run.stand.positions(), ["/do/0/c"]);
    assert_eq!(State::of(&run.stand, false), State::Running);
}

#[test]
fn the_same_place_is_the_same_request_for_every_process() {
    let (one, other) = (called(""), called(""));

    assert_eq!(one.calls, other.calls);
}

#[test]
fn an_answer_counts_once_and_only_for_its_call() {
    let mut run = called("- s: {set: '${ {got: .refund} }'}");
    let other = Happening::Answered { call: uuid::Uuid::nil(), answer: Ok(json!({"refund": 9})) };
    run.turn(vec![other]);
    assert!(run.stand.end.is_none());

    run.answer(Ok(json!({"refund": 1})));
    let history = run.history.len();
    run.answer(Ok(json!({"refund": 2})));

    assert_eq!(run.output(), &json!({"got": 1}));
    assert_eq!(run.history.len(), history);
}

#[test]
fn each_turn_of_a_loop_and_each_branch_is_a_request_of_its_own() {
    let mut run = called(
        "- s: {set: '${ {bill: .next} }'}\n\
                          - more: {switch: [again: {when: .bill != null, then: c}]}",
    );
    run.answer(Ok(json!({"next": "c"})));
    assert_eq!(run.calls.len(), 2);
    assert_ne!(run.calls[0].request_id, run.calls[1].request_id);

    let call = REFUND.replace('\n', ", ");
    let fork = format!("- f: {{fork: {{branches: [a: {{{call}}}, b: {{{call}}}]}}}}");
    let forked = Run::start(workflow(&fork), json!({"bill": "b"}));
    assert_eq!(forked.calls.len(), 2);
    assert_ne!(forked.calls[0].request_id, forked.calls[1].request_id);
}

#[test]
fn a_cancelled_instance_sees_its_calls_to_their_end_and_begins_nothing() {
    let mut run = called("- w: {wait: {days: 1}}");
    run.cancel();
    assert!(run.stand.end.is_none());
    assert_eq!(run.stand.positions(), ["/do/0/c"]);

    run.answer(Err(refused(500)));

    assert_eq!(run.stand.end, Some(End::Cancelled));
    assert_eq!(run.count(Kind::CallAnswered), 1);
    assert_eq!(run.history.last().unwrap().0, Kind::InstanceCancelled);
}

#[test]
fn a_waiting_instance_is_cancelled_at_once() {
    let mut run = Run::start(workflow("- w: {wait: {days: 1}}"), json!({}));

    run.cancel();

    assert_eq!(run.stand.end, Some(End::Cancelled));
    assert_eq!(run.stand.due(), None);
}

#[test]
fn the_loser_of_a_race_is_given_up() {
    let call = REFUND.replace('\n', ", ");
    let fork =
        format!("- f: {{fork: {{compete: true, branches: [a: {{{call}}}, b: {{{call}}}]}}}}");
    let mut run = Run::start(workflow(&fork), json!({"bill": "b"}));

    run.answer(Ok(json!({"won": true})));

    assert_eq!(run.output(), &json!({"won": true}));
    assert_eq!(run.count(Kind::TaskCancelled), 1);
}

#[test]
fn a_failed_fork_asks_again_for_what_a_branch_left_unanswered() {
    let call = REFUND.replace('\n', ", ");
    let fork = format!("- f: {{fork: {{branches: [a: {{{call}}}, b: {{{call}}}]}}}}");
    let retry = "catch: {retry: {limit: {attempt: {count: 3}}}}";
    let text = format!("- t:\n    try:\n      {fork}\n    {retry}");
    let mut run = Run::start(workflow(&text), json!({"bill": "b"}));
    let before: Vec<_> = run.calls.iter().map(|call| call.request_id).collect();

    run.turn(vec![Happening::Answered { call: run.calls[0].id, answer: Err(refused(409)) }]);

    let after: Vec<_> = run.calls[2..].iter().map(|call| call.request_id).collect();
    assert_eq!(after, before);
}
