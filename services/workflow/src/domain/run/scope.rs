//! Expressions: what they may read, and what becomes of their mistakes.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use rangkai_expression::{EvaluationError, Expression};
use rangkai_primitives::Timestamp;
use serde_json::{Value, json};

use super::{
    continuation::{Doing, Stage, Thread},
    machine::{Machine, lost},
};
use crate::domain::{
    definition::{Output, Schema, Span, Task, Template, TurnNames, Work, read_span},
    message::fits,
    problem::Problem,
};

/// What an expression may read besides what the thread holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extra<'v> {
    /// `$output`.
    pub output: Option<&'v Value>,
    /// A caught error that is not yet a variable of its own.
    pub error: Option<(&'v str, &'v Value)>,
}

impl Machine<'_> {
    /// Evaluates whatever in `template` is an expression.
    pub fn evaluate(
        &self,
        thread: &Thread,
        template: &Template,
        dot: &Value,
        extra: Extra<'_>,
    ) -> Result<Value, Problem> {
        let mut names = BTreeSet::new();
        read_by(template, &mut names);
        let variables = self.variables(thread, names, extra);
        template.evaluate_now(dot, &variables).map_err(|error| wrong(&error))
    }

    /// Evaluates one expression.
    pub fn ask(
        &self,
        thread: &Thread,
        expression: &Expression,
        dot: &Value,
        extra: Extra<'_>,
    ) -> Result<Value, Problem> {
        let names = expression.variables().iter().map(String::as_str).collect();
        let variables = self.variables(thread, names, extra);
        expression.evaluate_now(dot, &variables).map_err(|error| wrong(&error))
    }

    /// Evaluates a condition; only `false` and `null` do not hold.
    pub fn holds(
        &self,
        thread: &Thread,
        expression: &Expression,
        dot: &Value,
        extra: Extra<'_>,
    ) -> Result<bool, Problem> {
        let value = self.ask(thread, expression, dot, extra)?;
        Ok(!matches!(value, Value::Null | Value::Bool(false)))
    }

    /// How long a span is.
    pub fn span(&self, thread: &Thread, span: &Span) -> Result<Duration, Problem> {
        match span {
            Span::Fixed(span) => Ok(*span),
            Span::Computed(template) => {
                let none = Value::Null;
                let dot = thread.frames.last().map_or(&none, |frame| &frame.raw);
                let value = self.evaluate(thread, template, dot, Extra::default())?;
                read_span(&value)
                    .map_err(|error| Problem::standard("expression", "not a duration", error))
            }
        }
    }

    /// Lets a task in: its condition, its input and its time. Answers whether it runs.
    pub fn enter(&self, thread: &mut Thread, task: &Task) -> Result<bool, Problem> {
        let raw = thread.frames.last().map(|frame| frame.raw.clone()).ok_or_else(lost)?;
        if let Some(condition) = &task.condition
            && !self.holds(thread, condition, &raw, Extra::default())?
        {
            return Ok(false);
        }
        check(task.input.schema.as_ref(), &raw, "input")?;
        let input = match &task.input.from {
            Some(from) => self.evaluate(thread, from, &raw, Extra::default())?,
            None => raw,
        };
        if let Some(frame) = thread.frames.last_mut() {
            frame.input = input;
        }
        let limit = task.timeout.as_ref().map(|span| self.span(thread, span)).transpose()?;
        if let Some(frame) = thread.frames.last_mut() {
            frame.deadline = limit.map(|limit| frame.started + limit);
        }
        Ok(true)
    }

    /// Lets a task out: shapes its output and sets the context.
    pub fn leave(&self, thread: &mut Thread, task: &Task, raw: Value) -> Result<Value, Problem> {
        let output = self.shape(thread, &task.output, raw, None)?;
        if let Some(export) = &task.export.shape {
            let extra = Extra { output: Some(&output), ..Extra::default() };
            let context = self.evaluate(thread, export, &output, extra)?;
            check(task.export.schema.as_ref(), &context, "export")?;
            thread.context = context;
        }
        Ok(output)
    }

    /// What the workflow makes of its raw input, and how long it may take.
    pub fn workflow_input(&self) -> Result<(Value, Option<Duration>), Problem> {
        let definition = self.setting.definition;
        let root = &self.stand.root;
        check(definition.input.schema.as_ref(), &self.stand.raw_input, "input")?;
        let input = match &definition.input.from {
            Some(from) => self.evaluate(root, from, &self.stand.raw_input, Extra::default())?,
            None => self.stand.raw_input.clone(),
        };
        let timeout = definition.timeout.as_ref().map(|span| self.span(root, span)).transpose()?;
        Ok((input, timeout))
    }

    /// What the workflow makes of the output of its last task.
    pub fn workflow_output(&self, root: &Thread, raw: Value) -> Result<Value, Problem> {
        let output = self.shape(root, &self.setting.definition.output, raw, None)?;
        fits(&output).map_err(|wrong| {
            Problem::standard("runtime", "too deep", format!("the output {wrong}"))
        })?;
        Ok(output)
    }

    /// Shapes what comes out, and holds it against its schema.
    pub fn shape(
        &self,
        thread: &Thread,
        output: &Output,
        raw: Value,
        seen: Option<&Value>,
    ) -> Result<Value, Problem> {
        let extra = Extra { output: seen, ..Extra::default() };
        let shaped = match &output.shape {
            Some(shape) => self.evaluate(thread, shape, &raw, extra)?,
            None => raw,
        };
        check(output.schema.as_ref(), &shaped, "output")?;
        Ok(shaped)
    }

    fn variables(
        &self,
        thread: &Thread,
        names: BTreeSet<&str>,
        extra: Extra<'_>,
    ) -> Vec<(String, Value)> {
        let value = |name: &str| match name {
            "context" => thread.context.clone(),
            "input" => match thread.frames.last() {
                Some(frame) => frame.input.clone(),
                None => self.stand.input.clone(),
            },
            "output" => extra.output.cloned().unwrap_or_default(),
            "task" => self.about_task(thread, extra),
            "workflow" => self.about_workflow(),
            "runtime" => {
                json!({"name": "rangkai", "version": env!("CARGO_PKG_VERSION"), "metadata": {}})
            }
            "secrets" => self.setting.definition.secret_values.reveal().clone(),
            name => match extra.error.filter(|(known, _)| [known, "error"].contains(&name)) {
                Some((_, error)) => error.clone(),
                None => self.known(thread).remove(name).unwrap_or_default(),
            },
        };
        names.into_iter().map(|name| (name.to_owned(), value(name))).collect()
    }

    /// The variables of a thread, the innermost of a name: the errors caught around it, and the items
    /// of the loops around it.
    pub fn known(&self, thread: &Thread) -> BTreeMap<String, Value> {
        let mut known = thread.variables.clone();
        for frame in &thread.frames {
            let Some(task) = self.task(frame) else { continue };
            match (&task.work, &frame.work) {
                (Work::Try(attempt), Doing::Try(trying)) => {
                    if let Stage::Catching { error } = &trying.stage {
                        known.insert(attempt.catch.variable.clone(), error.clone());
                    }
                }
                (Work::For(each), Doing::For(looping)) => {
                    let item = looping.items.get(looping.at).cloned();
                    in_turn(&mut known, &each.names, item, looping.at);
                }
                (Work::Listen(listen), Doing::Listen(listening)) => {
                    if let Some(foreach) = &listen.foreach {
                        let item = listening.current.as_ref().map(|(_, item)| item.clone());
                        in_turn(&mut known, &foreach.names, item, listening.output.len());
                    }
                }
                _ => {}
            }
        }
        known
    }

    fn about_task(&self, thread: &Thread, extra: Extra<'_>) -> Value {
        let Some(frame) = thread.frames.last() else { return Value::Null };
        let name = self.task(frame).map(|task| task.name.clone());
        json!({
            "name": name,
            "reference": frame.task,
            "input": frame.raw,
            "output": extra.output,
            "startedAt": moment(frame.started),
        })
    }

    fn about_workflow(&self) -> Value {
        let document = &self.setting.definition.document;
        json!({
            "id": self.setting.instance,
            "definition": {"document": {
                "dsl": document.dsl,
                "namespace": document.namespace,
                "name": document.name,
                "version": document.version,
                "title": document.title,
                "summary": document.summary,
                "tags": document.tags,
                "metadata": document.metadata,
            }},
            "input": self.stand.raw_input,
            "startedAt": moment(self.stand.started),
        })
    }
}

/// Adds the variables of a turn.
fn in_turn(
    known: &mut BTreeMap<String, Value>,
    names: &TurnNames,
    item: Option<Value>,
    index: usize,
) {
    known.insert(names.item.clone(), item.unwrap_or_default());
    known.insert(names.index.clone(), json!(index));
}

/// Holds a value against a schema, if there is one.
pub fn check(schema: Option<&Schema>, value: &Value, what: &str) -> Result<(), Problem> {
    let violations = schema.map(|schema| schema.violations(value)).unwrap_or_default();
    if violations.is_empty() {
        return Ok(());
    }
    let detail = format!("the {what} breaks its schema: {}", violations.join("; "));
    Err(Problem::standard("validation", "invalid", detail))
}

fn wrong(error: &EvaluationError) -> Problem {
    Problem::standard("expression", "an expression failed", error.to_string())
}

fn moment(time: Timestamp) -> Value {
    let (seconds, milliseconds) = (time.timestamp(), time.timestamp_millis());
    json!({
        "iso8601": time.to_rfc3339(),
        "epoch": {"seconds": seconds, "milliseconds": milliseconds},
    })
}

fn read_by<'t>(template: &'t Template, names: &mut BTreeSet<&'t str>) {
    match template {
        Template::Constant(_) => {}
        Template::Expression(expression) => {
            names.extend(expression.variables().iter().map(String::as_str));
        }
        Template::Array(items) => {
            for item in items {
                read_by(item, names);
            }
        }
        Template::Object(members) => {
            for (_, member) in members {
                read_by(member, names);
            }
        }
    }
}
