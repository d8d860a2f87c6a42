//! What agencies owe to payers.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Page};
use tracing::instrument;

use super::ledger;
use crate::{
    domain::{Bill, Credit, CreditSource, CreditUse},
    error::Error,
    events::tell,
    store,
};

/// Makes `amount`, more than nothing, a credit of `payer`, and moves it there in the books from
/// where its source says it is.
#[instrument(skip_all, fields(source.id = %source.id()))]
pub async fn grant(
    tx: &Tx,
    payer: &str,
    amount: Money,
    source: CreditSource,
) -> Result<Credit, Error> {
    let credit = Credit::grant(Id::generate(), payer.to_owned(), amount, source, tx.now());
    store::credit::insert(tx, &credit).await?;
    tx.changed("credit", credit.id.uuid());
    tell::credit_granted(tx, &credit).await?;
    ledger::post(tx, source.occasion(), amount, source.id()).await?;
    Ok(credit)
}

/// Takes from its payer's credits, oldest first, as much as is owed on `bill`, or as there is;
/// answers how much. The books are its caller's to write, last.
#[instrument(skip_all, fields(bill.id = %bill.id))]
pub async fn apply(tx: &Tx, bill: &Bill, owed: Money) -> Result<Money, Error> {
    let mut wanted = owed.minor();
    for credit in store::credit::lock_unused(tx, &bill.payer, owed.currency()).await? {
        let part = credit.left_minor.min(wanted);
        if part > 0 && store::credit::take(tx, credit.id, part, CreditUse::Bill(bill.id)).await? {
            wanted -= part;
            let part = Money::new(owed.currency(), part);
            tx.changed("credit", credit.id.uuid());
            tell::credit_applied(tx, &credit, part, bill).await?;
        }
    }
    Ok(Money::new(owed.currency(), owed.minor() - wanted))
}

/// Lists credits, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    payer: Option<&str>,
    unused: bool,
    page: &Page<Credit>,
) -> Result<(Vec<Credit>, Option<Id<Credit>>), Error> {
    let mut credits = store::credit::list(tx, payer, unused, page).await?;
    let next = page.cut(&mut credits, |credit| credit.id);
    Ok((credits, next))
}
