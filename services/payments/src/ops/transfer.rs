//! Showing what moved between the accounts of an agency.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use super::account;
use crate::{
    domain::{Account, Entry, LedgerRefusal, Transfer},
    error::Error,
    store,
};

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
