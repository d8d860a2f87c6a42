//! Bills and the rules of their life.

use std::{fmt, str::FromStr, time::Duration};

use rangkai_primitives::{Id, Money, Timestamp};
use uuid::Uuid;

use super::{BillingCode, FeeItem, Quote, QuoteLine, Refusal};

/// An amount that a person owes to an agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    pub id: Id<Bill>,
    pub code: BillingCode,
    pub payer: String,
    pub case: Uuid,
    pub lines: Vec<QuoteLine>,
    pub amount: Money,
    /// How much of it went back or is to go back, in minor units.
    pub refunded_minor: i64,
    pub state: BillState,
    pub expire_time: Timestamp,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub version: i64,
}

/// What an agency says to issue a bill; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewBill {
    pub payer: String,
    pub case: Uuid,
    pub items: Vec<FeeItem>,
    pub valid_for: Duration,
}

/// Which bills to list.
#[derive(Clone, Copy, Debug)]
pub struct BillFilter {
    pub case: Option<Uuid>,
    pub state: Option<BillState>,
}

/// Where a bill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillState {
    Open,
    Paid,
    Expired,
    Cancelled,
}

impl Bill {
    /// A fresh bill: open, or paid from the start when nothing is owed.
    pub fn issue(
        id: Id<Self>,
        code: BillingCode,
        new: NewBill,
        quote: Quote,
        now: Timestamp,
    ) -> Self {
        let nothing = quote.total.minor() == 0;
        Self {
            id,
            code,
            payer: new.payer,
            case: new.case,
            lines: quote.lines,
            amount: quote.total,
            refunded_minor: 0,
            state: if nothing { BillState::Paid } else { BillState::Open },
            expire_time: now + new.valid_for,
            create_time: now,
            update_time: now,
            version: 1,
        }
    }

    /// Whether it was left unpaid for too long.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state == BillState::Open && self.expire_time <= now
    }

    /// The bill as anybody may see it at `now`: expired in time, though the sweep comes later.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        let state = if self.is_due(now) { BillState::Expired } else { self.state };
        Self { state, ..self }
    }

    /// The bill after it was paid in full.
    pub fn pay(self, now: Timestamp) -> Result<Self, Refusal> {
        self.at(now).leave_open(BillState::Paid, now)
    }

    /// The bill after its agency withdrew it.
    pub fn cancel(self, now: Timestamp) -> Result<Self, Refusal> {
        self.at(now).leave_open(BillState::Cancelled, now)
    }

    /// The bill after it was not paid in time.
    pub fn expire(self, now: Timestamp) -> Result<Self, Refusal> {
        self.leave_open(BillState::Expired, now)
    }

    /// The bill after `amount`, or all that is left of it, is to go back; and how much that is.
    pub fn refund(self, amount: Option<Money>) -> Result<(Self, Money), Refusal> {
        if self.state != BillState::Paid {
            return Err(Refusal::BillNotPaid(self.id));
        }
        let left = Money::new(self.amount.currency(), self.amount.minor() - self.refunded_minor);
        let amount = amount.unwrap_or(left);
        let fits = amount.currency() == left.currency() && amount.minor() <= left.minor();
        if !fits || amount.minor() <= 0 {
            return Err(Refusal::RefundExceedsBill { bill: self.id, refundable: left });
        }
        Ok((Self { refunded_minor: self.refunded_minor + amount.minor(), ..self }, amount))
    }

    /// The bill after `amount` that was to go back does not go back after all.
    #[must_use]
    pub fn restore(self, amount: Money) -> Self {
        Self { refunded_minor: self.refunded_minor - amount.minor(), ..self }
    }

    /// Says no when the caller read another version than this; an empty etag matches every version.
    pub fn expect_etag(&self, etag: &str) -> Result<(), Refusal> {
        if etag.is_empty() || etag == self.etag() {
            Ok(())
        } else {
            Err(Refusal::StaleEtag(self.etag()))
        }
    }

    /// Changes with every change of the bill.
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    fn leave_open(self, state: BillState, now: Timestamp) -> Result<Self, Refusal> {
        match self.state {
            BillState::Open => {
                Ok(Self { state, update_time: now, version: self.version + 1, ..self })
            }
            BillState::Paid | BillState::Expired | BillState::Cancelled => {
                Err(Refusal::BillNotOpen { bill: self.id, state: self.state })
            }
        }
    }
}

impl BillState {
    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for BillState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Open, Self::Paid, Self::Expired, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or("is not a state of a bill")
    }
}

impl fmt::Display for BillState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rangkai_primitives::Currency;

    const DAY: Duration = Duration::from_hours(24);

    fn rupiah(minor: i64) -> Money {
        Money::new(Currency::IDR, minor)
    }

    fn bill(minor: i64) -> Bill {
        let new =
            NewBill { payer: String::new(), case: Uuid::nil(), items: Vec::new(), valid_for: DAY };
        let quote = Quote { lines: Vec::new(), total: rupiah(minor) };
        Bill::issue(Id::generate(), BillingCode::of(1), new, quote, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_due_bill_can_neither_be_paid_nor_cancelled_before_the_sweep_came() {
        let late = Timestamp::UNIX_EPOCH + DAY;
        let bill = bill(100);
        let id = bill.id;

        let expired = Refusal::BillNotOpen { bill: id, state: BillState::Expired };
        assert_eq!(bill.clone().cancel(late).unwrap_err(), expired);
        assert_eq!(bill.clone().pay(late), Err(expired));
        assert_eq!(bill.at(late).state, BillState::Expired);
    }

    #[test]
    fn no_more_goes_back_than_was_paid() {
        let paid = bill(100).pay(Timestamp::UNIX_EPOCH).unwrap();
        let id = paid.id;

        let (part, first) = paid.refund(Some(rupiah(30))).unwrap();
        let (all, rest) = part.clone().refund(None).unwrap();

        assert_eq!((first, rest), (rupiah(30), rupiah(70)));
        let none = Refusal::RefundExceedsBill { bill: id, refundable: rupiah(0) };
        assert_eq!(all.refund(None).unwrap_err(), none);
        assert!(part.refund(Some(rupiah(71))).is_err());
    }
}
