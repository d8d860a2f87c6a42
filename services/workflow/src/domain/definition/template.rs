//! Values with expressions in them.

use rangkai_expression::{EvaluationError, Expression};
use serde_json::{Map, Value};

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

    /// Evaluates every expression in it, on a blocking thread if there is one.
    pub async fn evaluate(
        &self,
        input: Value,
        variables: Vec<(String, Value)>,
    ) -> Result<Value, EvaluationError> {
        if let Self::Constant(value) = self {
            return Ok(value.clone());
        }
        let template = self.clone();
        rangkai_expression::off_the_async_threads(move || template.evaluate_now(&input, &variables))
            .await
    }

    /// Evaluates every expression in it on this thread, which must be one that may block.
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
