//! Drawings: every kind of task, names that are anything but names, and an instance in a fork.

use serde_json::json;

use super::{REFUND, Run, workflow};
use crate::domain::{
    definition::Definition,
    drawing::{Chart, Format, MARKING, Mark, Marks, draw},
};

fn every_kind() -> Definition {
    let refund = REFUND.replace('\n', "\n        ");
    workflow(&format!(
        "\
- prepare: {{set: {{paid: true, bill: b}}}}
- choose:
    switch:
    - known: {{when: .paid, then: work}}
    - never: {{when: .other, then: end}}
- work:
    if: .paid
    do:
    - refund:
        {refund}
    - leave: {{set: {{bill: c}}, then: exit}}
- attempt:
    try:
    - ask:
        {refund}
    catch:
      do:
      - forgive: {{set: {{bill: d}}}}
- both:
    fork:
      compete: true
      branches:
      - left: {{wait: {{hours: 12}}}}
      - right:
          listen: {{to: {{one: {{with: {{type: rangkai.payments.v1.BillPaid}}}}}}}}
- fail: {{raise: {{error: {{type: https://example.org/errors/refused, status: 400}}}}}}"
    ))
}

/// Names that would mean something to a browser, to XML or to Mermaid, were they not escaped.
fn hostile() -> Definition {
    let names = [
        r#"x\"]; click t1 href \"javascript:alert(1)\""#,
        "</text><script>alert(1)</script>",
        "end",
        "%%{init: {}}%%",
        "1. --> t1 & <img src=x onerror=alert(1)>",
        r"two\nlines\u202Eback",
        "subgraph 'a' `b` #35; | {{}}",
    ];
    let tasks = names.map(|name| {
        format!("- \"{name}\": {{do: [\"{name}\": {{switch: [\"{name}\": {{then: exit}}]}}]}}")
    });
    workflow(&tasks.join("\n"))
}

#[test]
fn every_kind_of_task_is_drawn() {
    let drawn = draw(&every_kind(), &Marks::default(), Format::Mermaid);

    let expected = "\
flowchart TD
  accTitle: test 1.0.0
  begin((\" \"))
  finish(((\" \")))
  t1[\"prepare<br/>set\"]
  t2{\"choose<br/>switch\"}
  subgraph t3 [\"work · if … do\"]
    t4[\"refund<br/>call#58; RefundService.IssueRefund\"]
    t5[\"leave<br/>set\"]
  end
  subgraph t6 [\"attempt · try\"]
    subgraph l7 [\"try\"]
      t8[\"ask<br/>call#58; RefundService.IssueRefund\"]
    end
    subgraph l9 [\"catch\"]
      t10[\"forgive<br/>set\"]
    end
  end
  subgraph t11 [\"both · fork#58; the first wins\"]
    t12[\"left<br/>wait#58; 12 h\"]
    t13[\"right<br/>listen#58; BillPaid\"]
  end
  t14[\"fail<br/>raise#58; refused\"]
  begin --> t1
  t4 --> t5
  t1 --> t2
  t2 -->|\"known\"| t3
  t2 -->|\"never\"| finish
  t2 -->|\"otherwise\"| t3
  t3 --> t6
  t6 --> t11
  t11 --> t14
";
    assert_eq!(drawn, expected);
    let image = draw(&every_kind(), &Marks::default(), Format::Svg);
    check_xml(&image);
    for text in ["prepare", "known → work", "never → end", "left", "wait: 12 h", "catch"] {
        assert!(image.contains(&format!(">{text}</text>")), "{text} is not in {image}");
    }
}

#[test]
fn names_are_drawn_and_never_read() {
    let definition = hostile();

    let image = draw(&definition, &Marks::default(), Format::Svg);
    let text = draw(&definition, &Marks::default(), Format::Mermaid);

    check_xml(&image);
    assert!(!image.contains("<script") && !image.contains("<img"), "{image}");
    assert!(image.contains("&#60;script&#62;alert(1)"));
    for line in text.lines() {
        check_line(line.trim_start());
    }
}

#[test]
fn an_instance_in_a_fork_is_marked() {
    let tasks = "\
- first: {set: {x: 1}}
- both:
    fork:
      branches:
      - slow: {wait: {hours: 1}}
      - quick: {set: {x: 2}}
- attempt:
    try:
    - bad: {raise: {error: {type: https://example.org/no, status: 400}}}
    catch: {do: [good: {wait: {hours: 1}}]}";
    let mut run = Run::start(workflow(tasks), json!({}));

    let marked = |run: &Run, mark| {
        let chart = Chart::of(run.definition(), &marks(run));
        chart.marked(mark).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(marked(&run, Mark::Here), ["slow"]);
    assert_eq!(marked(&run, Mark::UnderWay), ["both"]);
    assert_eq!(marked(&run, Mark::Done), ["first", "quick"]);
    let drawn = draw(run.definition(), &marks(&run), Format::Mermaid);
    assert!(drawn.contains("\"slow<br/>wait#58; 1 h · stands here\""), "{drawn}");
    assert!(drawn.contains("  class t3 here\n"), "{drawn}");
    let image = draw(run.definition(), &marks(&run), Format::Svg);
    check_xml(&image);
    assert!(image.contains("Stands at: slow.</desc>"), "{image}");
    run.pass(std::time::Duration::from_hours(1));
    assert_eq!(marked(&run, Mark::Failed), ["bad"]);
    assert_eq!(marked(&run, Mark::Here), ["good"]);
}

/// The marks that the history of a run and its place give.
fn marks(run: &Run) -> Marks {
    let marking = run.history.iter().filter(|(kind, _)| MARKING.contains(kind));
    // The last one of a task stays.
    let last = marking.map(|(kind, task)| (task.clone(), *kind)).collect();
    Marks::new(last, &run.stand.positions())
}

/// Fails unless the tags of `xml` open and close in order and nothing else is markup.
fn check_xml(xml: &str) {
    let mut open = Vec::new();
    for part in xml.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "{part}");
        for rest in text.split('&').skip(1) {
            let digits = rest.strip_prefix('#').and_then(|rest| rest.split_once(';'));
            let (digits, _) = digits.expect("a reference is a number");
            assert!(digits.parse::<u32>().is_ok(), "{rest}");
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{part}");
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(xml.starts_with("<svg ") && xml.trim_end().ends_with("</svg>"));
}

/// Fails unless a line of a chart is made of our own words and of texts in quotes without a quote.
fn check_line(line: &str) {
    let parts: Vec<_> = line.split('"').collect();
    assert!(matches!(parts.len(), 1 | 3), "{line}");
    let is_text = |letter: char| letter.is_alphanumeric() || " #;.,-·…".contains(letter);
    if let Some(label) = parts.get(1) {
        assert!(label.replace("<br/>", "").chars().all(is_text), "{line}");
    }
    let words = parts.iter().step_by(2).copied().collect::<String>();
    let ours = |letter: char| letter.is_ascii_alphanumeric() || " []{}()->|".contains(letter);
    let is_title = line.starts_with("accTitle: ");
    assert!(is_title || words.chars().all(ours), "{line}");
}
