//! Trying, catching, trying again.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::{
    continuation::{Doing, Stage, Thread},
    machine::{Machine, Next, lost},
    scope::Extra,
};
use crate::domain::{
    definition::{Backoff, Catch, ErrorFilter, Retry, Try, Work, canonical_error_type},
    instance::Kind,
    problem::Problem,
};

/// The longest delay that growing delays grow to.
const LONGEST_DELAY: Duration = Duration::from_hours(24);

impl Machine<'_> {
    /// Begins an attempt.
    pub fn attempt(&mut self, thread: &mut Thread, attempt: &Try, input: Value) -> Next {
        let limit = attempt.catch.retry.as_ref().and_then(|retry| retry.attempt_duration.as_ref());
        let limit = match limit.map(|span| self.span(thread, span)).transpose() {
            Ok(limit) => limit,
            Err(problem) => return Next::Fail(problem),
        };
        let now = self.setting.now;
        if let Some(Doing::Try(trying)) = thread.frames.last_mut().map(|frame| &mut frame.work) {
            trying.stage = Stage::Trying;
            trying.attempt_deadline = limit.map(|limit| now + limit);
            trying.runs.clear();
        }
        Next::Start { position: 0, input }
    }

    /// Begins the next attempt, now that the delay before it is over.
    pub fn attempt_again(&mut self, thread: &mut Thread) -> Next {
        let Some(frame) = thread.frames.last_mut() else { return Next::Raised(lost()) };
        let input = frame.input.clone();
        let pointer = frame.task.clone();
        let Doing::Try(trying) = &mut frame.work else { return Next::Fail(lost()) };
        trying.attempt += 1;
        let detail = format!("attempt {}", trying.attempt);
        self.note(Kind::TaskRetried, &pointer, detail, None);
        let Some(task) = thread.frames.last().and_then(|frame| self.task(frame)) else {
            return Next::Fail(lost());
        };
        match &task.work {
            Work::Try(attempt) => self.attempt(thread, attempt, input),
            Work::Do(_)
            | Work::Set(_)
            | Work::Switch(_)
            | Work::For(_)
            | Work::Fork(_)
            | Work::Emit(_)
            | Work::Listen(_)
            | Work::Wait(_)
            | Work::Raise(_)
            | Work::Call(_)
            | Work::Run(_) => Next::Fail(lost()),
        }
    }

    /// Deals with an error of what the innermost task tries.
    pub fn catch(&mut self, thread: &mut Thread, problem: &Problem) -> Next {
        let Some(task) = thread.frames.last().and_then(|frame| self.task(frame)) else {
            return Next::Fail(lost());
        };
        let Work::Try(attempt) = &task.work else { return Next::Fail(lost()) };
        let error = problem.value();
        match self.deal(thread, &attempt.catch, problem, &error) {
            Ok(next) => next,
            Err(problem) => Next::Fail(problem),
        }
    }

    fn deal(
        &mut self,
        thread: &mut Thread,
        catch: &Catch,
        problem: &Problem,
        error: &Value,
    ) -> Result<Next, Problem> {
        let input = thread.frames.last().map(|frame| frame.input.clone()).unwrap_or_default();
        let extra = Extra { error: Some((&catch.variable, error)), ..Extra::default() };
        let caught = fits(&catch.errors, problem)
            && self.agrees(thread, (&catch.when, &catch.except_when), &input, extra)?;
        if !caught {
            return Ok(Next::Fail(problem.clone()));
        }
        if let Some(retry) = &catch.retry {
            let again = !problem.fate.last
                && self.agrees(thread, (&retry.when, &retry.except_when), &input, extra)?;
            if let (true, Some(delay)) = (again, self.delay(thread, retry, problem)?) {
                return Ok(self.put_off(thread, delay, problem));
            }
        }
        let Some(Doing::Try(trying)) = thread.frames.last_mut().map(|frame| &mut frame.work) else {
            return Err(lost());
        };
        match (&catch.tasks, &catch.retry) {
            (Some(_), _) => {
                trying.stage = Stage::Catching { error: error.clone() };
                trying.attempt_deadline = None;
                trying.runs.clear();
                Ok(Next::Start { position: 0, input })
            }
            // What was to be repeated, cannot be, and has nothing else done about it, is no success.
            (None, Some(_)) => Ok(Next::Fail(problem.clone())),
            (None, None) => Ok(Next::Done { raw: input, flow: None }),
        }
    }

    fn put_off(&mut self, thread: &mut Thread, delay: Duration, problem: &Problem) -> Next {
        let until = self.setting.now + delay;
        if !problem.fate.unknown {
            self.let_go_of(&thread.identity());
        }
        if let Some(Doing::Try(trying)) = thread.frames.last_mut().map(|frame| &mut frame.work) {
            trying.stage = Stage::Delaying { until };
            trying.attempt_deadline = None;
            if !problem.fate.unknown {
                trying.generation += 1;
            }
        }
        if delay.is_zero() { self.attempt_again(thread) } else { Next::Wait }
    }

    fn agrees(
        &self,
        thread: &Thread,
        (when, except_when): (
            &Option<rangkai_expression::Expression>,
            &Option<rangkai_expression::Expression>,
        ),
        dot: &Value,
        extra: Extra<'_>,
    ) -> Result<bool, Problem> {
        let holds = |expression| self.holds(thread, expression, dot, extra);
        Ok(when.as_ref().map_or(Ok(true), holds)?
            && !except_when.as_ref().map_or(Ok(false), holds)?)
    }

    /// How long to wait before the next attempt; none when there must not be one.
    fn delay(
        &self,
        thread: &Thread,
        retry: &Retry,
        problem: &Problem,
    ) -> Result<Option<Duration>, Problem> {
        let Some(frame) = thread.frames.last() else { return Err(lost()) };
        let Doing::Try(trying) = &frame.work else { return Err(lost()) };
        if retry.attempts.is_some_and(|most| trying.attempt >= most) {
            return Ok(None);
        }
        let span = |span| self.span(thread, span);
        let first = retry.delay.as_ref().map_or(Ok(Duration::ZERO), span)?;
        let grown = match &retry.backoff {
            Backoff::Constant => first,
            Backoff::Linear(by) => {
                let by = by.as_ref().map_or(Ok(first), span)?;
                first.saturating_add(by.saturating_mul(trying.attempt - 1)).min(LONGEST_DELAY)
            }
            Backoff::Exponential => {
                let factor = 1_u32.checked_shl(trying.attempt - 1).unwrap_or(u32::MAX);
                first.saturating_mul(factor).min(LONGEST_DELAY)
            }
        };
        let jitter = match &retry.jitter {
            Some((from, to)) => self.jitter(thread, trying.attempt, span(from)?, span(to)?),
            None => Duration::ZERO,
        };
        let floor = Duration::from_millis(problem.fate.wait_ms.into());
        let delay = grown.saturating_add(jitter).max(floor);
        let until = self.setting.now + delay;
        let limit = retry.duration.as_ref().map(span).transpose()?;
        Ok(limit.is_none_or(|limit| until <= frame.started + limit).then_some(delay))
    }

    /// Between the two, and always the same for the same attempt.
    fn jitter(&self, thread: &Thread, attempt: u32, from: Duration, to: Duration) -> Duration {
        let name = format!("{}/{attempt}", thread.identity());
        let (bits, _) = Uuid::new_v5(&self.setting.instance, name.as_bytes()).as_u64_pair();
        let width = u64::try_from(to.saturating_sub(from).as_millis()).unwrap_or(u64::MAX);
        from + Duration::from_millis(bits % width.saturating_add(1).max(1))
    }
}

/// Whether an error looks as a filter says.
fn fits(filter: &ErrorFilter, problem: &Problem) -> bool {
    let same =
        |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|it| it == found);
    let kind = filter.error_type.as_deref();
    kind.is_none_or(|kind| canonical_error_type(kind) == canonical_error_type(&problem.kind))
        && filter.status.is_none_or(|status| status == problem.status)
        && same(&filter.instance, &problem.instance)
        && same(&filter.title, &problem.title)
        && same(&filter.detail, &problem.detail)
}
