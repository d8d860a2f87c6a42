//! Calendars, their versions, and what each version brought.

use chrono::{Datelike as _, NaiveDate, Weekday};
use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{number, places, word};
use crate::domain::calendar::{Calendar, Day, DayKind, Entry, Text, Week, What, Withdrawal, Year};

const COLUMNS: &str = "id, agency, code, title_id, title_en, zone, parent_id, parent_code, \
                       version, create_time, version_time";
const ENTRY: [&str; 11] = [
    "agency",
    "calendar_id",
    "version",
    "place",
    "what",
    "date",
    "kind",
    "name_id",
    "name_en",
    "weekdays",
    "source",
];

/// Holds back every new version of a calendar until the transaction ends.
///
/// Whoever counts days for a deadline keeps the deadline afterwards, and whoever publishes a version
/// looks for deadlines afterwards: under this lock, one of the two always sees the other. It is one
/// for all calendars, since versions are rare, and taken before any deadline is held.
pub async fn hold(tx: &Tx) -> Result<(), DbErr> {
    lock(tx, "pg_advisory_xact_lock_shared").await
}

/// Holds back whoever counts days for a deadline, and every other version, until the transaction
/// ends.
pub async fn hold_alone(tx: &Tx) -> Result<(), DbErr> {
    lock(tx, "pg_advisory_xact_lock").await
}

/// Keeps a new calendar with its first version; answers whether its code was free.
pub async fn insert(tx: &Tx, calendar: &Calendar) -> Result<bool, DbErr> {
    let insert = "INSERT INTO calendar (id, agency, code, title_id, title_en, zone, parent_id, \
                  parent_code, version, create_time, version_time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
    let values = [
        calendar.id.uuid().into(),
        calendar.agency.as_str().into(),
        calendar.code.as_str().into(),
        calendar.title.id.as_str().into(),
        calendar.title.en.as_str().into(),
        calendar.zone.iana().into(),
        calendar.parent.map(Id::uuid).into(),
        calendar.parent_code.as_str().into(),
        i64::from(calendar.version).into(),
        calendar.create_time.into(),
        calendar.version_time.into(),
    ];
    if sql::execute(tx, insert, values).await? == 0 {
        return Ok(false);
    }
    insert_version(tx, calendar).await?;
    Ok(true)
}

/// Keeps the next version of a calendar.
pub async fn update(tx: &Tx, calendar: &Calendar) -> Result<(), DbErr> {
    let update =
        "UPDATE calendar SET version = $3, version_time = $4 WHERE id = $1 AND agency = $2";
    let values = [
        calendar.id.uuid().into(),
        calendar.agency.as_str().into(),
        i64::from(calendar.version).into(),
        calendar.version_time.into(),
    ];
    sql::execute(tx, update, values).await?;
    insert_version(tx, calendar).await
}

/// Finds a calendar of the agency or, where it has none of that code, of the platform.
pub async fn find(tx: &Tx, code: &str) -> Result<Option<Calendar>, DbErr> {
    let find = format!(
        "SELECT {COLUMNS} FROM calendar WHERE agency IN ($1, $2) AND code = $3 \
         ORDER BY agency = $1 DESC LIMIT 1"
    );
    let platform = Agency::platform();
    let values = [tx.agency().as_str().into(), platform.as_str().into(), code.into()];
    sql::query(tx, &find, values).await?.first().map(read).transpose()
}

/// Gets a calendar that another one or a deadline names.
pub async fn get(tx: &Tx, id: Id<Calendar>) -> Result<Option<Calendar>, DbErr> {
    let find = format!("SELECT {COLUMNS} FROM calendar WHERE id = $1 AND agency IN ($2, $3)");
    let platform = Agency::platform();
    let values = [id.uuid().into(), tx.agency().as_str().into(), platform.as_str().into()];
    sql::query(tx, &find, values).await?.first().map(read).transpose()
}

/// A calendar as it was in an earlier version; none if it had no such version.
pub async fn find_version(
    tx: &Tx,
    calendar: Calendar,
    version: i32,
) -> Result<Option<Calendar>, DbErr> {
    let find = "SELECT create_time FROM calendar_version WHERE calendar_id = $1 AND version = $2";
    let rows = sql::query(tx, find, [calendar.id.uuid().into(), i64::from(version).into()]).await?;
    let earlier = |row: &QueryResult| {
        let version_time = row.try_get("", "create_time")?;
        Ok(Calendar { version, version_time, ..calendar.clone() })
    };
    rows.first().map(earlier).transpose()
}

/// Lists the calendars of the agency and of the platform, newest first.
pub async fn list(tx: &Tx, page: &Page<Calendar>) -> Result<Vec<Calendar>, DbErr> {
    let list = format!(
        "SELECT {COLUMNS} FROM calendar WHERE agency IN ($1, $2) \
         AND ($3 = $4 OR id < $3) ORDER BY id DESC LIMIT $5"
    );
    let platform = Agency::platform();
    let after = page.after.map_or(Uuid::nil(), Id::uuid);
    let limit = i64::try_from(page.limit()).unwrap_or(i64::MAX);
    let values = [
        tx.agency().as_str().into(),
        platform.as_str().into(),
        after.into(),
        Uuid::nil().into(),
        limit.into(),
    ];
    sql::query(tx, &list, values).await?.iter().map(read).collect()
}

/// Keeps what a version of a calendar brought.
pub async fn insert_entries(tx: &Tx, calendar: &Calendar, entries: &[Entry]) -> Result<(), DbErr> {
    let rows = entries.iter().zip(1_i64..).map(|(entry, place)| {
        let mut row: Vec<Value> = vec![
            calendar.agency.as_str().into(),
            calendar.id.uuid().into(),
            i64::from(entry.version).into(),
            place.into(),
        ];
        row.extend(write(&entry.what).map(Value::from));
        row
    });
    sql::insert_many(tx, "calendar_entry", &ENTRY, rows.collect()).await?;
    Ok(())
}

/// Lists everything that the versions of these calendars brought, in order, each with its calendar.
pub async fn list_entries(
    tx: &Tx,
    calendars: &[Calendar],
) -> Result<Vec<(Id<Calendar>, Entry)>, DbErr> {
    let list = format!(
        "SELECT calendar_id, version, what, date, kind, name_id, name_en, weekdays, source \
         FROM calendar_entry WHERE calendar_id IN ({}) ORDER BY calendar_id, version, place",
        places(1, calendars.len())
    );
    let ids = calendars.iter().map(|calendar| calendar.id.uuid().into());
    sql::query(tx, &list, ids).await?.iter().map(read_entry).collect()
}

async fn insert_version(tx: &Tx, calendar: &Calendar) -> Result<(), DbErr> {
    let insert = "INSERT INTO calendar_version (agency, calendar_id, version, create_time) \
                  VALUES ($1, $2, $3, $4)";
    let values = [
        calendar.agency.as_str().into(),
        calendar.id.uuid().into(),
        i64::from(calendar.version).into(),
        calendar.version_time.into(),
    ];
    sql::execute(tx, insert, values).await?;
    Ok(())
}

/// On `SQLite` there is one writer at a time, which is lock enough.
async fn lock(tx: &Tx, function: &str) -> Result<(), DbErr> {
    if tx.is_postgres() {
        let take = format!("SELECT {function}(hashtextextended($1, 0)) IS NULL AS taken");
        sql::query(tx, &take, ["workflow calendars".into()]).await?;
    }
    Ok(())
}

fn read(row: &QueryResult) -> Result<Calendar, DbErr> {
    Ok(Calendar {
        id: row.try_get::<Uuid>("", "id")?.into(),
        agency: word(row, "agency")?,
        code: row.try_get("", "code")?,
        title: Text { id: row.try_get("", "title_id")?, en: row.try_get("", "title_en")? },
        zone: word(row, "zone")?,
        parent: row.try_get::<Option<Uuid>>("", "parent_id")?.map(Into::into),
        parent_code: row.try_get("", "parent_code")?,
        version: number(row, "version")?,
        create_time: row.try_get("", "create_time")?,
        version_time: row.try_get("", "version_time")?,
    })
}

/// The columns from `what` to `source`.
fn write(what: &What) -> [String; 7] {
    let row = |what: &str, date: NaiveDate, source: &str| {
        let none = String::new;
        [what.to_owned(), date.to_string(), none(), none(), none(), none(), source.to_owned()]
    };
    match what {
        What::Year(year) => {
            let first = NaiveDate::from_ymd_opt(year.year, 1, 1).unwrap_or_default();
            row("year", first, &year.source)
        }
        What::Week(week) => {
            let mut row = row("week", week.from, &week.source);
            row[5] = week.rest.iter().map(|day| day.num_days_from_monday().to_string()).collect();
            row
        }
        What::Added(day) => {
            let mut row = row("added", day.date, &day.source);
            day.kind.word().clone_into(&mut row[2]);
            row[3].clone_from(&day.name.id);
            row[4].clone_from(&day.name.en);
            row
        }
        What::Withdrawn(gone) => {
            let mut row = row("withdrawn", gone.date, &gone.source);
            gone.kind.word().clone_into(&mut row[2]);
            row
        }
    }
}

fn read_entry(row: &QueryResult) -> Result<(Id<Calendar>, Entry), DbErr> {
    let (what, kind): (String, String) = (row.try_get("", "what")?, row.try_get("", "kind")?);
    let (date, source): (NaiveDate, String) = (word(row, "date")?, row.try_get("", "source")?);
    let is_kind = |it: &DayKind| it.word() == kind;
    let kind = [DayKind::Holiday, DayKind::CollectiveLeave].into_iter().find(is_kind);
    let what = match (what.as_str(), kind) {
        ("year", None) => What::Year(Year { year: date.year(), source }),
        ("week", None) => {
            let weekdays: String = row.try_get("", "weekdays")?;
            let weekday =
                |digit: char| Weekday::try_from(u8::try_from(digit.to_digit(10)?).ok()?).ok();
            What::Week(Week {
                from: date,
                rest: weekdays.chars().filter_map(weekday).collect(),
                source,
            })
        }
        ("added", Some(kind)) => {
            let name = Text { id: row.try_get("", "name_id")?, en: row.try_get("", "name_en")? };
            What::Added(Day { date, kind, name, source })
        }
        ("withdrawn", Some(kind)) => What::Withdrawn(Withdrawal { date, kind, source }),
        _ => return Err(DbErr::Type("not what a version brings".into())),
    };
    let calendar: Uuid = row.try_get("", "calendar_id")?;
    Ok((calendar.into(), Entry { version: number(row, "version")?, what }))
}
