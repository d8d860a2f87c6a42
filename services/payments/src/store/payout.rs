//! What banks booked of the payments of envelopes: a look across `instruction` and its neighbours. An
//! envelope may have a million of them, so only sums leave this file, and single orders by their ids.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::money;
use crate::domain::{BankAccount, Envelope, Flow, InstructionState, Recorded, Tally};

/// What was given to a rail, as one order or as a file, and is recorded as paid by its bank.
#[derive(Clone, Debug)]
pub struct Given {
    /// The order, or the file.
    pub id: Uuid,
    /// The bank that pays the envelope; empty if it was released before that was kept.
    pub bank_code: String,
    /// What its bank may have booked; nothing if nothing of it was ever recorded as paid. Of what was
    /// recorded as paid and turned out to have come back, the bank may have booked both ways.
    pub recorded: Vec<Recorded>,
}

/// Finds orders that were given to a rail, and what is recorded of each.
pub async fn orders(tx: &Tx, orders: &[Uuid]) -> Result<Vec<Given>, DbErr> {
    let find = "SELECT given.id AS id, given.envelope_id AS envelope_id, envelope.bank_code, \
                envelope.currency, instruction.state, instruction.amount_minor AS minor, \
                EXISTS (SELECT 1 FROM ruling WHERE ruling.instruction_id = given.id \
                AND ruling.confirms AND ruling.recorded = 'paid' \
                AND ruling.outcome = 'failed') AS returned FROM (\
                    SELECT many.owner, many.id, rail_file.envelope_id FROM many \
                    JOIN rail_order ON rail_order.order_id = many.id \
                    AND rail_order.agency = many.owner \
                    JOIN rail_file ON rail_file.rail_file_id = rail_order.rail_file_id \
                    UNION ALL \
                    SELECT many.owner, many.id, sandbox_order.envelope_id FROM many \
                    JOIN sandbox_order ON sandbox_order.agency = many.owner \
                    AND sandbox_order.order_id = many.id) AS given \
                JOIN instruction ON instruction.agency = given.owner \
                AND instruction.envelope_id = given.envelope_id \
                AND instruction.instruction_id = given.id \
                JOIN envelope ON envelope.envelope_id = given.envelope_id";
    let rows = orders.iter().map(|id| vec![tx.agency().as_str().into(), (*id).into()]);
    let rows = sql::query_many(tx, &["owner", "id"], rows.collect(), find).await?;
    let paid = InstructionState::Paid.as_str();
    rows.iter()
        .map(|row| {
            let (is_paid, minor) =
                (row.try_get::<String>("", "state")? == paid, row.try_get("", "minor")?);
            let returned: bool = row.try_get("", "returned")?;
            let counts = Tally { count: is_paid.into(), minor: if is_paid { minor } else { 0 } };
            let out = (is_paid || returned).then_some((Flow::Out, minor, counts));
            let back = returned.then_some((Flow::In, minor, Tally::default()));
            given(row, out.into_iter().chain(back))
        })
        .collect()
}

/// The files of those names.
pub async fn files_named(tx: &Tx, names: &[&str]) -> Result<Vec<(String, Uuid)>, DbErr> {
    let find = "SELECT rail_file.name AS name, rail_file_id FROM many JOIN rail_file \
                ON rail_file.agency = many.owner AND rail_file.name = many.called";
    let rows = names.iter().map(|name| vec![tx.agency().as_str().into(), (*name).into()]);
    let rows = sql::query_many(tx, &["owner", "called"], rows.collect(), find).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "name")?, row.try_get("", "rail_file_id")?)))
        .collect()
}

/// What is recorded as paid of each of some files; or that and what came back of it, which the bank may
/// have booked with the rest.
pub async fn files(tx: &Tx, files: &[Uuid]) -> Result<Vec<Given>, DbErr> {
    let find = "SELECT many.id AS id, envelope.envelope_id AS envelope_id, envelope.bank_code, \
                envelope.currency, COUNT(instruction.instruction_id) AS orders, \
                CAST(COALESCE(SUM(instruction.amount_minor), 0) AS bigint) AS minor, \
                COUNT(returned.instruction_id) AS returned, \
                CAST(COALESCE(SUM(returned.amount_minor), 0) AS bigint) AS returned_minor FROM many \
                JOIN rail_file ON rail_file.agency = many.owner \
                AND rail_file.rail_file_id = many.id \
                JOIN envelope ON envelope.envelope_id = rail_file.envelope_id \
                JOIN rail_order ON rail_order.rail_file_id = rail_file.rail_file_id \
                LEFT JOIN instruction ON instruction.envelope_id = rail_file.envelope_id \
                AND instruction.instruction_id = rail_order.order_id \
                AND instruction.state = 'paid' \
                LEFT JOIN instruction AS returned ON returned.envelope_id = rail_file.envelope_id \
                AND returned.instruction_id = rail_order.order_id AND returned.state = 'failed' \
                AND EXISTS (SELECT 1 FROM ruling \
                WHERE ruling.instruction_id = returned.instruction_id AND ruling.confirms \
                AND ruling.recorded = 'paid' AND ruling.outcome = 'failed') \
                GROUP BY many.id, envelope.envelope_id, envelope.bank_code, envelope.currency";
    let rows = files.iter().map(|id| vec![tx.agency().as_str().into(), (*id).into()]);
    let rows = sql::query_many(tx, &["owner", "id"], rows.collect(), find).await?;
    rows.iter()
        .map(|row| {
            let counts = tally(row)?;
            let returned: i64 = row.try_get("", "returned_minor")?;
            let paid = (counts.count > 0).then_some((Flow::Out, counts.minor, counts));
            let all = (returned > 0).then_some((Flow::Out, counts.minor + returned, counts));
            given(row, paid.into_iter().chain(all))
        })
        .collect()
}

/// Adds to what its bank has booked of an envelope.
pub async fn book(tx: &Tx, envelope: Id<Envelope>, booked: Tally) -> Result<(), DbErr> {
    let insert = "INSERT INTO payout_booking (envelope_id, agency, order_count, amount_minor) \
                  VALUES ($1, $2, $3, $4) ON CONFLICT (envelope_id) DO UPDATE \
                  SET order_count = payout_booking.order_count + excluded.order_count, \
                  amount_minor = payout_booking.amount_minor + excluded.amount_minor";
    let values = [
        envelope.uuid().into(),
        tx.agency().as_str().into(),
        booked.count.into(),
        booked.minor.into(),
    ];
    sql::execute(tx, insert, values).await.map(drop)
}

/// The envelopes of a bank of which something was recorded as paid, or put right, between two moments.
pub async fn settled(
    tx: &Tx,
    bank_code: &str,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Id<Envelope>>, DbErr> {
    let mut found = Vec::new();
    for table in ["settlement", "ruling"] {
        let find = format!(
            "SELECT DISTINCT said.envelope_id AS envelope_id FROM {table} AS said \
             JOIN envelope ON envelope.envelope_id = said.envelope_id \
             WHERE said.agency = $1 AND said.create_time >= $2 AND said.create_time < $3 \
             AND envelope.bank_code IN ('', $4)"
        );
        let values = [tx.agency().as_str().into(), from.into(), until.into(), bank_code.into()];
        for row in sql::query(tx, &find, values).await? {
            found.push(row.try_get::<Uuid>("", "envelope_id")?.into());
        }
    }
    Ok(found)
}

/// What of an envelope was recorded as paid between two moments, at once or when it was put right, and
/// what its bank has booked of all of it.
pub async fn tallies(
    tx: &Tx,
    envelope: Id<Envelope>,
    (from, until): (Timestamp, Timestamp),
) -> Result<[Tally; 2], DbErr> {
    let paid = "SELECT CAST(COALESCE(SUM(paid_count), 0) AS bigint) AS orders, \
                CAST(COALESCE(SUM(paid_minor), 0) AS bigint) AS minor FROM settlement \
                WHERE agency = $1 AND envelope_id = $2 AND create_time >= $3 AND create_time < $4";
    let key = || [tx.agency().as_str().into(), envelope.uuid().into()];
    let span = || -> [Value; 2] { [from.into(), until.into()] };
    let paid = sql::query(tx, paid, key().into_iter().chain(span())).await?;
    let after_all = "SELECT COUNT(*) AS orders, \
                     CAST(COALESCE(SUM(instruction.amount_minor), 0) AS bigint) AS minor \
                     FROM ruling JOIN instruction \
                     ON instruction.envelope_id = ruling.envelope_id \
                     AND instruction.instruction_id = ruling.instruction_id \
                     WHERE ruling.agency = $1 AND ruling.envelope_id = $2 \
                     AND ruling.create_time >= $3 AND ruling.create_time < $4 \
                     AND ruling.confirms AND ruling.recorded = 'failed' \
                     AND ruling.outcome = 'paid'";
    let after_all = sql::query(tx, after_all, key().into_iter().chain(span())).await?;
    let booked = "SELECT order_count AS orders, amount_minor AS minor FROM payout_booking \
                  WHERE agency = $1 AND envelope_id = $2";
    let booked = sql::query(tx, booked, key()).await?;
    let read = |rows: &[QueryResult]| rows.first().map_or(Ok(Tally::default()), tally);
    Ok([read(&paid)?.plus(read(&after_all)?), read(&booked)?])
}

/// A bank by which an envelope was paid between two moments, and which has no statement for `day` of
/// the account that pays; empty for one released before its bank was kept.
pub async fn bank_without_statement(
    tx: &Tx,
    day: &str,
    (from, until): (Timestamp, Timestamp),
) -> Result<Option<String>, DbErr> {
    let find = "SELECT envelope.bank_code AS bank_code FROM settlement \
                JOIN envelope ON envelope.envelope_id = settlement.envelope_id \
                WHERE settlement.agency = $1 AND settlement.create_time >= $2 \
                AND settlement.create_time < $3 AND settlement.paid_count > 0 AND NOT EXISTS (\
                    SELECT 1 FROM bank_statement AS known WHERE known.agency = $1 \
                    AND envelope.bank_code IN ('', known.bank_code) AND known.day = $4 \
                    AND known.account IN ('all', 'disbursement')) \
                ORDER BY envelope.bank_code LIMIT 1";
    let values = [tx.agency().as_str().into(), from.into(), until.into(), day.into()];
    let rows = sql::query(tx, find, values).await?;
    rows.first().map(|row| row.try_get("", "bank_code")).transpose()
}

fn given(
    row: &QueryResult,
    ways: impl Iterator<Item = (Flow, i64, Tally)>,
) -> Result<Given, DbErr> {
    let currency: String = row.try_get("", "currency")?;
    let envelope: Uuid = row.try_get("", "envelope_id")?;
    let recorded = |(flow, minor, counts): (Flow, i64, Tally)| {
        Ok(Recorded {
            account: BankAccount::Disbursement,
            flow,
            amount: money(&currency, minor)?,
            movement: None,
            payouts: Some((envelope.into(), counts)),
        })
    };
    Ok(Given {
        id: row.try_get("", "id")?,
        bank_code: row.try_get("", "bank_code")?,
        recorded: ways.map(recorded).collect::<Result<_, DbErr>>()?,
    })
}

/// Reads a count and a sum.
pub(super) fn tally(row: &QueryResult) -> Result<Tally, DbErr> {
    Ok(Tally { count: row.try_get("", "orders")?, minor: row.try_get("", "minor")? })
}
