//! The PIN of a voucher.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use rangkai_primitives::{Sensitive, Timestamp};

use super::{Voucher, VoucherState};

/// How often a PIN may be wrong in a row.
const ATTEMPTS: i32 = 5;

/// The keyed hash of a PIN. A million PINs are soon tried against any hash, however slow; what
/// protects this one is a key that does not lie in the database.
pub type PinHash = Sensitive<[u8; 32]>;

/// What became of a PIN that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinCheck {
    /// It is the right one.
    Right(Voucher),
    /// It is not; the voucher as it is now, if that changed.
    Wrong(Option<Voucher>),
}

impl Voucher {
    /// Holds a PIN against the voucher's. A blocked voucher takes none, not even the right one:
    /// whoever blocked it could go on guessing otherwise.
    pub fn check_pin(self, shown: Option<&PinHash>, now: Timestamp) -> PinCheck {
        if self.state == VoucherState::Blocked || self.pin_is_locked() {
            return PinCheck::Wrong(None);
        }
        let right = match (&self.pin, shown) {
            (None, None) => true,
            (Some(own), Some(shown)) => {
                verify_slices_are_equal(own.reveal(), shown.reveal()).is_ok()
            }
            (None, Some(_)) => return PinCheck::Wrong(None),
            (Some(_), None) => false,
        };
        if right {
            return PinCheck::Right(Self { pin_failures: 0, ..self });
        }
        let pin_failures = self.pin_failures + 1;
        let blocks = pin_failures >= ATTEMPTS && self.state == VoucherState::Activated;
        let state = if blocks { VoucherState::Blocked } else { self.state };
        PinCheck::Wrong(Some(Self { state, pin_failures, update_time: now, ..self }))
    }

    /// Whether its PIN was wrong too often.
    pub(super) const fn pin_is_locked(&self) -> bool {
        self.pin_failures >= ATTEMPTS
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rangkai_primitives::{Currency, Id, Money};
    use uuid::Uuid;

    use super::*;
    use crate::domain::{NewVouchers, Pool, SerialNumber};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn pin(byte: u8) -> PinHash {
        Sensitive::new([byte; 32])
    }

    fn voucher() -> Voucher {
        let pool = Pool::create(Id::generate(), "rice".to_owned(), Currency::IDR, NOW);
        let new = NewVouchers {
            pool: pool.id,
            amount: Money::new(Currency::IDR, 100),
            count: 1,
            valid_for: Duration::from_hours(24),
            comment: Sensitive::new(String::new()),
        };
        let fresh = Voucher::preactivate(SerialNumber::of(1), &pool, Uuid::nil(), &new, NOW);
        fresh.activate(Some(pin(1)), NOW).unwrap()
    }

    #[test]
    fn the_fifth_wrong_pin_blocks_and_then_not_even_the_right_one_helps() {
        let mut voucher = voucher();
        for attempt in 1..=5 {
            let shown = if attempt % 2 == 0 { None } else { Some(pin(2)) };
            let PinCheck::Wrong(Some(after)) = voucher.check_pin(shown.as_ref(), NOW) else {
                panic!("a wrong PIN was right");
            };
            assert_eq!(after.state == VoucherState::Blocked, attempt == 5);
            voucher = after;
        }

        assert_eq!(voucher.clone().check_pin(Some(&pin(1)), NOW), PinCheck::Wrong(None));
        let unblocked = voucher.unblock(Some(pin(3)), NOW).unwrap();
        assert!(matches!(unblocked.check_pin(Some(&pin(3)), NOW), PinCheck::Right(_)));
    }

    #[test]
    fn a_suspended_voucher_does_not_lend_itself_to_guessing() {
        let mut voucher = voucher().suspend(NOW).unwrap();
        for _ in 0..5 {
            let PinCheck::Wrong(Some(after)) = voucher.check_pin(Some(&pin(2)), NOW) else {
                panic!("a wrong PIN was right");
            };
            voucher = after;
        }

        assert_eq!(voucher.clone().check_pin(Some(&pin(1)), NOW), PinCheck::Wrong(None));
        assert_eq!(voucher.resume(NOW).unwrap().state, VoucherState::Blocked);
    }
}
