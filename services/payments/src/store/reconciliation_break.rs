//! The `reconciliation_break` table.

use chrono::NaiveDate;
use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Money, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{BankReference, BankStatement, Break, BreakState, Difference};

const COLUMNS: [&str; 28] = [
    "agency",
    "break_id",
    "statement_id",
    "bank_code",
    "day",
    "kind",
    "reference",
    "flow",
    "currency",
    "booked_minor",
    "recorded_minor",
    "state",
    "resolution",
    "reason",
    "proposed_by",
    "confirmed_by",
    "create_time",
    "update_time",
    "account",
    "recorded_flow",
    "line_number",
    "movement_id",
    "envelope_id",
    "order_count",
    "found_bank",
    "found_reference",
    "earlier_break_id",
    "settle_time",
];

/// Adds breaks.
pub async fn insert(tx: &Tx, breaks: &[Break]) -> Result<(), DbErr> {
    let rows = breaks.iter().map(|it| row(tx, it)).collect();
    sql::insert_many(tx, "reconciliation_break", &COLUMNS, rows).await?;
    Ok(())
}

/// Finds a break and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Break>) -> Result<Option<Break>, DbErr> {
    let held = if tx.is_postgres() { " FOR UPDATE" } else { "" };
    let find =
        format!("SELECT * FROM reconciliation_break WHERE agency = $1 AND break_id = $2{held}");
    let values = [tx.agency().as_str().into(), id.uuid().into()];
    sql::query(tx, &find, values).await?.first().map(found).transpose()
}

/// Lists breaks, newest first: one more than the page, if there is one. `unsettled` leaves out those
/// of which nothing is to be expected any more.
pub async fn list(
    tx: &Tx,
    state: Option<BreakState>,
    (statement, unsettled): (Option<Id<BankStatement>>, bool),
    page: &Page<Break>,
) -> Result<Vec<Break>, DbErr> {
    let list = format!(
        "SELECT * FROM reconciliation_break WHERE agency = $1 AND ($2 = '' OR state = $2) \
         AND ($3 OR statement_id = $4) {} {} ORDER BY break_id DESC LIMIT {}",
        if page.after.is_some() { "AND break_id < $5" } else { "" },
        if unsettled { "AND settle_time IS NULL" } else { "" },
        page.limit()
    );
    let mut values: Vec<Value> = vec![
        tx.agency().as_str().into(),
        state.map_or("", BreakState::as_str).into(),
        statement.is_none().into(),
        statement.map_or(Uuid::nil(), Id::uuid).into(),
    ];
    values.extend(page.after.map(|after| after.uuid().into()));
    sql::query(tx, &list, values).await?.iter().map(found).collect()
}

/// How many breaks of statements up to `day` are not resolved.
pub async fn count_unresolved(tx: &Tx, day: NaiveDate) -> Result<i64, DbErr> {
    let count = "SELECT COUNT(*) AS unresolved FROM reconciliation_break \
                 WHERE agency = $1 AND state IN ('open', 'proposed') AND day <= $2";
    let rows = sql::query(tx, count, [tx.agency().as_str().into(), day.to_string().into()]).await?;
    rows.first().map_or(Ok(0), |row| row.try_get("", "unresolved"))
}

/// Writes a break back: where it stands, who said so, and what is recorded by now.
pub async fn update(tx: &Tx, it: &Break) -> Result<(), DbErr> {
    let update = "UPDATE reconciliation_break SET state = $3, resolution = $4, reason = $5, \
                  proposed_by = $6, confirmed_by = $7, update_time = $8, found_bank = $9, \
                  found_reference = $10, earlier_break_id = $11, settle_time = $12, kind = $13, \
                  recorded_minor = $14, recorded_flow = $15, account = $16 \
                  WHERE agency = $1 AND break_id = $2";
    let (bank, number) = found_of(it);
    let values = [
        tx.agency().as_str().into(),
        it.id.uuid().into(),
        it.state.as_str().into(),
        it.resolution.map(|resolution| resolution.as_str().to_owned()).into(),
        it.reason.as_str().into(),
        it.proposed_by.as_str().into(),
        it.confirmed_by.as_str().into(),
        it.update_time.into(),
        bank,
        number,
        it.earlier.map(Id::uuid).into(),
        it.settle_time.into(),
        it.what.kind.as_str().into(),
        it.what.recorded.map(Money::minor).into(),
        it.what.recorded_flow.map(|flow| flow.as_str().to_owned()).into(),
        it.what.account.map(|account| account.as_str().to_owned()).into(),
    ];
    sql::execute(tx, update, values).await?;
    Ok(())
}

fn row(tx: &Tx, it: &Break) -> Vec<Value> {
    let what = &it.what;
    let (bank, number) = found_of(it);
    vec![
        tx.agency().as_str().into(),
        it.id.uuid().into(),
        it.statement.uuid().into(),
        it.bank_code.as_str().into(),
        it.day.to_string().into(),
        what.kind.as_str().into(),
        what.reference.as_str().into(),
        what.flow.as_str().into(),
        what.currency().as_str().into(),
        what.booked.map(Money::minor).into(),
        what.recorded.map(Money::minor).into(),
        it.state.as_str().into(),
        it.resolution.map(|resolution| resolution.as_str().to_owned()).into(),
        it.reason.as_str().into(),
        it.proposed_by.as_str().into(),
        it.confirmed_by.as_str().into(),
        it.create_time.into(),
        it.update_time.into(),
        what.account.map(|account| account.as_str().to_owned()).into(),
        what.recorded_flow.map(|flow| flow.as_str().to_owned()).into(),
        what.line.into(),
        what.movement.map(Id::uuid).into(),
        what.payouts.map(|(envelope, _)| envelope.uuid()).into(),
        what.payouts.map_or(0, |(_, orders)| orders).into(),
        bank,
        number,
        it.earlier.map(Id::uuid).into(),
        it.settle_time.into(),
    ]
}

fn found_of(it: &Break) -> (Value, Value) {
    let (bank, number) = it.found.clone().map(|found| (found.bank_code, found.number)).unzip();
    (bank.into(), number.into())
}

/// Reads a break.
pub(super) fn found(row: &QueryResult) -> Result<Break, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    let words = |column| row.try_get::<Option<String>>("", column);
    let id = |column| row.try_get::<Option<Uuid>>("", column);
    let found = words("found_bank")?.zip(words("found_reference")?);
    Ok(Break {
        id: row.try_get::<Uuid>("", "break_id")?.into(),
        statement: row.try_get::<Uuid>("", "statement_id")?.into(),
        bank_code: text("bank_code")?,
        day: word("day", &text("day")?)?,
        what: difference(row)?,
        state: word("state", &text("state")?)?,
        resolution: words("resolution")?.map(|text| word("resolution", &text)).transpose()?,
        reason: text("reason")?,
        found: found.map(|(bank_code, number)| BankReference { bank_code, number }),
        earlier: id("earlier_break_id")?.map(Id::from),
        proposed_by: text("proposed_by")?,
        confirmed_by: text("confirmed_by")?,
        settle_time: row.try_get("", "settle_time")?,
        create_time: row.try_get("", "create_time")?,
        update_time: row.try_get("", "update_time")?,
    })
}

fn difference(row: &QueryResult) -> Result<Difference, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    let words = |column| row.try_get::<Option<String>>("", column);
    let currency = text("currency")?;
    let amount = |column| {
        let minor: Option<i64> = row.try_get("", column)?;
        minor.map(|minor| money(&currency, minor)).transpose()
    };
    let envelope: Option<Uuid> = row.try_get("", "envelope_id")?;
    let orders: i64 = row.try_get("", "order_count")?;
    Ok(Difference {
        kind: word("kind", &text("kind")?)?,
        account: words("account")?.map(|text| word("account", &text)).transpose()?,
        reference: text("reference")?,
        flow: word("flow", &text("flow")?)?,
        booked: amount("booked_minor")?,
        recorded: amount("recorded_minor")?,
        recorded_flow: words("recorded_flow")?.map(|text| word("flow", &text)).transpose()?,
        line: row.try_get("", "line_number")?,
        movement: row.try_get::<Option<Uuid>>("", "movement_id")?.map(Id::from),
        payouts: envelope.map(|envelope| (envelope.into(), orders)),
    })
}
