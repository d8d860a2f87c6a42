//! Facts about accounts, transfers and reservations.

use rangkai_db::{DbErr, Tx};
use rangkai_events::{Fact, record, record_many};
use rangkai_proto::payments::v1::{
    AccountClosed, AccountOpened, ReservationCaptured, ReservationExpired, ReservationReleased,
    TransferPosted, TransferReserved,
};

use crate::domain::{Account, Transfer, TransferKind};

/// An agency opened an account.
pub async fn account_opened(tx: &Tx, account: &Account) -> Result<(), DbErr> {
    let fact = AccountOpened {
        account_id: account.id.to_string(),
        code: account.code.clone(),
        currency_code: account.currency.to_string(),
    };
    record(tx, account.id.uuid(), &fact).await
}

/// An account was closed.
pub async fn account_closed(tx: &Tx, account: &Account) -> Result<(), DbErr> {
    record(tx, account.id.uuid(), &AccountClosed { account_id: account.id.to_string() }).await
}

/// Money moved, was set aside or let go of, because an agency asked for it. What the block itself
/// posts is told by whoever posts it.
pub async fn moved(tx: &Tx, transfers: &[Transfer]) -> Result<(), DbErr> {
    let asked_for = transfers.iter().filter(|transfer| transfer.source.is_none());
    record_many(tx, asked_for.map(|transfer| fact(tx, transfer)).collect()).await
}

fn fact(tx: &Tx, transfer: &Transfer) -> Fact {
    let transfer_id = transfer.id.to_string();
    let amount = Some(transfer.amount.into());
    let Some(reservation) = transfer.reservation else {
        let fact = TransferPosted {
            transfer_id,
            debit_account_id: transfer.debit.to_string(),
            credit_account_id: transfer.credit.to_string(),
            amount,
            description: transfer.description.to_string(),
        };
        return Fact::of(tx, transfer.id.uuid(), &fact);
    };
    let (subject, reservation_id) = (reservation.uuid(), reservation.to_string());
    match transfer.kind {
        TransferKind::Posted | TransferKind::Reserved => {
            let fact = TransferReserved {
                reservation_id,
                debit_account_id: transfer.debit.to_string(),
                credit_account_id: transfer.credit.to_string(),
                amount,
                description: transfer.description.to_string(),
            };
            Fact::of(tx, subject, &fact)
        }
        TransferKind::Captured => {
            Fact::of(tx, subject, &ReservationCaptured { reservation_id, transfer_id, amount })
        }
        TransferKind::Released => {
            Fact::of(tx, subject, &ReservationReleased { reservation_id, transfer_id, amount })
        }
        TransferKind::Expired => {
            Fact::of(tx, subject, &ReservationExpired { reservation_id, transfer_id, amount })
        }
    }
}
