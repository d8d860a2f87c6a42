//! Which key signs tokens, and which keys verify them.

use std::time::Duration;

use rangkai_primitives::{Sensitive, Timestamp};

/// How long a new key is only listed, so that every block knows it before the first token that it
/// signs.
const AHEAD: Duration = Duration::from_mins(1);

/// A key that tokens are signed with; the newest has the highest generation.
#[derive(Clone, Debug)]
pub struct SigningKey {
    pub generation: i64,
    pub private_key: Sensitive<Vec<u8>>,
    pub create_time: Timestamp,
}

/// The key that signs at `now`: the newest that was listed long enough. `keys` are oldest first.
pub fn signs(keys: &[SigningKey], now: Timestamp) -> Option<&SigningKey> {
    keys.iter().rev().find(|key| key.create_time + AHEAD <= now).or_else(|| keys.first())
}

/// The keys that verify tokens at `now`: an old one for as long as a token that it signed may live.
pub fn listed(keys: &[SigningKey], now: Timestamp, life: Duration) -> Vec<&SigningKey> {
    let successors = keys.iter().skip(1).map(Some).chain([None]);
    keys.iter()
        .zip(successors)
        .filter(|(_, successor)| {
            successor.is_none_or(|it| now < it.create_time + AHEAD + life + AHEAD)
        })
        .map(|(key, _)| key)
        .collect()
}

/// Whether another key is due at `now`: there is none, or the newest is older than `age`.
pub fn is_due(keys: &[SigningKey], now: Timestamp, age: Duration) -> bool {
    keys.last().is_none_or(|newest| newest.create_time + age <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_mins(10);

    fn keys() -> (Vec<SigningKey>, Timestamp) {
        let start: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        let key = |generation: i64| SigningKey {
            generation,
            private_key: Sensitive::new(Vec::new()),
            create_time: start + Duration::from_hours(24) * u32::try_from(generation).unwrap(),
        };
        (vec![key(1), key(2)], start + Duration::from_hours(48))
    }

    #[test]
    fn a_key_is_listed_before_it_signs() {
        let (keys, second) = keys();

        assert_eq!(signs(&keys[..1], second).map(|key| key.generation), Some(1));
        assert_eq!(signs(&keys, second).map(|key| key.generation), Some(1));
        assert_eq!(signs(&keys, second + AHEAD).map(|key| key.generation), Some(2));
        assert_eq!(signs(&[], second).map(|key| key.generation), None);
        // The very first key has nobody to stand in for it.
        assert_eq!(signs(&keys[1..], second).map(|key| key.generation), Some(2));
    }

    #[test]
    fn an_old_key_is_listed_until_its_last_token_ended() {
        let (keys, second) = keys();
        let count = |now| listed(&keys, now, LIFE).len();

        assert_eq!(count(second), 2);
        assert_eq!(count(second + AHEAD + LIFE), 2);
        assert_eq!(count(second + AHEAD + LIFE + AHEAD), 1);
    }

    #[test]
    fn a_key_is_due_when_the_newest_is_old() {
        let (keys, second) = keys();
        let age = Duration::from_hours(24);

        assert!(is_due(&[], second, age));
        assert!(!is_due(&keys, second, age));
        assert!(is_due(&keys, second + age, age));
    }
}
