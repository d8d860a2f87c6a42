//! Comparing the payments of envelopes with what their banks booked.
//!
//! An envelope may have a million payments. So what was recorded as paid, by settlements, is held
//! against what was booked, as sums: only where they differ are the payments themselves looked at, in
//! the database, and only a few are shown one by one.

use std::collections::{BTreeMap, BTreeSet};

use rangkai_db::Tx;
use rangkai_primitives::{Currency, Id, Money, Timestamp};
use uuid::Uuid;

use super::import::{Findings, Spans, settle, show};
use crate::{
    domain::{
        BankAccount, Break, BreakKind, Difference, Envelope, EnvelopeRefusal, Flow, Recorded,
        Sighting, Tally,
    },
    error::Error,
    store,
};

/// How many payments of a file may be shown one by one.
const FEW: i64 = 100;
/// Of how many payments, at most, the files are looked for; of more the bank has just not said anything.
const MANY: i64 = 50_000;

/// Adds the lines that stand for recorded payments to what the banks booked of their envelopes;
/// answers which envelopes these are.
pub async fn book(
    tx: &Tx,
    sightings: &[Sighting],
    differences: &[Option<Difference>],
) -> Result<BTreeSet<Id<Envelope>>, Error> {
    let mut envelopes = BTreeMap::<Id<Envelope>, Tally>::new();
    for (known, difference) in sightings.iter().zip(differences) {
        let stands = difference.as_ref().is_none_or(|it| {
            it.kind == BreakKind::AmountDiffers && it.recorded_flow == Some(it.flow)
        });
        let recorded = known.recorded.as_ref().filter(|_| stands);
        if let Some((envelope, tally)) = recorded.and_then(|it| it.payouts) {
            let sum = envelopes.entry(envelope).or_default();
            *sum = sum.plus(tally);
        }
    }
    for (envelope, booked) in &envelopes {
        store::payout::book(tx, *envelope, *booked).await?;
    }
    Ok(envelopes.into_keys().collect())
}

/// Adds one line that was not recorded when it came.
pub async fn add(tx: &Tx, recorded: &Recorded) -> Result<(), Error> {
    if let Some((envelope, booked)) = recorded.payouts {
        store::payout::book(tx, envelope, booked).await?;
    }
    Ok(())
}

/// An order that was recorded as paid came back, as two people say. If no bank booked it, none is
/// expected to any more.
pub async fn came_back(
    tx: &Tx,
    envelope: Id<Envelope>,
    order: Uuid,
    minor: i64,
) -> Result<(), Error> {
    store::reconciling::hold(tx).await?;
    if !store::unbooked::is_booked(tx, order).await? {
        store::payout::book(tx, envelope, Tally { count: 1, minor }).await?;
    }
    Ok(())
}

/// Finds what was paid, as the books have it, and its bank has not booked; settles what was found
/// earlier and is booked by now. `booked` are the envelopes of which this statement has lines.
pub async fn missing(
    tx: &Tx,
    findings: &mut Findings,
    booked: BTreeSet<Id<Envelope>>,
    spans: &Spans,
) -> Result<(), Error> {
    let statement = &findings.statement;
    if !matches!(statement.account, None | Some(BankAccount::Disbursement)) {
        return Ok(());
    }
    let recent = (spans.before, spans.until);
    let settled = store::payout::settled(tx, &statement.bank_code, recent).await?;
    let all: BTreeSet<_> = settled.into_iter().chain(booked.iter().copied()).collect();
    for envelope in all {
        let span = (spans.first, spans.until);
        of_envelope(tx, findings, (envelope, booked.contains(&envelope)), span).await?;
    }
    Ok(())
}

async fn of_envelope(
    tx: &Tx,
    findings: &mut Findings,
    (envelope, booked_now): (Id<Envelope>, bool),
    span: (Timestamp, Timestamp),
) -> Result<(), Error> {
    let waiting = store::waiting_break::lock_payouts(tx, envelope).await?;
    let (back, waiting): (Vec<_>, Vec<_>) =
        waiting.into_iter().partition(|it| it.what.flow == Flow::In);
    let unreturned = store::unbooked::unreturned(tx, envelope, span.1).await?;
    if !back.is_empty() || !unreturned.is_empty() {
        let currency = currency(tx, envelope).await?;
        let lacks = |(order, minor): (Uuid, i64)| {
            let tally = Tally { count: 1, minor };
            lacks(envelope, name(order), (Flow::In, tally), currency)
        };
        replace(tx, findings, back, unreturned.into_iter().map(lacks).collect()).await?;
    }
    let [paid, booked] = store::payout::tallies(tx, envelope, span).await?;
    let missing = paid.plus(booked.negated());
    let shown = waiting.iter().filter_map(shows).fold(Tally::default(), Tally::plus);
    if missing == shown && (missing == Tally::default() || !booked_now) {
        return Ok(());
    }
    let wanted = wanted(tx, envelope, missing, span).await?;
    replace(tx, findings, waiting, wanted).await
}

/// Shows what is `wanted` and not shown yet; settles what is shown and not wanted any more.
async fn replace(
    tx: &Tx,
    findings: &mut Findings,
    shown: Vec<Break>,
    mut wanted: Vec<Difference>,
) -> Result<(), Error> {
    for it in shown {
        let same = |other: &Difference| {
            other.reference == it.what.reference
                && other.recorded == it.what.recorded
                && other.payouts == it.what.payouts
        };
        if let Some(place) = wanted.iter().position(same) {
            wanted.swap_remove(place);
        } else {
            let rest = !wanted.is_empty() && it.what.payouts.is_some_and(|(_, orders)| orders > 1);
            let other = format!("statement {}: part of it", findings.statement.number);
            settle(tx, findings, it, rest.then_some(other.as_str())).await?;
        }
    }
    let day = findings.statement.day;
    show(tx, findings, wanted.into_iter().map(|it| (it, day))).await
}

/// What is to be shown as missing.
async fn wanted(
    tx: &Tx,
    id: Id<Envelope>,
    missing: Tally,
    span: (Timestamp, Timestamp),
) -> Result<Vec<Difference>, Error> {
    if missing.count <= 0 {
        return Ok(Vec::new());
    }
    let currency = currency(tx, id).await?;
    let whole = |tally| lacks(id, id.uuid().simple().to_string(), (Flow::Out, tally), currency);
    if missing.count > MANY {
        return Ok(vec![whole(missing)]);
    }
    // A bank tells the time by its own clock: only where some was paid before the first statement does
    // that decide which payments are meant.
    let [before, _] = store::payout::tallies(tx, id, (Timestamp::UNIX_EPOCH, span.0)).await?;
    let from = if before == Tally::default() { Timestamp::UNIX_EPOCH } else { span.0 };
    let span = (from, span.1);
    let mut wanted = Vec::new();
    for group in store::unbooked::unbooked(tx, id, span).await? {
        let file = group.file.as_ref().map(|(file, _)| *file);
        let singly = match file {
            Some(file) => store::unbooked::booked_singly(tx, file).await?,
            None => true,
        };
        if singly && group.tally.count <= FEW {
            let orders = store::unbooked::unbooked_orders(tx, id, file, span, FEW).await?;
            wanted.extend(orders.into_iter().map(|(order, minor)| {
                lacks(id, name(order), (Flow::Out, Tally { count: 1, minor }), currency)
            }));
        } else if let Some((_, name)) = group.file {
            wanted.push(lacks(id, name, (Flow::Out, group.tally), currency));
        } else {
            wanted.push(whole(group.tally));
        }
    }
    Ok(wanted)
}

fn lacks(
    envelope: Id<Envelope>,
    reference: String,
    (flow, tally): (Flow, Tally),
    currency: Currency,
) -> Difference {
    let recorded = Recorded {
        account: BankAccount::Disbursement,
        flow,
        amount: Money::new(currency, tally.minor),
        movement: None,
        payouts: Some((envelope, tally)),
    };
    Difference::missing_there(reference, &recorded)
}

async fn currency(tx: &Tx, id: Id<Envelope>) -> Result<Currency, Error> {
    let envelope = store::envelope::find(tx, id).await?;
    let envelope = envelope.ok_or(EnvelopeRefusal::EnvelopeNotFound)?;
    Ok(envelope.announced.total.currency())
}

/// What both sides know an order by.
fn name(order: Uuid) -> String {
    order.simple().to_string()
}

fn shows(it: &Break) -> Option<Tally> {
    let (_, count) = it.what.payouts?;
    Some(Tally { count, minor: it.what.recorded?.minor() })
}
