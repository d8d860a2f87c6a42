//! What banks booked of the payments of envelopes: a look across `instruction` and its neighbours. An
//! envelope may have a million of them, so only sums leave this file, and single orders by their ids.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Money, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::money;
use crate::domain::{BankAccount, Envelope, Flow, InstructionState, RailFile, Recorded, Tally};

/// What was given to a rail, as one order or as a file, and is recorded as paid by its bank.
#[derive(Clone, Debug)]
pub struct Given {
    /// The order, or the file.
    pub id: Uuid,
    /// The bank that pays the envelope; empty if it was released before that was kept.
    pub bank_code: String,
    /// None if nothing of it is recorded as paid.
    pub recorded: Option<Recorded>,
}

/// Payments of one envelope that were paid, as the books have it, and that its bank has not booked.
#[derive(Clone, Debug)]
pub struct Unbooked {
    /// The file that ordered them, if there is one, with its name.
    pub file: Option<(Id<RailFile>, String)>,
    pub tally: Tally,
}

/// Finds orders that were given to a rail, and what is recorded of each.
pub async fn orders(tx: &Tx, orders: &[Uuid]) -> Result<Vec<Given>, DbErr> {
    let find = "SELECT given.id AS id, given.envelope_id AS envelope_id, envelope.bank_code, \
                envelope.currency, instruction.state, instruction.amount_minor AS minor, \
                CAST(1 AS bigint) AS orders FROM (\
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
    rows.iter().map(|row| given(row, row.try_get::<String>("", "state")? == paid)).collect()
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

/// What is recorded as paid of each of some files.
pub async fn files(tx: &Tx, files: &[Uuid]) -> Result<Vec<Given>, DbErr> {
    let find = "SELECT many.id AS id, envelope.envelope_id AS envelope_id, envelope.bank_code, \
                envelope.currency, COUNT(instruction.instruction_id) AS orders, \
                CAST(COALESCE(SUM(instruction.amount_minor), 0) AS bigint) AS minor FROM many \
                JOIN rail_file ON rail_file.agency = many.owner \
                AND rail_file.rail_file_id = many.id \
                JOIN envelope ON envelope.envelope_id = rail_file.envelope_id \
                JOIN rail_order ON rail_order.rail_file_id = rail_file.rail_file_id \
                LEFT JOIN instruction ON instruction.envelope_id = rail_file.envelope_id \
                AND instruction.instruction_id = rail_order.order_id \
                AND instruction.state = 'paid' \
                GROUP BY many.id, envelope.envelope_id, envelope.bank_code, envelope.currency";
    let rows = files.iter().map(|id| vec![tx.agency().as_str().into(), (*id).into()]);
    let rows = sql::query_many(tx, &["owner", "id"], rows.collect(), find).await?;
    rows.iter().map(|row| given(row, row.try_get::<i64>("", "orders")? > 0)).collect()
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

/// The envelopes of a bank of which something was recorded as paid between two moments.
pub async fn settled(
    tx: &Tx,
    bank_code: &str,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Id<Envelope>>, DbErr> {
    let find = "SELECT DISTINCT settlement.envelope_id AS envelope_id FROM settlement \
                JOIN envelope ON envelope.envelope_id = settlement.envelope_id \
                WHERE settlement.agency = $1 AND settlement.create_time >= $2 \
                AND settlement.create_time < $3 AND envelope.bank_code IN ('', $4)";
    let values = [tx.agency().as_str().into(), from.into(), until.into(), bank_code.into()];
    let rows = sql::query(tx, find, values).await?;
    rows.iter().map(|row| Ok(row.try_get::<Uuid>("", "envelope_id")?.into())).collect()
}

/// What of an envelope was recorded as paid between two moments, and what its bank has booked of all
/// of it.
pub async fn tallies(
    tx: &Tx,
    envelope: Id<Envelope>,
    (from, until): (Timestamp, Timestamp),
) -> Result<[Tally; 2], DbErr> {
    let paid = "SELECT CAST(COALESCE(SUM(paid_count), 0) AS bigint) AS orders, \
                CAST(COALESCE(SUM(paid_minor), 0) AS bigint) AS minor FROM settlement \
                WHERE agency = $1 AND envelope_id = $2 AND create_time >= $3 AND create_time < $4";
    let key = || [tx.agency().as_str().into(), envelope.uuid().into()];
    let span: [Value; 2] = [from.into(), until.into()];
    let paid = sql::query(tx, paid, key().into_iter().chain(span)).await?;
    let booked = "SELECT order_count AS orders, amount_minor AS minor FROM payout_booking \
                  WHERE agency = $1 AND envelope_id = $2";
    let booked = sql::query(tx, booked, key()).await?;
    let read = |rows: &[QueryResult]| rows.first().map_or(Ok(Tally::default()), tally);
    Ok([read(&paid)?, read(&booked)?])
}

/// What of an envelope was paid between two moments and is not booked, file by file.
pub async fn unbooked(
    tx: &Tx,
    envelope: Id<Envelope>,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Unbooked>, DbErr> {
    let find = format!(
        "SELECT rail_file.rail_file_id AS file_id, rail_file.name AS name, COUNT(*) AS orders, \
         CAST(SUM(instruction.amount_minor) AS bigint) AS minor {UNBOOKED} \
         GROUP BY rail_file.rail_file_id, rail_file.name ORDER BY rail_file.rail_file_id"
    );
    let values = [tx.agency().as_str().into(), envelope.uuid().into(), from.into(), until.into()];
    let rows = sql::query(tx, &find, values).await?;
    rows.iter()
        .map(|row| {
            let file: Option<Uuid> = row.try_get("", "file_id")?;
            let name: Option<String> = row.try_get("", "name")?;
            Ok(Unbooked { file: file.map(Id::from).zip(name), tally: tally(row)? })
        })
        .collect()
}

/// The single orders of that, of one file or of none: at most `limit`.
pub async fn unbooked_orders(
    tx: &Tx,
    envelope: Id<Envelope>,
    file: Option<Id<RailFile>>,
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<(Uuid, i64)>, DbErr> {
    let of_file = if file.is_some() { "= $5" } else { "IS NULL" };
    let find = format!(
        "SELECT instruction.instruction_id AS id, instruction.amount_minor AS minor {UNBOOKED} \
         AND rail_file.rail_file_id {of_file} ORDER BY instruction.instruction_id LIMIT {limit}"
    );
    let mut values: Vec<Value> =
        vec![tx.agency().as_str().into(), envelope.uuid().into(), from.into(), until.into()];
    values.extend(file.map(|file| file.uuid().into()));
    let rows = sql::query(tx, &find, values).await?;
    rows.iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "minor")?))).collect()
}

/// Whether a bank booked any order of a file by itself.
pub async fn booked_singly(tx: &Tx, file: Id<RailFile>) -> Result<bool, DbErr> {
    let find = "SELECT 1 FROM rail_order JOIN bank_statement_line AS line \
                ON line.agency = rail_order.agency AND line.order_id = rail_order.order_id \
                WHERE rail_order.agency = $1 AND rail_order.rail_file_id = $2 LIMIT 1";
    let values = [tx.agency().as_str().into(), file.uuid().into()];
    Ok(!sql::query(tx, find, values).await?.is_empty())
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

/// What is paid and neither booked by itself nor with its file.
const UNBOOKED: &str = "FROM instruction \
    LEFT JOIN rail_order ON rail_order.order_id = instruction.instruction_id \
    LEFT JOIN rail_file ON rail_file.rail_file_id = rail_order.rail_file_id \
    WHERE instruction.agency = $1 AND instruction.envelope_id = $2 AND instruction.state = 'paid' \
    AND instruction.outcome_time >= $3 AND instruction.outcome_time < $4 \
    AND NOT EXISTS (SELECT 1 FROM bank_statement_line AS line WHERE line.agency = $1 \
        AND line.order_id = instruction.instruction_id AND line.flow = 'out') \
    AND NOT EXISTS (SELECT 1 FROM bank_statement_line AS line WHERE line.agency = $1 \
        AND line.rail_file_id = rail_order.rail_file_id AND line.flow = 'out')";

fn given(row: &QueryResult, paid: bool) -> Result<Given, DbErr> {
    let currency: String = row.try_get("", "currency")?;
    let envelope: Uuid = row.try_get("", "envelope_id")?;
    let amount: Money = money(&currency, row.try_get("", "minor")?)?;
    let recorded = Recorded {
        account: BankAccount::Disbursement,
        flow: Flow::Out,
        amount,
        movement: None,
        payouts: Some((envelope.into(), row.try_get("", "orders")?)),
    };
    Ok(Given {
        id: row.try_get("", "id")?,
        bank_code: row.try_get("", "bank_code")?,
        recorded: paid.then_some(recorded),
    })
}

fn tally(row: &QueryResult) -> Result<Tally, DbErr> {
    Ok(Tally { count: row.try_get("", "orders")?, minor: row.try_get("", "minor")? })
}
