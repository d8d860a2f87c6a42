//! Refunds on the wire.

use rangkai_proto::payments::v1 as wire;

use crate::domain::{Document, DocumentKind, Refund, RefundMode, RefundState};

impl From<Refund> for wire::Refund {
    fn from(refund: Refund) -> Self {
        let claim = refund.claim;
        let has = |kind: &DocumentKind| claim.documents.iter().any(|one| one.kind == *kind);
        let is_claim = refund.mode == RefundMode::TreasuryClaim;
        let missing = DocumentKind::REQUIRED.into_iter().filter(|kind| is_claim && !has(kind));
        let missing = missing.map(|kind| wire::DocumentKind::from(kind).into()).collect();
        Self {
            refund_id: refund.id.to_string(),
            bill_id: refund.bill.map(|id| id.to_string()).unwrap_or_default(),
            case_id: refund.case.map(|id| id.to_string()).unwrap_or_default(),
            credit_id: refund.credit.map(|id| id.to_string()).unwrap_or_default(),
            amount: Some(refund.amount.into()),
            reason: refund.reason.into_inner(),
            mode: wire::RefundMode::from(refund.mode).into(),
            state: wire::RefundState::from(refund.state).into(),
            bank_reference: refund.reference.map(|it| it.number).unwrap_or_default(),
            missing_documents: missing,
            documents: claim.documents.into_iter().map(wire::ClaimDocument::from).collect(),
            note: claim.note.map(rangkai_primitives::Sensitive::into_inner).unwrap_or_default(),
            treasury_reference: claim.treasury_reference.unwrap_or_default(),
            create_time: Some(rangkai_proto::time(refund.create_time)),
            update_time: Some(rangkai_proto::time(refund.update_time)),
        }
    }
}

impl From<Document> for wire::ClaimDocument {
    fn from(document: Document) -> Self {
        Self {
            kind: wire::DocumentKind::from(document.kind).into(),
            document_id: document.id.to_string(),
            sha256: document.sha256,
        }
    }
}

impl From<DocumentKind> for wire::DocumentKind {
    fn from(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::ApplicationLetter => Self::ApplicationLetter,
            DocumentKind::ProofOfPayment => Self::ProofOfPayment,
            DocumentKind::TreasuryConfirmation => Self::TreasuryConfirmation,
            DocumentKind::ResponsibilityStatement => Self::ResponsibilityStatement,
            DocumentKind::AccountStatement => Self::AccountStatement,
            DocumentKind::Other => Self::Other,
        }
    }
}

/// Reads a kind; unspecified is refused before.
pub const fn read_kind(kind: wire::DocumentKind) -> DocumentKind {
    match kind {
        wire::DocumentKind::ApplicationLetter => DocumentKind::ApplicationLetter,
        wire::DocumentKind::ProofOfPayment => DocumentKind::ProofOfPayment,
        wire::DocumentKind::TreasuryConfirmation => DocumentKind::TreasuryConfirmation,
        wire::DocumentKind::ResponsibilityStatement => DocumentKind::ResponsibilityStatement,
        wire::DocumentKind::AccountStatement => DocumentKind::AccountStatement,
        wire::DocumentKind::Other | wire::DocumentKind::Unspecified => DocumentKind::Other,
    }
}

/// Reads a mode; unspecified means back to the source.
pub const fn read_mode(mode: wire::RefundMode) -> RefundMode {
    match mode {
        wire::RefundMode::Unspecified | wire::RefundMode::Source => RefundMode::Source,
        wire::RefundMode::CreditNextBill => RefundMode::CreditNextBill,
        wire::RefundMode::TreasuryClaim => RefundMode::TreasuryClaim,
    }
}

/// Reads a state; unspecified means any.
pub const fn read_state(state: wire::RefundState) -> Option<RefundState> {
    Some(match state {
        wire::RefundState::Unspecified => return None,
        wire::RefundState::Issued => RefundState::Issued,
        wire::RefundState::Paid => RefundState::Paid,
        wire::RefundState::Credited => RefundState::Credited,
        wire::RefundState::Drafted => RefundState::Drafted,
        wire::RefundState::Submitted => RefundState::Submitted,
        wire::RefundState::Returned => RefundState::Returned,
        wire::RefundState::Approved => RefundState::Approved,
        wire::RefundState::Rejected => RefundState::Rejected,
    })
}

impl From<RefundMode> for wire::RefundMode {
    fn from(mode: RefundMode) -> Self {
        match mode {
            RefundMode::Source => Self::Source,
            RefundMode::CreditNextBill => Self::CreditNextBill,
            RefundMode::TreasuryClaim => Self::TreasuryClaim,
        }
    }
}

impl From<RefundState> for wire::RefundState {
    fn from(state: RefundState) -> Self {
        match state {
            RefundState::Issued => Self::Issued,
            RefundState::Paid => Self::Paid,
            RefundState::Credited => Self::Credited,
            RefundState::Drafted => Self::Drafted,
            RefundState::Submitted => Self::Submitted,
            RefundState::Returned => Self::Returned,
            RefundState::Approved => Self::Approved,
            RefundState::Rejected => Self::Rejected,
        }
    }
}
