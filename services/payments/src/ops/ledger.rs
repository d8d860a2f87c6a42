//! Posting to the ledger, showing it and proving it.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Page};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    domain::{Account, Entry, Occasion, Proof, Refusal, Transfer, prove},
    error::Error,
    store,
};

/// Posts what `occasion` does to the books; an amount of nothing does nothing.
///
/// Whoever posts holds both accounts until the transaction ends, so this comes late in an operation.
#[instrument(skip_all, fields(occasion = occasion.as_str(), source.id = %source))]
pub async fn post(tx: &Tx, occasion: Occasion, amount: Money, source: Uuid) -> Result<(), Error> {
    let Some(transfer) = Transfer::of(occasion, amount, source) else { return Ok(()) };
    for (code, direction) in transfer.sides() {
        let change = direction.change(code.kind(), amount.minor());
        let account = store::account::change(tx, code, amount.currency(), change)
            .await?
            .ok_or(Error::PastFloor(code))?;
        store::entry::insert(tx, &transfer, direction, &account).await?;
    }
    Ok(())
}

/// Lists the accounts by code and currency.
#[instrument(skip_all)]
pub async fn accounts(tx: &Tx) -> Result<Vec<Account>, Error> {
    Ok(store::account::list(tx).await?)
}

/// Lists the entries of an account, newest first, and the id to continue after.
#[instrument(skip_all, fields(account.id = %id))]
pub async fn entries(
    tx: &Tx,
    id: Id<Account>,
    page: &Page<Entry>,
) -> Result<(Vec<Entry>, Option<Id<Entry>>), Error> {
    let account = store::account::find(tx, id).await?.ok_or(Refusal::AccountNotFound)?;
    let mut entries = store::entry::list(tx, &account, page).await?;
    let next = page.cut(&mut entries, |entry| entry.id);
    Ok((entries, next))
}

/// Checks the whole ledger of the agency, currency by currency.
#[instrument(skip_all)]
pub async fn proofs(tx: &Tx) -> Result<Vec<Proof>, Error> {
    let accounts = store::account::sums(tx).await?;
    let proofs = prove(&accounts);
    if let Some(proof) = proofs.iter().find(|proof| !proof.is_sound()) {
        tracing::error!(agency = %tx.agency(), ?proof, "the ledger is not sound");
    }
    Ok(proofs)
}
