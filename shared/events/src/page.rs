//! One page of the log.

use rangkai_db::{Db, DbErr, Tx, sql};
use rangkai_primitives::{Caller, Timestamp};
use rangkai_proto::events::v1::Event;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use crate::{advance, log::READ_ALL};

/// The most facts read at once.
const PAGE: usize = 200;

/// Which facts a reader wants, and may have.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) caller: Caller,
    pub(crate) types: Vec<String>,
    pub(crate) subject: Option<Uuid>,
}

/// Some facts in order, and the position up to which nothing else fits.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) events: Vec<Event>,
    pub(crate) position: i64,
}

/// The facts after `after`; the page is empty when there are none.
pub(crate) async fn read(db: &Db, query: &Query, after: i64) -> Result<Page, DbErr> {
    let (head, waiting) =
        db.read(query.caller.clone(), |tx| async move { head(&tx).await }).await?;
    let head = if waiting {
        advance(db).await?;
        db.read(query.caller.clone(), |tx| async move { head_position(&tx).await }).await?
    } else {
        head
    };
    if head <= after {
        return Ok(Page { events: Vec::new(), position: after });
    }
    let wanted = query.clone();
    let find = move |tx| {
        let wanted = wanted.clone();
        async move { find(&tx, &wanted, after, head).await }
    };
    let events = db.read(query.caller.clone(), find).await?;
    let position = match events.last() {
        Some(last) if events.len() == PAGE => last.position,
        Some(_) | None => head,
    };
    Ok(Page { events, position })
}

async fn head_position(tx: &Tx) -> Result<i64, DbErr> {
    head(tx).await.map(|(position, _)| position)
}

/// The last position given, and whether there are rows without one.
async fn head(tx: &Tx) -> Result<(i64, bool), DbErr> {
    let find = "SELECT position, (SELECT count(*) FROM (SELECT 1 FROM event \
                WHERE position IS NULL LIMIT 1) AS fresh) AS waiting FROM event_head";
    let rows = sql::query(tx, find, []).await?;
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("the head of the log".into()))?;
    Ok((row.try_get("", "position")?, row.try_get::<i64>("", "waiting")? > 0))
}

async fn find(tx: &Tx, query: &Query, after: i64, head: i64) -> Result<Vec<Event>, DbErr> {
    let mut sql = "SELECT * FROM event WHERE position > $1 AND position <= $2".to_owned();
    let mut values: Vec<Value> = vec![after.into(), head.into()];
    let mut place = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    if !query.caller.has_scope(READ_ALL) {
        sql = format!("{sql} AND agency = {}", place(query.caller.agency.as_str().into()));
    }
    if let Some(subject) = query.subject {
        sql = format!("{sql} AND subject = {}", place(subject.into()));
    }
    if !query.types.is_empty() {
        let types: Vec<_> = query.types.iter().map(|name| place(name.as_str().into())).collect();
        sql = format!("{sql} AND type IN ({})", types.join(", "));
    }
    sql = format!("{sql} ORDER BY position LIMIT {PAGE}");
    sql::query(tx, &sql, values).await?.iter().map(event).collect()
}

fn event(row: &QueryResult) -> Result<Event, DbErr> {
    let time: Timestamp = row.try_get("", "time")?;
    let name: String = row.try_get("", "type")?;
    let traceparent: Option<String> = row.try_get("", "traceparent")?;
    Ok(Event {
        position: row.try_get("", "position")?,
        id: row.try_get::<Uuid>("", "event_id")?.to_string(),
        source: source(&name),
        subject: row.try_get::<Uuid>("", "subject")?.to_string(),
        time: Some(rangkai_proto::time(time)),
        data: Some(prost_types::Any {
            type_url: format!("type.googleapis.com/{name}"),
            value: row.try_get("", "data")?,
        }),
        r#type: name,
        agency: row.try_get("", "agency")?,
        traceparent: traceparent.unwrap_or_default(),
    })
}

/// The block that recorded a fact: `rangkai.payments` for `rangkai.payments.v1.BillPaid`.
fn source(name: &str) -> String {
    name.split('.').take(2).collect::<Vec<_>>().join(".")
}
