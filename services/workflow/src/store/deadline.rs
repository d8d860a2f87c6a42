//! The clocks of cases.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Page, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{from_json, number, to_json, word};
use crate::domain::{
    calendar::{Calendar, YearMissing},
    deadline::{Deadline, End, KnownEnd, State},
};

const COLUMNS: &str = "id, case_id, name, calendar_id, calendar_code, calendar_version, rule, \
                       extension, silence, silence_basis, state, start_time, stood, last_day, \
                       end_time, missing_calendar, missing_year, computation_id, outcome, changes, \
                       update_time";

/// Keeps a new deadline.
pub async fn insert(tx: &Tx, deadline: &Deadline) -> Result<(), DbErr> {
    let insert = "INSERT INTO deadline (id, agency, calendar_version, extension, state, stood, \
                  last_day, end_time, missing_calendar, missing_year, computation_id, outcome, \
                  changes, next_time, update_time, case_id, name, calendar_id, calendar_code, rule, \
                  silence, silence_basis, start_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
                  $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
    let fixed = [
        deadline.case_id.into(),
        deadline.name.as_str().into(),
        deadline.calendar.uuid().into(),
        deadline.calendar_code.as_str().into(),
        to_json(&deadline.rule)?.into(),
        deadline.silence.word().into(),
        deadline.silence_basis.as_str().into(),
        deadline.start_time.into(),
    ];
    sql::execute(tx, insert, moving(tx, deadline)?.into_iter().chain(fixed)).await?;
    Ok(())
}

/// Keeps a deadline that changed.
pub async fn update(tx: &Tx, deadline: &Deadline) -> Result<(), DbErr> {
    let update = "UPDATE deadline SET calendar_version = $3, extension = $4, state = $5, \
                  stood = $6, last_day = $7, end_time = $8, missing_calendar = $9, \
                  missing_year = $10, computation_id = $11, outcome = $12, changes = $13, \
                  next_time = $14, update_time = $15 WHERE id = $1 AND agency = $2";
    sql::execute(tx, update, moving(tx, deadline)?).await?;
    Ok(())
}

/// Finds a deadline.
pub async fn find(tx: &Tx, id: Id<Deadline>) -> Result<Option<Deadline>, DbErr> {
    select(tx, id, "").await
}

/// Finds a deadline and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Deadline>) -> Result<Option<Deadline>, DbErr> {
    select(tx, id, if tx.is_postgres() { " FOR UPDATE" } else { "" }).await
}

/// The same, but finds none that somebody else holds.
pub async fn lock_if_free(tx: &Tx, id: Id<Deadline>) -> Result<Option<Deadline>, DbErr> {
    select(tx, id, if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" }).await
}

/// Lists deadlines, newest first.
pub async fn list(
    tx: &Tx,
    (state, case_id): (Option<State>, Option<Uuid>),
    page: &Page<Deadline>,
) -> Result<Vec<Deadline>, DbErr> {
    let mut values: Vec<Value> = vec![tx.agency().as_str().into()];
    let mut conditions = Vec::new();
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(format!("AND {condition} ${}", values.len()));
    };
    if let Some(state) = state {
        add("state =", state.word().into());
    }
    if let Some(case_id) = case_id {
        add("case_id =", case_id.into());
    }
    if let Some(after) = page.after {
        add("id <", after.uuid().into());
    }
    let list = format!(
        "SELECT {COLUMNS} FROM deadline WHERE agency = $1 {} ORDER BY id DESC LIMIT {}",
        conditions.join(" "),
        page.limit()
    );
    sql::query(tx, &list, values).await?.iter().map(read).collect()
}

/// Deadlines of every agency that want to be looked at, from `after` on.
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Deadline>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Deadline>)>, DbErr> {
    let mut values: Vec<Value> = vec![tx.now().into()];
    let mut beyond = "";
    if let Some((time, id)) = after {
        values.extend([time.into(), id.uuid().into()]);
        beyond = "AND (next_time > $2 OR (next_time = $2 AND id > $3))";
    }
    let due = format!(
        "SELECT agency, next_time, id FROM deadline WHERE next_time <= $1 {beyond} \
         ORDER BY next_time, id LIMIT {limit}"
    );
    let rows = sql::query(tx, &due, values).await?;
    let read = |row: &QueryResult| {
        let id: Uuid = row.try_get("", "id")?;
        Ok((word(row, "agency")?, row.try_get("", "next_time")?, id.into()))
    };
    rows.iter().map(read).collect()
}

/// Has every deadline looked at, of whatever agency, that runs by a calendar or by one below it.
pub async fn wake(tx: &Tx, calendar: Id<Calendar>) -> Result<(), DbErr> {
    let wake = "WITH RECURSIVE below(id) AS (SELECT id FROM calendar WHERE id = $1 \
                UNION SELECT calendar.id FROM calendar JOIN below ON parent_id = below.id) \
                UPDATE deadline SET next_time = $2 \
                WHERE state = 'running' AND calendar_id IN (SELECT id FROM below)";
    sql::keep_house(tx, wake, [calendar.uuid().into(), tx.now().into()]).await?;
    Ok(())
}

/// What changes of a deadline, after whose it is.
fn moving(tx: &Tx, deadline: &Deadline) -> Result<[Value; 15], DbErr> {
    let end = deadline.end.known();
    let missing = match &deadline.end {
        End::Unknown(missing) => Some(missing),
        End::Known(_) | End::Open => None,
    };
    Ok([
        deadline.id.uuid().into(),
        tx.agency().as_str().into(),
        deadline.calendar_version.into(),
        i64::from(deadline.extension).into(),
        deadline.state.word().into(),
        to_json(&deadline.stood)?.into(),
        end.map(|end| end.last_day.to_string()).into(),
        end.map(|end| end.time).into(),
        missing.map(|missing| missing.calendar.clone()).into(),
        missing.map(|missing| i64::from(missing.year)).into(),
        deadline.computation.map(Id::uuid).into(),
        deadline.outcome.map(|outcome| outcome.word().to_owned()).into(),
        deadline.changes.into(),
        deadline.next_time().into(),
        deadline.update_time.into(),
    ])
}

async fn select(tx: &Tx, id: Id<Deadline>, lock: &str) -> Result<Option<Deadline>, DbErr> {
    let find = format!("SELECT {COLUMNS} FROM deadline WHERE id = $1 AND agency = $2{lock}");
    let rows = sql::query(tx, &find, [id.uuid().into(), tx.agency().as_str().into()]).await?;
    rows.first().map(read).transpose()
}

fn read(row: &QueryResult) -> Result<Deadline, DbErr> {
    let outcome: Option<String> = row.try_get("", "outcome")?;
    let outcome = outcome.map(|outcome| outcome.parse()).transpose();
    Ok(Deadline {
        id: row.try_get::<Uuid>("", "id")?.into(),
        case_id: row.try_get("", "case_id")?,
        name: row.try_get("", "name")?,
        calendar: row.try_get::<Uuid>("", "calendar_id")?.into(),
        calendar_code: row.try_get("", "calendar_code")?,
        calendar_version: row.try_get("", "calendar_version")?,
        rule: from_json(&row.try_get::<String>("", "rule")?)?,
        extension: number(row, "extension")?,
        silence: word(row, "silence")?,
        silence_basis: row.try_get("", "silence_basis")?,
        state: word(row, "state")?,
        start_time: row.try_get("", "start_time")?,
        stood: from_json(&row.try_get::<String>("", "stood")?)?,
        end: read_end(row)?,
        computation: row.try_get::<Option<Uuid>>("", "computation_id")?.map(Into::into),
        outcome: outcome.map_err(|error: &str| DbErr::Type(error.into()))?,
        changes: row.try_get("", "changes")?,
        update_time: row.try_get("", "update_time")?,
    })
}

fn read_end(row: &QueryResult) -> Result<End, DbErr> {
    if let Some(time) = row.try_get("", "end_time")? {
        return Ok(End::Known(KnownEnd { last_day: word(row, "last_day")?, time }));
    }
    let missing: Option<String> = row.try_get("", "missing_calendar")?;
    let Some(calendar) = missing else { return Ok(End::Open) };
    Ok(End::Unknown(YearMissing { calendar, year: number(row, "missing_year")? }))
}
