//! The small parts of a definition.

use super::{Silence, TacitApproval, Text, Validity, read::MOST};
use crate::domain::yaml::{Findings, Place, Value};

/// The most characters of a text for people.
const LONGEST_TEXT: usize = 4_000;
/// The most characters of a citation.
const LONGEST_BASIS: usize = 300;
/// The most characters of a name.
const LONGEST_NAME: usize = 64;

/// `items`, if there are some and not too many.
pub fn some<T>(at: &Place<'_>, items: Vec<T>, found: &mut Findings) -> Option<Vec<T>> {
    if items.is_empty() {
        found.add(at, "must not be empty");
        return None;
    }
    if items.len() > MOST {
        found.add(at, format!("must have at most {MOST} items"));
        return None;
    }
    Some(items)
}

/// A text in both languages.
pub fn text(at: &Place<'_>, found: &mut Findings) -> Option<Text> {
    let mut fields = at.fields(found)?;
    let id = fields.required("id", found).and_then(|at| bounded(&at, LONGEST_TEXT, found));
    let en = fields.required("en", found).and_then(|at| bounded(&at, LONGEST_TEXT, found));
    fields.finish(found);
    Some(Text { id: id?, en: en? })
}

/// The article that something rests on.
pub fn legal_basis(at: &Place<'_>, found: &mut Findings) -> Option<String> {
    bounded(at, LONGEST_BASIS, found)
}

/// A name such as `sim-renewal`, written as a value.
pub fn identifier(at: &Place<'_>, joint: char, found: &mut Findings) -> Option<String> {
    name(at, at.text(found)?, joint, found)
}

/// A name such as `satpas_clerk`, written as a key.
pub fn name(at: &Place<'_>, text: &str, joint: char, found: &mut Findings) -> Option<String> {
    let begins = text.starts_with(|first: char| first.is_ascii_lowercase());
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == joint;
    if begins && text.chars().all(plain) && text.len() <= LONGEST_NAME {
        return Some(text.to_owned());
    }
    found.add(
        at,
        format!("the name must be small letters, digits and `{joint}`, and begin with a letter"),
    );
    None
}

/// The id of a rule, such as `NOT_EXPIRED`.
pub fn rule_id(at: &Place<'_>, found: &mut Findings) -> Option<String> {
    let text = at.text(found)?;
    let begins = text.starts_with(|first: char| first.is_ascii_uppercase());
    let plain =
        |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    if begins && text.chars().all(plain) && text.len() <= LONGEST_NAME {
        return Some(text.to_owned());
    }
    found.add(at, "must be capital letters, digits and `_`, such as NOT_EXPIRED");
    None
}

/// What the law makes of silence.
pub fn tacit_approval(at: &Place<'_>, found: &mut Findings) -> Option<TacitApproval> {
    let mut fields = at.fields(found)?;
    let effect = fields.required("effect", found).and_then(|at| silence(&at, found));
    let reason = fields.required("reason", found).and_then(|at| bounded(&at, 1_000, found));
    fields.finish(found);
    Some(TacitApproval { effect: effect?, reason: reason? })
}

/// The prefix of a number, and how many random digits follow it.
pub fn number(at: &Place<'_>, found: &mut Findings) -> Option<(String, u32)> {
    let mut fields = at.fields(found)?;
    let prefix = fields.required("prefix", found).and_then(|at| prefix(&at, found));
    let digits = fields.required("digits", found).and_then(|at| at.number(8, 15, found));
    fields.finish(found);
    Some((prefix?, u32::try_from(digits?).ok()?))
}

/// How long a record has effect.
pub fn validity(at: &Place<'_>, found: &mut Findings) -> Option<Validity> {
    match &at.node.value {
        Value::Text(text) if text == "none" => Some(Validity::Endless),
        Value::Number(_) => {
            let months = at.number(1, 1_200, found)?;
            u32::try_from(months).ok().map(Validity::Months)
        }
        Value::Text(_) | Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => {
            found.add(at, "must be a number of months, or none");
            None
        }
    }
}

fn silence(at: &Place<'_>, found: &mut Findings) -> Option<Silence> {
    match at.text(found)? {
        "grant" => Some(Silence::Grant),
        "escalate_only" => Some(Silence::EscalateOnly),
        "not_applicable" => Some(Silence::NotApplicable),
        _ => {
            found.add(at, "must be grant, escalate_only or not_applicable");
            None
        }
    }
}

fn prefix(at: &Place<'_>, found: &mut Findings) -> Option<String> {
    let text = at.text(found)?;
    if (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    found.add(at, "must be 1 to 4 digits in quotation marks");
    None
}

fn bounded(at: &Place<'_>, most: usize, found: &mut Findings) -> Option<String> {
    let text = at.text(found)?;
    if text.chars().count() > most {
        found.add(at, format!("must have at most {most} characters"));
        return None;
    }
    Some(text.to_owned())
}
