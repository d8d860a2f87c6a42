//! What the expressions of a service say about an application.

use chrono::NaiveDate;
use rangkai_expression::Expression;
use serde_json::{Map, Value as Json, json};

use super::{Definition, Rule};
use crate::domain::{Finding, Refusal, Source};

/// What the expressions look at.
#[derive(Clone)]
pub struct Case {
    /// The answers to the form.
    pub answers: Json,
    /// What others proved.
    pub facts: Json,
    /// The day on which the application was handed in, in Asia/Jakarta.
    pub submitted: NaiveDate,
    /// Today, in Asia/Jakarta.
    pub today: NaiveDate,
}

/// What they say.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub findings: Vec<Finding>,
    pub tariff_code: Option<String>,
}

impl Definition {
    /// What follows from the answers alone, before anything is proved.
    pub fn determine(&self, case: &Case) -> Result<Json, Refusal> {
        let input = self.input(case, &Json::Null);
        let mut determined = Map::new();
        for (name, expression) in &self.determinations {
            let value = evaluate(expression, &input, || format!("determinations.{name}"))?;
            determined.insert(name.clone(), value);
        }
        Ok(Json::Object(determined))
    }

    /// What the rules say that need no officer, and what is to be paid.
    pub fn judge(&self, case: &Case, determined: &Json) -> Result<Judgement, Refusal> {
        let input = self.input(case, determined);
        let mut findings = Vec::new();
        for rule in &self.rules {
            if let Some(expression) = &rule.expression {
                let value = evaluate(expression, &input, || rule.id.clone())?;
                let met = value.as_bool().ok_or_else(|| not(&rule.id, "true or false"))?;
                findings.push(rule.found(met, String::new()));
            }
        }
        let tariff_code = match evaluate(&self.fee, &input, || "fee".to_owned())? {
            Json::Null => None,
            Json::String(code) => Some(code),
            Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
                return Err(not("fee", "the code of a tariff or null"));
            }
        };
        Ok(Judgement { findings, tariff_code })
    }

    /// What the record of a granted application says.
    pub fn attributes(&self, case: &Case, determined: &Json) -> Result<Json, Refusal> {
        let rule = "record.attributes";
        let input = self.input(case, determined);
        let value = evaluate(&self.record.attributes, &input, || rule.to_owned())?;
        if value.is_object() { Ok(value) } else { Err(not(rule, "an object")) }
    }

    fn input(&self, case: &Case, determined: &Json) -> Json {
        json!({
            "answers": case.answers,
            "facts": case.facts,
            "parameters": self.parameters,
            "determinations": determined,
            "submitted": case.submitted.to_string(),
            "today": case.today.to_string(),
        })
    }
}

impl Rule {
    /// What was found out about this rule.
    pub fn found(&self, met: bool, explanation: String) -> Finding {
        Finding {
            rule: self.id.clone(),
            met,
            explanation,
            text: self.text.clone(),
            legal_basis: self.legal_basis.clone(),
            source: self.source(),
        }
    }
}

impl Judgement {
    /// Whether every rule is met that needs no officer.
    pub fn is_eligible(&self) -> bool {
        self.findings.iter().all(|finding| finding.met || finding.source == Source::Officer)
    }
}

fn evaluate(
    expression: &Expression,
    input: &Json,
    rule: impl Fn() -> String,
) -> Result<Json, Refusal> {
    expression
        .evaluate_now(input, &[])
        .map_err(|error| Refusal::RuleFailed { rule: rule(), reason: error.message })
}

fn not(rule: &str, expected: &str) -> Refusal {
    Refusal::RuleFailed { rule: rule.to_owned(), reason: format!("it must yield {expected}") }
}
