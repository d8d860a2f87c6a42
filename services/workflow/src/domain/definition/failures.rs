//! Reading `try`, `catch`, `retry`, `raise` and errors.

use super::expressions::Scope;
use super::failure::{Backoff, Catch, ErrorFilter, Raise, Retry, Try};
use super::model::Work;
use super::reader::{Fields, Reader, Spot, nearest};
use super::template::Template;
use super::yaml::Kind;
use serde_json::Value;

impl Reader<'_> {
    /// Reads a `try` with its `catch`.
    pub fn try_task(&mut self, fields: &mut Fields<'_>) -> Option<Work> {
        let tried = fields.take("try").and_then(|spot| self.tasks(&spot, false));
        let catch = self.need(fields, "catch").and_then(|spot| self.catch(&spot));
        Some(Work::Try(Box::new(Try { tasks: tried?, catch: catch? })))
    }

    fn catch(&mut self, spot: &Spot<'_>) -> Option<Catch> {
        let mut fields = self.fields(spot)?;
        let errors = fields.take("errors").map(|spot| self.error_filter(&spot));
        let named = fields.take("as");
        let variable = named.and_then(|spot| self.variable(&spot));
        let variable = variable.unwrap_or_else(|| "error".to_owned());
        self.variables.push(variable.clone());
        let when = fields.take("when").and_then(|spot| self.expression(&spot, Scope::Body));
        let except_when =
            fields.take("exceptWhen").and_then(|spot| self.expression(&spot, Scope::Body));
        let retry = fields.take("retry").and_then(|spot| self.retry(&spot));
        let tasks = fields.take("do").and_then(|spot| self.tasks(&spot, false));
        self.variables.pop();
        self.close(fields);
        let errors = errors.unwrap_or_default();
        Some(Catch { errors, variable, when, except_when, retry, tasks })
    }

    /// Reads the name of a variable.
    pub fn variable(&mut self, spot: &Spot<'_>) -> Option<String> {
        let name = self.text(spot)?;
        let name = name.trim_start_matches('$').to_owned();
        let right = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
        if !right {
            let message = format!("{name} is no name of a variable");
            let mend = "use letters, digits and underscores, and begin with a letter";
            self.wrong(spot, "value.variable", message, mend);
        }
        right.then_some(name)
    }

    fn error_filter(&mut self, spot: &Spot<'_>) -> ErrorFilter {
        let Some(mut fields) = self.fields(spot) else { return ErrorFilter::default() };
        let with = fields.take("with");
        self.close(fields);
        let Some(mut fields) = with.and_then(|spot| self.fields(&spot)) else {
            return ErrorFilter::default();
        };
        let error_type = fields.take("type").and_then(|spot| self.text(&spot));
        let status = fields.take("status").and_then(|spot| self.number(&spot, 100, 599));
        let instance = fields.take("instance").and_then(|spot| self.text(&spot));
        let title = fields.take("title").and_then(|spot| self.text(&spot));
        let detail = fields.take("detail").or_else(|| fields.take("details"));
        let detail = detail.and_then(|spot| self.text(&spot));
        self.close(fields);
        let status = status.and_then(|status| u16::try_from(status).ok());
        ErrorFilter { error_type, status, instance, title, detail }
    }

    /// Reads a way to try again: an object, or the name of one.
    pub fn retry(&mut self, spot: &Spot<'_>) -> Option<Retry> {
        if let Kind::Text(name, _) = &spot.node.kind {
            let found = self.names.retries.get(name).cloned();
            return found.unwrap_or_else(|| {
                let known = self.names.retries.keys().map(String::as_str);
                let near = nearest(name, known).map(str::to_owned);
                self.unknown_name(spot, "retry", "retries", near.as_deref());
                None
            });
        }
        let mut fields = self.fields(spot)?;
        let when = fields.take("when").and_then(|spot| self.expression(&spot, Scope::Body));
        let except_when =
            fields.take("exceptWhen").and_then(|spot| self.expression(&spot, Scope::Body));
        let delay = fields.take("delay").and_then(|spot| self.duration(&spot, Scope::Body));
        let backoff = fields.take("backoff").and_then(|spot| self.backoff(&spot));
        let mut retry = Retry {
            when,
            except_when,
            delay,
            backoff: backoff.unwrap_or_default(),
            attempts: None,
            attempt_duration: None,
            duration: None,
            jitter: None,
        };
        if let Some(spot) = fields.take("limit") {
            self.limit(&spot, &mut retry);
        }
        if let Some(mut jitter) = fields.take("jitter").and_then(|spot| self.fields(&spot)) {
            let from = self.need(&mut jitter, "from");
            let to = self.need(&mut jitter, "to");
            self.close(jitter);
            let from = from.and_then(|spot| self.duration(&spot, Scope::Body));
            let to = to.and_then(|spot| self.duration(&spot, Scope::Body));
            retry.jitter = from.zip(to);
        }
        self.close(fields);
        Some(retry)
    }

    fn limit(&mut self, spot: &Spot<'_>, retry: &mut Retry) {
        let Some(mut fields) = self.fields(spot) else { return };
        let duration = fields.take("duration");
        retry.duration = duration.and_then(|spot| self.duration(&spot, Scope::Body));
        if let Some(mut attempt) = fields.take("attempt").and_then(|spot| self.fields(&spot)) {
            let count = attempt.take("count").and_then(|spot| self.number(&spot, 1, 1000));
            retry.attempts = count.and_then(|count| u32::try_from(count).ok());
            let duration = attempt.take("duration");
            retry.attempt_duration = duration.and_then(|spot| self.duration(&spot, Scope::Body));
            self.close(attempt);
        }
        self.close(fields);
    }

    fn backoff(&mut self, spot: &Spot<'_>) -> Option<Backoff> {
        let mut fields = self.fields(spot)?;
        let constant = fields.take("constant");
        let linear = fields.take("linear");
        let exponential = fields.take("exponential");
        self.close(fields);
        match (constant, linear, exponential) {
            (Some(_), None, None) => Some(Backoff::Constant),
            (None, None, Some(_)) => Some(Backoff::Exponential),
            (None, Some(linear), None) => {
                let mut fields = self.fields(&linear)?;
                let increment = fields.take("increment");
                self.close(fields);
                let increment = increment.and_then(|spot| self.duration(&spot, Scope::Body));
                Some(Backoff::Linear(increment))
            }
            _ => {
                let message = "a backoff is one of constant, linear and exponential".to_owned();
                self.wrong(spot, "value.choice", message, "keep one of them");
                None
            }
        }
    }

    /// Reads a `raise`.
    pub fn raise(&mut self, spot: &Spot<'_>) -> Option<Work> {
        let mut fields = self.fields(spot)?;
        let error = self.need(&mut fields, "error");
        self.close(fields);
        let error = error?;
        if let Kind::Text(name, _) = &error.node.kind {
            let found = self.names.errors.get(name).cloned();
            let raise = found.unwrap_or_else(|| {
                let known = self.names.errors.keys().map(String::as_str);
                let near = nearest(name, known).map(str::to_owned);
                self.unknown_name(&error, "error", "errors", near.as_deref());
                None
            });
            return raise.map(Box::new).map(Work::Raise);
        }
        self.problem(&error).map(Box::new).map(Work::Raise)
    }

    /// Reads an error to raise.
    pub fn problem(&mut self, spot: &Spot<'_>) -> Option<Raise> {
        let mut fields = self.fields(spot)?;
        let error_type = self.need(&mut fields, "type").and_then(|spot| self.say(&spot));
        let status = self.need(&mut fields, "status");
        let status = status.and_then(|spot| self.number(&spot, 100, 599));
        let instance = fields.take("instance").and_then(|spot| self.say(&spot));
        let title = fields.take("title").and_then(|spot| self.say(&spot));
        let detail = fields.take("detail").or_else(|| fields.take("details"));
        let detail = detail.and_then(|spot| self.say(&spot));
        self.close(fields);
        let status = Template::Constant(Value::from(status?));
        Some(Raise { error_type: error_type?, status, instance, title, detail })
    }

    /// Reads a text or an expression for one.
    fn say(&mut self, spot: &Spot<'_>) -> Option<Template> {
        self.text(spot)?;
        self.template(spot, Scope::Body)
    }
}
