//! Definitions with mistakes: every one is found, with its place.

use rangkai_proto::registration::v1::{
    CheckServiceRequest, DefinitionFinding, ListServicesRequest,
};
use rangkai_testkit::Kind;

use super::office::{Office, PERMIT, fields, publish};

/// A line of the permit, what stands there instead, and where and how that is found.
type Mistake = (&'static str, &'static str, i32, i32, &'static str, &'static str);

const MISTAKES: [Mistake; 25] = [
    ("name: permit", "name: Permit!", 2, 7, "/name", "small letters"),
    ("version: 1.0.0", "version: 1.0", 3, 10, "/version", "quotation marks"),
    ("version: 1.0.0", "version: 1.0.0-beta", 3, 10, "/version", "1.4.0"),
    ("title: { id: Izin, en: Permit }", "title: { id: Izin }", 4, 8, "/title", "`en` is missing"),
    ("legal_basis: [UU 30/2014]", "legal_basis: []", 5, 14, "/legal_basis", "not be empty"),
    ("legal_basis: [UU 30/2014]", "colour: red", 5, 1, "/colour", "not known here"),
    ("name: permit", "name: permit\nname: other", 3, 1, "/name", "twice"),
    ("  type: object", "  type: strange", 9, 9, "/form/type", "type: object"),
    (
        "  additionalProperties: false",
        "  additionalProperties: true",
        10,
        25,
        "/form/additionalProperties",
        "false",
    ),
    (
        "kind: { type: string,",
        "kind: { typ: string,",
        13,
        18,
        "/form/properties/kind/typ",
        "keyword",
    ),
    (
        "kind: { type: string, enum: [small, large, free] }",
        "kind: { $ref: \"https://example.org/schema\" }",
        13,
        19,
        "/form/properties/kind/$ref",
        "#/$defs/",
    ),
    ("pattern: \"^[0-9]+$\"", "pattern: \"(?=a)\"", 0, 0, "/form", "JSON Schema"),
    ("minimum: 0 }", "minimum: low }", 14, 39, "/form/properties/shares/minimum", "JSON Schema"),
    ("  - id: AGE", "  - id: age", 24, 9, "/rules/0/id", "capital letters"),
    ("  - id: SHARE", "  - id: AGE", 28, 5, "/rules/1", "two rules"),
    ("    officer: true", "    officer: false", 0, 0, "/rules/2/officer", "must be true"),
    ("    officer: true", "    officer: true\n    expression: true", 0, 0, "/rules/2", "either"),
    (
        "expression: .facts.age_reached == true",
        "expression: .facts ==",
        0,
        0,
        "/rules/0/expression",
        "",
    ),
    ("expression: .facts.age_reached == true", "expression: env", 0, 0, "/rules/0/expression", ""),
    (
        "expression: .facts.age_reached == true",
        "expression: input",
        0,
        0,
        "/rules/0/expression",
        "",
    ),
    (
        "expression: .facts.age_reached == true",
        "expression: \"def f: f; f\"",
        0,
        0,
        "/rules/0/expression",
        "",
    ),
    ("  clerk:", "  Clerk:", 0, 0, "/roles/Clerk", "small letters"),
    ("working_days: 5", "working_days: 0", 0, 0, "/limits/decision/working_days", "1 to 365"),
    ("effect: escalate_only", "effect: maybe", 0, 0, "/tacit_approval/effect", "grant"),
    ("validity_months: 12", "validity_months: long", 0, 0, "/record/validity_months", "or none"),
];

#[tokio::test]
async fn every_mistake_is_found_where_it_stands() -> anyhow::Result<()> {
    let office = Office::open(Kind::Sqlite).await?;
    let mut desk = office.desk("korlantas", "writer", &[]);
    let mut missed = Vec::new();
    for (line, instead, at_line, at_column, pointer, message) in MISTAKES {
        assert!(PERMIT.contains(line), "{line}");
        let definition = PERMIT.replacen(line, instead, 1);
        let request = CheckServiceRequest { definition };
        let findings = desk.catalogue.check_service(request).await?.into_inner().findings;

        let found = findings.iter().any(|finding| {
            finding.pointer.starts_with(pointer)
                && finding.message.contains(message)
                && (at_line == 0 || (finding.line, finding.column) == (at_line, at_column))
        });
        if !found {
            missed.push((instead, findings));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    Ok(())
}

#[tokio::test]
async fn all_mistakes_are_found_at_once_and_nothing_is_published() -> anyhow::Result<()> {
    let office = Office::open(Kind::Sqlite).await?;
    let mut desk = office.desk("korlantas", "writer", &[]);
    let definition = PERMIT
        .replace("name: permit", "name: 7")
        .replace("working_days: 5", "working_days: five")
        .replace("effect: escalate_only", "effect: maybe");

    let request = CheckServiceRequest { definition: definition.clone() };
    let findings = desk.catalogue.check_service(request).await?.into_inner().findings;
    let named = fields(desk.catalogue.publish_service(publish(&definition)).await);

    let place = |found: &DefinitionFinding| format!("definition:{}:{}", found.line, found.column);
    assert_eq!(findings.len(), 3, "{findings:#?}");
    assert_eq!(named, findings.iter().map(place).collect::<Vec<_>>());
    let listed = desk.catalogue.list_services(ListServicesRequest::default()).await?.into_inner();
    assert_eq!(listed.services, []);
    Ok(())
}

#[tokio::test]
async fn a_document_that_is_no_definition_at_all_is_one_finding() -> anyhow::Result<()> {
    let office = Office::open(Kind::Sqlite).await?;
    let mut desk = office.desk("korlantas", "writer", &[]);
    let deep = format!("form: {}", "[".repeat(200));
    let bomb = "a: &a [1, 1]\nb: &b [*a, *a]\nname: *b";
    for definition in ["name: [", "- 1", "just text", deep.as_str(), bomb, "name: !!binary aGk="] {
        let request = CheckServiceRequest { definition: definition.to_owned() };
        let findings = desk.catalogue.check_service(request).await?.into_inner().findings;

        assert!(!findings.is_empty(), "{definition}");
        assert!(findings.iter().all(|finding| finding.line > 0 && finding.column > 0));
    }
    Ok(())
}
