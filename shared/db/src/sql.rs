//! Plain SQL, for the queries that are clearer so; `$1` placeholders work on both databases.

use sea_orm::{ConnectionTrait as _, DbErr, QueryResult, Statement, Value};

use crate::Tx;

pub use crate::many::{
    execute_many, execute_many_with, insert_absent, insert_many, query_many, query_many_with,
};

/// Runs one statement; answers how many rows it touched.
///
/// # Errors
///
/// When the database fails.
pub async fn execute(
    tx: &Tx,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, DbErr> {
    Ok(tx.execute_raw(statement(tx, sql, values)).await?.rows_affected())
}

/// Runs one query.
///
/// # Errors
///
/// When the database fails.
pub async fn query(
    tx: &Tx,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    tx.query_all_raw(statement(tx, sql, values)).await
}

/// Runs one statement that keeps the house, such as remembering a position: by itself it is no
/// change that the audit log speaks of.
///
/// # Errors
///
/// When the database fails.
pub async fn keep_house(
    tx: &Tx,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, DbErr> {
    tx.quietly(statement(tx, sql, values)).await
}

fn statement(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(tx.get_database_backend(), sql, values)
}
