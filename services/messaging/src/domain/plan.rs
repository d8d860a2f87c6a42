//! How often a delivery is tried, and when.

use std::time::Duration;

use rangkai_primitives::{Id, Timestamp};

use super::Delivery;

/// The longest that an endpoint can put off the next attempt.
const LONGEST: Duration = Duration::from_hours(24);
/// The part of a step by which an attempt may come later: one in this many.
const SPREAD: u32 = 5;

/// How long to wait after each attempt; after the last step there is no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan(Vec<Duration>);

impl Plan {
    /// Steps in seconds; none when there is no step, or one that does not wait.
    pub fn of(seconds: &[u64]) -> Option<Self> {
        let fit = (1..=20).contains(&seconds.len())
            && seconds.iter().all(|step| (1..=LONGEST.as_secs()).contains(step));
        fit.then(|| Self(seconds.iter().copied().map(Duration::from_secs).collect()))
    }

    /// Says whether a delivery that was tried `attempts` times is tried again.
    pub fn goes_on(&self, attempts: i64) -> bool {
        usize::try_from(attempts).is_ok_and(|made| made <= self.0.len())
    }

    /// When to try again after the attempt numbered `attempt`, counted from 1; none when that was
    /// the last. `wait` is what the endpoint asked for.
    pub fn next(
        &self,
        id: Id<Delivery>,
        attempt: i64,
        wait: Option<Duration>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let number = usize::try_from(attempt.checked_sub(1)?).ok()?;
        let step = self.0.get(number)?;
        let spread = *step / SPREAD * share(id, attempt) / 256;
        let wait = wait.unwrap_or_default().min(LONGEST);
        Some(now + (*step + spread).max(wait))
    }
}

/// A number below 256 that differs between deliveries, and between the attempts of one: the last
/// bytes of an id are random. Nothing is rolled, so that a replay of a step gives the same moment.
fn share(id: Id<Delivery>, attempt: i64) -> u32 {
    let bytes = id.uuid().into_bytes();
    let place = 15 - usize::try_from(attempt.rem_euclid(6)).unwrap_or_default();
    u32::from(bytes[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_waited_for_and_a_fifth_at_most_beyond() {
        let plan = Plan::of(&[5, 60]).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        for _ in 0..100 {
            let id = Id::generate();
            let first = plan.next(id, 1, None, now).unwrap() - now;
            let second = plan.next(id, 2, None, now).unwrap() - now;

            assert!((5_000..6_000).contains(&first.num_milliseconds()), "{first}");
            assert!((60_000..72_000).contains(&second.num_milliseconds()), "{second}");
            assert_eq!(plan.next(id, 3, None, now), None);
        }
        assert!(plan.goes_on(2) && !plan.goes_on(3));
    }

    #[test]
    fn an_endpoint_may_put_the_next_attempt_off_but_not_for_ever() {
        let plan = Plan::of(&[5]).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let next = |wait| plan.next(Id::generate(), 1, Some(Duration::from_secs(wait)), now);

        assert_eq!(next(120), Some(now + Duration::from_mins(2)));
        assert_eq!(next(u64::MAX), Some(now + LONGEST));
        assert!(next(1) >= Some(now + Duration::from_secs(5)));
    }
}
