//! Many rows in one statement.
//!
//! PostgreSQL takes each column as one array, so that the statement is the same however many rows
//! there are; a column that says the same in all of them is sent once. `SQLite` takes rows of placeholders, whose number is always a power of two: a few
//! statements are enough then, and each is found prepared.

use sea_orm::{ConnectionTrait as _, DbErr, QueryResult, Statement, Value, sea_query::ArrayType};

use crate::Tx;

/// The most rows in one statement on `SQLite`.
const MOST_ROWS: usize = 128;
/// The most placeholders that `SQLite` takes.
const MOST_PLACEHOLDERS: usize = 32_766;

/// Inserts `rows` into `table`, in their order; answers how many there are now.
///
/// Each row has a value for each of `columns`; absent values keep their type, as in
/// `None::<Uuid>.into()`. Types: boolean, bigint, text, bytea, uuid and timestamptz.
///
/// # Errors
///
/// When the database fails, or the rows are not alike.
pub async fn insert_many(
    tx: &Tx,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
) -> Result<u64, DbErr> {
    insert(tx, table, columns, rows, "").await
}

/// The same, but passes over each row whose key is taken; answers how many were not.
///
/// # Errors
///
/// As [`insert_many`].
pub async fn insert_absent(
    tx: &Tx,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
) -> Result<u64, DbErr> {
    insert(tx, table, columns, rows, " ON CONFLICT DO NOTHING").await
}

/// Runs `sql` over `rows`, which it reads as the table `many` with `columns`:
///
/// ```sql
/// UPDATE account SET balance_minor = many.balance FROM many WHERE account_id = many.id
/// ```
///
/// On `SQLite` it may run several times, each time over some of the rows. Answers how many rows of
/// the database it touched.
///
/// # Errors
///
/// As [`insert_many`].
pub async fn execute_many(
    tx: &Tx,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
    sql: &str,
) -> Result<u64, DbErr> {
    let mut touched = 0;
    for part in parts(tx, columns, rows)? {
        touched += tx.execute_raw(part.within(tx, columns, sql)).await?.rows_affected();
    }
    Ok(touched)
}

/// Runs a query over `rows`, as [`execute_many`] runs a change.
///
/// # Errors
///
/// As [`insert_many`].
pub async fn query_many(
    tx: &Tx,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
    sql: &str,
) -> Result<Vec<QueryResult>, DbErr> {
    let mut found = Vec::new();
    for part in parts(tx, columns, rows)? {
        found.extend(tx.query_all_raw(part.within(tx, columns, sql)).await?);
    }
    Ok(found)
}

async fn insert(
    tx: &Tx,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
    otherwise: &str,
) -> Result<u64, DbErr> {
    let names = columns.join(", ");
    let mut inserted = 0;
    for Part { relation, values } in parts(tx, columns, rows)? {
        let sql = format!("INSERT INTO {table} ({names}) {relation}{otherwise}");
        let insert = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
        inserted += tx.execute_raw(insert).await?.rows_affected();
    }
    Ok(inserted)
}

/// Some of the rows, as a query that brings them.
struct Part {
    relation: String,
    values: Vec<Value>,
}

impl Part {
    fn within(self, tx: &Tx, columns: &[&str], sql: &str) -> Statement {
        let sql = format!("WITH many ({}) AS ({}) {sql}", columns.join(", "), self.relation);
        Statement::from_sql_and_values(tx.get_database_backend(), sql, self.values)
    }
}

fn parts(tx: &Tx, columns: &[&str], rows: Vec<Vec<Value>>) -> Result<Vec<Part>, DbErr> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    if rows.iter().any(|row| row.len() != columns.len()) {
        return Err(DbErr::Type(
            "a row has another number of values than there are columns".into(),
        ));
    }
    if tx.is_postgres() {
        return Ok(vec![arrays(columns, rows)?]);
    }
    let most = MOST_ROWS.min(MOST_PLACEHOLDERS / columns.len().max(1)).max(1);
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    let (mut rows, mut left) = (rows.into_iter(), Vec::new());
    while rows.len() > 0 {
        let count = 1 << rows.len().min(most).ilog2();
        let values = rows.by_ref().take(count).flatten().collect();
        left.push(Part {
            relation: format!("VALUES {}", vec![row.as_str(); count].join(", ")),
            values,
        });
    }
    Ok(left)
}

/// One array for each column; a column that says the same in each row is one value instead.
///
/// An array of ours has no place for an absent value, so a column that has some brings a second
/// array, which says where there is a value.
fn arrays(columns: &[&str], rows: Vec<Vec<Value>>) -> Result<Part, DbErr> {
    let count = rows.len();
    let mut arrays: Vec<Vec<Value>> = columns.iter().map(|_| Vec::with_capacity(count)).collect();
    for row in rows {
        for (array, value) in arrays.iter_mut().zip(row) {
            array.push(value);
        }
    }
    let mut parameters = Parameters::default();
    for (column, array) in columns.iter().zip(arrays) {
        parameters.add(column, array)?;
    }
    Ok(parameters.relation(count))
}

/// The parameters of a statement over many rows, and how it reads them.
#[derive(Default)]
struct Parameters {
    values: Vec<Value>,
    given: Vec<String>,
    names: Vec<String>,
    shown: Vec<String>,
}

impl Parameters {
    fn add(&mut self, column: &str, array: Vec<Value>) -> Result<(), DbErr> {
        let Some(first) = array.first() else { return Ok(()) };
        let kind = first.array_type();
        let sql_name = sql_name(&kind).filter(|_| array.iter().all(|it| it.array_type() == kind));
        let sql_name = sql_name.ok_or_else(|| DbErr::Type(format!("the values of {column}")))?;
        if array.iter().all(|value| value == first) {
            self.values.extend(array.into_iter().next());
            self.shown.push(format!("${}::{sql_name}", self.values.len()));
            return Ok(());
        }
        let known: Vec<_> = array.iter().map(Value::is_some).collect();
        if known.iter().all(|known| *known) {
            self.array(kind, sql_name, column.to_owned(), array);
            self.shown.push(column.to_owned());
        } else {
            let filled =
                array.into_iter().map(|it| if it.is_some() { it } else { it.dummy_value() });
            self.array(kind, sql_name, column.to_owned(), filled.collect());
            let known = known.into_iter().map(Value::from).collect();
            self.array(ArrayType::Bool, "boolean", format!("{column}_known"), known);
            self.shown.push(format!("CASE WHEN {column}_known THEN {column} END"));
        }
        Ok(())
    }

    fn array(&mut self, kind: ArrayType, sql_name: &str, name: String, array: Vec<Value>) {
        self.values.push(Value::Array(kind, Some(Box::new(array))));
        self.given.push(format!("${}::{sql_name}[]", self.values.len()));
        self.names.push(name);
    }

    fn relation(mut self, count: usize) -> Part {
        let shown = self.shown.join(", ");
        let relation = if !self.given.is_empty() {
            let (given, names) = (self.given.join(", "), self.names.join(", "));
            format!("SELECT {shown} FROM UNNEST({given}) AS given ({names})")
        } else if count == 1 {
            format!("SELECT {shown}")
        } else {
            self.values.push(i64::try_from(count).unwrap_or(i64::MAX).into());
            format!("SELECT {shown} FROM generate_series(1, ${})", self.values.len())
        };
        Part { relation, values: self.values }
    }
}

/// What PostgreSQL calls a type.
fn sql_name(kind: &ArrayType) -> Option<&'static str> {
    let known = [
        (ArrayType::Bool, "boolean"),
        (ArrayType::Int, "integer"),
        (ArrayType::BigInt, "bigint"),
        (ArrayType::String, "text"),
        (ArrayType::Bytes, "bytea"),
        (ArrayType::Uuid, "uuid"),
        (ArrayType::ChronoDateTimeUtc, "timestamptz"),
    ];
    known.into_iter().find(|(known, _)| known == kind).map(|(_, name)| name)
}
