//! Errors: raising them, catching them, trying again.

use super::model::Tasks;
use super::template::Template;
use super::wait::Span;
use rangkai_expression::Expression;
use serde_json::Value;

/// A list of tasks and what to do about its errors.
#[derive(Clone, Debug)]
pub struct Try {
    /// What is tried: the list `…/try`.
    pub tasks: Tasks,
    /// What happens to its errors.
    pub catch: Catch,
}

/// Which errors are caught, and what then.
#[derive(Clone, Debug)]
pub struct Catch {
    /// What the error must look like; anything, if nothing is said.
    pub errors: ErrorFilter,
    /// The variable that holds the error, without the dollar sign; `error` if nothing is said.
    pub variable: String,
    /// Caught only if this is true.
    pub when: Option<Expression>,
    /// Caught only if this is not true.
    pub except_when: Option<Expression>,
    /// Whether and how to try again before `tasks`.
    pub retry: Option<Retry>,
    /// What runs with the error once it is not tried again: the list `…/catch/do`.
    pub tasks: Option<Tasks>,
}

/// What an error must look like to be caught; members that are absent match anything.
#[derive(Clone, Debug, Default)]
pub struct ErrorFilter {
    /// The type; compare with [`canonical_error_type`] on both sides.
    pub error_type: Option<String>,
    /// The status.
    pub status: Option<u16>,
    /// The pointer of the task that raised it.
    pub instance: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The details.
    pub detail: Option<String>,
}

impl ErrorFilter {
    /// Whether it matches every error.
    #[must_use]
    pub fn is_anything(&self) -> bool {
        let texts = [&self.error_type, &self.instance, &self.title, &self.detail];
        self.status.is_none() && texts.iter().all(|text| text.is_none())
    }
}

/// How to try again.
#[derive(Clone, Debug)]
pub struct Retry {
    /// Tried again only if this is true.
    pub when: Option<Expression>,
    /// Tried again only if this is not true.
    pub except_when: Option<Expression>,
    /// How long to wait before the first repetition.
    pub delay: Option<Span>,
    /// How the delay grows.
    pub backoff: Backoff,
    /// How many attempts there may be, the first one included.
    pub attempts: Option<u32>,
    /// How long one attempt may take.
    pub attempt_duration: Option<Span>,
    /// How long all attempts may take together.
    pub duration: Option<Span>,
    /// What is added to each delay, at random between the two.
    pub jitter: Option<(Span, Span)>,
}

/// How the delay between attempts grows.
#[derive(Clone, Debug, Default)]
pub enum Backoff {
    /// Not at all.
    #[default]
    Constant,
    /// By the increment each time; by the delay itself, if there is none.
    Linear(Option<Span>),
    /// Twice as long each time.
    Exponential,
}

/// An error to raise.
#[derive(Clone, Debug)]
pub struct Raise {
    /// The type, a URI.
    pub error_type: Template,
    /// The status.
    pub status: Template,
    /// The pointer to give instead of the task's own.
    pub instance: Option<Template>,
    /// The title.
    pub title: Option<Template>,
    /// The detail.
    pub detail: Option<Template>,
}

impl Raise {
    /// Whether an expression makes the title or the detail.
    #[must_use]
    pub fn is_computed(&self) -> bool {
        let texts = self.title.iter().chain(&self.detail);
        texts.into_iter().any(|text| text.constant().is_none())
    }

    /// The error as one template: evaluates to an object with the members of problem details.
    #[must_use]
    pub fn problem(&self) -> Template {
        let optional = [
            ("instance", self.instance.clone()),
            ("title", self.title.clone()),
            ("detail", self.detail.clone()),
        ];
        let members = [("type", self.error_type.clone()), ("status", self.status.clone())]
            .into_iter()
            .chain(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
        Template::Object(members.map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

/// The family of the standard error types.
pub const STANDARD_ERRORS: &str = "https://serverlessworkflow.io/spec/1.0.0/errors/";

/// The names of the standard error types, with their status.
pub const STANDARD_ERROR_NAMES: [(&str, u16); 8] = [
    ("configuration", 400),
    ("validation", 400),
    ("expression", 400),
    ("authentication", 401),
    ("authorization", 403),
    ("timeout", 408),
    ("communication", 500),
    ("runtime", 500),
];

/// Returns one spelling for all published spellings of a standard error type.
#[must_use]
pub fn canonical_error_type(written: &str) -> String {
    let hosts = ["serverlessworkflow.io/", "open-workflow-specification.org/"];
    let rest = written.strip_prefix("https://").or_else(|| written.strip_prefix("http://"));
    let rest = rest.map(|rest| rest.strip_prefix("www.").unwrap_or(rest));
    let path = rest.and_then(|rest| hosts.iter().find_map(|host| rest.strip_prefix(host)));
    let Some(path) = path else { return written.to_owned() };
    let families = ["dsl/errors/types/", "spec/1.0.0/errors/", "errors/"];
    match families.iter().find_map(|family| path.strip_prefix(family)) {
        Some(name) => format!("{STANDARD_ERRORS}{name}"),
        None => written.to_owned(),
    }
}

/// Reads a number that an error gives as its status.
#[must_use]
pub fn read_status(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|status| u16::try_from(status).ok())
}
