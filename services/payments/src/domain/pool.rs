//! Money set aside for vouchers.

use rangkai_primitives::{Currency, Id, Money, Timestamp};

/// The most that a pool holds: a hundred million million rupiah, far below where sums overflow.
pub const FULL_POOL_MINOR: i64 = 10_i64.pow(16);

/// Money set aside for the vouchers of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub id: Id<Pool>,
    /// Also the group of its vouchers.
    pub code: String,
    pub currency: Currency,
    /// What was put in, less what was taken out: the sum of the three that follow.
    pub funded_minor: i64,
    pub available_minor: i64,
    pub outstanding_minor: i64,
    pub redeemed_minor: i64,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// How many minor units each amount of a pool changes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolChange {
    pub available: i64,
    pub outstanding: i64,
    pub redeemed: i64,
}

/// What happens to a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolMove {
    /// Money is put in.
    Fund,
    /// Money is taken out.
    Drain,
    /// A voucher is to pay it.
    Promise,
    /// A voucher ended before it was redeemed.
    Return,
    /// A merchant is owed it.
    Redeem,
}

impl Pool {
    /// A fresh pool with nothing in it.
    pub const fn create(id: Id<Self>, code: String, currency: Currency, now: Timestamp) -> Self {
        Self {
            id,
            code,
            currency,
            funded_minor: 0,
            available_minor: 0,
            outstanding_minor: 0,
            redeemed_minor: 0,
            create_time: now,
            update_time: now,
        }
    }

    /// An amount in the currency of the pool.
    pub const fn money(&self, minor: i64) -> Money {
        Money::new(self.currency, minor)
    }
}

impl PoolMove {
    /// What it changes when it moves `minor` units.
    pub const fn change(self, minor: i64) -> PoolChange {
        let (available, outstanding, redeemed) = match self {
            Self::Fund => (minor, 0, 0),
            Self::Drain => (-minor, 0, 0),
            Self::Promise => (-minor, minor, 0),
            Self::Return => (minor, -minor, 0),
            Self::Redeem => (0, -minor, minor),
        };
        PoolChange { available, outstanding, redeemed }
    }
}

impl PoolChange {
    /// By how many what was put in changes.
    pub const fn funded(self) -> i64 {
        self.available + self.outstanding + self.redeemed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_funding_and_draining_change_what_was_put_in() {
        let moves = [
            (PoolMove::Fund, 7),
            (PoolMove::Drain, -7),
            (PoolMove::Promise, 0),
            (PoolMove::Return, 0),
            (PoolMove::Redeem, 0),
        ];
        for (happens, funded) in moves {
            assert_eq!(happens.change(7).funded(), funded, "{happens:?}");
        }
    }
}
