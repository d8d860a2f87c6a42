//! Requests over HTTP: what an evaluated call sends.

use serde_json::{Value, json};

use super::{Run, document, workflow};
use crate::domain::run::HttpRequest;

fn called(with: &str, input: Value) -> Run {
    Run::start(workflow(&format!("- c:\n    call: http\n    with: {with}")), input)
}

fn sent(with: &str, input: Value) -> HttpRequest {
    HttpRequest::read(&called(with, input).calls[0].request).unwrap()
}

#[test]
fn names_in_braces_and_queries_are_encoded() {
    let with = "{method: get, endpoint: 'https://land.example/p/{a b}?x=1#top', \
                query: {q: '${ .q }', many: [1, true], none: null}}";

    let request = sent(with, json!({"a b": "7/8 ä", "q": "a&b"}));

    let uri = "https://land.example/p/7%2F8%20%C3%A4?x=1&many=1&many=true&q=a%26b";
    assert_eq!((request.method.as_str(), request.uri.as_str()), ("GET", uri));
    assert_eq!((request.headers, request.body), (Vec::new(), None));
}

#[test]
fn an_address_that_is_computed_is_taken_as_it_is() {
    let request = sent("{method: get, endpoint: '${ .url }'}", json!({"url": "https://a.b/{x}"}));

    assert_eq!(request.uri, "https://a.b/{x}");
}

#[test]
fn a_body_is_json_unless_its_author_says_otherwise() {
    let post =
        |rest: &str| sent(&format!("{{method: post, endpoint: 'https://a.b', {rest}}}"), json!({}));
    let json_header = ("content-type".to_owned(), "application/json".to_owned());

    let request = post("body: {n: 1}");
    assert_eq!(request.headers, std::slice::from_ref(&json_header));
    assert_eq!(request.body.as_deref(), Some("{\"n\":1}"));
    let request = post("body: text, headers: {X-Id: 5}");
    assert_eq!(request.headers, [("x-id".to_owned(), "5".to_owned()), json_header]);
    assert_eq!(request.body.as_deref(), Some("\"text\""));
    let request = post("body: text, headers: {Content-Type: text/plain}");
    assert_eq!(request.body.as_deref(), Some("text"));
}

#[test]
fn what_http_says_of_a_method_decides_whether_it_may_be_repeated_and_the_author_may_say_more() {
    for (method, safe) in [("get", true), ("put", true), ("delete", true), ("post", false)] {
        let run = called(&format!("{{method: {method}, endpoint: 'https://a.b'}}"), json!({}));
        assert_eq!(run.calls[0].safe, safe, "{method}");
    }
    let marked = "- c:\n    call: http\n    metadata: {idempotent: true}\n    \
                  with: {method: post, endpoint: 'https://a.b'}";
    assert!(Run::start(workflow(marked), json!({})).calls[0].safe);
}

#[test]
fn what_cannot_be_sent_fails_before_it_is_announced() {
    for with in [
        "{method: get, endpoint: 'https://a.b/{x}'}",
        "{method: get, endpoint: 'https://a.b/{up}'}",
        "{method: get, endpoint: '${ 5 }'}",
        "{method: get, endpoint: 'https://a.b', headers: {a: '${ .x }'}}",
        "{method: get, endpoint: 'https://a.b', headers: {a: \"${ .break }\"}}",
        "{method: get, endpoint: 'https://a.b', headers: '${ {Host: \"c\"} }'}",
        "{method: get, endpoint: 'https://a.b', query: '${ 5 }'}",
    ] {
        let run = called(with, json!({"x": {}, "up": "..", "break": "a\r\nb: c"}));
        assert_eq!(run.fault(), ("validation", 400, "/do/0/c"), "{with}");
        assert!(run.calls.is_empty());
    }
}

#[test]
fn a_function_of_use_reads_what_its_call_gives() {
    let text = "use: {functions: {find: {call: http, with: {method: get, \
                endpoint: 'https://land.example/{number}', query: {lang: '${ .lang }'}}}}}\n\
                do:\n  - c: {call: find, with: {number: '${ .n + 1 }', lang: id}}\n";

    let run = Run::start(document(text), json!({"n": 6}));

    let request = HttpRequest::read(&run.calls[0].request).unwrap();
    assert_eq!(request.uri, "https://land.example/7?lang=id");
}
