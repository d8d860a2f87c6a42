//! Facts about payees and the money for them.

use rangkai_db::{DbErr, Tx};
use rangkai_events::{Fact, record, record_many};
use rangkai_proto::payments::v1::{
    FundsReceived, FundsReturned, PayeeLinked, PayeeUnlinked, PayeeUpdated,
};
use uuid::Uuid;

use crate::domain::{Funding, FundingDirection, Payee};

/// A person was linked to an address.
pub async fn payee_linked(tx: &Tx, payee: &Payee) -> Result<(), DbErr> {
    let fact = PayeeLinked { payee_id: payee.id.to_string(), source: payee.source.clone() };
    record(tx, payee.id.uuid(), &fact).await
}

/// People were linked to addresses.
pub async fn payees_linked(tx: &Tx, source: &str, payees: &[Uuid]) -> Result<(), DbErr> {
    let fact = |id: &Uuid| {
        let fact = PayeeLinked { payee_id: id.to_string(), source: source.to_owned() };
        Fact::of(tx, *id, &fact)
    };
    record_many(tx, payees.iter().map(fact).collect()).await
}

/// A payee got another address or name.
pub async fn payee_updated(tx: &Tx, payee: &Payee) -> Result<(), DbErr> {
    let fact = PayeeUpdated { payee_id: payee.id.to_string(), source: payee.source.clone() };
    record(tx, payee.id.uuid(), &fact).await
}

/// A payee was taken out of the directory.
pub async fn payee_unlinked(tx: &Tx, payee: &Payee) -> Result<(), DbErr> {
    let fact = PayeeUnlinked { payee_id: payee.id.to_string(), source: payee.source.clone() };
    record(tx, payee.id.uuid(), &fact).await
}

/// Money came in to be paid out, or went back.
pub async fn funding_recorded(tx: &Tx, funding: &Funding) -> Result<(), DbErr> {
    let (funding_id, amount) = (funding.id.to_string(), Some(funding.amount.into()));
    let reference = funding.reference.clone();
    match funding.direction {
        FundingDirection::Received => {
            let fact = FundsReceived { funding_id, amount, reference };
            record(tx, funding.id.uuid(), &fact).await
        }
        FundingDirection::Returned => {
            let fact = FundsReturned { funding_id, amount, reference };
            record(tx, funding.id.uuid(), &fact).await
        }
    }
}
