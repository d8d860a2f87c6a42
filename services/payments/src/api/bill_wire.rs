//! Bills on the wire.

use rangkai_proto::payments::v1 as wire;

use crate::domain::{Bill, BillState, Part, PartState};

impl From<Bill> for wire::Bill {
    fn from(bill: Bill) -> Self {
        Self {
            etag: bill.etag(),
            paid: Some(bill.paid().into()),
            bill_id: bill.id.to_string(),
            billing_code: bill.code.to_string(),
            payer_subject_id: bill.payer,
            case_id: bill.case.to_string(),
            lines: bill.lines.into_iter().map(wire::QuoteLine::from).collect(),
            amount: Some(bill.amount.into()),
            sequence: bill.sequence,
            parts: bill.parts.into_iter().map(wire::BillPart::from).collect(),
            replaces_bill_id: bill.replaces.map(|id| id.to_string()).unwrap_or_default(),
            replaced_by_bill_id: bill.replaced_by.map(|id| id.to_string()).unwrap_or_default(),
            state: wire::BillState::from(bill.state).into(),
            expire_time: Some(rangkai_proto::time(bill.expire_time)),
            create_time: Some(rangkai_proto::time(bill.create_time)),
            update_time: Some(rangkai_proto::time(bill.update_time)),
        }
    }
}

impl From<BillState> for wire::BillState {
    fn from(state: BillState) -> Self {
        match state {
            BillState::Open => Self::Open,
            BillState::Paid => Self::Paid,
            BillState::Expired => Self::Expired,
            BillState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Part> for wire::BillPart {
    fn from(part: Part) -> Self {
        Self {
            part_id: part.id.to_string(),
            number: part.number,
            billing_code: part.code.to_string(),
            amount: Some(part.amount.into()),
            due_time: Some(rangkai_proto::time(part.due_time)),
            state: wire::PartState::from(part.state).into(),
            update_time: Some(rangkai_proto::time(part.update_time)),
        }
    }
}

impl From<PartState> for wire::PartState {
    fn from(state: PartState) -> Self {
        match state {
            PartState::Open => Self::Open,
            PartState::Overdue => Self::Overdue,
            PartState::Paid => Self::Paid,
            PartState::Lapsed => Self::Lapsed,
        }
    }
}
