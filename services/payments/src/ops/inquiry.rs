//! Hearing from providers what became of a payment, because they told or because they were asked.

use std::time::Duration;

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Money, Timestamp};
use tracing::instrument;

use super::remittance;
use crate::{
    channel::{Answer, Provider},
    domain::{
        BankReference, Collection, CollectionState, NewRemittance, Providers, Refusal, Remittance,
    },
    error::Error,
    events::tell,
    store,
};

/// What a provider tells about a payment.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What it calls the code or account.
    pub number: String,
    /// The payment; none when the provider does not know what became of it.
    pub paid: Option<Paid>,
}

/// A payment, as a provider tells it.
#[derive(Clone, Debug)]
pub struct Paid {
    pub reference: String,
    pub amount: Money,
    pub time: Timestamp,
}

/// Takes what a provider tells. Money is recorded whether its number is known or not.
#[instrument(skip_all, fields(provider = provider.name))]
pub async fn heard(
    tx: &Tx,
    provider: &Provider,
    notice: Notice,
) -> Result<Option<Remittance>, Error> {
    let found = store::collection::find_anywhere(tx, &provider.name, &notice.number).await?;
    let Some((owner, id)) = found else {
        let Some(paid) = notice.paid else { return Ok(None) };
        let new = payment(provider, None, notice.number, paid);
        return remittance::record(tx, new).await.map(Some);
    };
    let tx = &tx.within(owner);
    let Some(collection) = store::collection::lock(tx, id).await? else { return Ok(None) };
    if let Some(paid) = notice.paid {
        return settle(tx, provider, collection, paid).await.map(Some);
    }
    keep(tx, &collection, collection.clone().doubt(tx.now())).await?;
    Ok(None)
}

/// Collections of every agency of which `providers` are to be asked, from `after` on.
#[instrument(skip_all)]
pub async fn due(
    tx: &Tx,
    providers: &Providers,
    after: Option<(Timestamp, Id<Collection>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Collection>)>, Error> {
    Ok(store::collection::due(tx, providers, after, limit).await?)
}

/// Takes a collection on for asking its provider, if that is still due and nobody else does; for
/// `patience` it is nobody else's.
#[instrument(skip_all, fields(collection.id = %id))]
pub async fn take(
    tx: &Tx,
    id: Id<Collection>,
    patience: Duration,
) -> Result<Option<Collection>, Error> {
    let found = store::collection::lock_if_free(tx, id).await?;
    let Some(collection) = found.filter(|collection| collection.is_due(tx.now())) else {
        return Ok(None);
    };
    store::collection::update(tx, &collection.clone().asked(tx.now() + patience)).await?;
    Ok(Some(collection))
}

/// Keeps what a provider answered about a collection, unless more became known meanwhile.
#[instrument(skip_all, fields(collection.id = %id))]
pub async fn answered(
    tx: &Tx,
    provider: Option<&Provider>,
    id: Id<Collection>,
    answer: Answer,
) -> Result<(), Error> {
    let found = store::collection::lock(tx, id).await?;
    let open = [CollectionState::Waiting, CollectionState::Unknown];
    let Some(collection) = found.filter(|collection| open.contains(&collection.state)) else {
        return Ok(());
    };
    let now = tx.now();
    match (answer, provider) {
        (Answer::Paid { reference, amount, time }, Some(provider)) => {
            let paid = Paid { reference, amount, time };
            match settle(tx, provider, collection.clone(), paid).await {
                // It tells of a payment of something else, so what became of this one is unknown: it
                // is asked again, and in the end a person is.
                Err(Error::Refused(Refusal::BankReferenceTaken(_))) => {
                    keep(tx, &collection, collection.clone().unclear(now)).await
                }
                settled => settled.map(drop),
            }
        }
        (Answer::Unpaid, _) => keep(tx, &collection, collection.clone().unpaid(now)).await,
        _ => keep(tx, &collection, collection.clone().silence(now)).await,
    }
}

/// Records a payment of a collection.
async fn settle(
    tx: &Tx,
    provider: &Provider,
    collection: Collection,
    paid: Paid,
) -> Result<Remittance, Error> {
    let code = collection.code().to_owned();
    let new = payment(provider, Some(tx.agency().clone()), code, paid);
    let remittance = remittance::record(tx, new).await?;
    paid_for(tx, &collection).await?;
    Ok(remittance)
}

/// Keeps that a collection was paid; answers it as it is then.
pub async fn paid_for(tx: &Tx, collection: &Collection) -> Result<Collection, Error> {
    let paid = collection.clone().pay(tx.now());
    keep(tx, collection, paid.clone()).await?;
    Ok(paid)
}

fn payment(provider: &Provider, owner: Option<Agency>, code: String, paid: Paid) -> NewRemittance {
    let bank_code = provider.bank_code.clone();
    NewRemittance {
        code,
        amount: paid.amount,
        reference: BankReference { bank_code, number: paid.reference },
        pay_time: paid.time,
        channel: provider.channel,
        owner,
    }
}

async fn keep(tx: &Tx, before: &Collection, after: Collection) -> Result<(), Error> {
    if *before == after {
        return Ok(());
    }
    store::collection::update(tx, &after).await?;
    tx.changed("collection", after.id.uuid());
    if before.state != after.state {
        tell::collection_changed(tx, &after).await?;
    }
    Ok(())
}
