//! The definition of a service: what an agency writes, read once and then never in doubt.

mod expressions;
mod form;
mod judge;
mod parts;
mod read;
mod schema;
#[cfg(test)]
mod sim_renewal;

use std::collections::BTreeSet;

use rangkai_expression::Expression;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use form::Form;
pub use judge::{Case, Judgement};

use super::{FieldError, Source, Version};

/// A version of a service; another block of types knows how it is kept.
pub enum Service {}

/// What an agency wrote about a service; holding one means that nothing in it is wrong.
#[derive(Clone, Debug)]
pub struct Definition {
    pub name: String,
    pub version: Version,
    pub title: Text,
    pub legal_basis: Vec<String>,
    pub parameters: Json,
    pub form: Form,
    pub determinations: Vec<(String, Expression)>,
    pub rules: Vec<Rule>,
    pub roles: Vec<Role>,
    pub fee: Expression,
    pub limits: Vec<Limit>,
    pub tacit_approval: TacitApproval,
    pub record: RecordKind,
    /// The document as it was written.
    pub text: String,
}

/// A text for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub id: String,
    pub en: String,
}

/// A condition that an application must meet.
#[derive(Clone, Debug)]
pub struct Rule {
    pub id: String,
    pub text: Text,
    pub legal_basis: String,
    /// How the system finds out; without one, an officer does.
    pub expression: Option<Expression>,
}

/// What an officer may be to a service.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: String,
    pub title: Text,
}

/// A time limit that the law sets.
#[derive(Clone, Debug)]
pub struct Limit {
    pub id: String,
    pub working_days: i32,
    pub legal_basis: String,
}

/// What the law makes of silence, and why.
#[derive(Clone, Debug)]
pub struct TacitApproval {
    pub effect: Silence,
    pub reason: String,
}

/// What happens when no decision is made in time (UU 30/2014 art. 53).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    Grant,
    EscalateOnly,
    NotApplicable,
}

/// What is issued once an application is granted.
#[derive(Clone, Debug)]
pub struct RecordKind {
    pub kind: String,
    pub prefix: String,
    pub digits: u32,
    pub validity: Validity,
    pub attributes: Expression,
}

/// How long a record has effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// So many months.
    Months(u32),
    /// It does not end.
    Endless,
}

impl Rule {
    /// Who finds out whether the rule is met.
    pub fn source(&self) -> Source {
        if self.expression.is_some() { Source::Expression } else { Source::Officer }
    }
}

impl Definition {
    /// Whether the service knows an officer's role.
    pub fn has_role(&self, name: &str) -> bool {
        self.roles.iter().any(|role| role.name == name)
    }

    /// The rule of this name.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The names of the answers that the form knows.
    pub fn fields(&self) -> BTreeSet<&str> {
        self.form.fields()
    }

    /// What is wrong with the answers of a draft: they may be incomplete, but not unknown.
    pub fn check_draft(&self, answers: &Json) -> Vec<FieldError> {
        self.form.check_draft(answers)
    }

    /// What is wrong with answers that are handed in.
    pub fn check_answers(&self, answers: &Json) -> Vec<FieldError> {
        self.form.check(answers)
    }
}
