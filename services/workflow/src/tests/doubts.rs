//! What was taken and given back where answers are late, lost or contradict each other.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Run,
    effects::{decide, seat},
    refused, silence, workflow,
};
use crate::domain::{
    instance::{Kind, State},
    problem::Problem,
    run::Happening,
};

const PAY: &str = "- pay: {call: 'rangkai.payments.v1.RefundService.IssueRefund:1@default', with: {billId: p, reason: pay}}";
const MINUTE: Duration = Duration::from_mins(1);

/// Tries tasks, and once more with this retry.
fn tried(tasks: &str, retry: &str) -> String {
    let tasks: Vec<_> = tasks.lines().map(|line| format!("      {line}")).collect();
    format!("- t:\n    try:\n{}\n    catch: {{retry: {retry}}}\n", tasks.join("\n"))
}

fn twice(tasks: &str) -> String {
    tried(tasks, "{limit: {attempt: {count: 2}}}")
}

impl Run {
    /// Answers the call that was made as the `at`th, from 0.
    fn answer_to(&mut self, at: usize, answer: Result<Value, Problem>) {
        let call = self.calls[at].id;
        self.turn(vec![Happening::Answered { call, answer }]);
    }

    fn asks_for(&self, at: usize, word: &[u8]) -> bool {
        self.calls[at].request.windows(word.len()).any(|it| it == word)
    }
}

#[test]
fn what_is_asked_for_again_is_given_back_once() {
    let tasks = format!("{}{}", twice(&format!("{}{PAY}", seat("a"))), decide(""));
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.done("7");
    run.answer(Err(silence()));
    // The same request as before.
    run.done("7");
    assert_eq!(run.calls[0].request_id, run.calls[2].request_id);

    run.answer(Err(refused(409)));
    run.done("");

    assert_eq!(run.fault().1, 409);
    assert_eq!(run.made(), ["a", "pay", "a", "pay", "back"]);
}

#[test]
fn what_an_attempt_left_behind_belongs_to_the_next_one_that_asks_for_the_same() {
    let retry = "{limit: {attempt: {count: 2, duration: PT1M}}}";
    let tasks = format!("{}{}", tried(&seat("a"), retry), decide(""));
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.pass(MINUTE);
    assert_eq!(run.calls[0].request_id, run.calls[1].request_id);

    run.done("7");
    run.answer_to(0, Ok(json!({"id": "7"})));
    run.done("");

    assert_eq!(run.output(), &json!({"id": ""}));
    assert_eq!(run.made(), ["a", "a", "decide"]);
}

#[test]
fn what_a_failed_attempt_took_is_given_back_though_all_ends_well() {
    let tasks = format!("{}{}", twice(&format!("{}{PAY}", seat("a"))), decide(""));
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.done("7");
    run.answer(Err(refused(409)));
    run.done("8");
    run.done("");
    run.done("decided");
    assert!(run.asks_for(5, b"7"));
    run.done("");

    assert_eq!(run.output(), &json!({"id": "decided"}));
    assert_eq!(run.made(), ["a", "pay", "a", "pay", "decide", "back"]);
}

fn deciding() -> Run {
    let timely = decide("").replace("metadata:", "timeout: {after: PT1M}\n    metadata:");
    let mut run = Run::start(workflow(&format!("{}{timely}", seat("a"))), json!({}));
    run.done("7");
    run.pass(MINUTE);
    assert!(run.stand.end.is_none(), "it waits to hear whether it was decided");
    assert!(run.stand.is_past_final_step(&run.definition));
    run
}

#[test]
fn a_final_step_whose_time_is_over_is_waited_for_before_anything_is_undone() {
    let mut run = deciding();
    run.answer_to(1, Ok(json!({})));
    assert_eq!((run.fault().0, run.made()), ("timeout", vec!["a", "decide"]));

    let mut run = deciding();
    run.answer_to(1, Err(refused(409)));
    run.done("");
    assert_eq!((run.fault().0, run.made()), ("timeout", vec!["a", "decide", "back"]));

    let mut run = deciding();
    run.answer_to(1, Err(silence()));
    assert_eq!((run.fault().0, run.made()), ("timeout", vec!["a", "decide"]));
    assert_eq!(run.stand.open.len(), 2);
}

#[test]
fn a_final_step_that_was_in_doubt_and_turns_out_not_taken_lets_all_be_undone() {
    let tasks = format!("{}{}", seat("a"), twice(&decide("")));
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.done("7");
    run.answer(Err(silence()));
    assert!(run.stand.is_past_final_step(&run.definition));

    run.answer(Err(refused(409)));
    run.done("");

    assert_eq!(run.made(), ["a", "decide", "decide", "back"]);
}

#[test]
fn what_somebody_notices_is_asked_about_until_it_is_known() {
    let timely = seat("a").replace("metadata:", "timeout: {after: PT1M}\n    metadata:");
    let run = Run::start(workflow(&format!("{timely}{}", decide(""))), json!({}));
    assert_eq!(run.calls[0].deadline, None);
    let plain = format!("{}, timeout: {{after: PT1M}}}}", &PAY[..PAY.len() - 1]);
    let run = Run::start(workflow(&plain), json!({}));
    assert!(run.calls[0].deadline.is_some());
}

#[test]
fn what_nobody_ever_knows_is_said() {
    let mut run = Run::start(workflow(&format!("{}{}", seat("a"), decide(""))), json!({}));
    run.answer(Err(silence()));

    assert_eq!(run.fault().2, "/do/0/a");
    assert_eq!(run.count(Kind::UndoFailed), 1);
    assert_eq!(run.made(), ["a"]);
}

#[test]
fn whoever_cancels_what_is_being_undone_does_not_end_that() {
    let mut run = Run::start(workflow(&format!("{}{PAY}\n{}", seat("a"), decide(""))), json!({}));
    run.done("7");
    run.answer(Err(refused(409)));
    assert_eq!(run.stand.positions(), ["/do/0/a/metadata/undo/0/back"]);

    run.cancel();
    assert_eq!(run.stand.positions(), ["/do/0/a/metadata/undo/0/back"]);
    run.done("");

    assert_eq!(run.fault().1, 409);
    assert_eq!(run.count(Kind::UndoFailed), 0);
}

#[test]
fn a_turn_that_breaks_off_loses_nothing_that_was_taken() {
    let mut run = Run::start(workflow(&format!("{}{}", seat("a"), decide(""))), json!({}));
    let call = run.calls[0].id;
    run.break_off(vec![Happening::Answered { call, answer: Ok(json!({"id": "7"})) }]);
    assert!(run.stand.calls().is_empty());
    assert_eq!(State::of(&run.stand, false), State::Running);

    run.wind_up();
    assert_eq!(run.made(), ["a", "back"]);
    run.break_off(Vec::new());

    assert_eq!((run.fault().0, run.count(Kind::UndoFailed)), ("runtime", 1));
    assert_eq!(run.stand.end.as_ref().map(|_| run.stand.open.len()), Some(0));
}

#[test]
fn too_much_state_is_given_up_and_what_was_taken_given_back() {
    let timely = seat("a").replace("metadata:", "input: {from: '{}'}\n    metadata:");
    let grow =
        "- grow: {set: {a: '${ $workflow.input }', b: '${ $workflow.input }'}}\n- w: {wait: P1D}\n";
    let tasks = format!("{timely}{grow}{}", decide(""));
    let mut run = Run::start(workflow(&tasks), json!({"x": "y".repeat(300_000)}));
    run.done("7");
    assert_eq!(run.made(), ["a", "back"]);
    run.done("");

    assert_eq!(run.fault().0, "runtime");
    assert_eq!(run.count(Kind::UndoFailed), 0);
}

#[test]
fn what_gives_back_takes_and_decides_nothing_itself() {
    let metadata = "metadata: {effect: final}";
    let undone =
        |name| seat(name).replace("reason: back}}", &format!("reason: back}}, {metadata}}}"));
    let tasks = format!("{}{}{}", undone("a"), undone("b"), decide(""));
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.done("7");
    run.done("8");
    run.answer(Err(refused(409)));
    run.done("");
    run.done("");

    assert_eq!(run.made(), ["a", "b", "decide", "back", "back"]);
}

#[test]
fn a_marked_child_that_nothing_waits_for_is_seen_to_its_end() {
    let tasks = format!(
        "- a:\n    run: {{workflow: {{namespace: test, name: child}}}}\n    timeout: {{after: PT1M}}\n    metadata:\n      \
         effect: provisional\n      undo: [{{back: {}}}]\n{}",
        &PAY["- pay: ".len()..],
        decide("")
    );
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.pass(MINUTE);
    let child = run.children[0].id;
    assert!(run.stand.end.is_none() && run.stand.abandoned().contains(&child));
    assert_eq!(State::of(&run.stand, false), State::Waiting);

    run.turn(vec![Happening::Answered { call: child, answer: Ok(json!({})) }]);
    assert_eq!(run.made(), ["back"]);
    run.done("");

    assert_eq!(run.fault().0, "timeout");
}
