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
//! A bill that is due stays open while nobody knows whether a code of it was paid; money for it is
//! then in time if whoever took it says that it was paid in time.
//!
//! Money is never refused: it is at the bank already, whatever this block thinks of it.

use rangkai_primitives::Money;

use super::{BillState, Demand, SuspenseKind};

/// What becomes of money that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It pays its bill, and so much of it is too much.
    Pays { excess: Option<Money> },
    /// It pays nothing.
    Misfits(SuspenseKind),
}

impl Fate {
    /// What becomes of `amount` that was paid for what a code asks for.
    pub fn of(demand: Option<Demand>, amount: Money) -> Self {
        let Some(demand) = demand else { return Self::Misfits(SuspenseKind::UnknownCode) };
        if amount.currency() != demand.amount.currency() {
            return Self::Misfits(SuspenseKind::OtherCurrency);
        }
        let excess = amount.minor() - demand.amount.minor();
        match demand.state {
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
