//! What is wrong with a request, all of it at once.

use std::{fmt::Display, str::FromStr};

use prost::{Message, Name};
use rangkai_primitives::{Id, Page};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use crate::{check, internal, page, rules::Contracts};

/// The items of a page when the caller does not say.
const USUAL_PAGE: u64 = 50;
/// The most items of a page.
const LARGEST_PAGE: u64 = 500;
/// More violations than this are not listed; the first ones are enough to start mending.
const MOST: usize = 100;

/// Reads the fields of a request and notes each one that breaks a rule.
///
/// Every read hands back an `Option`; [`Violations::check`] at the end says whether all held.
/// A field is named once, however many rules it breaks.
#[derive(Debug, Default)]
pub struct Violations {
    found: Vec<FieldViolation>,
    refusal: Option<Status>,
    query: Option<page::Query>,
}

impl Violations {
    /// Holds `message` against every rule that its contract states, in the messages within it too.
    #[must_use]
    pub fn of<M: Message + Name>(message: &M) -> Self {
        let mut violations = Self::default();
        match Contracts::all() {
            Ok(contracts) => {
                if violations.hold(contracts, message).is_none() {
                    tracing::error!(message = M::full_name(), "there is no contract for a message");
                    violations.refuse(Status::internal("internal error"));
                }
            }
            Err(error) => violations.refuse(internal(&error)),
        }
        violations
    }

    fn hold<M: Message + Name>(&mut self, contracts: &Contracts, message: &M) -> Option<()> {
        let place = contracts.place(&M::full_name())?;
        if contracts.asks_for_a_page(place) {
            self.query = page::query(&check::dynamic(message)?);
        }
        check::check(contracts, place, &message.encode_to_vec(), self)
    }

    /// Notes that `field` breaks `rule`, which reads on from the field: `is required`.
    pub fn add(&mut self, field: &str, rule: impl Display) {
        if !self.names(field) && self.found.len() < MOST {
            self.found.push(FieldViolation::new(field, format!("{field} {rule}")));
        }
    }

    /// Refuses the whole request, whatever its fields say.
    pub fn refuse(&mut self, status: Status) {
        self.refusal.get_or_insert(status);
    }

    /// Keeps a value, or notes that it is missing.
    pub fn require<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.add(field, "is required");
        }
        value
    }

    /// Keeps a value, or notes why there is none.
    pub fn keep<T>(&mut self, field: &str, outcome: Result<T, impl Display>) -> Option<T> {
        outcome.map_err(|error| self.add(field, error)).ok()
    }

    /// Parses `text`, or notes why it does not parse.
    pub fn parse<T: FromStr<Err: Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        if text.is_empty() {
            return self.require(field, None);
        }
        self.keep(field, text.parse())
    }

    /// Parses `text` if there is any. The outer option says whether to go on, the inner one whether
    /// there was a value.
    pub fn parse_if_set<T: FromStr<Err: Display>>(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<Option<T>> {
        if text.is_empty() { Some(None) } else { self.parse(field, text).map(Some) }
    }

    /// Reads `page_size` and `page_token`: 0 means 50, and more than 500 is read as 500. The token
    /// must come from [`page_token`](crate::page_token) for the same query, so this needs violations
    /// made by [`Violations::of`].
    pub fn page<T>(&mut self, size: i32, token: &str) -> Option<Page<T>> {
        let size = match u64::try_from(size) {
            Ok(0) => Some(USUAL_PAGE),
            Ok(size) => Some(size.min(LARGEST_PAGE)),
            Err(_) => self.keep("page_size", Err("must not be negative")),
        };
        let after = if token.is_empty() {
            Some(None)
        } else {
            let read = self.query.and_then(|query| page::read(token, query));
            let id = read.map(Id::from).map(Some);
            self.keep("page_token", id.ok_or("must be the token that this list gave"))
        };
        Some(Page { size: size?, after: after? })
    }

    /// Builds the whole from its fields, or answers `INVALID_ARGUMENT` with every violation.
    ///
    /// # Errors
    ///
    /// When any field broke a rule, or the request was refused.
    pub fn check<T>(self, whole: impl FnOnce() -> Option<T>) -> Result<T, Status> {
        if let Some(refusal) = self.refusal {
            return Err(refusal);
        }
        match whole() {
            Some(whole) if self.found.is_empty() => Ok(whole),
            _ => {
                let details = ErrorDetails::with_bad_request(self.found);
                Err(Status::with_error_details(
                    Code::InvalidArgument,
                    "the request breaks its contract",
                    details,
                ))
            }
        }
    }

    /// Whether `field`, or something within it, was named already.
    pub(crate) fn names(&self, field: &str) -> bool {
        self.found.iter().any(|it| {
            let rest = it.field.strip_prefix(field);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }
}
