//! Money that goes back.

use rangkai_primitives::{Id, Money, Sensitive, Timestamp};
use uuid::Uuid;

use super::{BankReference, Bill, Claim, Credit, RefundMode, RefundRefusal, RefundState, Refusal};

/// Money of a paid bill, or of a credit, that goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub id: Id<Refund>,
    /// The bill that was paid; none when it is a credit that goes back.
    pub bill: Option<Id<Bill>>,
    pub case: Option<Uuid>,
    pub credit: Option<Id<Credit>>,
    pub amount: Money,
    /// Written by an officer, so it may speak of a person.
    pub reason: Sensitive<String>,
    pub mode: RefundMode,
    pub state: RefundState,
    /// How the bank names the payment, once it made it.
    pub reference: Option<BankReference>,
    /// What is claimed from the treasury with it, and how that went.
    pub claim: Claim,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What an agency says to issue a refund; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewRefund {
    pub bill: Id<Bill>,
    /// None means all that is left.
    pub amount: Option<Money>,
    /// How much its caller believes is left; none means whatever it is.
    pub expected: Option<Money>,
    pub mode: RefundMode,
    pub reason: Sensitive<String>,
}

/// What an agency says to give a credit back; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewCreditRefund {
    pub credit: Id<Credit>,
    /// None means all that is left.
    pub amount: Option<Money>,
    pub reason: Sensitive<String>,
}

impl Refund {
    /// A fresh refund of `amount` of `bill`.
    pub fn issue(
        bill: &Bill,
        amount: Money,
        (mode, reason): (RefundMode, Sensitive<String>),
        now: Timestamp,
    ) -> Self {
        let (bill, case) = (Some(bill.id), Some(bill.case));
        Self { bill, case, ..Self::fresh(amount, mode, reason, now) }
    }

    /// A fresh refund of `amount` of a credit.
    pub fn of_credit(
        credit: Id<Credit>,
        amount: Money,
        reason: Sensitive<String>,
        now: Timestamp,
    ) -> Self {
        Self { credit: Some(credit), ..Self::fresh(amount, RefundMode::Source, reason, now) }
    }

    fn fresh(amount: Money, mode: RefundMode, reason: Sensitive<String>, now: Timestamp) -> Self {
        Self {
            id: Id::generate(),
            bill: None,
            case: None,
            credit: None,
            amount,
            reason,
            mode,
            state: mode.first_state(),
            reference: None,
            claim: Claim::default(),
            create_time: now,
            update_time: now,
        }
    }

    /// The refund after the bank paid it.
    pub fn pay(self, reference: BankReference, now: Timestamp) -> Result<Self, Refusal> {
        if self.mode != RefundMode::Source {
            // What is no bank's to pay does not exist for banks.
            Err(Refusal::RefundNotFound)
        } else if self.state == RefundState::Issued {
            let paid = Self { reference: Some(reference), ..self };
            Ok(paid.turn(RefundState::Paid, now))
        } else {
            Err(Refusal::RefundAlreadyPaid(self.id))
        }
    }

    /// The refund in another state.
    #[must_use]
    pub(super) fn turn(self, state: RefundState, now: Timestamp) -> Self {
        Self { state, update_time: now, ..self }
    }

    /// Says no unless it is in one of `states`.
    pub(super) fn expect_in(&self, states: &[RefundState]) -> Result<(), RefundRefusal> {
        if states.contains(&self.state) {
            Ok(())
        } else {
            Err(RefundRefusal::StateWrong { refund: self.id, state: self.state })
        }
    }
}
