//! Expressions: compiled once, evaluated many times.

use crate::budget::{self, Bound};
use crate::library::needed;
use crate::natives::{self, Data};
use crate::parse::parse;
use crate::refuse::Uses;
use crate::value::Value;
use crate::{MAX_OUTPUT, MAX_TEXT};
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Exn, Filter, Vars};
use std::fmt::{Debug, Formatter};
use std::sync::Arc;

/// The stack that reading an expression may need: its text is bounded, so this is too.
const STACK: usize = 64 * 1024 * 1024;

/// Why a text is no expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the start of the text.
    pub offset: usize,
}

/// Why an evaluation gave no value. Holds nothing of the values it worked on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvaluationError {
    /// Which kind of failure.
    pub failure: Failure,
    /// What happened.
    pub message: String,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The expression went wrong on this input.
    Wrong,
    /// It gave no value, or more than one.
    NotOne,
    /// It used more than it may.
    TooMuch,
}

/// A compiled expression; a clone is cheap.
#[derive(Clone)]
pub struct Expression(Arc<Inner>);

struct Inner {
    text: String,
    variables: Vec<String>,
    filter: Filter<Data>,
}

impl Debug for Expression {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Expression").field(&self.0.text).finish()
    }
}

impl Expression {
    /// Compiles a text that may use these variables, named without the dollar sign.
    ///
    /// # Errors
    ///
    /// If it is no expression, or contains what is refused.
    pub fn compile(text: &str, variables: &[&str]) -> Result<Self, ExpressionError> {
        if text.len() > MAX_TEXT {
            let message = "an expression has at most 16 KiB".to_owned();
            return Err(ExpressionError { message, offset: MAX_TEXT });
        }
        // The parser recurses as deep as the text is nested, so it gets a stack of its own.
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK);
            let thread = thread.spawn_scoped(scope, || compile(text, variables));
            let failed = |message: &str| ExpressionError { message: message.to_owned(), offset: 0 };
            let thread = thread.map_err(|_| failed("no thread to compile on"))?;
            thread.join().map_err(|_| failed("the expression cannot be compiled"))?
        })
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The variables it reads, named without the dollar sign.
    #[must_use]
    pub fn variables(&self) -> &[String] {
        &self.0.variables
    }

    /// Evaluates it on a blocking thread; exactly one result, otherwise an error.
    ///
    /// # Errors
    ///
    /// If it goes wrong, gives no value or several, or uses more than it may.
    pub async fn evaluate(
        &self,
        input: serde_json::Value,
        variables: Vec<(String, serde_json::Value)>,
    ) -> Result<serde_json::Value, EvaluationError> {
        let expression = self.clone();
        off_the_async_threads(move || expression.evaluate_now(&input, &variables)).await
    }

    /// Evaluates it on this thread, which must be one that may block for a second.
    ///
    /// # Errors
    ///
    /// If it goes wrong, gives no value or several, or uses more than it may.
    pub fn evaluate_now(
        &self,
        input: &serde_json::Value,
        variables: &[(String, serde_json::Value)],
    ) -> Result<serde_json::Value, EvaluationError> {
        budget::begin();
        let result = self.run(input, variables);
        match budget::hit() {
            Some(bound) => Err(too_much(bound)),
            None => result,
        }
    }

    fn run(
        &self,
        input: &serde_json::Value,
        variables: &[(String, serde_json::Value)],
    ) -> Result<serde_json::Value, EvaluationError> {
        let given = |name: &String| variables.iter().find(|(given, _)| given == name);
        let values = self.0.variables.iter().map(|name| match given(name) {
            Some((_, value)) => Ok(Value::read(value)),
            None => Err(wrong(format!("there is no value for ${name}"))),
        });
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let context = Ctx::<Data>::new(&self.0.filter.lut, Vars::new(values));
        let mut results = self.0.filter.id.run((context, Value::read(input)));
        let not_one = |message: &str| {
            Err(EvaluationError { failure: Failure::NotOne, message: message.to_owned() })
        };
        let first = match results.next() {
            None => return not_one("the expression gives no value"),
            Some(first) => first.map_err(|error| self.describe(error))?,
        };
        if results.next().is_some() {
            return not_one("the expression gives more than one value");
        }
        let mut room = MAX_OUTPUT;
        first.write(&mut room).map_err(|message| EvaluationError {
            failure: if room < MAX_OUTPUT / 2 { Failure::TooMuch } else { Failure::Wrong },
            message: message.to_owned(),
        })
    }

    /// Says what went wrong without saying any value, unless the author wrote it.
    fn describe(&self, error: Exn<'_, Value>) -> EvaluationError {
        let Ok(error) = error.get_err() else {
            return wrong("the expression breaks out of nothing".to_owned());
        };
        let safe = error.to_string();
        match error.into_val() {
            Value::Text(text) if *text == *safe => wrong(safe),
            Value::Text(text) if natives::MESSAGES.contains(&&*text) => wrong(text.to_string()),
            Value::Text(text) if self.0.text.contains(&*text) => {
                wrong(format!("the expression raised an error: {text}"))
            }
            Value::Text(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Object(_) => wrong("the expression raised an error".to_owned()),
        }
    }
}

/// Runs work that may block for a second where it holds up no other task.
///
/// # Errors
///
/// Those of the work.
pub async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EvaluationError> + Send + 'static,
) -> Result<T, EvaluationError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(wrong("the evaluation was broken off".to_owned())),
    }
}

fn wrong(message: String) -> EvaluationError {
    EvaluationError { failure: Failure::Wrong, message }
}

fn too_much(bound: Bound) -> EvaluationError {
    EvaluationError { failure: Failure::TooMuch, message: bound.as_str().to_owned() }
}

fn compile(text: &str, variables: &[&str]) -> Result<Expression, ExpressionError> {
    let term = parse(text)?;
    let mut uses = Uses { strict: true, ..Uses::default() };
    uses.walk(&term, 0);
    if let Some((part, message)) = uses.refused.first() {
        let offset = if part.is_empty() { 0 } else { load::span(text, part).start };
        return Err(ExpressionError { message: message.clone(), offset });
    }
    let names: Vec<String> = variables.iter().map(|name| format!("${name}")).collect();
    let read: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| uses.variables.contains(name)).collect();
    let arena = Arena::default();
    let loader = Loader::new(needed(&uses.calls));
    let failed = |message: String, part: &str| {
        let inside = text.as_bytes().as_ptr_range().contains(&part.as_ptr());
        let offset = if inside { load::span(text, part).start } else { 0 };
        ExpressionError { message, offset }
    };
    let modules = loader
        .load(&arena, File { code: text, path: () })
        .map_err(|_| failed("not an expression".to_owned(), ""))?;
    let compiler = Compiler::default().with_funs(natives::functions());
    let filter = compiler.with_global_vars(read.iter().copied()).compile(modules);
    let filter =
        filter.map_err(|errors| match errors.iter().flat_map(|(_, errors)| errors).next() {
            Some((name, kind)) => failed(format!("there is no {} {name}", kind.as_str()), name),
            None => failed("not an expression".to_owned(), ""),
        })?;
    let variables = read.iter().map(|name| name[1..].to_owned()).collect();
    Ok(Expression(Arc::new(Inner { text: text.to_owned(), variables, filter })))
}
