//! Posting to the ledger: every movement of money goes through here.

use std::collections::BTreeMap;

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    domain::{
        Account, Applied, Book, Changes, Command, LedgerRefusal, Needs, NewTransfer, Occasion,
        ReconciliationRefusal, Refused,
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
        Err(Error::Ledger(LedgerRefusal::FloorPassed { code, available_minor, .. })) => {
            let past = |account| Error::PastFloor { account, available_minor };
            Err(code.parse().map_or_else(|_| Error::Unsound, past))
        }
        Err(error) => Err(error),
    }
}

/// As [`post`], for money that the banks paid out: what their account is short of may have been handed
/// on or kept as a charge meanwhile, so that is told and not taken for a fault.
pub async fn post_out(
    tx: &Tx,
    occasion: Occasion,
    amount: Money,
    source: Uuid,
) -> Result<(), Error> {
    match post(tx, occasion, amount, source).await {
        Err(Error::PastFloor { account, available_minor }) if account.is_at_banks() => {
            let available_minor = Some(available_minor);
            Err(ReconciliationRefusal::BankShort { account, amount, available_minor }.into())
        }
        posted => posted,
    }
}

/// As [`post_out`], where a bank is told: not what the agency holds.
pub async fn post_out_untold(
    tx: &Tx,
    occasion: Occasion,
    amount: Money,
    source: Uuid,
) -> Result<(), Error> {
    match post(tx, occasion, amount, source).await {
        Err(Error::PastFloor { account, .. }) if account.is_at_banks() => {
            let short = ReconciliationRefusal::BankShort { account, amount, available_minor: None };
            Err(short.into())
        }
        posted => posted,
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
    let units: Vec<_> = units.into_iter().map(|unit| (tx.clone(), unit)).collect();
    apply_all(tx, &units.iter().collect::<Vec<_>>()).await
}

/// The same for several askers, of whatever agencies, each with their own view of the transaction;
/// it also names what each of them changed.
#[instrument(skip_all, fields(units = units.len()))]
pub async fn apply_for(
    tx: &Tx,
    units: Vec<(Tx, Vec<Command>)>,
) -> Result<Vec<Result<Applied, Refused>>, Error> {
    let mut agencies: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, (asker, _)) in units.iter().enumerate() {
        agencies.entry(asker.agency().as_str()).or_default().push(place);
    }
    let mut outcomes: Vec<_> = units.iter().map(|_| None).collect();
    // In one order everywhere, so that two that meet do not wait for each other in a circle.
    for places in agencies.into_values() {
        let own: Vec<_> = places.iter().map(|place| &units[*place]).collect();
        let Some((asker, _)) = own.first() else { continue };
        let applied = apply_all(&tx.within(asker.agency().clone()), &own).await?;
        for (place, outcome) in places.into_iter().zip(applied) {
            if let Ok(applied) = &outcome {
                name(&units[place].0, applied);
            }
            outcomes[place] = Some(outcome);
        }
    }
    outcomes.into_iter().map(|outcome| outcome.ok_or(Error::Unsound)).collect()
}

/// Names what was changed for the audit entry.
fn name(tx: &Tx, applied: &Applied) {
    for reservation in &applied.reservations {
        tx.changed("reservation", reservation.id.uuid());
    }
    for transfer in applied.transfers.iter().filter(|it| it.reservation.is_none()) {
        tx.changed("transfer", transfer.id.uuid());
    }
}

async fn apply_all(
    tx: &Tx,
    units: &[&(Tx, Vec<Command>)],
) -> Result<Vec<Result<Applied, Refused>>, Error> {
    let needs = Needs::of(units.iter().flat_map(|(_, unit)| unit));
    let reservations = store::reservation::lock(tx, needs.reservations.iter().copied()).await?;
    let mut ids = needs.accounts.clone();
    ids.extend(reservations.iter().flat_map(|it| [it.debit, it.credit]));
    let mut accounts = store::account::lock(tx, ids).await?;
    accounts.extend(lock_chart(tx, &needs).await?);
    let mut book = Book::open(tx.now(), accounts, reservations);
    let outcomes: Vec<_> = units.iter().map(|(_, unit)| book.apply(unit)).collect();
    write(tx, &book.close()).await?;
    let mut facts = Vec::new();
    for ((asker, _), outcome) in units.iter().zip(&outcomes) {
        let transfers = outcome.iter().flat_map(|applied| &applied.transfers);
        facts.extend(transfers.filter_map(|transfer| tell::moved(asker, transfer)));
    }
    tell::all(tx, facts).await?;
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
    Ok(())
}
