//! Errors: raised, caught, tried again.

use std::time::Duration;

use serde_json::json;

use super::{REFUND, Run, document, refused, silence, workflow};
use crate::domain::instance::Kind;

fn tried(catch: &str) -> Run {
    let call = REFUND.replace('\n', "\n        ");
    let tasks = format!("- t:\n    try:\n      - c:\n          {call}\n    catch:\n{catch}")
        .replace("\n        with", "\n          with");
    Run::start(workflow(&tasks), json!({"bill": "b"}))
}

#[test]
fn an_error_is_caught_where_its_filter_fits() {
    let error = "{type: https://e.id/late, status: 409, title: too late}";
    for (catch, fits) in [
        ("{}", true),
        ("{errors: {with: {type: https://e.id/late}}}", true),
        ("{errors: {with: {type: https://e.id/other}}}", false),
        ("{errors: {with: {status: 409, title: too late}}}", true),
        ("{errors: {with: {status: 410}}}", false),
        ("{errors: {with: {instance: /do/0/t/try/0/r}}}", true),
        ("{when: $error.status == 409}", true),
        ("{when: $error.status == 410}", false),
        ("{exceptWhen: $error.status == 409}", false),
        ("{as: it, when: $it.status == 409}", true),
    ] {
        let tasks = format!(
            "- t:\n    try:\n      - r: {{raise: {{error: {error}}}}}\n    catch: {catch}\n\
             - n: {{set: {{went: on}}}}"
        );
        let run = Run::start(workflow(&tasks), json!({}));
        if fits {
            assert_eq!(run.output(), &json!({"went": "on"}), "{catch}");
        } else {
            assert_eq!(run.fault(), ("late", 409, "/do/0/t/try/0/r"), "{catch}");
        }
    }
}

#[test]
fn what_is_done_about_an_error_can_read_it() {
    let run = Run::start(
        workflow(
            "- t:\n    try:\n      - r: {raise: {error: {type: https://e.id/a, status: 400, \
             detail: '${ \"no \" + .what }'}}}\n    catch:\n      as: why\n      do:\n\
             \x20       - s: {set: '${ {status: $why.status, detail: $why.detail, at: $why.instance, \
             what} }'}",
        ),
        json!({"what": "fee"}),
    );

    let at = "/do/0/t/try/0/r";
    let expected = json!({"status": 400, "detail": "no fee", "at": at, "what": "fee"});
    assert_eq!(run.output(), &expected);
}

#[test]
fn standard_errors_are_known_in_every_spelling() {
    for spelling in [
        "https://serverlessworkflow.io/spec/1.0.0/errors/communication",
        "https://serverlessworkflow.io/dsl/errors/types/communication",
    ] {
        let mut run = tried(&format!("      errors: {{with: {{type: '{spelling}'}}}}"));

        run.answer(Err(refused(404)));

        assert_eq!(run.output(), &json!({"bill": "b"}));
    }
}

#[test]
fn attempts_are_counted_and_put_off() {
    let mut run = tried(
        "      retry: {delay: {seconds: 2}, backoff: {exponential: {}}, limit: {attempt: {count: 3}}}",
    );
    for wait in [2, 4] {
        run.answer(Err(refused(503)));
        assert_eq!(run.stand.due(), Some(run.now + Duration::from_secs(wait)));
        run.pass(Duration::from_secs(wait));
    }

    run.answer(Err(refused(503)));

    assert_eq!(run.fault(), ("communication", 503, "/do/0/t/try/0/c"));
    assert_eq!((run.calls.len(), run.count(Kind::TaskRetried)), (3, 2));
}

#[test]
fn what_is_no_longer_tried_is_dealt_with() {
    let mut run = tried(
        "      retry: {limit: {attempt: {count: 2}}}\n      do:\n        - s: {set: {gave: up}}",
    );

    run.answer(Err(refused(500)));
    run.answer(Err(refused(500)));

    assert_eq!(run.output(), &json!({"gave": "up"}));
}

#[test]
fn a_definite_error_makes_a_new_request_and_silence_the_same_one() {
    let mut run = tried("      retry: {limit: {attempt: {count: 5}}}");
    run.answer(Err(silence()));
    run.answer(Err(refused(409)));
    run.answer(Err(silence()));
    run.answer(Ok(json!({"done": true})));

    let ids: Vec<_> = run.calls.iter().map(|call| call.request_id).collect();
    assert!(ids[0] == ids[1] && ids[1] != ids[2] && ids[2] == ids[3], "{ids:?}");
    let mut calls: Vec<_> = run.calls.iter().map(|call| call.id).collect();
    calls.dedup();
    assert_eq!(calls.len(), 4);
    assert_eq!(run.output(), &json!({"done": true}));
}

#[test]
fn what_must_not_be_repeated_is_not() {
    let mut run = tried("      retry: {limit: {attempt: {count: 5}}}");
    let mut problem = silence();
    problem.fate.last = true;

    run.answer(Err(problem));

    assert_eq!(run.fault().0, "communication");
    assert_eq!(run.calls.len(), 1);
}

#[test]
fn the_callee_may_ask_for_more_patience() {
    let mut run = tried("      retry: {delay: {seconds: 1}, limit: {attempt: {count: 5}}}");
    let mut problem = refused(429);
    problem.fate.wait_ms = 60_000;

    run.answer(Err(problem));

    assert_eq!(run.stand.due(), Some(run.now + Duration::from_mins(1)));
}

#[test]
fn mistakes_have_their_own_types() {
    for (rest, kind, status, at) in [
        ("do:\n  - a: {set: '${ .x + {} }'}", "expression", 400, "/do/0/a"),
        ("do:\n  - a: {set: '${ .x[] }'}", "expression", 400, "/do/0/a"),
        (
            "do:\n  - a: {set: {x: 1}, output: {schema: {document: {type: string}}}}",
            "validation",
            400,
            "/do/0/a",
        ),
        (
            "do:\n  - a: {input: {schema: {document: {required: [z]}}}, set: {x: 1}}",
            "validation",
            400,
            "/do/0/a",
        ),
        (
            "output: {schema: {document: {type: string}}}\ndo:\n  - a: {set: {x: 1}}",
            "validation",
            400,
            "",
        ),
        (
            "do:\n  - a:\n      call: rangkai.payments.v1.RefundService.IssueRefund:1@default\n\
          \x20     with: {billId: '${ [.x] }', reason: test}",
            "validation",
            400,
            "/do/0/a",
        ),
        (
            "do:\n  - f:\n      fork: {branches: [a: {set: {x: 1}}, b: {set: '${ .x + {} }'}]}",
            "expression",
            400,
            "/do/0/f/fork/branches/1/b",
        ),
    ] {
        let run = Run::start(document(rest), json!({"x": "secret"}));
        assert_eq!(run.fault(), (kind, status, at), "{rest}");
        assert!(!format!("{:?}", run.stand.end).contains("secret"), "{rest}");
    }
}
