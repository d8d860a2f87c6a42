//! The renewal of a driving licence as the traffic police defines it: applicants and findings.

use serde_json::{Value as Json, json};

use super::{Case, Definition, Validity};

const SERVICE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../k8s/agencies/korlantas/sim-renewal.service.yaml"
));

/// Who applies, what is changed in the answers, and which rules are then not met.
type Applicant<'a> = (&'a str, &'a [(&'a str, Json)], &'a [&'a str]);

/// An applicant who meets every rule, on Monday 23 November 2026.
fn applicant() -> Json {
    json!({
        "class": "C",
        "old_sim": {"number": "940112345678", "name": "Siti Aminah", "last_day": "2026-11-30"},
        "satpas": "satpas-daan-mogot",
        "doctor_letter": {"number": "D-1", "date": "2026-11-20"},
        "psychology_letter": {"number": "P-1", "date": "2026-08-01"},
        "jkn": "active",
        "contact": {"phone": "+6281234567890"},
    })
}

/// What the service says of `applicant` with `changes` (pointer and value), who applies on `day`:
/// the rules that are not met.
fn unmet(changes: &[(&str, Json)], facts: &Json, day: &str) -> Vec<String> {
    let service = Definition::read(SERVICE).unwrap();
    let mut answers = applicant();
    for (pointer, value) in changes {
        *answers.pointer_mut(pointer).unwrap() = value.clone();
    }
    assert_eq!(service.check_answers(&answers), []);
    let day = day.parse().unwrap();
    let case = Case { answers, facts: facts.clone(), submitted: day, today: day };
    let determined = service.determine(&case).unwrap();
    let judgement = service.judge(&case, &determined).unwrap();
    let unmet = judgement.findings.into_iter().filter(|finding| !finding.met);
    unmet.map(|finding| finding.rule).collect()
}

#[test]
fn the_service_can_be_published() {
    let service = Definition::read(SERVICE).unwrap();

    assert_eq!(service.name, "sim-renewal");
    assert_eq!(service.record.validity, Validity::Months(60));
    assert_eq!(service.rules.iter().filter(|rule| rule.expression.is_none()).count(), 3);
}

#[test]
fn each_rule_finds_the_applicant_that_breaks_it() {
    let proved = json!({"identity_matches": true, "age_reached": true});
    let monday = "2026-11-23";
    let last = |day: &str| ("/old_sim/last_day", json!(day));
    let doctor = |day: &str| ("/doctor_letter/date", json!(day));
    let psychology = |day: &str| ("/psychology_letter/date", json!(day));
    let table: [Applicant<'_>; 15] = [
        ("meets every rule", &[], &[]),
        ("class that is not renewed here", &[("/class", json!("Internasional"))], &["CLASS"]),
        ("last day is today", &[last("2026-11-23")], &[]),
        ("one day late", &[last("2026-11-22")], &["NOT_EXPIRED"]),
        ("a year late", &[last("2025-11-23")], &["NOT_EXPIRED"]),
        ("doctor's letter of 14 days", &[doctor("2026-11-09")], &[]),
        ("doctor's letter of 15 days", &[doctor("2026-11-08")], &["DOC_STALE"]),
        ("doctor's letter of tomorrow", &[doctor("2026-11-24")], &["DOC_STALE"]),
        ("psychology letter of six months", &[psychology("2026-05-23")], &[]),
        ("psychology letter of a day more", &[psychology("2026-05-22")], &["DOC_STALE"]),
        ("psychology letter of tomorrow", &[psychology("2026-11-24")], &["DOC_STALE"]),
        ("psychology letter of last year", &[psychology("2025-11-23")], &["DOC_STALE"]),
        ("both letters stale", &[doctor("2026-01-01"), psychology("2026-01-01")], &["DOC_STALE"]),
        (
            "late and stale",
            &[last("2026-11-01"), doctor("2026-11-01")],
            &["NOT_EXPIRED", "DOC_STALE"],
        ),
        ("inactive member, which an officer looks at", &[("/jkn", json!("inactive"))], &[]),
    ];
    for (who, changes, expected) in table {
        assert_eq!(unmet(changes, &proved, monday), *expected, "{who}");
    }
    let facts = [
        (json!({}), vec!["IDENTITY", "AGE"]),
        (json!({"identity_matches": true, "age_reached": false}), vec!["AGE"]),
        (json!({"identity_matches": "yes", "age_reached": true}), vec!["IDENTITY"]),
    ];
    for (facts, expected) in facts {
        assert_eq!(unmet(&[], &facts, monday), expected, "{facts}");
    }
}

#[test]
fn a_licence_that_ends_on_a_closure_can_be_renewed_on_the_first_open_day() {
    let proved = json!({"identity_matches": true, "age_reached": true});
    let table = [
        (
            "Lebaran: ends on the first day of leave, applies on the first open day",
            "2026-03-18",
            "2026-03-25",
            true,
        ),
        ("Lebaran: applies a day after the first open day", "2026-03-18", "2026-03-26", false),
        ("ends the day before the closure", "2026-03-17", "2026-03-25", false),
        ("Christmas ends on Friday, Saturday is open", "2026-12-25", "2026-12-26", true),
        ("Christmas: Monday is too late", "2026-12-25", "2026-12-28", false),
        ("Easter Sunday is a closure", "2026-04-05", "2026-04-06", true),
        ("a plain Sunday extends nothing", "2026-11-22", "2026-11-23", false),
        ("Good Friday does not reach over an open Saturday", "2026-04-03", "2026-04-06", false),
    ];
    for (who, last_day, day, met) in table {
        let fresh = [
            ("/old_sim/last_day", json!(last_day)),
            ("/doctor_letter/date", json!(day)),
            ("/psychology_letter/date", json!(day)),
        ];
        assert_eq!(unmet(&fresh, &proved, day).is_empty(), met, "{who}");
    }
}

#[test]
fn a_psychology_letter_of_the_end_of_a_month_counts_to_the_end_of_a_shorter_one() {
    let proved = json!({"identity_matches": true, "age_reached": true});
    for (day, met) in [("2027-02-28", true), ("2027-03-01", false)] {
        let changes = [
            ("/old_sim/last_day", json!("2027-12-31")),
            ("/doctor_letter/date", json!(day)),
            ("/psychology_letter/date", json!("2026-08-31")),
        ];
        assert_eq!(unmet(&changes, &proved, day).is_empty(), met, "{day}");
    }
}

#[test]
fn every_class_has_its_age_and_its_tariff() {
    let service = Definition::read(SERVICE).unwrap();
    let day = "2026-11-23".parse().unwrap();
    let table = [
        ("C", 17, "sim.c.renew"),
        ("C I", 18, "sim.c1.renew"),
        ("C II", 19, "sim.c2.renew"),
        ("A", 17, "sim.a.renew"),
        ("B II Umum", 23, "sim.b2_umum.renew"),
        ("D I", 17, "sim.d1.renew"),
    ];
    for (class, age, tariff) in table {
        let mut answers = applicant();
        answers["class"] = json!(class);
        let case = Case { answers, facts: json!({}), submitted: day, today: day };
        let determined = service.determine(&case).unwrap();
        let judgement = service.judge(&case, &determined).unwrap();

        assert_eq!(determined, json!({"minimum_age": age}), "{class}");
        assert_eq!(judgement.tariff_code.as_deref(), Some(tariff), "{class}");
        assert_eq!(service.attributes(&case, &determined).unwrap()["class"], json!(class));
    }
}

#[test]
fn answers_that_do_not_fit_the_form_are_named_and_never_repeated() {
    let service = Definition::read(SERVICE).unwrap();
    let mut answers = applicant();
    answers["old_sim"] =
        json!({"number": "secret-number", "name": "Siti Aminah", "last_day": "soon"});
    answers["name"] = json!("Sari");
    answers["contact"] = json!({});
    answers.as_object_mut().unwrap().remove("satpas");

    let errors = service.check_answers(&answers);

    let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
    let expected = [
        "answers.contact",
        "answers.name",
        "answers.old_sim.last_day",
        "answers.old_sim.number",
        "answers.satpas",
    ];
    assert_eq!(fields, expected);
    assert!(!format!("{errors:?}").contains("secret-number"), "{errors:?}");
}
