//! What happened, told to those whom it is about.

use std::time::Duration;

use serde_json::json;

use super::{REFUND, Run, workflow};
use crate::domain::{
    definition::Language,
    timeline::{Happened, Line, Teller},
};

fn told(run: &Run, language: Language) -> Vec<Line> {
    let mut teller = Teller::new(run.definition(), language);
    for (place, (kind, task)) in run.history.iter().enumerate() {
        let sequence = i64::try_from(place).unwrap() + 1;
        let happened = Happened { sequence, kind: *kind, task: task.clone(), time: run.now };
        assert!(teller.tell(&happened, 100));
    }
    teller.lines()
}

fn sentences(run: &Run, language: Language) -> Vec<String> {
    told(run, language).into_iter().map(|line| line.sentence).collect()
}

#[test]
fn without_a_word_of_the_author_calls_and_waits_are_told() {
    let tasks = format!(
        "\
- prepare: {{set: {{bill: b}}}}
- issueRefund: {{do: [payBack: {{{REFUND}}}]}}
- cooling_off: {{wait: {{days: 1}}}}
- choose: {{switch: [only: {{then: end}}]}}"
    );
    let tasks = tasks.replace("\nwith", ", with");
    let mut run = Run::start(workflow(&tasks), json!({}));
    run.answer(Ok(json!({})));
    run.pass(Duration::from_hours(24));

    let indonesian =
        ["Selesai: Pay back.", "Menunggu: Cooling off.", "Proses selesai."].map(str::to_owned);
    assert_eq!(sentences(&run, Language::Indonesian), indonesian);
    let english = ["Done: Pay back.", "Waiting: Cooling off.", "The process is complete."];
    assert_eq!(sentences(&run, Language::English), english.map(str::to_owned));
}

#[test]
fn the_author_gives_sentences_and_titles_and_hides_what_is_internal() {
    let tasks = "\
- prepare:
    metadata: {timeline: {id: 'Permohonan diterima.', en: 'The application arrived.'}}
    set: {x: 1}
- cool:
    metadata: {timeline: {waiting: {en: 'Time to think.'}}}
    wait: {hours: 1}
- name:
    metadata: {timeline: {title: {id: 'masa tunggu', en: 'the delay'}}}
    wait: {hours: 1}
- inside:
    metadata: {timeline: {hidden: true}}
    do: [secret: {wait: {hours: 1}}]";
    let mut run = Run::start(workflow(tasks), json!({}));
    for _ in 0..3 {
        run.pass(Duration::from_hours(1));
    }

    let english = [
        "The application arrived.",
        "Time to think.",
        "Waiting: the delay.",
        "The process is complete.",
    ];
    assert_eq!(sentences(&run, Language::English), english.map(str::to_owned));
    // What the author says in one language only is better than what nobody wrote.
    let indonesian =
        ["Permohonan diterima.", "Time to think.", "Menunggu: masa tunggu.", "Proses selesai."];
    assert_eq!(sentences(&run, Language::Indonesian), indonesian.map(str::to_owned));
}

#[test]
fn what_fails_is_told_without_what_is_technical_and_repetitions_are_one_line() {
    let tasks = "\
- again: {wait: {hours: 1}}
- loop: {switch: [more: {when: '.left > 1', then: less}, done: {then: fail}]}
- less: {set: '${ {left: (.left - 1)} }', then: again}
- fail: {raise: {error: {type: https://example.org/no, status: 400, detail: 'Budi'}}}";
    let mut run = Run::start(workflow(tasks), json!({"left": 3}));
    for _ in 0..3 {
        run.pass(Duration::from_hours(1));
    }

    let lines = told(&run, Language::English);

    let said: Vec<_> = lines.iter().map(|line| (line.sentence.as_str(), line.times)).collect();
    let stopped = "The process stopped because of a technical problem.";
    assert_eq!(said, [("Waiting: Again.", 3), (stopped, 1)]);
}
