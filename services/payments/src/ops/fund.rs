//! The money that may be paid out, and what of it released envelopes have spoken for.

use rangkai_db::Tx;
use rangkai_primitives::{Currency, Id, Money};
use tracing::instrument;

use super::ledger;
use crate::{
    domain::{
        BankMovement, BankReference, EnvelopeRefusal as Refusal, Funding, FundingDirection,
        Occasion,
    },
    error::Error,
    events::tell,
    store,
};

/// Records money that came to be paid out, or went back unused, by the treasury's document. The same
/// document with the same content again changes nothing.
#[instrument(skip_all, fields(direction = direction.as_str()))]
pub async fn record(
    tx: &Tx,
    direction: FundingDirection,
    amount: Money,
    (reference, bank): (String, Option<BankReference>),
) -> Result<Funding, Error> {
    let create_time = tx.now();
    let funding = Funding { id: Id::generate(), direction, amount, reference, bank, create_time };
    let (balance, reserved) = store::fund::lock(tx, amount.currency()).await?;
    if !store::fund::insert(tx, &funding).await? {
        let earlier = store::fund::find_by_reference(tx, &funding.reference).await?;
        let taken = || Refusal::FundsReferenceTaken(funding.reference.clone());
        return Ok(earlier.filter(|earlier| earlier.is(&funding)).ok_or_else(taken)?);
    }
    tx.changed("funding", funding.id.uuid());
    let (purpose, source) = (direction.purpose(), funding.id.uuid());
    let moved = BankMovement::record(purpose, source, amount, funding.bank.as_ref(), create_time);
    super::expect_unused(store::bank_movement::insert(tx, &moved).await?, &moved)?;
    let occasion = match direction {
        FundingDirection::Received => Occasion::FundsReceived,
        FundingDirection::Returned => {
            expect(balance, reserved, amount)?;
            Occasion::FundsReturned
        }
    };
    tell::funding_recorded(tx, &funding).await?;
    ledger::post(tx, occasion, amount, funding.id.uuid()).await?;
    Ok(funding)
}

/// What there is to be paid out in a currency, and how much of it is spoken for.
#[instrument(skip_all)]
pub async fn get(tx: &Tx, currency: Currency) -> Result<(Money, Money), Error> {
    Ok(store::fund::find(tx, currency).await?)
}

/// Holds the fund until the transaction ends, if there is so much in it that nobody spoke for.
pub async fn hold(tx: &Tx, amount: Money) -> Result<(), Error> {
    let (balance, reserved) = store::fund::lock(tx, amount.currency()).await?;
    Ok(expect(balance, reserved, amount)?)
}

/// Speaks for an amount, if there is so much that nobody spoke for.
#[instrument(skip_all)]
pub async fn reserve(tx: &Tx, amount: Money) -> Result<(), Error> {
    hold(tx, amount).await?;
    if !store::fund::reserve(tx, amount.currency(), amount.minor()).await? {
        return Err(Error::OutOfStep("funds"));
    }
    Ok(())
}

/// Lets go of an amount that was spoken for.
pub async fn free(tx: &Tx, amount: Money) -> Result<(), Error> {
    if !store::fund::reserve(tx, amount.currency(), -amount.minor()).await? {
        return Err(Error::OutOfStep("funds"));
    }
    Ok(())
}

fn expect(balance: Money, reserved: Money, needed: Money) -> Result<(), Refusal> {
    let free = balance.minor() - reserved.minor();
    if needed.minor() > free {
        let available = Money::new(balance.currency(), free.max(0));
        return Err(Refusal::FundsShort { available, needed });
    }
    Ok(())
}
