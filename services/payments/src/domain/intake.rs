//! What becomes of money that came in: the rules, all of them.
//!
//! | The bill of the code       | The money        | What becomes of it                           |
//! |----------------------------|------------------|----------------------------------------------|
//! | there is none              | any              | suspense: a person decides                   |
//! | any                        | another currency | suspense: a person decides                   |
//! | paid                       | any              | its payer's credit                           |
//! | expired or withdrawn       | any              | suspense: a person decides                   |
//! | open                       | less             | suspense: a person decides                   |
//! | open                       | as much          | the bill is paid                             |
//! | open                       | more             | the bill is paid, the rest its payer's credit |
//!
//! Money is never refused: it is at the bank already, whatever this block thinks of it.

use rangkai_primitives::{Money, Timestamp};

use super::{Bill, BillState, SuspenseKind};

/// What becomes of money that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It pays its bill, and so much of it is too much.
    Pays { excess: Option<Money> },
    /// It pays nothing.
    Misfits(SuspenseKind),
}

impl Fate {
    /// What becomes of `amount` that was paid for `bill`.
    pub fn of(bill: Option<&Bill>, amount: Money, now: Timestamp) -> Self {
        let Some(bill) = bill else { return Self::Misfits(SuspenseKind::UnknownCode) };
        if amount.currency() != bill.amount.currency() {
            return Self::Misfits(SuspenseKind::OtherCurrency);
        }
        let state = if bill.is_due(now) { BillState::Expired } else { bill.state };
        let excess = amount.minor() - bill.amount.minor();
        match state {
            BillState::Paid => Self::Misfits(SuspenseKind::Double),
            BillState::Expired | BillState::Cancelled => Self::Misfits(SuspenseKind::Late),
            BillState::Open if excess < 0 => Self::Misfits(SuspenseKind::Short),
            BillState::Open => {
                let excess = (excess > 0).then(|| Money::new(amount.currency(), excess));
                Self::Pays { excess }
            }
        }
    }
}

impl SuspenseKind {
    /// Whether a rule makes it its payer's credit at once; everything else waits for a person.
    pub const fn is_credit(self) -> bool {
        matches!(self, Self::Double | Self::Over)
    }
}
