//! What a billing code asks for, and what becomes of a bill when it is paid.

use rangkai_primitives::{Id, Money, Timestamp};
use uuid::Uuid;

use super::{Bill, BillState, BillingCode, Occasion, Part, PartState, Refusal};

/// What a billing code asks for at the moment: all that is left of a bill, or one of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    pub amount: Money,
    /// Whether money that comes now is in time, late, or comes twice.
    pub state: BillState,
}

/// What was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub amount: Money,
    /// The bill, or the part: what the books say that the money was for.
    pub source: Uuid,
    /// The parts that it paid.
    pub parts: Vec<Part>,
}

/// Where the money for a bill is, and how whoever took it calls it.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub occasion: Occasion,
    /// What the books say that the money was; none means the bill or part itself.
    pub source: Option<Uuid>,
    pub pay_time: Timestamp,
    /// The bank's number; empty if it was no bank.
    pub reference: String,
}

impl Bill {
    /// What `code`, its own or that of a part, asks of money that is paid at `moment`.
    pub fn demand(&self, code: &BillingCode, moment: Timestamp) -> Demand {
        let bill = if self.is_due(moment) { BillState::Expired } else { self.state };
        match self.part(code) {
            None => Demand { amount: self.owed(), state: bill },
            Some(part) if part.state == PartState::Paid => {
                Demand { amount: part.amount, state: BillState::Paid }
            }
            Some(part) => Demand { amount: part.amount, state: bill },
        }
    }

    /// Says no when nothing can be paid for it at `now`.
    pub fn expect_open(&self, now: Timestamp) -> Result<(), Refusal> {
        let state = self.demand(&self.code, now).state;
        if state == BillState::Open {
            Ok(())
        } else {
            Err(Refusal::BillNotOpen { bill: self.id, state })
        }
    }

    /// The bill after all that `code` asks for was paid at `moment`, which is known `now`. Its own
    /// code pays what is left of it and every part; the code of a part that one.
    pub fn pay(
        self,
        code: &BillingCode,
        moment: Timestamp,
        now: Timestamp,
    ) -> Result<(Self, Payment), Refusal> {
        let demand = self.demand(code, moment);
        if demand.state != BillState::Open {
            return Err(Refusal::BillNotOpen { bill: self.id, state: demand.state });
        }
        let one = self.part(code).map(|part| part.id);
        let pays = |part: &Part| part.is_unpaid() && one.is_none_or(|one| one == part.id);
        let mut paid = Vec::new();
        let mut bill = self.take(demand.amount, now)?;
        for part in bill.parts.iter_mut().filter(|part| pays(part)) {
            *part = part.clone().turn(PartState::Paid, now);
            paid.push(part.clone());
        }
        let source = one.map_or(bill.id.uuid(), Id::uuid);
        Ok((bill, Payment { amount: demand.amount, source, parts: paid }))
    }

    fn part(&self, code: &BillingCode) -> Option<&Part> {
        self.parts.iter().find(|part| part.code == *code)
    }
}

#[cfg(test)]
mod tests {
    use std::{iter, time::Duration};

    use rangkai_primitives::Currency;
    use uuid::Uuid;

    use super::*;
    use crate::domain::{NewBill, Quote};

    const DAY: Duration = Duration::from_hours(24);

    fn rupiah(minor: i64) -> Money {
        Money::new(Currency::IDR, minor)
    }

    fn bill(minor: i64) -> Bill {
        let new = NewBill {
            payer: String::new(),
            case: Uuid::nil(),
            items: Vec::new(),
            valid_for: DAY,
            sequence: 1,
            instalments: 0,
            use_credit: false,
        };
        let quote =
            Quote { lines: Vec::new(), total: rupiah(minor), instalments: Err(String::new()) };
        let codes = iter::repeat_n(BillingCode::of(2), 9);
        Bill::issue(codes, BillingCode::of(1), new, (quote, None), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_due_bill_can_neither_be_paid_nor_cancelled_before_the_sweep_came() {
        let late = Timestamp::UNIX_EPOCH + DAY;
        let bill = bill(100);
        let id = bill.id;

        let expired = Err(Refusal::BillNotOpen { bill: id, state: BillState::Expired });
        assert_eq!(bill.expect_open(late), expired);
        assert_eq!(bill.clone().cancel(late).map(drop), expired);
        assert_eq!(bill.at(late).state, BillState::Expired);
    }

    #[test]
    fn no_more_goes_back_than_was_paid() {
        let open = bill(100);
        let now = Timestamp::UNIX_EPOCH;
        let (paid, payment) = open.clone().pay(&open.code, now, now).unwrap();
        assert_eq!((paid.state, payment.amount), (BillState::Paid, rupiah(100)));
        let id = paid.id;

        let (part, first) = paid.refund(Some(rupiah(30)), now).unwrap();
        let (all, rest) = part.clone().refund(None, now).unwrap();

        assert_eq!((first, rest), (rupiah(30), rupiah(70)));
        let none = Refusal::RefundExceedsBill { bill: id, refundable: rupiah(0) };
        assert_eq!(all.refund(None, now).unwrap_err(), none);
        assert!(part.refund(Some(rupiah(71)), now).is_err());
    }
}
