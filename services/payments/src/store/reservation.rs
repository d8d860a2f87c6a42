//! The `reservation` table.

use std::borrow::Cow;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Page, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{Reservation, ReservationState};

const COLUMNS: [&str; 13] = [
    "reservation_id",
    "agency",
    "debit_account_id",
    "credit_account_id",
    "currency",
    "amount_minor",
    "captured_minor",
    "state",
    "description",
    "reference",
    "expire_time",
    "create_time",
    "update_time",
];

/// Adds reservations.
pub async fn insert(tx: &Tx, reservations: &[Reservation]) -> Result<(), DbErr> {
    let row = |reservation: &Reservation| {
        vec![
            reservation.id.uuid().into(),
            tx.agency().as_str().into(),
            reservation.debit.uuid().into(),
            reservation.credit.uuid().into(),
            reservation.amount.currency().as_str().into(),
            reservation.amount.minor().into(),
            reservation.captured_minor.into(),
            reservation.state.as_str().into(),
            reservation.description.as_ref().into(),
            reservation.reference.clone().into(),
            reservation.expire_time.into(),
            reservation.create_time.into(),
            reservation.update_time.into(),
        ]
    };
    sql::insert_many(tx, "reservation", &COLUMNS, reservations.iter().map(row).collect()).await?;
    Ok(())
}

/// Writes reservations back.
pub async fn update(tx: &Tx, reservations: &[Reservation]) -> Result<(), DbErr> {
    let row = |reservation: &Reservation| {
        vec![
            reservation.id.uuid().into(),
            tx.agency().as_str().into(),
            reservation.captured_minor.into(),
            reservation.state.as_str().into(),
            reservation.update_time.into(),
        ]
    };
    let update = "UPDATE reservation SET captured_minor = many.captured, state = many.standing, \
                  update_time = many.now FROM many \
                  WHERE reservation.reservation_id = many.id AND reservation.agency = many.owner";
    let rows = reservations.iter().map(row).collect();
    let columns = ["id", "owner", "captured", "standing", "now"];
    let touched = sql::execute_many(tx, &columns, rows, update).await?;
    if touched == reservations.len() as u64 { Ok(()) } else { Err(DbErr::RecordNotUpdated) }
}

/// Finds reservations and holds them until the transaction ends, in the order of their ids.
pub async fn lock(
    tx: &Tx,
    ids: impl IntoIterator<Item = Id<Reservation>>,
) -> Result<Vec<Reservation>, DbErr> {
    let row = |id: Id<Reservation>| vec![id.uuid().into(), tx.agency().as_str().into()];
    let order = "ORDER BY reservation.reservation_id FOR UPDATE OF reservation";
    let lock = format!(
        "SELECT {} FROM reservation JOIN many \
         ON reservation.reservation_id = many.id AND reservation.agency = many.owner {}",
        COLUMNS.map(|column| format!("reservation.{column}")).join(", "),
        if tx.is_postgres() { order } else { "" }
    );
    let rows = ids.into_iter().map(row).collect();
    sql::query_many(tx, &["id", "owner"], rows, &lock).await?.iter().map(reservation).collect()
}

/// Finds a reservation.
pub async fn find(tx: &Tx, id: Id<Reservation>) -> Result<Option<Reservation>, DbErr> {
    let find = format!(
        "SELECT {} FROM reservation WHERE agency = $1 AND reservation_id = $2",
        COLUMNS.join(", ")
    );
    let values = [tx.agency().as_str().into(), id.uuid().into()];
    sql::query(tx, &find, values).await?.first().map(reservation).transpose()
}

/// Lists reservations, newest first: one more than the page, if there is one. One that is due is
/// seen as expired.
pub async fn list(
    tx: &Tx,
    state: Option<ReservationState>,
    page: &Page<Reservation>,
) -> Result<Vec<Reservation>, DbErr> {
    let list = format!(
        "SELECT {} FROM reservation WHERE agency = $1 AND reservation_id < $2 \
         AND ($3 = '' OR $3 = CASE WHEN state = 'open' AND expire_time <= $4 THEN 'expired' \
              ELSE state END) \
         ORDER BY reservation_id DESC LIMIT $5",
        COLUMNS.join(", ")
    );
    let values: [Value; 5] = [
        tx.agency().as_str().into(),
        page.after.map_or(Uuid::max(), Id::uuid).into(),
        state.map_or("", ReservationState::as_str).into(),
        tx.now().into(),
        i64::try_from(page.limit()).unwrap_or(i64::MAX).into(),
    ];
    sql::query(tx, &list, values).await?.iter().map(reservation).collect()
}

/// Open reservations of every agency that are due, from `after` on, the longest due first.
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Reservation>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Reservation>)>, DbErr> {
    let due = format!(
        "SELECT agency, expire_time, reservation_id FROM reservation \
         WHERE state = 'open' AND expire_time <= $1 {} \
         ORDER BY expire_time, reservation_id LIMIT $2",
        if after.is_some() { "AND (expire_time, reservation_id) > ($3, $4)" } else { "" }
    );
    let mut values: Vec<Value> =
        vec![tx.now().into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    values.extend(after.into_iter().flat_map(|(time, id)| [time.into(), id.uuid().into()]));
    let rows = sql::query(tx, &due, values).await?;
    let item = |row: &QueryResult| {
        let agency = word("agency", &row.try_get::<String>("", "agency")?)?;
        let id = row.try_get::<Uuid>("", "reservation_id")?.into();
        Ok((agency, row.try_get("", "expire_time")?, id))
    };
    rows.iter().map(item).collect()
}

fn reservation(row: &QueryResult) -> Result<Reservation, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    let id = |column| row.try_get::<Uuid>("", column);
    Ok(Reservation {
        id: id("reservation_id")?.into(),
        debit: id("debit_account_id")?.into(),
        credit: id("credit_account_id")?.into(),
        amount: money(&text("currency")?, row.try_get("", "amount_minor")?)?,
        captured_minor: row.try_get("", "captured_minor")?,
        state: word("state", &text("state")?)?,
        description: Cow::Owned(text("description")?),
        reference: row.try_get("", "reference")?,
        expire_time: row.try_get("", "expire_time")?,
        create_time: row.try_get("", "create_time")?,
        update_time: row.try_get("", "update_time")?,
    })
}
