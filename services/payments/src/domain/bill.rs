//! Bills and the rules of their life.

use std::time::Duration;

use rangkai_primitives::{Id, Money, Timestamp};
use uuid::Uuid;

use super::{BillState, BillingCode, FeeItem, Part, PartState, Plan, Quote, QuoteLine, Refusal};

/// An amount that a person owes to an agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    pub id: Id<Bill>,
    pub code: BillingCode,
    pub payer: String,
    pub case: Uuid,
    pub lines: Vec<QuoteLine>,
    pub amount: Money,
    /// How much of it was paid, in minor units.
    pub paid_minor: i64,
    /// How much of it went back or is to go back, in minor units.
    pub refunded_minor: i64,
    pub state: BillState,
    /// Tells bills apart that charge the same case for the same.
    pub sequence: i32,
    /// Its parts, if it is paid in parts.
    pub parts: Vec<Part>,
    /// The bill that it took the place of.
    pub replaces: Option<Id<Bill>>,
    /// The bill that took its place.
    pub replaced_by: Option<Id<Bill>>,
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
    pub sequence: i32,
    /// In how many parts it is paid; fewer than two means at once.
    pub instalments: i32,
    /// Whether the payer's credits pay as much of it as they can.
    pub use_credit: bool,
}

/// Which bills to list.
#[derive(Clone, Copy, Debug)]
pub struct BillFilter {
    pub case: Option<Uuid>,
    pub state: Option<BillState>,
}

impl Bill {
    /// A fresh bill: open, or paid from the start when nothing is owed. One in parts gets a code for
    /// each from `codes`, which never end.
    pub fn issue(
        mut codes: impl Iterator<Item = BillingCode>,
        code: BillingCode,
        new: NewBill,
        (quote, plan): (Quote, Option<Plan>),
        now: Timestamp,
    ) -> Self {
        let expire_time = plan.as_ref().map_or(now + new.valid_for, |plan| plan.expire_time);
        let parts = plan.into_iter().flat_map(|plan| plan.parts).zip(1..).zip(&mut codes);
        let parts = parts.map(|(((amount, due_time), number), code)| Part {
            id: Id::generate(),
            number,
            code,
            amount,
            due_time,
            state: PartState::Open,
            update_time: now,
        });
        let nothing = quote.total.minor() == 0;
        Self {
            id: Id::generate(),
            code,
            parts: parts.collect(),
            sequence: new.sequence,
            replaces: None,
            replaced_by: None,
            payer: new.payer,
            case: new.case,
            lines: quote.lines,
            amount: quote.total,
            paid_minor: 0,
            refunded_minor: 0,
            state: if nothing { BillState::Paid } else { BillState::Open },
            expire_time,
            create_time: now,
            update_time: now,
            version: 1,
        }
    }

    /// Whether it was left unpaid for too long.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state == BillState::Open && self.expire_time <= now
    }

    /// What is still to be paid.
    pub const fn owed(&self) -> Money {
        Money::new(self.amount.currency(), self.amount.minor() - self.paid_minor)
    }

    /// How much of it was paid.
    pub const fn paid(&self) -> Money {
        Money::new(self.amount.currency(), self.paid_minor)
    }

    /// The bill as anybody may see it at `now`: expired in time and its parts overdue in time,
    /// though the sweep comes later.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        if self.is_due(now) {
            return Self { state: BillState::Expired, ..self }.lapse(now);
        }
        let see = |part: Part| {
            let state = if part.is_late(now) { PartState::Overdue } else { part.state };
            Part { state, ..part }
        };
        Self { parts: self.parts.into_iter().map(see).collect(), ..self }
    }

    /// The bill after `part` of it, no more than what is owed, was paid.
    pub fn take(self, part: Money, now: Timestamp) -> Result<Self, Refusal> {
        let paid_minor = self.paid_minor + part.minor();
        let state = if paid_minor >= self.amount.minor() { BillState::Paid } else { self.state };
        Ok(Self { paid_minor, ..self.leave_open(state, now)? })
    }

    /// The bill after its agency withdrew it.
    pub fn cancel(self, now: Timestamp) -> Result<Self, Refusal> {
        Ok(self.at(now).leave_open(BillState::Cancelled, now)?.lapse(now))
    }

    /// The bill after another took its place, of which nothing was paid: it was open, or nothing was
    /// owed on it.
    pub fn amend(self, now: Timestamp) -> Result<Self, Refusal> {
        let bill = self.at(now);
        let refuse =
            |id, state, instead| Err(Refusal::BillNotAmendable { bill: id, state, instead });
        match bill.state {
            BillState::Open if bill.paid_minor == 0 => bill.cancel(now),
            BillState::Open => {
                refuse(bill.id, "partly_paid", "CancelBill, then IssueBill with use_credit")
            }
            BillState::Paid if bill.amount.minor() == 0 => {
                Ok(Self { state: BillState::Cancelled, ..bill.touch(now) })
            }
            BillState::Paid => refuse(bill.id, "paid", "IssueRefund, then IssueBill"),
            BillState::Expired => refuse(bill.id, "expired", "IssueBill"),
            BillState::Cancelled => refuse(bill.id, "cancelled", "IssueBill"),
        }
    }

    /// The bill after it was not paid in time.
    pub fn expire(self, now: Timestamp) -> Result<Self, Refusal> {
        Ok(self.leave_open(BillState::Expired, now)?.lapse(now))
    }

    /// The bill after `amount`, or all that is left of it, is to go back; and how much that is.
    pub fn refund(self, amount: Option<Money>, now: Timestamp) -> Result<(Self, Money), Refusal> {
        let left = self.refundable()?;
        let amount = amount.unwrap_or(left);
        let fits = amount.currency() == left.currency() && amount.minor() <= left.minor();
        if !fits || amount.minor() <= 0 {
            return Err(Refusal::RefundExceedsBill { bill: self.id, refundable: left });
        }
        let refunded_minor = self.refunded_minor + amount.minor();
        Ok((Self { refunded_minor, ..self.touch(now) }, amount))
    }

    /// How much of it can still go back.
    pub fn refundable(&self) -> Result<Money, Refusal> {
        if self.state != BillState::Paid {
            return Err(Refusal::BillNotPaid(self.id));
        }
        Ok(Money::new(self.amount.currency(), self.amount.minor() - self.refunded_minor))
    }

    /// The bill after `amount` is not to go back after all.
    #[must_use]
    pub fn restore(self, amount: Money, now: Timestamp) -> Self {
        let refunded_minor = self.refunded_minor - amount.minor();
        Self { refunded_minor, ..self.touch(now) }
    }

    /// The bill after something of it changed: its etag is another one.
    #[must_use]
    pub fn touch(self, now: Timestamp) -> Self {
        Self { update_time: now, version: self.version + 1, ..self }
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

    fn lapse(self, now: Timestamp) -> Self {
        let lapse = |part: Part| {
            if part.is_unpaid() { part.turn(PartState::Lapsed, now) } else { part }
        };
        Self { parts: self.parts.into_iter().map(lapse).collect(), ..self }
    }

    fn leave_open(self, state: BillState, now: Timestamp) -> Result<Self, Refusal> {
        match self.state {
            BillState::Open => Ok(Self { state, ..self.touch(now) }),
            BillState::Paid | BillState::Expired | BillState::Cancelled => {
                Err(Refusal::BillNotOpen { bill: self.id, state: self.state })
            }
        }
    }
}
