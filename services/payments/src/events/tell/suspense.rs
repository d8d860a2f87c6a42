//! Facts about money in suspense.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::payments::v1::{
    self as wire, SuspenseOpened, SuspenseProposed, SuspenseResolved, SuspenseReturned,
};
use uuid::Uuid;

use crate::domain::{Remedy, SuspenseItem, SuspenseKind, SuspenseState};

/// Money came in that fits no open bill; `case` is that of the bill that it was paid for.
pub async fn suspense_opened(
    tx: &Tx,
    item: &SuspenseItem,
    case: Option<Uuid>,
) -> Result<(), DbErr> {
    let fact = SuspenseOpened {
        suspense_id: item.id.to_string(),
        kind: wire::SuspenseKind::from(item.kind).into(),
        amount: Some(item.amount.into()),
        bill_id: item.bill.map(|bill| bill.to_string()).unwrap_or_default(),
        case_id: case.map(|case| case.to_string()).unwrap_or_default(),
        needs_person: item.state == SuspenseState::Open,
    };
    record(tx, item.id.uuid(), &fact).await
}

/// A person proposed what is to become of an item, or another rejected that.
pub async fn suspense_proposed(
    tx: &Tx,
    item: &SuspenseItem,
    resolution: &Remedy,
) -> Result<(), DbErr> {
    let fact = SuspenseProposed {
        suspense_id: item.id.to_string(),
        state: wire::SuspenseState::from(item.state).into(),
        resolution: wire::SuspenseResolution::from(resolution).into(),
    };
    record(tx, item.id.uuid(), &fact).await
}

/// Money left suspense.
pub async fn suspense_resolved(tx: &Tx, item: &SuspenseItem) -> Result<(), DbErr> {
    let fact = SuspenseResolved {
        suspense_id: item.id.to_string(),
        state: wire::SuspenseState::from(item.state).into(),
        amount: Some(item.amount.into()),
    };
    record(tx, item.id.uuid(), &fact).await
}

/// The bank sent money back that was in suspense.
pub async fn suspense_returned(tx: &Tx, item: &SuspenseItem) -> Result<(), DbErr> {
    let reference = item.reference.as_ref().map(|reference| reference.number.clone());
    let fact = SuspenseReturned {
        suspense_id: item.id.to_string(),
        amount: Some(item.amount.into()),
        bank_reference: reference.unwrap_or_default(),
    };
    record(tx, item.id.uuid(), &fact).await
}

impl From<SuspenseKind> for wire::SuspenseKind {
    fn from(kind: SuspenseKind) -> Self {
        match kind {
            SuspenseKind::Late => Self::Late,
            SuspenseKind::Double => Self::Double,
            SuspenseKind::Short => Self::Short,
            SuspenseKind::Over => Self::Over,
            SuspenseKind::UnknownCode => Self::UnknownCode,
            SuspenseKind::OtherCurrency => Self::OtherCurrency,
        }
    }
}

impl From<SuspenseState> for wire::SuspenseState {
    fn from(state: SuspenseState) -> Self {
        match state {
            SuspenseState::Open => Self::Open,
            SuspenseState::Proposed => Self::Proposed,
            SuspenseState::Applied => Self::Applied,
            SuspenseState::Credited => Self::Credited,
            SuspenseState::Returning => Self::Returning,
            SuspenseState::Returned => Self::Returned,
        }
    }
}

impl From<&Remedy> for wire::SuspenseResolution {
    fn from(resolution: &Remedy) -> Self {
        match resolution {
            Remedy::Apply(_) => Self::Apply,
            Remedy::Credit(_) => Self::Credit,
            Remedy::Return => Self::Return,
        }
    }
}
