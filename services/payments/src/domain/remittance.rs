//! Money that came in, as whoever took it reports it.

use std::str::FromStr;

use rangkai_primitives::{Agency, Id, Money, Timestamp};
use uuid::Uuid;

use super::{BankReference, Bill, Occasion, Receipt, SuspenseItem, SuspenseKind};

/// Money that came in; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remittance {
    pub id: Id<Remittance>,
    /// The bill that it was paid for; none when no bill has its code.
    pub bill: Option<Id<Bill>>,
    /// The code by which it was paid, as the payer gave it.
    pub code: String,
    pub amount: Money,
    pub reference: BankReference,
    pub pay_time: Timestamp,
    pub create_time: Timestamp,
    pub channel: Channel,
    /// Whether it paid its bill.
    pub paid: bool,
    /// What became of the rest, and why it paid no bill.
    pub misfit: Option<(Id<SuspenseItem>, SuspenseKind)>,
}

/// What is said to report a payment; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewRemittance {
    /// A billing code; anything else finds no bill.
    pub code: String,
    pub amount: Money,
    pub reference: BankReference,
    pub pay_time: Timestamp,
    pub channel: Channel,
    /// Whose the money is when no bill has its code: nobody in particular is the platform.
    pub owner: Option<Agency>,
}

/// A way in which money comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A bank reports each payment as it takes it.
    Bank,
    /// A bank hands in a file of payments.
    File,
    /// A QR code of the national standard.
    Qris,
    /// An account number that stands for one bill.
    VirtualAccount,
}

impl Remittance {
    /// The record of money for `bill`, if there is one.
    pub fn record(
        id: Id<Self>,
        bill: Option<Id<Bill>>,
        new: NewRemittance,
        (paid, misfit): (bool, Option<(Id<SuspenseItem>, SuspenseKind)>),
        now: Timestamp,
    ) -> Self {
        let NewRemittance { code, amount, reference, pay_time, channel, owner: _ } = new;
        let create_time = now;
        Self { id, bill, code, amount, reference, pay_time, create_time, channel, paid, misfit }
    }

    /// What a bill is told of it: where its money is, and what the books say that it was.
    pub fn receipt(&self, occasion: Occasion, source: Option<Uuid>) -> Receipt {
        let (pay_time, reference) = (self.pay_time, self.reference.number.clone());
        Receipt { occasion, source, pay_time, reference }
    }

    /// Whether the same payment, for `bill`, is reported once more, by whichever channel. Channels
    /// may tell the time otherwise, and the same bill by another of its codes.
    pub fn is(&self, new: &NewRemittance, bill: Option<Id<Bill>>) -> bool {
        let same_bill = self.bill == bill && (bill.is_some() || self.code == new.code);
        // Whoever recorded the money without a bill did not know the code that the bank's file has.
        // A person decides about it already: one such line does not hold up all others.
        let waits = self.bill.is_none() && new.channel == Channel::File;
        (same_bill || waits) && self.amount == new.amount && self.reference == new.reference
    }
}

impl Channel {
    const ALL: [Self; 4] = [Self::Bank, Self::File, Self::Qris, Self::VirtualAccount];

    /// The channel in a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::File => "file",
            Self::Qris => "qris",
            Self::VirtualAccount => "virtual_account",
        }
    }
}

impl FromStr for Channel {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text).ok_or("is not a channel")
    }
}
