//! What the engine reads out of an author's own metadata.

use crate::{read, with_tasks};
use rangkai_workflow::Definition;
use serde_json::json;

fn warnings(definition: &Definition) -> Vec<String> {
    let warnings = definition.warnings.iter();
    warnings.map(|it| format!("{}:{}:{}", it.code, it.line, it.column)).collect()
}

#[test]
fn what_the_timeline_cannot_tell_is_a_warning_and_no_error() {
    let with = |timeline: &str| {
        let task =
            format!("  - one: {{ set: {{ a: 1 }}, metadata: {{ timeline: {timeline} }} }}\n");
        warnings(&read(&with_tasks(&task)))
    };
    let right = "{ id: Selesai, en: Done, hidden: false, title: { id: a }, waiting: { en: b } }";
    assert_eq!(with(right), [""; 0]);
    for (timeline, expected) in [
        ("[]", "timeline.value:3:49"),
        ("{ fr: a }", "timeline.unknown:3:51"),
        ("{ title: { fr: a } }", "timeline.unknown:3:60"),
        ("{ id: 7 }", "timeline.value:3:55"),
        ("{ id: '' }", "timeline.value:3:55"),
        ("{ id: '${ .name }' }", "timeline.value:3:55"),
        ("{ hidden: yes }", "timeline.value:3:59"),
        ("{ waiting: a }", "timeline.value:3:60"),
    ] {
        assert_eq!(with(timeline), [expected], "{timeline}");
    }
    assert_eq!(with(&format!("{{ id: {} }}", "x".repeat(301))), ["timeline.value:3:55"]);
}

#[test]
fn search_attributes_are_expressions_on_one_value() {
    let with = |attributes: &str| {
        read(&format!(
            "document: {{ dsl: 1.0.3, namespace: n, name: w, version: 1.0.0,\n\
             metadata: {{ searchAttributes: {attributes} }} }}\n\
             do:\n  - one: {{ set: {{ a: 1 }} }}\n"
        ))
    };
    let right = with("{ region: '${ .region }', large: .amount > 10, kind: .kind }");
    assert_eq!(warnings(&right), [""; 0]);
    let values = right.attributes.values(&json!({"region": "3171", "amount": 7}));
    let expected = [("large".to_owned(), "false".to_owned()), ("region".into(), "3171".into())];
    assert_eq!(values.into_iter().collect::<Vec<_>>(), expected);
    for (attributes, place) in [
        ("[]", "2:31"),
        ("{ region: '.region |' }", "2:41"),
        ("{ region: $secrets.key }", "2:41"),
        ("{ region: 7 }", "2:41"),
        ("{ 'a b': .x }", "2:40"),
        (&format!("{{ {}: .x }}", "x".repeat(33)), "2:68"),
    ] {
        assert_eq!(warnings(&with(attributes)), [format!("attribute.value:{place}")]);
    }
    let nine: Vec<_> = (0..9).map(|number| format!("a{number}: .x")).collect();
    assert_eq!(warnings(&with(&format!("{{ {} }}", nine.join(", ")))).len(), 1);
}
