//! Moving money between accounts of an agency, and showing what moved.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use super::{account, ledger};
use crate::{
    domain::{Account, Command, Entry, LedgerRefusal, NewTransfer, Transfer},
    error::Error,
    store,
};

/// Moves money at once.
#[instrument(skip_all, fields(transfer.id = %new.id))]
pub async fn post(tx: &Tx, new: NewTransfer) -> Result<Transfer, Error> {
    let id = new.id;
    let applied = ledger::apply_one(tx, Command::Post(new)).await?;
    tx.changed("transfer", id.uuid());
    Ok(applied.transfers.into_iter().next().ok_or(LedgerRefusal::TransferNotFound)?)
}

/// Makes linked transfers, all or none of them.
#[instrument(skip_all, fields(transfers = new.len()))]
pub async fn post_linked(tx: &Tx, new: Vec<NewTransfer>) -> Result<Vec<Transfer>, Error> {
    let unit = new.into_iter().map(Command::Post).collect();
    let mut transfers = Vec::new();
    for outcome in ledger::apply(tx, vec![unit]).await? {
        transfers.extend(outcome?.transfers);
    }
    for transfer in &transfers {
        tx.changed("transfer", transfer.id.uuid());
    }
    Ok(transfers)
}

/// Gets a transfer.
#[instrument(skip_all, fields(transfer.id = %id))]
pub async fn get(tx: &Tx, id: Id<Transfer>) -> Result<Transfer, Error> {
    Ok(store::transfer::find(tx, id).await?.ok_or(LedgerRefusal::TransferNotFound)?)
}

/// Lists the transfers that moved money of an account, newest first, and where to continue.
#[instrument(skip_all, fields(account.id = %id))]
pub async fn list(
    tx: &Tx,
    id: Id<Account>,
    page: &Page<Entry>,
) -> Result<(Vec<Transfer>, Option<Id<Entry>>), Error> {
    let account = account::get(tx, id).await?;
    let mut transfers = store::transfer::list(tx, account.id, page).await?;
    let next = page.cut(&mut transfers, |(position, _)| Entry::place(*position));
    Ok((transfers.into_iter().map(|(_, transfer)| transfer).collect(), next))
}
