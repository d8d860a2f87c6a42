//! Reading a definition: either all of it holds, or everything that is wrong is found.

use serde_json::Value as Json;

use super::{
    Definition, Form, Limit, RecordKind, Role, Rule,
    expressions::{compile, compile_all},
    parts::{self, identifier, legal_basis, text},
};
use crate::domain::{
    DefinitionFinding, Version,
    yaml::{self, Findings, Place, Value},
};

/// The most rules, roles, limits or determinations of a service.
pub const MOST: usize = 100;

impl Definition {
    /// Reads a document.
    pub fn read(document: &str) -> Result<Self, Vec<DefinitionFinding>> {
        let root = yaml::parse(document).map_err(|finding| vec![finding])?;
        let mut findings = Findings::default();
        let definition = read(document, &Place::root(&root), &mut findings);
        let findings = findings.into_sorted();
        match definition {
            Some(definition) if findings.is_empty() => Ok(definition),
            _ => Err(findings),
        }
    }
}

fn read(document: &str, root: &Place<'_>, found: &mut Findings) -> Option<Definition> {
    let mut fields = root.fields(found)?;
    let name = fields.required("name", found).and_then(|at| identifier(&at, '-', found));
    let version = fields.required("version", found).and_then(|at| version(&at, found));
    let title = fields.required("title", found).and_then(|at| text(&at, found));
    let basis = fields.required("legal_basis", found).and_then(|at| legal_bases(&at, found));
    let parameters = parameters(fields.optional("parameters"), found);
    let form = fields.required("form", found).and_then(|at| Form::read(&at, found));
    let determinations = match fields.optional("determinations") {
        Some(at) => compile_all(&at, found),
        None => Some(Vec::new()),
    };
    let conditions = fields.required("rules", found).and_then(|at| rules(&at, found));
    let roles = fields.required("roles", found).and_then(|at| roles(&at, found));
    let fee = fields.required("fee", found).and_then(|at| compile(&at, found));
    let limits = fields.required("limits", found).and_then(|at| limits(&at, found));
    let tacit = fields.required("tacit_approval", found);
    let tacit_approval = tacit.and_then(|at| parts::tacit_approval(&at, found));
    let record = fields.required("record", found).and_then(|at| record(&at, found));
    fields.finish(found);
    Some(Definition {
        name: name?,
        version: version?,
        title: title?,
        legal_basis: basis?,
        parameters: parameters?,
        form: form?,
        determinations: determinations?,
        rules: conditions?,
        roles: roles?,
        fee: fee?,
        limits: limits?,
        tacit_approval: tacit_approval?,
        record: record?,
        text: document.to_owned(),
    })
}

fn version(at: &Place<'_>, found: &mut Findings) -> Option<Version> {
    let version = at.text(found)?.parse::<Version>();
    version.map_err(|error| found.add(at, error.to_string())).ok()
}

fn legal_bases(at: &Place<'_>, found: &mut Findings) -> Option<Vec<String>> {
    let items = parts::some(at, at.items(found)?, found)?;
    items.iter().map(|item| legal_basis(item, found)).collect::<Vec<_>>().into_iter().collect()
}

fn parameters(at: Option<Place<'_>>, found: &mut Findings) -> Option<Json> {
    let Some(at) = at else { return Some(Json::Object(serde_json::Map::new())) };
    at.fields(found)?;
    Some(at.node.to_json())
}

fn rules(at: &Place<'_>, found: &mut Findings) -> Option<Vec<Rule>> {
    let items = parts::some(at, at.items(found)?, found)?;
    let rules: Vec<_> = items.iter().map(|item| rule(item, found)).collect();
    let rules: Vec<Rule> = rules.into_iter().collect::<Option<_>>()?;
    for (index, rule) in rules.iter().enumerate() {
        if rules[..index].iter().any(|earlier| earlier.id == rule.id) {
            found.add(&items[index], format!("there are two rules `{}`", rule.id));
        }
    }
    Some(rules)
}

fn rule(at: &Place<'_>, found: &mut Findings) -> Option<Rule> {
    let mut fields = at.fields(found)?;
    let id = fields.required("id", found).and_then(|at| parts::rule_id(&at, found));
    let text = fields.required("text", found).and_then(|at| text(&at, found));
    let basis = fields.required("legal_basis", found).and_then(|at| legal_basis(&at, found));
    let expression = fields.optional("expression");
    let officer = fields.optional("officer");
    if expression.is_some() == officer.is_some() {
        found.add(at, "a rule has either an `expression` or `officer: true`");
    }
    let wrong = officer.filter(|at| !matches!(at.node.value, Value::Bool(true)));
    if let Some(at) = wrong {
        found.add(&at, "must be true; a rule without an officer has an `expression`");
    }
    let expression = match expression {
        Some(at) => Some(compile(&at, found)?),
        None => None,
    };
    fields.finish(found);
    Some(Rule { id: id?, text: text?, legal_basis: basis?, expression })
}

fn roles(at: &Place<'_>, found: &mut Findings) -> Option<Vec<Role>> {
    let entries = parts::some(at, at.entries(found)?, found)?;
    let read = |(name, place): &(&str, Place<'_>)| {
        let name = parts::name(place, name, '_', found);
        let title = text(place, found);
        Some(Role { name: name?, title: title? })
    };
    entries.iter().map(read).collect::<Vec<_>>().into_iter().collect()
}

fn limits(at: &Place<'_>, found: &mut Findings) -> Option<Vec<Limit>> {
    let entries = parts::some(at, at.entries(found)?, found)?;
    let read = |(id, place): &(&str, Place<'_>)| {
        let id = parts::name(place, id, '_', found);
        let mut fields = place.fields(found)?;
        let days = fields.required("working_days", found).and_then(|at| at.number(1, 365, found));
        let basis = fields.required("legal_basis", found).and_then(|at| legal_basis(&at, found));
        fields.finish(found);
        let working_days = i32::try_from(days?).ok()?;
        Some(Limit { id: id?, working_days, legal_basis: basis? })
    };
    entries.iter().map(read).collect::<Vec<_>>().into_iter().collect()
}

fn record(at: &Place<'_>, found: &mut Findings) -> Option<RecordKind> {
    let mut fields = at.fields(found)?;
    let kind = fields.required("kind", found).and_then(|at| identifier(&at, '-', found));
    let number = fields.required("number", found).and_then(|at| parts::number(&at, found));
    let validity = fields.required("validity_months", found);
    let validity = validity.and_then(|at| parts::validity(&at, found));
    let attributes = fields.required("attributes", found).and_then(|at| compile(&at, found));
    fields.finish(found);
    let (prefix, digits) = number?;
    Some(RecordKind { kind: kind?, prefix, digits, validity: validity?, attributes: attributes? })
}
