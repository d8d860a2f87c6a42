//! Showing payers how they can pay, and resolving what nobody knows.

use aws_lc_rs::rand;
use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Page, Sensitive, Timestamp, Zone};
use tracing::instrument;

use crate::{
    channel::{Channels, Merchant, Payload},
    domain::{
        Bill, BillingCode, Channel, ChannelRefusal, Collection, CollectionState, Refusal,
        account_number,
    },
    error::Error,
    events::tell,
    store,
};

/// How many random numbers are tried; the first is nearly always free.
const TRIES: usize = 8;

/// Shows a QR code that pays an open bill: the one that can be paid already, or a fresh one.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn present_qr(tx: &Tx, channels: &Channels, id: Id<Bill>) -> Result<Collection, Error> {
    let bill = open_bill(tx, id).await?;
    let offered = channels.qris(tx.agency()).ok_or(ChannelRefusal::NotOffered)?;
    let (provider, acquirer, merchant) = offered;
    if let Some(limit) = channels.qr_limit(Zone::Wib.date(tx.now())) {
        let fits = bill.owed().currency() == limit.currency();
        if !fits || bill.owed().minor() > limit.minor() {
            return Err(ChannelRefusal::AboveLimit { limit }.into());
        }
    }
    if let Some(earlier) = showing(tx, &bill, &provider.name).await? {
        return Ok(earlier);
    }
    let valid = std::time::Duration::from_secs(channels.config().qr_valid_s);
    let until = bill.expire_time.min(tx.now() + valid);
    open(tx, (Channel::Qris, &provider.name), Some((&bill, until)), |random| {
        let label = label(random);
        let payload = payload(merchant, Some(&bill), label.clone()).write(acquirer, merchant);
        (label, payload)
    })
    .await
}

/// Shows the QR code of the agency's counters.
#[instrument(skip_all)]
pub async fn present_static(tx: &Tx, channels: &Channels) -> Result<Collection, Error> {
    let offered = channels.qris(tx.agency()).ok_or(ChannelRefusal::NotOffered)?;
    let (provider, acquirer, merchant) = offered;
    if let Some(shown) = store::collection::find_counter(tx, &provider.name).await? {
        return Ok(shown);
    }
    open(tx, (Channel::Qris, &provider.name), None, |random| {
        let label = label(random);
        let payload = payload(merchant, None, label.clone()).write(acquirer, merchant);
        (label, payload)
    })
    .await
}

/// Issues an account number at a bank that stands for an open bill: the one that does already, or a
/// fresh one.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn issue_account(
    tx: &Tx,
    channels: &Channels,
    id: Id<Bill>,
    bank_code: &str,
) -> Result<Collection, Error> {
    let bill = open_bill(tx, id).await?;
    let offered = channels.virtual_account(bank_code).ok_or(ChannelRefusal::NotOffered)?;
    let (provider, prefix) = offered;
    if let Some(earlier) = showing(tx, &bill, &provider.name).await? {
        return Ok(earlier);
    }
    let subject = Some((&bill, bill.expire_time));
    open(tx, (Channel::VirtualAccount, &provider.name), subject, |random| {
        (account_number(prefix, random), String::new())
    })
    .await
}

/// Gets a collection.
#[instrument(skip_all, fields(collection.id = %id))]
pub async fn get(tx: &Tx, id: Id<Collection>) -> Result<Collection, Error> {
    Ok(store::collection::find(tx, id).await?.ok_or(ChannelRefusal::NotFound)?)
}

/// Lists collections, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    bill: Option<Id<Bill>>,
    state: Option<CollectionState>,
    page: &Page<Collection>,
) -> Result<(Vec<Collection>, Option<Id<Collection>>), Error> {
    let mut collections = store::collection::list(tx, bill, state, page).await?;
    let next = page.cut(&mut collections, |collection| collection.id);
    Ok((collections, next))
}

/// Ends a stuck collection that a person found unpaid.
#[instrument(skip_all, fields(collection.id = %id))]
pub async fn resolve(
    tx: &Tx,
    id: Id<Collection>,
    reason: Sensitive<String>,
) -> Result<Collection, Error> {
    let collection = store::collection::lock(tx, id).await?.ok_or(ChannelRefusal::NotFound)?;
    let collection = collection.resolve(reason, &tx.caller().id, tx.now())?;
    store::collection::update(tx, &collection).await?;
    tx.changed("collection", collection.id.uuid());
    tell::collection_changed(tx, &collection).await?;
    Ok(collection)
}

/// The collections of a bill that its caller holds which can be paid; a refusal when anything may
/// have been paid, for then nobody knows what is still owed.
pub async fn payable(tx: &Tx, bill: Id<Bill>) -> Result<Vec<Collection>, Error> {
    let all = store::collection::unsettled(tx, bill).await?;
    match all.iter().find(|collection| collection.is_unknown(tx.now())) {
        Some(unknown) => Err(ChannelRefusal::OutcomeUnknown(unknown.id).into()),
        None => Ok(all),
    }
}

/// The collection of the agency that shows a code with this payload.
#[instrument(skip_all)]
pub async fn showing_payload(
    tx: &Tx,
    channels: &Channels,
    payload: &Payload,
    text: &str,
) -> Result<Option<Id<Collection>>, Error> {
    let Some((provider, ..)) = channels.qris(tx.agency()) else { return Ok(None) };
    let found = store::collection::find_anywhere(tx, &provider.name, &payload.label).await?;
    let Some((owner, id)) = found.filter(|(owner, _)| owner == tx.agency()) else {
        return Ok(None);
    };
    let found = store::collection::find(&tx.within(owner), id).await?;
    Ok(found.filter(|found| found.payload == text).map(|found| found.id))
}

/// A bill that can be paid now, held, so that one at a time asks how.
async fn open_bill(tx: &Tx, id: Id<Bill>) -> Result<Bill, Error> {
    let bill = store::bill::lock(tx, id).await?.ok_or(Refusal::BillNotFound)?;
    // Says no for us when it cannot be.
    bill.expect_open(tx.now())?;
    Ok(bill)
}

/// What can already be paid with a provider and is all that a bill still owes; a refusal when
/// anything may have been paid.
async fn showing(tx: &Tx, bill: &Bill, provider: &str) -> Result<Option<Collection>, Error> {
    let mut all = payable(tx, bill.id).await?.into_iter();
    Ok(all.find(|shown| shown.provider == provider && shown.amount == Some(bill.owed())))
}

/// Opens a collection under the first free number of `draw`.
async fn open(
    tx: &Tx,
    (channel, provider): (Channel, &str),
    subject: Option<(&Bill, Timestamp)>,
    draw: impl Fn(u64) -> (String, String),
) -> Result<Collection, Error> {
    for _ in 0..TRIES {
        let mut random = [0; 8];
        rand::fill(&mut random).map_err(|_| Error::NoBillingCode)?;
        let drawn = draw(u64::from_be_bytes(random));
        let (bill, until) = subject.unzip();
        let way = (channel, provider.to_owned());
        let collection = Collection::open(way, drawn, bill, until, tx.now());
        if store::collection::insert(tx, &collection).await? {
            tx.changed("collection", collection.id.uuid());
            tell::collection_opened(tx, &collection).await?;
            return Ok(collection);
        }
        // Either the number is taken, or somebody made the counter's code at the same time.
        let counter = store::collection::find_counter(tx, provider).await?;
        if let Some(counter) = counter.filter(|_| subject.is_none()) {
            return Ok(counter);
        }
    }
    Err(Error::NoBillingCode)
}

/// What a provider calls a code: nothing that anybody could guess.
fn label(random: u64) -> String {
    format!("Q{}", BillingCode::of(random))
}

fn payload(merchant: &Merchant, bill: Option<&Bill>, label: String) -> Payload {
    let per_unit = |amount: Money| 10_i64.pow(amount.currency().exponent());
    Payload {
        dynamic: bill.is_some(),
        national_id: merchant.national_id.clone(),
        merchant_name: merchant.name.clone(),
        city: merchant.city.clone(),
        rupiahs: bill.map(|bill| bill.owed().minor() / per_unit(bill.owed())),
        bill: bill.map(|bill| bill.code.to_string()),
        label,
    }
}
