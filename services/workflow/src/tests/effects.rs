//! What was taken is given back, unless a final step follows.

use std::time::Duration;

use serde_json::json;

use super::{Run, refused, silence, workflow};
use crate::domain::{instance::Kind, run::Happening};

/// Takes a seat; undone by a call that names what the task gave.
pub fn seat(name: &str) -> String {
    let call = "rangkai.payments.v1.RefundService.IssueRefund:1@default";
    format!(
        "- {name}:
    call: {call}
    with: {{billId: '{name}', reason: take}}
    metadata:
      effect: provisional
      undo:
        - back: {{call: '{call}', with: {{billId: '${{ .output.id }}', reason: back}}}}
"
    )
}

pub fn decide(rest: &str) -> String {
    let call = "rangkai.payments.v1.RefundService.IssueRefund:1@default";
    format!(
        "- decide:
    call: {call}
    with: {{billId: x, reason: decide}}
    metadata: {{effect: final, notice: true}}
{rest}"
    )
}

impl Run {
    pub fn done(&mut self, id: &str) {
        self.answer(Ok(json!({"id": id})));
    }

    /// The tasks of the calls so far, by the last word of their pointers.
    pub fn made(&self) -> Vec<&str> {
        let names = self.calls.iter().map(|call| call.task.rsplit('/').next().unwrap_or_default());
        names.collect()
    }
}

fn begun() -> Run {
    let tasks = format!("{}{}{}", seat("a"), seat("b"), decide(""));
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.done("7");
    run.done("8");
    run
}

#[test]
fn a_failure_gives_back_what_was_taken_the_last_thing_first() {
    let mut run = begun();

    run.answer(Err(refused(409)));

    assert_eq!(run.stand.positions(), ["/do/1/b/metadata/undo/0/back"]);
    assert!(run.stand.end.is_none());
    run.done("");
    assert_eq!(run.stand.positions(), ["/do/0/a/metadata/undo/0/back"]);
    run.done("");
    assert_eq!(run.fault(), ("communication", 409, "/do/2/decide"));
    assert_eq!(run.made(), ["a", "b", "decide", "back", "back"]);
    let named = |at: usize, id: &[u8]| run.calls[at].request.windows(id.len()).any(|it| it == id);
    assert!(named(3, b"8") && named(4, b"7"));
    assert_eq!(run.count(Kind::TaskUndone), 2);
}

#[test]
fn what_cannot_be_given_back_is_said_and_the_rest_is_given_back() {
    let mut run = begun();
    run.answer(Err(refused(409)));
    run.answer(Err(refused(500)));
    run.done("");

    assert_eq!(run.fault(), ("communication", 409, "/do/2/decide"));
    let failed = run.history.iter().find(|(kind, _)| *kind == Kind::UndoFailed).unwrap();
    assert_eq!(failed.1, "/do/1/b");
}

#[test]
fn after_the_final_step_it_only_goes_forward() {
    let tasks = format!(
        "{}{}",
        seat("a"),
        decide("- late: {raise: {error: {type: 'https://a.b', status: 500}}}")
    );
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.done("7");
    assert!(!run.stand.is_past_final_step(&run.definition) || run.calls.len() == 2);

    run.done("");

    assert_eq!(run.fault().2, "/do/2/late");
    assert_eq!(run.made(), ["a", "decide"]);
}

#[test]
fn nothing_is_undone_while_nobody_knows_whether_the_final_step_was_taken() {
    let mut run = begun();

    run.answer(Err(silence()));

    assert_eq!(run.fault().2, "/do/2/decide");
    assert_eq!(run.made(), ["a", "b", "decide"]);
    // The two that were taken, and the step that nobody knows of.
    assert_eq!(run.stand.open.len(), 3);
    assert!(run.stand.is_past_final_step(&run.definition));
}

#[test]
fn whoever_cancels_has_everything_given_back_what_is_on_its_way_too() {
    let tasks = format!("{}{}", seat("a"), seat("b"));
    let closed = "- end: {set: {x: 1}, metadata: {effect: final, notice: true}}";
    let mut run = Run::start(workflow(&format!("{tasks}{closed}")), json!({}));
    run.done("7");

    run.cancel();
    assert!(run.stand.end.is_none());
    run.done("8");
    assert_eq!(run.stand.positions(), ["/do/1/b/metadata/undo/0/back"]);
    run.done("");
    run.done("");

    assert_eq!(run.made(), ["a", "b", "back", "back"]);
    assert_eq!(run.count(Kind::InstanceCancelled), 1);
}

#[test]
fn what_comes_after_its_time_is_given_back_though_all_ends_well() {
    let tried: Vec<_> = seat("a").lines().map(|line| format!("      {line}")).collect();
    let tasks = format!(
        "- t:\n    try:\n{}\n          timeout: {{after: PT1M}}\n    catch: {{do: [{{c: {{set: {{late: true}}, metadata: {{notice: true}}}}}}]}}\n",
        tried.join("\n")
    );
    let closed = "- end: {set: {x: 1}, metadata: {effect: final, notice: true}}";
    let mut run = Run::start(workflow(&format!("{tasks}{closed}")), json!({}));
    run.pass(Duration::from_mins(1));
    assert!(run.stand.end.is_none(), "it waits to see what became of the call");

    let call = run.calls[0].id;
    run.turn(vec![Happening::Answered { call, answer: Ok(json!({"id": "9"})) }]);
    assert_eq!(run.made(), ["a", "back"]);
    run.done("");

    assert_eq!(run.output(), &json!({"x": 1}));
}

#[test]
fn a_task_that_undoes_another_leaves_nothing_to_undo() {
    let undo = "- give: {set: {x: 1}, metadata: {undoes: a, notice: true}}\n- stop: {raise: {error: {type: 'https://a.b', status: 500}}}";
    let mut run = Run::start(workflow(&format!("{}{undo}", seat("a"))), json!({}));
    run.done("7");

    assert_eq!(run.fault().2, "/do/2/stop");
    assert_eq!(run.made(), ["a"]);
}
