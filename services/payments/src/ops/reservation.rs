//! Showing money that is set aside, and letting go of it when its time is up.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Page, Timestamp};
use tracing::instrument;

use super::ledger;
use crate::{
    domain::{Command, LedgerRefusal, Reservation, ReservationState},
    error::Error,
    store,
};

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
    match ledger::apply_one(tx, Command::Expire(id)).await {
        Ok(_) => {
            tx.changed("reservation", id.uuid());
            Ok(true)
        }
        Err(Error::Ledger(LedgerRefusal::ReservationNotOpen { .. })) => Ok(false),
        Err(error) => Err(error),
    }
}
