//! Setting money aside, moving it later, and letting go of it.

use std::time::Duration;

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Money, Page, Timestamp};
use tracing::instrument;

use super::ledger;
use crate::{
    domain::{Command, LedgerRefusal, NewTransfer, Reservation, ReservationState, Transfer},
    error::Error,
    store,
};

/// Sets money aside, for a while or for ever.
#[instrument(skip_all, fields(reservation.id = %new.id))]
pub async fn reserve(
    tx: &Tx,
    new: NewTransfer,
    valid_for: Option<Duration>,
) -> Result<Reservation, Error> {
    let id = new.id.uuid().into();
    change(tx, id, Command::Reserve(new, valid_for)).await.map(|(reservation, _)| reservation)
}

/// Moves money that was set aside: `amount`, or all that is left. The last capture lets go of the
/// rest.
#[instrument(skip_all, fields(reservation.id = %id))]
pub async fn capture(
    tx: &Tx,
    id: Id<Reservation>,
    amount: Option<Money>,
    last: bool,
) -> Result<(Reservation, Transfer), Error> {
    let command = Command::Capture { reservation: id, amount, last };
    let (reservation, transfers) = change(tx, id, command).await?;
    let transfer = transfers.into_iter().next().ok_or(LedgerRefusal::TransferNotFound)?;
    Ok((reservation, transfer))
}

/// Lets go of what is left of a reservation.
#[instrument(skip_all, fields(reservation.id = %id))]
pub async fn release(tx: &Tx, id: Id<Reservation>) -> Result<Reservation, Error> {
    change(tx, id, Command::Release(id)).await.map(|(reservation, _)| reservation)
}

/// Gets a reservation.
#[instrument(skip_all, fields(reservation.id = %id))]
pub async fn get(tx: &Tx, id: Id<Reservation>) -> Result<Reservation, Error> {
    let reservation = store::reservation::find(tx, id).await?;
    Ok(reservation.ok_or(LedgerRefusal::ReservationNotFound(id))?.at(tx.now()))
}

/// Lists reservations, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    state: Option<ReservationState>,
    page: &Page<Reservation>,
) -> Result<(Vec<Reservation>, Option<Id<Reservation>>), Error> {
    let mut reservations = store::reservation::list(tx, state, page).await?;
    let next = page.cut(&mut reservations, |reservation| reservation.id);
    Ok((reservations.into_iter().map(|it| it.at(tx.now())).collect(), next))
}

/// Reservations of every agency that are due, from `after` on.
#[instrument(skip_all)]
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Reservation>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Reservation>)>, Error> {
    Ok(store::reservation::due(tx, after, limit).await?)
}

/// Lets go of what is left of a reservation if it is still due; false if somebody else did so.
#[instrument(skip_all, fields(reservation.id = %id))]
pub async fn expire_if_due(tx: &Tx, id: Id<Reservation>) -> Result<bool, Error> {
    match change(tx, id, Command::Expire(id)).await {
        Ok(_) => Ok(true),
        Err(Error::Ledger(LedgerRefusal::ReservationNotOpen { .. })) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn change(
    tx: &Tx,
    id: Id<Reservation>,
    command: Command,
) -> Result<(Reservation, Vec<Transfer>), Error> {
    let applied = ledger::apply_one(tx, command).await?;
    let reservation = applied.reservations.into_iter().next();
    tx.changed("reservation", id.uuid());
    Ok((reservation.ok_or(LedgerRefusal::ReservationNotFound(id))?, applied.transfers))
}
