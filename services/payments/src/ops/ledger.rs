//! Posting to the ledger: every movement of money goes through here.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    domain::{
        Account, Applied, Book, Changes, Command, LedgerRefusal, Needs, NewTransfer, Occasion,
        Refused,
    },
    error::Error,
    events::tell,
    store,
};

/// Posts what `occasion` does to the books; an amount of nothing does nothing.
///
/// Whoever posts holds both accounts until the transaction ends, so this comes late in an operation.
#[instrument(skip_all, fields(occasion = occasion.as_str(), source.id = %source))]
pub async fn post(tx: &Tx, occasion: Occasion, amount: Money, source: Uuid) -> Result<(), Error> {
    let Some(new) = NewTransfer::of(occasion, amount, source) else { return Ok(()) };
    match apply_one(tx, Command::Post(new)).await {
        Ok(_) => Ok(()),
        Err(Error::Ledger(LedgerRefusal::FloorPassed { code, .. })) => {
            Err(code.parse().map_or_else(|_| Error::Unsound, Error::PastFloor))
        }
        Err(error) => Err(error),
    }
}

/// Applies units of linked commands, one unit after another: each as a whole, or not at all, and
/// whatever becomes of the others. The answers are in the order of the units.
///
/// All accounts are held from here until the transaction ends. However many units there are, each
/// account, and each table, is written once; the facts about what agencies asked for are told.
/// Whoever calls this names the subjects for the audit entry.
#[instrument(skip_all, fields(units = units.len()))]
pub async fn apply(
    tx: &Tx,
    units: Vec<Vec<Command>>,
) -> Result<Vec<Result<Applied, Refused>>, Error> {
    let needs = Needs::of(units.iter().flatten());
    let reservations = store::reservation::lock(tx, needs.reservations.iter().copied()).await?;
    let mut ids = needs.accounts.clone();
    ids.extend(reservations.iter().flat_map(|it| [it.debit, it.credit]));
    let mut accounts = store::account::lock(tx, ids).await?;
    accounts.extend(lock_chart(tx, &needs).await?);
    let mut book = Book::open(tx.now(), accounts, reservations);
    let outcomes = units.iter().map(|unit| book.apply(unit)).collect();
    write(tx, &book.close()).await?;
    Ok(outcomes)
}

/// Applies one command by itself.
pub async fn apply_one(tx: &Tx, command: Command) -> Result<Applied, Error> {
    match apply(tx, vec![vec![command]]).await?.pop() {
        Some(Ok(applied)) => Ok(applied),
        Some(Err(Refused { refusal, .. })) => Err(refusal.into()),
        None => Ok(Applied::default()),
    }
}

/// Holds the accounts of the chart that are needed; they come into being on first use.
async fn lock_chart(tx: &Tx, needs: &Needs) -> Result<Vec<Account>, Error> {
    let found = store::account::lock_chart(tx, &needs.chart).await?;
    if found.len() == needs.chart.len() {
        return Ok(found);
    }
    let fresh = needs.chart.iter().filter(|(code, currency)| {
        !found.iter().any(|it| it.code == code.as_str() && it.currency == *currency)
    });
    let fresh: Vec<_> = fresh
        .map(|(code, currency)| Account::of_chart(Id::generate(), *code, *currency, tx.now()))
        .collect();
    store::account::insert(tx, &fresh).await?;
    Ok(store::account::lock_chart(tx, &needs.chart).await?)
}

async fn write(tx: &Tx, changes: &Changes) -> Result<(), Error> {
    store::reservation::insert(tx, &changes.new_reservations).await?;
    store::reservation::update(tx, &changes.reservations).await?;
    store::transfer::insert(tx, &changes.transfers).await?;
    store::entry::insert(tx, &changes.entries).await?;
    store::account::update_balances(tx, &changes.accounts).await?;
    tell::moved(tx, &changes.transfers).await?;
    Ok(())
}
