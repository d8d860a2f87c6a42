//! Payments of bills as banks report them.

use rangkai_primitives::{Id, Money, Timestamp};

use super::{BankReference, Bill, BillingCode};

/// A payment that was recorded; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remittance {
    pub id: Id<Remittance>,
    pub bill: Id<Bill>,
    pub code: BillingCode,
    pub amount: Money,
    pub reference: BankReference,
    pub pay_time: Timestamp,
    pub create_time: Timestamp,
}

/// What a bank says to report a payment; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewRemittance {
    pub code: BillingCode,
    pub amount: Money,
    pub reference: BankReference,
    pub pay_time: Timestamp,
}

impl Remittance {
    /// The record of a payment of `bill`.
    pub fn record(id: Id<Self>, bill: Id<Bill>, new: NewRemittance, now: Timestamp) -> Self {
        let NewRemittance { code, amount, reference, pay_time } = new;
        Self { id, bill, code, amount, reference, pay_time, create_time: now }
    }

    /// Whether a bank reports this payment once more.
    pub fn is(&self, new: &NewRemittance) -> bool {
        self.code == new.code
            && self.amount == new.amount
            && self.reference == new.reference
            && self.pay_time == new.pay_time
    }
}
