//! What an evaluation may use up: steps, bytes and time, counted for the thread it runs on.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// How many operations one evaluation may make.
const STEPS: u64 = 4_000_000;
/// How many bytes one evaluation may produce in all, kept or not.
const BYTES: u64 = 64 * 1024 * 1024;
/// How long one evaluation may take.
const TIME: Duration = Duration::from_millis(900);
/// How many steps pass between two looks at the clock.
const GLANCE: u64 = 256;

/// The largest single value, in bytes.
pub const MAX_WEIGHT: usize = 8 * 1024 * 1024;
/// The deepest nesting of a value.
pub const MAX_DEPTH: usize = 100;

/// Which bound an evaluation hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Too many steps.
    Steps,
    /// Too many bytes.
    Bytes,
    /// Too long.
    Time,
    /// A value too deeply nested.
    Depth,
}

impl Bound {
    /// Says it to the author of the expression.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Steps => "the expression takes more than 4,000,000 steps",
            Self::Bytes => "the expression makes values that are too large",
            Self::Time => "the expression takes longer than a second",
            Self::Depth => "the expression nests values deeper than 100 levels",
        }
    }
}

#[derive(Clone, Copy)]
struct Budget {
    steps: u64,
    bytes: u64,
    glance: u64,
    end: Option<Instant>,
    hit: Option<Bound>,
}

const FULL: Budget = Budget { steps: STEPS, bytes: BYTES, glance: GLANCE, end: None, hit: None };

thread_local! {
    static BUDGET: Cell<Budget> = const { Cell::new(FULL) };
}

/// Fills the budget of this thread for one evaluation.
pub fn begin() {
    BUDGET.set(Budget { end: Instant::now().checked_add(TIME), ..FULL });
}

/// The bound that was hit since `begin`.
pub fn hit() -> Option<Bound> {
    BUDGET.get().hit
}

/// Notes that a bound was hit; everything fails from now on.
pub fn exhaust(bound: Bound) {
    let budget = BUDGET.get();
    BUDGET.set(Budget { hit: budget.hit.or(Some(bound)), ..budget });
}

/// Uses up some steps; false if there are none left.
pub fn step(count: usize) -> bool {
    let mut budget = BUDGET.get();
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    match budget.steps.checked_sub(count) {
        Some(steps) => budget.steps = steps,
        None => budget.hit = budget.hit.or(Some(Bound::Steps)),
    }
    let due = budget.glance < count;
    budget.glance = if due { GLANCE } else { budget.glance - count };
    if due && budget.end.is_some_and(|end| Instant::now() > end) {
        budget.hit = budget.hit.or(Some(Bound::Time));
    }
    BUDGET.set(budget);
    budget.hit.is_none()
}

/// Uses up some bytes; false if there are none left.
pub fn allocate(count: usize) -> bool {
    let mut budget = BUDGET.get();
    let wanted = u64::try_from(count).unwrap_or(u64::MAX);
    match budget.bytes.checked_sub(wanted) {
        Some(bytes) if count <= MAX_WEIGHT => budget.bytes = bytes,
        Some(_) | None => budget.hit = budget.hit.or(Some(Bound::Bytes)),
    }
    BUDGET.set(budget);
    budget.hit.is_none()
}
