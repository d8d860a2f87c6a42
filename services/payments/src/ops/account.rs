//! Opening, showing, closing and proving accounts.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use crate::{
    domain::{Account, Entry, LedgerRefusal, Line, NewAccount, Period, Proof, Statement, prove},
    error::Error,
    events::tell,
    store,
};

/// Some lines of an account, and where to continue.
type Lines = (Vec<Line>, Option<Id<Entry>>);

/// Opens an account for the agency.
#[instrument(skip_all)]
pub async fn open(tx: &Tx, new: NewAccount) -> Result<Account, Error> {
    let account = Account::open(Id::generate(), new, tx.now())?;
    if store::account::insert(tx, std::slice::from_ref(&account)).await? == 0 {
        return Err(LedgerRefusal::AccountTaken(account.code).into());
    }
    tx.changed("account", account.id.uuid());
    tell::account_opened(tx, &account).await?;
    Ok(account)
}

/// Gets an account.
#[instrument(skip_all, fields(account.id = %id))]
pub async fn get(tx: &Tx, id: Id<Account>) -> Result<Account, Error> {
    let account = store::account::find(tx, id).await?;
    Ok(account.ok_or(LedgerRefusal::AccountNotFound(id))?)
}

/// Lists the accounts by code and currency, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    page: &Page<Account>,
) -> Result<(Vec<Account>, Option<Id<Account>>), Error> {
    let mut accounts = store::account::list(tx, page).await?;
    let next = page.cut(&mut accounts, |account| account.id);
    Ok((accounts, next))
}

/// Closes an account that holds nothing.
#[instrument(skip_all, fields(account.id = %id))]
pub async fn close(tx: &Tx, id: Id<Account>) -> Result<Account, Error> {
    let account = store::account::lock(tx, [id]).await?.pop();
    let account = account.ok_or(LedgerRefusal::AccountNotFound(id))?.close(tx.now())?;
    store::account::update_closed(tx, &account).await?;
    tx.changed("account", account.id.uuid());
    tell::account_closed(tx, &account).await?;
    Ok(account)
}

/// Lists the entries of an account, newest first, and where to continue.
#[instrument(skip_all, fields(account.id = %id))]
pub async fn entries(
    tx: &Tx,
    id: Id<Account>,
    page: &Page<Entry>,
) -> Result<(Account, Lines), Error> {
    let account = get(tx, id).await?;
    let mut lines = store::entry::list(tx, &account, page).await?;
    let next = page.cut(&mut lines, |line| Entry::place(line.entry.position));
    Ok((account, (lines, next)))
}

/// States what an account held, what came and went in a period, and what it holds; with the
/// entries of the period, oldest first, and where to continue.
#[instrument(skip_all, fields(account.id = %id))]
pub async fn statement(
    tx: &Tx,
    id: Id<Account>,
    period: Period,
    page: &Page<Entry>,
) -> Result<(Statement, Lines), Error> {
    let account = get(tx, id).await?;
    let begin = store::entry::first_from(tx, &account, period.from).await?;
    let end = store::entry::first_from(tx, &account, period.until).await?;
    let [debits_minor, credits_minor] = store::entry::sums(tx, &account, begin..end).await?;
    let mut lines = store::entry::list_between(tx, &account, begin..end, page).await?;
    let next = page.cut(&mut lines, |line| Entry::place(line.entry.position));
    let statement = Statement {
        opening_minor: store::entry::balance_after(tx, &account, begin - 1).await?,
        debits_minor,
        credits_minor,
        closing_minor: store::entry::balance_after(tx, &account, end - 1).await?,
        entry_count: end - begin,
        account,
    };
    if !statement.adds_up() {
        return Err(Error::Unsound);
    }
    Ok((statement, (lines, next)))
}

/// Checks the whole ledger of the agency, currency by currency.
#[instrument(skip_all)]
pub async fn proofs(tx: &Tx) -> Result<Vec<Proof>, Error> {
    let accounts = store::sums::of_accounts(tx).await?;
    let proofs = prove(&accounts);
    if let Some(proof) = proofs.iter().find(|proof| !proof.is_sound()) {
        tracing::error!(agency = %tx.agency(), ?proof, "the ledger is not sound");
    }
    Ok(proofs)
}
