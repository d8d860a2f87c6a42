//! Vouchers: promises to pay whoever shows their number.

use std::time::Duration;

use rangkai_primitives::{Id, Money, Sensitive, Timestamp};
use uuid::Uuid;

use super::{PinHash, Pool, SerialNumber, VoucherNumber, VoucherRefusal, VoucherState};

/// A promise to pay whoever shows its number, which is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    pub id: Id<Voucher>,
    pub serial: SerialNumber,
    pub pool: Id<Pool>,
    pub pool_code: String,
    /// The vouchers that were made together.
    pub batch: Uuid,
    pub amount: Money,
    pub redeemed_minor: i64,
    /// What went back to the pool when it ended.
    pub returned_minor: i64,
    pub state: VoucherState,
    pub pin: Option<PinHash>,
    pub pin_failures: i32,
    pub expire_time: Timestamp,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What an agency says to make vouchers; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewVouchers {
    pub pool: Id<Pool>,
    /// Of each.
    pub amount: Money,
    pub count: u32,
    pub valid_for: Duration,
    /// Somebody wrote it, so it may speak of a person.
    pub comment: Sensitive<String>,
}

/// A fresh voucher with its secret number, which is handed over and not kept.
#[derive(Clone, Debug)]
pub struct IssuedVoucher {
    pub voucher: Voucher,
    pub number: VoucherNumber,
}

/// Which vouchers to list.
#[derive(Clone, Copy, Debug)]
pub struct VoucherFilter {
    pub pool: Option<Id<Pool>>,
    pub state: Option<VoucherState>,
}

impl NewVouchers {
    /// How long vouchers can be redeemed when nobody says.
    pub const USUAL_VALIDITY: Duration = Duration::from_hours(24 * 90);
}

impl Voucher {
    /// A fresh voucher of `pool`, which has promised its money.
    pub fn preactivate(
        serial: SerialNumber,
        pool: &Pool,
        batch: Uuid,
        new: &NewVouchers,
        now: Timestamp,
    ) -> Self {
        Self {
            id: Id::generate(),
            serial,
            pool: pool.id,
            pool_code: pool.code.clone(),
            batch,
            amount: new.amount,
            redeemed_minor: 0,
            returned_minor: 0,
            state: VoucherState::Preactivated,
            pin: None,
            pin_failures: 0,
            expire_time: now + new.valid_for,
            create_time: now,
            update_time: now,
        }
    }

    /// What is left of it.
    pub const fn remaining(&self) -> Money {
        let left = self.amount.minor() - self.redeemed_minor - self.returned_minor;
        Money::new(self.amount.currency(), left)
    }

    /// Whether it was left unredeemed for too long.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state.is_alive() && self.expire_time <= now
    }

    /// The voucher as anybody may see it at `now`: expired in time, though the sweep comes later.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        let state = if self.is_due(now) { VoucherState::Expired } else { self.state };
        Self { state, ..self }
    }

    /// The voucher after it became redeemable; again changes nothing, unless there is a PIN.
    pub fn activate(self, pin: Option<PinHash>, now: Timestamp) -> Result<Self, VoucherRefusal> {
        let again = self.state == VoucherState::Activated && pin.is_none() && !self.is_due(now);
        if again {
            return Ok(self);
        }
        let active = self.leave(VoucherState::Preactivated, VoucherState::Activated, now)?;
        Ok(Self { pin, ..active })
    }

    /// The voucher after it was kept from being redeemed.
    pub fn suspend(self, now: Timestamp) -> Result<Self, VoucherRefusal> {
        self.leave(VoucherState::Activated, VoucherState::Suspended, now)
    }

    /// The voucher after its suspension, during which its PIN may have been wrong too often.
    pub fn resume(self, now: Timestamp) -> Result<Self, VoucherRefusal> {
        let active = self.leave(VoucherState::Suspended, VoucherState::Activated, now)?;
        let locked = active.pin_is_locked();
        let state = if locked { VoucherState::Blocked } else { VoucherState::Activated };
        Ok(Self { state, ..active })
    }

    /// The voucher after an officer unblocked it, with a new PIN if there is one.
    pub fn unblock(self, pin: Option<PinHash>, now: Timestamp) -> Result<Self, VoucherRefusal> {
        let active = self.leave(VoucherState::Blocked, VoucherState::Activated, now)?;
        let pin = pin.or(active.pin);
        Ok(Self { pin, pin_failures: 0, ..active })
    }

    /// The voucher after `amount`, or all that is left of it, was redeemed; and how much that is.
    pub fn redeem(
        self,
        amount: Option<Money>,
        now: Timestamp,
    ) -> Result<(Self, Money), VoucherRefusal> {
        let voucher = self.leave(VoucherState::Activated, VoucherState::Activated, now)?;
        let remaining = voucher.remaining();
        let amount = amount.unwrap_or(remaining);
        let fits = amount.currency() == remaining.currency() && amount.minor() <= remaining.minor();
        if !fits || amount.minor() <= 0 {
            return Err(VoucherRefusal::VoucherShort { remaining });
        }
        let redeemed_minor = voucher.redeemed_minor + amount.minor();
        let all = amount == remaining;
        let state = if all { VoucherState::Redeemed } else { VoucherState::Activated };
        Ok((Self { redeemed_minor, state, ..voucher }, amount))
    }

    /// The voucher after its agency withdrew it, and what goes back to the pool.
    pub fn cancel(self, now: Timestamp) -> Result<(Self, Money), VoucherRefusal> {
        self.at(now).end(VoucherState::Cancelled, now)
    }

    /// The voucher after it was not redeemed in time, and what goes back to the pool.
    pub fn expire(self, now: Timestamp) -> Result<(Self, Money), VoucherRefusal> {
        self.end(VoucherState::Expired, now)
    }

    /// The voucher after what could redeem it was erased.
    pub fn purge(self, now: Timestamp) -> Result<Self, VoucherRefusal> {
        if self.state.is_alive() || self.state == VoucherState::Purged {
            return Err(self.mismatch());
        }
        Ok(Self { state: VoucherState::Purged, pin: None, update_time: now, ..self })
    }

    fn leave(
        self,
        from: VoucherState,
        to: VoucherState,
        now: Timestamp,
    ) -> Result<Self, VoucherRefusal> {
        let voucher = self.at(now);
        if voucher.state == from {
            Ok(Self { state: to, update_time: now, ..voucher })
        } else {
            Err(voucher.mismatch())
        }
    }

    fn end(self, state: VoucherState, now: Timestamp) -> Result<(Self, Money), VoucherRefusal> {
        if !self.state.is_alive() {
            return Err(self.mismatch());
        }
        let rest = self.remaining();
        let returned_minor = self.returned_minor + rest.minor();
        Ok((Self { state, returned_minor, update_time: now, ..self }, rest))
    }

    fn mismatch(self) -> VoucherRefusal {
        VoucherRefusal::StateMismatch { serial: self.serial, state: self.state }
    }
}

#[cfg(test)]
mod tests {
    use rangkai_primitives::Currency;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const DAY: Duration = Duration::from_hours(24);

    fn rupiah(minor: i64) -> Money {
        Money::new(Currency::IDR, minor)
    }

    fn fresh() -> Voucher {
        let pool = Pool::create(Id::generate(), "rice".to_owned(), Currency::IDR, NOW);
        let new = NewVouchers {
            pool: pool.id,
            amount: rupiah(100),
            count: 1,
            valid_for: DAY,
            comment: Sensitive::new(String::new()),
        };
        Voucher::preactivate(SerialNumber::of(1), &pool, Uuid::nil(), &new, NOW)
    }

    fn state_of<T>(refused: Result<T, VoucherRefusal>) -> Option<VoucherState> {
        match refused.map(drop) {
            Err(VoucherRefusal::StateMismatch { state, .. }) => Some(state),
            _ => None,
        }
    }

    #[test]
    fn each_state_is_left_only_by_its_own_ways() {
        use VoucherState::{Activated, Blocked, Preactivated, Suspended};
        for state in VoucherState::ALL {
            let voucher = Voucher { state, ..fresh() };
            let ways = [
                voucher.clone().activate(Some(Sensitive::new([1; 32])), NOW).is_ok(),
                voucher.clone().suspend(NOW).is_ok(),
                voucher.clone().resume(NOW).is_ok(),
                voucher.clone().unblock(None, NOW).is_ok(),
                voucher.clone().redeem(None, NOW).is_ok(),
                voucher.clone().cancel(NOW).is_ok(),
                voucher.purge(NOW).is_ok(),
            ];
            let alive = state.is_alive();
            let ended = !alive && state != VoucherState::Purged;
            let expected = [
                state == Preactivated,
                state == Activated,
                state == Suspended,
                state == Blocked,
                state == Activated,
                alive,
                ended,
            ];
            assert_eq!(ways, expected, "{state}");
        }
    }

    #[test]
    fn no_more_is_redeemed_than_there_is_and_the_rest_goes_back() {
        let active = fresh().activate(None, NOW).unwrap();
        let (part, _) = active.redeem(Some(rupiah(30)), NOW).unwrap();

        let (ended, rest) = part.clone().cancel(NOW).unwrap();
        let short = part.clone().redeem(Some(rupiah(71)), NOW).unwrap_err();
        let (all, last) = part.redeem(None, NOW).unwrap();

        assert_eq!((rest, ended.remaining()), (rupiah(70), rupiah(0)));
        assert_eq!(short, VoucherRefusal::VoucherShort { remaining: rupiah(70) });
        assert_eq!((all.state, last), (VoucherState::Redeemed, rupiah(70)));
    }

    #[test]
    fn a_due_voucher_is_refused_before_the_sweep_came() {
        let active = fresh().activate(None, NOW).unwrap();

        let late = active.clone().redeem(None, NOW + DAY);
        let again = active.activate(None, NOW + DAY);

        assert_eq!(state_of(late), Some(VoucherState::Expired));
        assert_eq!(state_of(again), Some(VoucherState::Expired));
    }
}
