//! Values with expressions in them.

use rangkai_expression::{EvaluationError, Expression};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A value of the document; strings of the form `${ … }` in it are expressions.
#[derive(Clone, Debug)]
pub enum Template {
    /// A value without expressions.
    Constant(Value),
    /// An expression.
    Expression(Expression),
    /// An array with expressions in it.
    Array(Vec<Template>),
    /// An object with expressions in it.
    Object(Vec<(String, Template)>),
}

impl Template {
    /// The value, if it holds no expression.
    #[must_use]
    pub fn constant(&self) -> Option<&Value> {
        match self {
            Self::Constant(value) => Some(value),
            Self::Expression(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// The variables that it reads, named without the dollar sign.
    #[must_use]
    pub fn variables(&self) -> BTreeSet<&str> {
        match self {
            Self::Constant(_) => BTreeSet::new(),
            Self::Expression(expression) => {
                expression.variables().iter().map(String::as_str).collect()
            }
            Self::Array(items) => items.iter().flat_map(Self::variables).collect(),
            Self::Object(members) => {
                members.iter().flat_map(|(_, member)| member.variables()).collect()
            }
        }
    }

    /// Evaluates every expression in it on this thread, which must be one that may block.
    ///
    /// # Errors
    ///
    /// Those of the first expression that fails.
    pub fn evaluate_now(
        &self,
        input: &Value,
        variables: &[(String, Value)],
    ) -> Result<Value, EvaluationError> {
        match self {
            Self::Constant(value) => Ok(value.clone()),
            Self::Expression(expression) => expression.evaluate_now(input, variables),
            Self::Array(items) => {
                items.iter().map(|item| item.evaluate_now(input, variables)).collect()
            }
            Self::Object(members) => {
                let members = members.iter().map(|(name, member)| {
                    Ok((name.clone(), member.evaluate_now(input, variables)?))
                });
                members.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
        }
    }
}
