//! Handing collected money on to the treasury.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money};
use tracing::instrument;

use super::{ledger, person};
use crate::{
    domain::{BankMovement, BankReference, Occasion, Purpose, RefundRefusal, Sweep},
    error::Error,
    events::tell,
    store,
};

/// Records that collected money was handed on; not money of payers.
#[instrument(skip_all)]
pub async fn sweep(
    tx: &Tx,
    amount: Money,
    reference: String,
    bank: Option<BankReference>,
) -> Result<Sweep, Error> {
    let by = person(tx).to_owned();
    let sweep = Sweep { id: Id::generate(), amount, reference, by, create_time: tx.now() };
    if !store::sweep::insert(tx, &sweep).await? {
        return Err(RefundRefusal::TreasuryReferenceTaken(sweep.reference).into());
    }
    let (purpose, source) = (Purpose::TreasurySwept, sweep.id.uuid());
    let moved = BankMovement::record(purpose, source, amount, bank.as_ref(), tx.now());
    super::expect_unused(store::bank_movement::insert(tx, &moved).await?, &moved)?;
    let available = store::cover::to_hand_on(tx, amount.currency()).await?;
    if amount.minor() > available.minor() {
        let available = Money::new(available.currency(), available.minor().max(0));
        return Err(RefundRefusal::SweepTooLarge { available }.into());
    }
    tx.changed("sweep", sweep.id.uuid());
    tell::treasury_swept(tx, &sweep).await?;
    ledger::post(tx, Occasion::TreasurySwept, amount, sweep.id.uuid()).await?;
    Ok(sweep)
}
