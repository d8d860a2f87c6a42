//! Tasks one after the other, and around each other: the language as a table.

use serde_json::{Value, json};

use super::{Run, document, workflow};

/// Runs every case from input to output.
fn table(cases: &[(&str, Value, Value)]) {
    for (tasks, input, output) in cases {
        let run = Run::start(workflow(tasks), input.clone());
        assert_eq!(run.output(), output, "{tasks}");
    }
}

#[test]
fn values_flow_as_the_language_says() {
    table(&[
        ("- a: {set: {x: 1}}", json!({"y": 2}), json!({"x": 1})),
        ("- a: {set: '${ {x: .y} }'}", json!({"y": 2}), json!({"x": 2})),
        (
            "- a: {set: {x: '${ .y + 1 }', z: plain}}",
            json!({"y": 2}),
            json!({"x": 3, "z": "plain"}),
        ),
        ("- a: {set: {x: 1}}\n- b: {set: '${ {x: (.x + 1)} }'}", json!({}), json!({"x": 2})),
        (
            "- a: {input: {from: .deep}, set: {x: '${ .y }', i: '${ $input.y }'}}",
            json!({"deep": {"y": 1}}),
            json!({"x": 1, "i": 1}),
        ),
        ("- a: {set: {x: 1}, output: {as: .x}}", json!({}), json!(1)),
        (
            "- a: {set: {x: 1}, export: {as: '{n: .x, o: $output.x, i: $input.y}'}}\n\
          - b: {set: '${ $context }'}",
            json!({"y": 5}),
            json!({"n": 1, "o": 1, "i": 5}),
        ),
        ("- a: {set: '${ {c: $context} }'}", json!({}), json!({"c": null})),
        (
            "- a: {set: {x: 1}, export: {as: '{a: 1}'}}\n- b: {set: {x: 1}, export: {as: '{b: 1}'}}\n\
          - c: {set: '${ $context }'}",
            json!({}),
            json!({"b": 1}),
        ),
        ("- a: {if: .go, set: {x: 1}}", json!({"go": false}), json!({"go": false})),
        ("- a: {if: .go, set: {x: 1}}", json!({"go": true}), json!({"x": 1})),
        (
            "- a:\n    do:\n      - b: {set: {x: 1}}\n      - c: {set: '${ {y: .x} }'}\n\
          - d: {set: '${ {z: .y} }'}",
            json!({}),
            json!({"z": 1}),
        ),
        (
            "- a: {set: '${ {n: $task.name, r: $task.reference, i: $workflow.input.k} }'}",
            json!({"k": 3}),
            json!({"n": "a", "r": "/do/0/a", "i": 3}),
        ),
        (
            "- a: {set: '${ {v: $workflow.definition.document.version, e: $runtime.name} }'}",
            json!({}),
            json!({"v": "1.0.0", "e": "rangkai"}),
        ),
    ]);
}

#[test]
fn the_way_leads_where_it_says() {
    table(&[
        (
            "- a: {set: {x: 1}, then: c}\n- b: {set: {x: 2}}\n- c: {set: '${ {x, c: 1} }'}",
            json!({}),
            json!({"x": 1, "c": 1}),
        ),
        ("- a: {set: {x: 1}, then: end}\n- b: {set: {x: 2}}", json!({}), json!({"x": 1})),
        (
            "- a:\n    do:\n      - b: {set: {x: 1}, then: exit}\n      - c: {set: {x: 2}}\n\
          - d: {set: '${ {x, d: 1} }'}",
            json!({}),
            json!({"x": 1, "d": 1}),
        ),
        (
            "- a:\n    do:\n      - b: {set: {x: 1}, then: end}\n- d: {set: {x: 2}}",
            json!({}),
            json!({"x": 1}),
        ),
        (
            "- a:\n    switch:\n      - one: {when: .n == 1, then: one}\n      - rest: {then: two}\n\
          - one: {set: {x: one}, then: end}\n- two: {set: {x: two}}",
            json!({"n": 1}),
            json!({"x": "one"}),
        ),
        (
            "- a:\n    switch:\n      - one: {when: .n == 1, then: one}\n      - rest: {then: two}\n\
          - one: {set: {x: one}, then: end}\n- two: {set: {x: two}}",
            json!({"n": 2}),
            json!({"x": "two"}),
        ),
        (
            "- a:\n    switch:\n      - one: {when: .n == 1, then: end}\n- b: {set: '${ {n, b: 1} }'}",
            json!({"n": 2}),
            json!({"n": 2, "b": 1}),
        ),
        (
            "- a: {set: '${ {n: (.n + 1)} }'}\n\
          - b:\n    switch:\n      - more: {when: .n < 5, then: a}\n",
            json!({"n": 0}),
            json!({"n": 5}),
        ),
    ]);
}

#[test]
fn branches_run_side_by_side() {
    table(&[
        (
            "- f:\n    fork:\n      branches:\n        - a: {set: {x: 1}}\n        - b: {set: {x: 2}}",
            json!({}),
            json!([{"x": 1}, {"x": 2}]),
        ),
        (
            "- f:\n    fork:\n      compete: true\n      branches:\n        - a: {wait: {days: 1}}\n\
          \x20       - b: {set: {x: 2}}",
            json!({}),
            json!({"x": 2}),
        ),
        (
            "- f:\n    fork:\n      compete: true\n      branches:\n\
          \x20       - a: {raise: {error: {type: https://e.id/a, status: 400}}}\n\
          \x20       - b: {set: {x: 2}}",
            json!({}),
            json!({"x": 2}),
        ),
        (
            "- f:\n    fork:\n      branches:\n        - a: {set: {x: 1}, then: end}\n\
          \x20       - b: {wait: {days: 1}}\n- c: {set: {x: 3}}",
            json!({}),
            json!({"x": 1}),
        ),
        (
            "- f:\n    fork:\n      branches:\n\
          \x20       - a: {set: {x: 1}, export: {as: '{a: 1}'}}\n- c: {set: '${ {c: $context} }'}",
            json!({}),
            json!({"c": null}),
        ),
        (
            "- f:\n    fork:\n      branches:\n        - a:\n            do:\n\
          \x20             - g: {fork: {branches: [b: {set: {x: 1}}, c: {set: {x: 2}}]}}\n\
          \x20       - d: {set: {x: 3}}",
            json!({}),
            json!([[{"x": 1}, {"x": 2}], {"x": 3}]),
        ),
    ]);
}

#[test]
fn a_workflow_shapes_what_goes_in_and_out() {
    let definition = document(
        "input: {from: '{y: .x, r: $workflow.input.x}'}\noutput: {as: '{out: .z, c: $context}'}\n\
         do:\n  - a: {set: {z: '${ .y + .r }'}, export: {as: '$input.y'}}",
    );

    let run = Run::start(definition, json!({"x": 1}));

    assert_eq!(run.output(), &json!({"out": 2, "c": 1}));
}

#[test]
fn what_breaks_a_bound_ends_the_instance_for_good() {
    let endless = "- a: {set: {x: 1}, then: a}";
    let caught = "- t:\n    try:\n      - a: {set: {x: 1}, then: a}\n    catch: {}";
    let large = "- a: {set: '${ {x: (.x + .x)} }', then: a}";
    let fat = "- a: {set: '${ {x: (.x * 60000)} }'}\n- b: {wait: {days: 1}}";
    let shells = |count: usize| format!("{}.x{}", "[".repeat(count), "]".repeat(count));
    let forks = (0..8).fold("wait: {days: 1}".to_owned(), |inner, _| {
        format!("fork: {{branches: [f: {{{inner}}}]}}")
    });
    let wrap = format!("set: '${{ {{x: {}}} }}'", shells(20));
    let deep = format!(
        "- a: {{{wrap}}}\n- b: {{{wrap}}}\n- c: {{{wrap}}}\n- d: {{{wrap}}}\n- f: {{{forks}}}"
    );
    for (tasks, input) in [
        (endless, json!({})),
        (caught, json!({})),
        (large, json!({"x": "0123456789abcdef"})),
        (fat, json!({"x": "0123456789abcdef"})),
        (&deep, json!({"x": 1})),
    ] {
        let run = Run::start(workflow(tasks), input);
        let (kind, status, _) = run.fault();
        assert!(matches!(kind, "runtime" | "expression"), "{tasks}: {kind}");
        assert!(matches!(status, 400 | 500));
    }
}
