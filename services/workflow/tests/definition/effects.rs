//! Definitions that leave somebody with something taken, or without a word.

use crate::{functions, with_tasks};
use rangkai_workflow::{Severity, check, definition::Around};

#[test]
fn nobody_may_be_left_with_something_taken_or_without_a_word() {
    let take = "  - take: { set: { x: 1 }, metadata: { effect: provisional, undo: [ { back: { set: { y: 1 } } } ] } }\n";
    let decide = "  - decide: { set: { x: 1 }, metadata: { effect: final } }\n";
    let tell = "  - tell: { set: { x: 1 }, metadata: { notice: true } }\n";
    let table = [
        (format!("{take}{decide}{tell}"), ""),
        (take.to_owned(), "effect.open:3:1 effect.notice:3:1"),
        (format!("{take}{tell}"), "effect.open:3:1"),
        (format!("{take}{decide}"), "effect.notice:3:1"),
        (format!("{tell}{take}{decide}"), "effect.notice:3:1"),
        (
            format!("{take}  - maybe: {{ if: .x, set: {{ x: 1 }}, then: end }}\n{decide}{tell}"),
            "effect.open:3:1 effect.notice:3:1",
        ),
        (format!("{decide}{take}{tell}"), "effect.after_final:4:1 effect.open:4:1"),
        (
            "  - a: { set: { x: 1 }, metadata: { effect: provisional } }\n".to_owned()
                + decide
                + tell,
            "effect.undo:3:35",
        ),
        (
            format!(
                "{take}  - s: {{ switch: [ {{ no: {{ when: .no, then: give }} }}, {{ yes: {{ then: decide }} }} ] }}\n  - give: {{ set: {{ x: 1 }}, metadata: {{ undoes: take, notice: true }}, then: end }}\n{decide}{tell}"
            ),
            "",
        ),
        (
            format!(
                "{take}{decide}{tell}  - g: {{ set: {{ x: 1 }}, metadata: {{ undoes: other, notice: true }} }}\n"
            ),
            "effect.undoes:6:1",
        ),
        // Whichever branch comes first.
        (
            "  - f: { fork: { branches: [ { take: { set: { x: 1 }, metadata: { effect: provisional, undo: [ { b: { set: { y: 1 } } } ] } } }, { d: { set: { x: 1 }, metadata: { effect: final } } } ] } }\n".to_owned() + tell,
            "effect.after_final:3:1 effect.open:3:1",
        ),
        (
            format!("  - d: {{ do: [ {{ s: {{ set: {{ x: 1 }} }} }} ], metadata: {{ effect: final }} }}\n{tell}"),
            "effect.kind:3:1",
        ),
        ((0..9).map(|n| take.replace("take:", &format!("t{n}:")).replace("set: { x: 1 }, m", "if: .x, set: { x: 1 }, m")).collect::<String>() + decide + tell, "effect.paths:3:1"),
        ("  - a: { set: { x: 1 }, metadata: { effect: maybe } }\n".to_owned(), "effect.kind:3:45"),
    ];
    for (tasks, expected) in table {
        let mut found = errors(&with_tasks(&tasks));
        let mut wanted: Vec<_> = expected.split(' ').filter(|it| !it.is_empty()).collect();
        found.sort();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "{tasks}");
    }
}

/// The errors of a text, without its warnings.
fn errors(text: &str) -> Vec<String> {
    let findings = check(text, &functions()).err().unwrap_or_default();
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|f| format!("{}:{}:{}", f.code, f.line, f.column)).collect()
}

#[test]
fn a_published_document_stays_readable_whatever_its_author_meant() {
    let free = with_tasks(
        "  - a: { set: { x: 1 }, metadata: { effect: big, undo: cancelBill, notice: later } }\n",
    );
    assert!(!errors(&free).is_empty());

    let around = Around { published: true, ..Around::default() };
    let definition = check(&free, &functions().among(around)).unwrap();

    assert!(!definition.tasks[0].effect.is_marked());
}
