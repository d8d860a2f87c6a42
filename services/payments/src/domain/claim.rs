//! Claims on the treasury for money that was handed on to it.

use std::str::FromStr;

use rangkai_primitives::{Sensitive, Timestamp};
use uuid::Uuid;

use super::{Refund, RefundRefusal, RefundState};

/// What a claim on the treasury rests on, and who did what with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    pub documents: Vec<Document>,
    pub submitted_by: Option<String>,
    pub approved_by: Option<String>,
    /// Why it was returned or rejected; written by an officer, so it may speak of a person.
    pub note: Option<Sensitive<String>>,
    /// The treasury's number for its payment.
    pub treasury_reference: Option<String>,
}

/// A document that lies elsewhere: what kind it is, where it is, and what it hashes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub kind: DocumentKind,
    pub id: Uuid,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// The payer asks for the money.
    ApplicationLetter,
    /// It was paid.
    ProofOfPayment,
    /// The treasury received it.
    TreasuryConfirmation,
    /// Somebody answers for the claim.
    ResponsibilityStatement,
    /// Where the money is to go.
    AccountStatement,
    Other,
}

impl Refund {
    /// The claim after `by` handed it in with `documents`, all that it rests on.
    pub fn submit(
        self,
        documents: Vec<Document>,
        by: &str,
        now: Timestamp,
    ) -> Result<Self, RefundRefusal> {
        self.expect_in(&[RefundState::Drafted, RefundState::Returned])?;
        let has = |kind| documents.iter().any(|document| document.kind == kind);
        if let Some(kind) = DocumentKind::REQUIRED.into_iter().find(|kind| !has(*kind)) {
            return Err(RefundRefusal::DocumentMissing { refund: self.id, kind });
        }
        let claim = Claim { documents, submitted_by: Some(by.to_owned()), ..Claim::default() };
        Ok(Self { claim, ..self }.turn(RefundState::Submitted, now))
    }

    /// The claim after it was returned, to be completed.
    pub fn give_back(self, note: Sensitive<String>, now: Timestamp) -> Result<Self, RefundRefusal> {
        self.expect_in(&[RefundState::Submitted])?;
        Ok(self.noted(note).turn(RefundState::Returned, now))
    }

    /// The claim after `by`, who is not the one who submitted it, approved it.
    pub fn approve(self, by: &str, now: Timestamp) -> Result<Self, RefundRefusal> {
        self.expect_in(&[RefundState::Submitted])?;
        if self.claim.submitted_by.as_deref() == Some(by) {
            return Err(RefundRefusal::SamePerson(self.id));
        }
        let claim = Claim { approved_by: Some(by.to_owned()), ..self.claim.clone() };
        Ok(Self { claim, ..self }.turn(RefundState::Approved, now))
    }

    /// The claim after the agency or the treasury said no to it.
    pub fn reject(self, note: Sensitive<String>, now: Timestamp) -> Result<Self, RefundRefusal> {
        self.expect_in(&[RefundState::Submitted, RefundState::Returned, RefundState::Approved])?;
        Ok(self.noted(note).turn(RefundState::Rejected, now))
    }

    /// The claim after the treasury paid it.
    pub fn settle(self, reference: String, now: Timestamp) -> Result<Self, RefundRefusal> {
        self.expect_in(&[RefundState::Approved])?;
        let claim = Claim { treasury_reference: Some(reference), ..self.claim.clone() };
        Ok(Self { claim, ..self }.turn(RefundState::Paid, now))
    }

    fn noted(self, note: Sensitive<String>) -> Self {
        let claim = Claim { note: Some(note), ..self.claim.clone() };
        Self { claim, ..self }
    }
}

impl DocumentKind {
    /// What no claim goes without.
    pub const REQUIRED: [Self; 4] = [
        Self::ApplicationLetter,
        Self::ProofOfPayment,
        Self::ResponsibilityStatement,
        Self::AccountStatement,
    ];

    const ALL: [Self; 6] = [
        Self::ApplicationLetter,
        Self::ProofOfPayment,
        Self::TreasuryConfirmation,
        Self::ResponsibilityStatement,
        Self::AccountStatement,
        Self::Other,
    ];

    /// The kind in a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApplicationLetter => "application_letter",
            Self::ProofOfPayment => "proof_of_payment",
            Self::TreasuryConfirmation => "treasury_confirmation",
            Self::ResponsibilityStatement => "responsibility_statement",
            Self::AccountStatement => "account_statement",
            Self::Other => "other",
        }
    }
}

impl FromStr for DocumentKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or("is not a kind of document")
    }
}
