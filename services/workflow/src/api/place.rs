//! Places in a history as page tokens carry them: a token carries an id, and a place fits into one.

use rangkai_primitives::Id;
use uuid::Uuid;

/// The place that a token carries; the beginning, if there is no token.
pub fn read<T>(after: Option<Id<T>>) -> i64 {
    let place = after.map_or(0, |after| after.uuid().as_u64_pair().1);
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// A place as a token carries it.
pub fn write<T>(place: i64) -> Option<Id<T>> {
    let place = u64::try_from(place).ok()?;
    Some(Uuid::from_u64_pair(0, place).into())
}
