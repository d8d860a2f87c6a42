//! Money that came in and fits no open bill, and how two people bring it to its end.

use std::{fmt, str::FromStr};

use rangkai_primitives::{Id, Money, Sensitive, Timestamp};

use super::{BankReference, Bill, BillingCode, Remittance, SuspenseRefusal};

/// Money in suspense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspenseItem {
    pub id: Id<SuspenseItem>,
    pub kind: SuspenseKind,
    pub state: SuspenseState,
    pub amount: Money,
    pub remittance: Id<Remittance>,
    /// The bill that it was paid for.
    pub bill: Option<Id<Bill>>,
    /// The code by which it was paid, as the payer gave it.
    pub code: String,
    pub resolution: Option<Remedy>,
    /// Whose credit it is, once a rule or two people said so.
    pub credited_to: Option<String>,
    /// Written by an officer, so it may speak of a person.
    pub reason: Option<Sensitive<String>>,
    pub proposed_by: Option<String>,
    pub confirmed_by: Option<String>,
    /// How the bank names the return, once it made it.
    pub reference: Option<BankReference>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// Why money fits no open bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuspenseKind {
    Late,
    Double,
    Short,
    Over,
    UnknownCode,
    OtherCurrency,
}

/// Where money in suspense stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuspenseState {
    Open,
    Proposed,
    Applied,
    Credited,
    Returning,
    Returned,
}

/// What is to become of money in suspense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// It pays the bill of a code.
    Apply(BillingCode),
    /// It becomes a payer's credit.
    Credit(String),
    /// It goes back to where it came from.
    Return,
}

/// Which items to list.
#[derive(Clone, Copy, Debug)]
pub struct SuspenseFilter {
    pub state: Option<SuspenseState>,
    pub kind: Option<SuspenseKind>,
}

impl SuspenseItem {
    /// An item that waits for a person.
    pub fn open(
        id: Id<Self>,
        kind: SuspenseKind,
        amount: Money,
        remittance: &Remittance,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            kind,
            state: SuspenseState::Open,
            amount,
            remittance: remittance.id,
            bill: remittance.bill,
            code: remittance.code.clone(),
            resolution: None,
            credited_to: None,
            reason: None,
            proposed_by: None,
            confirmed_by: None,
            reference: None,
            create_time: now,
            update_time: now,
        }
    }

    /// The item as a rule made it `payer`'s credit.
    #[must_use]
    pub fn credited_by_rule(self, payer: String) -> Self {
        let resolution = Some(Remedy::Credit(payer.clone()));
        Self { state: SuspenseState::Credited, resolution, credited_to: Some(payer), ..self }
    }

    /// The item after somebody proposed what is to become of it.
    pub fn propose(
        self,
        resolution: Remedy,
        reason: Sensitive<String>,
        person: &str,
        now: Timestamp,
    ) -> Result<Self, SuspenseRefusal> {
        self.expect(SuspenseState::Open)?;
        Ok(Self {
            state: SuspenseState::Proposed,
            resolution: Some(resolution),
            reason: Some(reason),
            proposed_by: Some(person.to_owned()),
            update_time: now,
            ..self
        })
    }

    /// The item after a second person confirmed, and what is to be done.
    pub fn confirm(self, person: &str, now: Timestamp) -> Result<(Self, Remedy), SuspenseRefusal> {
        let resolution = self.second(person)?;
        let (state, credited_to) = match &resolution {
            Remedy::Apply(_) => (SuspenseState::Applied, None),
            Remedy::Credit(payer) => (SuspenseState::Credited, Some(payer.clone())),
            Remedy::Return => (SuspenseState::Returning, None),
        };
        let confirmed_by = Some(person.to_owned());
        Ok((Self { state, credited_to, confirmed_by, update_time: now, ..self }, resolution))
    }

    /// The item after a second person rejected what was proposed, and what that was.
    pub fn reject(self, person: &str, now: Timestamp) -> Result<(Self, Remedy), SuspenseRefusal> {
        let resolution = self.second(person)?;
        let item = Self {
            state: SuspenseState::Open,
            resolution: None,
            reason: None,
            proposed_by: None,
            update_time: now,
            ..self
        };
        Ok((item, resolution))
    }

    /// The item after the bank sent it back.
    pub fn give_back(
        self,
        reference: BankReference,
        now: Timestamp,
    ) -> Result<Self, SuspenseRefusal> {
        self.expect(SuspenseState::Returning)?;
        let state = SuspenseState::Returned;
        Ok(Self { state, reference: Some(reference), update_time: now, ..self })
    }

    /// What was proposed, if `person` may be the second to say something about it.
    fn second(&self, person: &str) -> Result<Remedy, SuspenseRefusal> {
        self.expect(SuspenseState::Proposed)?;
        if self.proposed_by.as_deref() == Some(person) {
            return Err(SuspenseRefusal::SamePerson(self.id));
        }
        let wrong = SuspenseRefusal::StateWrong { item: self.id, state: self.state };
        self.resolution.clone().ok_or(wrong)
    }

    fn expect(&self, state: SuspenseState) -> Result<(), SuspenseRefusal> {
        if self.state == state {
            Ok(())
        } else {
            Err(SuspenseRefusal::StateWrong { item: self.id, state: self.state })
        }
    }
}

impl SuspenseKind {
    const ALL: [Self; 6] =
        [Self::Late, Self::Double, Self::Short, Self::Over, Self::UnknownCode, Self::OtherCurrency];

    /// The kind in a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Double => "double",
            Self::Short => "short",
            Self::Over => "over",
            Self::UnknownCode => "unknown_code",
            Self::OtherCurrency => "other_currency",
        }
    }
}

impl SuspenseState {
    const ALL: [Self; 6] = [
        Self::Open,
        Self::Proposed,
        Self::Applied,
        Self::Credited,
        Self::Returning,
        Self::Returned,
    ];

    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Proposed => "proposed",
            Self::Applied => "applied",
            Self::Credited => "credited",
            Self::Returning => "returning",
            Self::Returned => "returned",
        }
    }
}

impl FromStr for SuspenseKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or("is not a kind of suspense")
    }
}

impl FromStr for SuspenseState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or("is not a state of suspense")
    }
}

impl fmt::Display for SuspenseState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
