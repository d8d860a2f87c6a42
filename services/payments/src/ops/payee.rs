//! Keeping the directories of payees.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Sensitive};
use tracing::instrument;

use crate::{
    domain::{
        EnvelopeRefusal as Refusal, LinkedMany, NewPayee, Payee, PayeeChange, PayeeRef, PayeeState,
        PayeeVerdict, is_plausible,
    },
    error::Error,
    events::tell,
    store,
};

/// Links a person to an address; one who was unlinked is linked again.
#[instrument(skip_all)]
pub async fn link(tx: &Tx, new: NewPayee) -> Result<Payee, Error> {
    let id = Id::<Payee>::generate();
    if !store::payee::insert(tx, id, &new).await? {
        let Some(earlier) = store::payee::lock(tx, &new.payee).await? else {
            return Err(Refusal::AddressTaken.into());
        };
        if earlier.state == PayeeState::Linked {
            return Err(Refusal::PayeeTaken.into());
        }
        relink(tx, earlier.id, &new).await?;
    }
    let payee = get(tx, &new.payee).await?;
    tx.changed("payee", payee.id.uuid());
    tell::payee_linked(tx, &payee).await?;
    Ok(payee)
}

/// Links people of one source to addresses, those again who were unlinked, and passes over those
/// whose person or address is taken.
#[instrument(skip_all, fields(payees = new.len()))]
pub async fn link_many(tx: &Tx, new: Vec<NewPayee>) -> Result<LinkedMany, Error> {
    let many: Vec<_> = new.into_iter().map(|new| (Id::<Payee>::generate(), new)).collect();
    let Some(source) = many.first().map(|(_, new)| new.payee.source.clone()) else {
        return Ok(LinkedMany::default());
    };
    let ids: Vec<_> = many.iter().map(|(id, _)| id.uuid()).collect();
    let linked = store::payee::insert_many(tx, &many).await?;
    if usize::try_from(linked) == Ok(many.len()) {
        tell::payees_linked(tx, &source, &ids).await?;
        return Ok(LinkedMany { linked, ..LinkedMany::default() });
    }
    let there = store::payee::among(tx, &ids).await?;
    let mut linked: Vec<_> = ids.into_iter().filter(|id| there.contains(id)).collect();
    let left = many.iter().enumerate().filter(|(_, (id, _))| !there.contains(&id.uuid()));
    let left: Vec<_> = left.map(|(place, (_, new))| (place, new)).collect();
    let unlinked = store::payee::unlinked(tx, &left).await?;
    let mut taken = Vec::with_capacity(left.len());
    for (place, new) in left {
        match unlinked.get(&place) {
            Some(id) if store::payee::relink_free(tx, *id, new).await? => linked.push(id.uuid()),
            _ => taken.push((place, new)),
        }
    }
    tell::payees_linked(tx, &source, &linked).await?;
    let known = store::payee::known(tx, &taken).await?;
    let places = taken.iter().map(|(place, _)| *place);
    let (unchanged, refused): (Vec<_>, _) = places.partition(|place| known.contains(place));
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Ok(LinkedMany { linked: count(linked.len()), unchanged: count(unchanged.len()), refused })
}

/// Gives a linked person another address or name, or a part of them: whatever is not named stays.
#[instrument(skip_all)]
pub async fn update(tx: &Tx, change: PayeeChange) -> Result<Payee, Error> {
    let payee = store::payee::lock(tx, &change.payee).await?.ok_or(Refusal::PayeeNotFound)?;
    let kept = store::payee::kept(tx, &change.payee).await?.ok_or(Refusal::PayeeNotFound)?;
    let new = kept.changed(change);
    relink(tx, payee.id, &new).await?;
    let payee = get(tx, &new.payee).await?;
    tx.changed("payee", payee.id.uuid());
    tell::payee_updated(tx, &payee).await?;
    Ok(payee)
}

/// Takes a person out of the directory.
#[instrument(skip_all)]
pub async fn unlink(tx: &Tx, payee: PayeeRef) -> Result<Payee, Error> {
    let found = store::payee::lock(tx, &payee).await?.ok_or(Refusal::PayeeNotFound)?;
    if found.state == PayeeState::Unlinked {
        return Ok(found);
    }
    store::payee::unlink(tx, found.id).await?;
    let found = get(tx, &payee).await?;
    tx.changed("payee", found.id.uuid());
    tell::payee_unlinked(tx, &found).await?;
    Ok(found)
}

/// Says what the directory knows of a person; the audit log keeps that somebody asked.
#[instrument(skip_all)]
pub async fn validate(
    tx: &Tx,
    payee: PayeeRef,
    name: Option<Sensitive<String>>,
) -> Result<PayeeVerdict, Error> {
    let Some(found) = store::payee::find(tx, &payee).await? else {
        return Ok(PayeeVerdict { known: false, active: false, name_plausible: None });
    };
    tx.changed("payee", found.id.uuid());
    let known = store::payee::name(tx, found.id).await?;
    let plausible = |(known, name): (Sensitive<String>, Sensitive<String>)| {
        is_plausible(known.reveal(), name.reveal())
    };
    Ok(PayeeVerdict {
        known: true,
        active: found.state == PayeeState::Linked,
        name_plausible: known.zip(name).map(plausible),
    })
}

async fn relink(tx: &Tx, id: Id<Payee>, new: &NewPayee) -> Result<(), Error> {
    if store::payee::relink(tx, id, new).await? {
        Ok(())
    } else {
        Err(Refusal::AddressTaken.into())
    }
}

async fn get(tx: &Tx, payee: &PayeeRef) -> Result<Payee, Error> {
    Ok(store::payee::find(tx, payee).await?.ok_or(Refusal::PayeeNotFound)?)
}
