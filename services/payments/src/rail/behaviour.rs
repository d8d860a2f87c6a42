//! What the sandbox makes of an order: the last three digits of the account decide.

use crate::{
    domain::{Order, Outcome},
    iso20022::{NEVER_LEFT, is_retry_safe},
    store::sandbox_order::Remembered,
};

/// What the sandbox makes of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// It is paid at once; so is everything without a special ending.
    Pays,
    /// `900`: the account is closed (`AC04`), and will be.
    Closed,
    /// `901`: there is too little money (`AM04`); another time there may be more.
    Poor,
    /// `910`: no answer; the first inquiry brings nothing, the second that it was paid.
    SilentThenPaid,
    /// `911`: no answer; the first inquiry brings that it failed (`AC06`).
    SilentThenFailed,
    /// `912`: no answer, to no inquiry either.
    Silent,
    /// `920`: paid, and told so twice.
    Twice,
    /// `921`: paid, and then told to have failed.
    Contradicts,
    /// `922`: there is too little money (`AM04`), and then told to have been paid.
    PaysAfterAll,
    /// `930`: no answer, to no inquiry either; twenty minutes later it says by itself that it was paid.
    Late,
    /// `931`: taken, but not yet paid when it answers; the first inquiry brings that it was.
    Pending,
    /// `940`: the call breaks off: what came before in the batch was taken, what comes after not.
    Breaks,
    /// `941`: the order is taken, and the call never returns.
    Hangs,
    /// It never came, and was asked about: should it still come, it is not paid.
    TooLate,
}

impl Behaviour {
    const ALL: [(Self, &'static str); 14] = [
        (Self::Pays, "pays"),
        (Self::Closed, "900"),
        (Self::Poor, "901"),
        (Self::SilentThenPaid, "910"),
        (Self::SilentThenFailed, "911"),
        (Self::Silent, "912"),
        (Self::Twice, "920"),
        (Self::Contradicts, "921"),
        (Self::PaysAfterAll, "922"),
        (Self::Late, "late"),
        (Self::Pending, "931"),
        (Self::Breaks, "940"),
        (Self::Hangs, "941"),
        (Self::TooLate, "too late"),
    ];

    /// What it makes of `order`.
    pub fn of(order: &Order) -> Self {
        let account = order.address.account.reveal();
        let ending = account.get(account.len().saturating_sub(3)..).unwrap_or_default();
        if ending == "930" {
            return Self::Late;
        }
        Self::named(ending)
    }

    /// The behaviour of that name; an unknown one pays.
    pub fn named(name: &str) -> Self {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map_or(Self::Pays, |(behaviour, _)| *behaviour)
    }

    /// The name under which it is remembered.
    pub fn as_str(self) -> &'static str {
        let found = Self::ALL.iter().find(|(behaviour, _)| *behaviour == self);
        found.map_or("pays", |(_, name)| *name)
    }

    /// What it says when it is given the order, one word after the other.
    pub fn at_once(self, order: &Remembered) -> Vec<Outcome> {
        match self {
            Self::Pays => vec![paid(order)],
            Self::Closed => vec![failed("AC04")],
            Self::Poor => vec![failed("AM04")],
            Self::Twice => vec![paid(order), paid(order)],
            Self::Contradicts => vec![paid(order), failed("AC06")],
            Self::PaysAfterAll => vec![failed("AM04"), paid(order)],
            Self::Pending => vec![Outcome::Pending],
            Self::TooLate => vec![failed(NEVER_LEFT)],
            Self::SilentThenPaid
            | Self::SilentThenFailed
            | Self::Silent
            | Self::Late
            | Self::Breaks
            | Self::Hangs => Vec::new(),
        }
    }

    /// What it says when it is asked, this time being counted in `order`.
    pub fn when_asked(self, order: &Remembered) -> Outcome {
        match self {
            Self::Pays
            | Self::Twice
            | Self::Contradicts
            | Self::PaysAfterAll
            | Self::Pending
            | Self::Breaks
            | Self::Hangs => paid(order),
            Self::SilentThenPaid if order.inquiry_count > 1 => paid(order),
            Self::SilentThenPaid | Self::Silent | Self::Late => Outcome::Unknown,
            Self::Closed => failed("AC04"),
            Self::Poor => failed("AM04"),
            Self::SilentThenFailed => failed("AC06"),
            Self::TooLate => failed(NEVER_LEFT),
        }
    }

    /// Whether the money left in the end.
    pub fn pays(self) -> bool {
        match self {
            Self::Pays
            | Self::SilentThenPaid
            | Self::Twice
            | Self::Contradicts
            | Self::PaysAfterAll
            | Self::Late
            | Self::Pending
            | Self::Breaks
            | Self::Hangs => true,
            Self::Closed | Self::Poor | Self::SilentThenFailed | Self::Silent | Self::TooLate => {
                false
            }
        }
    }
}

/// It was paid at the moment when it was given.
pub fn paid(order: &Remembered) -> Outcome {
    Outcome::Paid { reference: reference(order), time: order.give_time }
}

/// The sandbox's own number of a payment.
pub fn reference(order: &Remembered) -> String {
    format!("SB{}", order.end_to_end.chars().take(32).collect::<String>().to_uppercase())
}

fn failed(reason: &str) -> Outcome {
    Outcome::Failed { reason: reason.to_owned(), retry_safe: is_retry_safe(reason) }
}
