//! Documents that are wrong: each mistake is found, where it is.

use crate::{HEADER, functions, list, read, with_tasks};
use rangkai_workflow::{Severity, check};

/// What is found in a text: code, line and column, joined by colons.
fn found(text: &str) -> Vec<String> {
    let findings = check(text, &functions()).err().unwrap_or_default();
    for finding in &findings {
        assert!(!finding.message.is_empty() && !finding.mend.is_empty(), "{finding:?}");
        assert_eq!(finding.severity, Severity::Error, "{}", list(&findings));
    }
    findings.iter().map(|f| format!("{}:{}:{}", f.code, f.line, f.column)).collect()
}

#[test]
fn a_broken_document_says_where() {
    let table = [
        ("", "yaml.empty:1:1"),
        ("a: [", "yaml.syntax:1:4"),
        (
            "a: 1\na: 2\ndocument: 1\ndo: []\n",
            "yaml.duplicate_key:2:1 key.unknown:1:1 kind.wrong:3:11",
        ),
        ("- a\n", "kind.wrong:1:1"),
        ("a: &x [*x]\n", "yaml.alias:1:8"),
        ("a: !custom 1\n", "yaml.tag:1:12"),
        ("a: 1\n---\nb: 1\n", "yaml.documents:2:1"),
        ("? [a]\n: 1\n", "yaml.key:1:3"),
        ("<<: { a: 1 }\n", "yaml.merge:1:1"),
        ("do: []\n", "key.missing:1:1"),
        (
            "document: {}\ndo: []\n",
            "key.missing:1:11 key.missing:1:11 key.missing:1:11 key.missing:1:11",
        ),
        (
            "document: { dsl: 0.8.0, namespace: a_b, name: -x, version: 1.0 }\ndo: []\n",
            "value.dsl:1:18 value.name:1:36 value.name:1:47 kind.wrong:1:60",
        ),
        (
            "document: { dsl: 1.0.3, namespace: a, name: b, version: 1.0.0, colour: red }\ndo: []\n",
            "key.unknown:1:64",
        ),
    ];
    for (text, expected) in table {
        expect(text, expected);
    }
}

#[test]
fn a_broken_task_says_where() {
    let table = [
        ("  - one: {}\n", "task.kind:3:10"),
        ("  - one: { set: { a: 1 }, wait: PT1S }\n", "task.kind:3:10"),
        ("  - one: { sett: { a: 1 } }\n", "task.kind:3:10"),
        ("  - one: { set: { a: 1 }, color: red }\n", "key.unknown:3:27"),
        ("  - { one: { set: { a: 1 } }, two: { set: { a: 1 } } }\n", "task.single:3:5"),
        ("  - one: { set: { a: 1 } }\n  - one: { set: { a: 1 } }\n", "name.duplicate:4:5"),
        ("  - one: { set: { a: 1 }, then: two }\n", "flow.target:3:33"),
        ("  - one: { set: {} }\n", "value.empty:3:17"),
        ("  - one: { set: 5 }\n", "kind.wrong:3:17"),
        ("  - one: { switch: [] }\n", "value.empty:3:20"),
        ("  - one: { switch: [ { a: { when: . } } ] }\n", "key.missing:3:27"),
        ("  - one: { wait: { weeks: 1 } }\n", "value.duration:3:18"),
        ("  - one: { wait: P1Y }\n", "value.duration:3:18"),
        ("  - one: { wait: PT1S, timeout: long }\n", "name.unknown:3:33"),
        ("  - one: { raise: { error: unknown } }\n", "name.unknown:3:28"),
        ("  - one: { raise: { error: { type: x } } }\n", "key.missing:3:28"),
        ("  - one: { try: [] }\n", "key.missing:3:10"),
        ("  - one: { try: [], catch: { retry: patient } }\n", "name.unknown:3:37"),
        ("  - one: { try: [], catch: { as: 1x } }\n", "value.variable:3:34"),
        (
            "  - one: { try: [], catch: { retry: { backoff: { linear: {}, constant: {} } } } }\n",
            "value.choice:3:48",
        ),
        (
            "  - one: { try: [], catch: { retry: { limit: { attempt: { count: many } } } } }\n",
            "kind.wrong:3:66",
        ),
        (
            "  - one: { fork: { branches: [ { a: { wait: PT1S, then: b } }, { b: { wait: PT1S } } ] } }\n",
            "flow.target:3:57",
        ),
        ("  - one: { fork: { compete: 1 } }\n", "kind.wrong:3:29 key.missing:3:18"),
        (
            "  - one: { set: { a: 1 }, input: { schema: { document: { type: 5 } } } }\n",
            "schema.wrong:3:56",
        ),
        (
            "  - one: { set: { a: 1 }, input: { schema: { document: { $ref: 'http://x/y' } } } }\n",
            "schema.wrong:3:56",
        ),
        (
            "  - one: { set: { a: 1 }, input: { schema: { resource: { uri: a } } } }\n",
            "feature.refused:3:56",
        ),
    ];
    for (tasks, expected) in table {
        expect(&with_tasks(tasks), expected);
    }
}

#[test]
fn an_expression_that_cannot_run_is_pointed_at() {
    let table = [
        ("  - one: { set: { a: '${ .a + }' } }\n", "expression.syntax:3:31"),
        ("  - one: { set: { a: \"${ nonsense }\" } }\n", "expression.syntax:3:26"),
        ("  - one: { set: { a: '${ .a + $fee }' } }\n", "expression.variable:3:31"),
        ("  - one: { set: { a: '${ $contxt }' } }\n", "expression.variable:3:26"),
        ("  - one: { set: . , if: $output.a }\n", "expression.variable:3:25"),
        ("  - one: { set: . , if: now > 1 }\n", "expression.syntax:3:25"),
        ("  - one: { set: . , if: '${ $error }' }\n", "expression.variable:3:29"),
        ("  - one: { set: . , input: { from: $input } }\n", "expression.variable:3:36"),
        ("  - one: { set: . , output: { as: 5 } }\n", "kind.wrong:3:35"),
        ("  - one: { set: { a: '${ $secrets.key }' } }\n", "secret.undeclared:3:22"),
        ("  - one:\n      set: |\n        .a |\n          env.PATH\n", "expression.syntax:6:11"),
        ("  - one: { switch: [ { a: { when: '', then: end } } ] }\n", "expression.syntax:3:36"),
        ("  - one: { wait: { seconds: '${ 1 }' } }\n", "kind.wrong:3:18"),
    ];
    for (tasks, expected) in table {
        expect(&with_tasks(tasks), expected);
    }
}

#[test]
fn a_call_is_checked_against_its_method() {
    let bill = "rangkai.payments.v1.BillService.IssueBill:1@default";
    let table = [
        ("call: rangkai.payments.v1.BillService.IssueBil:1@default", "function.unknown:3:18"),
        ("call: rangkai.payments.v1.BillService.IssueBill", "function.unknown:3:18"),
        ("call: rangkai.payments.v1.BillService.IssueBill:2@default", "function.version:3:18"),
        ("call: rangkai.payments.v1.BillService.IssueBill:1@elsewhere", "feature.refused:3:18"),
        ("call: notify", "function.unknown:3:18"),
        ("call: asyncapi, with: {}", "feature.refused:3:18"),
        ("call: rangkai.payments.v1.BillService.GetBill:1@default", "argument.missing:3:18"),
        ("call: rangkai.payments.v1.BillService.GetBill:1@default, with: 5", "kind.wrong:3:75"),
        (
            "call: rangkai.payments.v1.BillService.GetBill:1@default, with: { billId: 5 }",
            "argument.kind:3:85",
        ),
        (
            "call: rangkai.payments.v1.BillService.GetBill:1@default, with: { bilId: a, billId: a }",
            "argument.unknown:3:77",
        ),
        (
            "call: rangkai.payments.v1.BillService.GetBill:1@default, with: { billId: a, bill_id: a }",
            "argument.twice:3:88",
        ),
    ];
    for (task, expected) in table {
        expect(&with_tasks(&format!("  - one: {{ {task} }}\n")), expected);
    }
    let with = |arguments: &str| {
        with_tasks(&format!("  - one:\n      call: {bill}\n      with:\n{arguments}"))
    };
    let right =
        "        payerSubjectId: a\n        caseId: b\n        items: [ { tariffCode: c } ]\n";
    read(&with(right));
    for (line, expected) in [
        ("        validFor: P7D\n", "argument.kind:9:19"),
        ("        request_id: ${ .id }\n", "argument.request_id:9:9"),
    ] {
        expect(&with(&format!("{right}{line}")), expected);
    }
    let empty =
        "        payerSubjectId: a\n        caseId: b\n        items: [ { units: 1.5 }, 7 ]\n";
    expect(&with(empty), "argument.missing:8:18 argument.kind:8:27 argument.kind:8:34");
}

#[test]
fn an_event_that_no_block_tells_is_found() {
    let listen = |to: &str| with_tasks(&format!("  - one: {{ listen: {{ to: {to} }} }}\n"));

    expect(
        &listen("{ one: { with: { type: rangkai.payments.v1.BillPayed } } }"),
        "event.unknown:3:49",
    );
    expect(&listen("{ one: { with: {} } }"), "value.empty:3:41");
    expect(&listen("{ all: [] }"), "value.empty:3:33");
    expect(&listen("{ one: { with: { type: a.B } }, all: [] }"), "value.choice:3:26");
    let until = "{ one: { with: { subject: a } }, until: . }";
    expect(&listen(until), "value.choice:3:66");
    let until = "{ any: [], until: { one: {}, until: . } }";
    expect(&listen(until), "key.unknown:3:55 key.missing:3:51");
    let correlate = "{ one: { with: { subject: a }, correlate: { bill: { expect: a } } } }";
    expect(&listen(correlate), "key.missing:3:76");
}

#[test]
fn what_the_engine_will_not_do_is_refused_by_name() {
    let table = [
        ("  - one: { run: { shell: { command: ls } } }\n", "feature.refused:3:19"),
        ("  - one: { run: { container: { image: a } } }\n", "feature.refused:3:19"),
        ("  - one: { run: { script: { language: js } } }\n", "feature.refused:3:19"),
        (
            "  - one: { run: { workflow: { namespace: a, name: b }, return: stdout } }\n",
            "feature.refused:3:64",
        ),
        (
            "  - one: { emit: { event: { with: { source: s, type: rangkai.payments.v1.BillPaid } } } }\n",
            "event.reserved:3:35",
        ),
    ];
    for (tasks, expected) in table {
        expect(&with_tasks(tasks), expected);
    }
    let all = "{ on: { all: [ { with: { type: a.b } } ] } }";
    expect(&format!("{HEADER}schedule: {all}\ndo: []\n"), "feature.unsupported:2:17");
    for (used, expected) in [
        ("catalogs: { a: {} }", "feature.refused:2:18"),
        ("extensions: [ { a: { extend: all } } ]", "feature.unsupported:2:20"),
    ] {
        expect(&format!("{HEADER}use: {{ {used} }}\ndo: []\n"), expected);
    }
    expect(&format!("{HEADER}evaluate: {{ language: js }}\ndo: []\n"), "feature.unsupported:2:23");
}

#[test]
fn a_loop_an_event_and_a_child_say_what_they_lack() {
    let table = [
        ("for: { each: x }, do: []", "key.missing:3:17"),
        ("for: { in: ., each: 'a-b' }, do: []", "value.variable:3:32"),
        ("for: { in: . }", "key.missing:3:10"),
        ("for: { in: . }, while: '$itm', do: []", "expression.variable:3:36"),
        ("emit: { event: { with: { type: a } } }", "key.missing:3:35"),
        ("emit: { event: {} }", "key.missing:3:27"),
        ("emit: { event: { with: { type: a, source: s, Sub-ject: x } } }", "value.name:3:57"),
        ("run: { workflow: { name: a } }", "key.missing:3:29"),
        ("run: { workflow: { namespace: a, name: b, version: '2' } }", "value.version:3:63"),
        ("run: {}", "key.missing:3:17"),
    ];
    for (task, expected) in table {
        expect(&with_tasks(&format!("  - one: {{ {task} }}\n")), expected);
    }
}

#[test]
fn every_bound_is_found() {
    let long = with_tasks(&format!("  - one: {{ set: {{ a: '{}' }} }}\n", "x".repeat(300_000)));
    expect(&long, "yaml.too_large:1:1");
    let deep =
        with_tasks(&format!("  - one: {{ set: {{ a: {}{} }} }}\n", "[".repeat(99), "]".repeat(99)));
    assert!(found(&deep)[0].starts_with("yaml.syntax:3:"));
    let laughs = "a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
    assert!(found(laughs)[0].starts_with("yaml.too_large:"));
    let many: Vec<_> = (0..65).map(|n| format!("{{ b{n}: {{ wait: PT1S }} }}")).collect();
    let many = many.join(", ");
    expect(
        &with_tasks(&format!("  - one: {{ fork: {{ branches: [ {many} ] }} }}\n")),
        "limit.exceeded:3:30",
    );
}

#[test]
fn all_mistakes_come_at_once_with_pointer_and_help() {
    let text =
        with_tasks("  - one: { set: { a: '${ $contxt }' }, then: tow }\n  - two: { wiat: PT1S }\n");

    let findings = check(&text, &functions()).unwrap_err();

    let said = [
        "3:26: error[expression.variable]: there is no variable $contxt; did you mean $context?",
        "3:46: error[flow.target]: there is no task tow in this list; did you mean two?",
        "4:10: error[task.kind]: the task does nothing; give it one of call, emit, for, fork, \
         listen, raise, run, set, switch, try, wait, do",
    ];
    assert_eq!(list(&findings), said.map(|line| format!("{line}\n")).concat());
    assert_eq!(findings[0].pointer, "/do/0/one/set/a");
    assert_eq!(findings[1].pointer, "/do/0/one/then");
    assert_eq!(findings[2].pointer, "/do/1/two");
}

#[test]
fn what_is_probably_not_meant_is_a_warning() {
    let table = [
        (
            "  - one: { set: { a: 1 }, then: end }\n  - two: { set: { a: 2 } }\n",
            "flow.unreachable:4",
        ),
        ("  - one: { set: { a: 'Hello ${ .name }' } }\n", "expression.embedded:3"),
        (
            "  - one: { switch: [ { a: { then: end } }, { b: { when: ., then: end } } ] }\n",
            "flow.unreachable:3",
        ),
    ];
    for (tasks, expected) in table {
        let warnings = read(&with_tasks(tasks)).warnings;
        let found: Vec<_> = warnings.iter().map(|f| format!("{}:{}", f.code, f.line)).collect();
        assert_eq!(found, [expected], "{tasks}");
    }
    let skipped = "  - one: { set: { a: 1 }, if: .x, then: end }\n  - two: { set: { a: 2 } }\n";
    assert_eq!(read(&with_tasks(skipped)).warnings, []);
}

pub fn expect(text: &str, expected: &str) {
    let (mut found, mut wanted) = (found(text), expected.split(' ').collect::<Vec<_>>());
    found.sort();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{}", text.get(..400).unwrap_or(text));
}
