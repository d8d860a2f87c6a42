//! What holds of the rows, whatever happened; each look says how many rows it saw.

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

use super::office::Office;

/// What must not be there: a name, and the rows that break it.
const BROKEN: [(&str, &str); 9] = [
    (
        "a granted application without a record",
        "SELECT count(*) AS n FROM application a WHERE a.state = 'granted' \
         AND (SELECT count(*) FROM record r WHERE r.application_id = a.id) <> 1",
    ),
    (
        "a record of an application that is not granted",
        "SELECT count(*) AS n FROM record r JOIN application a ON a.id = r.application_id \
         WHERE a.state <> 'granted'",
    ),
    (
        "a decided application without one confirmed decision",
        "SELECT count(*) AS n FROM application a \
         WHERE a.state IN ('approved', 'granted', 'refused') AND (SELECT count(*) FROM decision d \
         WHERE d.application_id = a.id AND d.state = 'confirmed') <> 1",
    ),
    (
        "a confirmed decision of an application that is not decided",
        "SELECT count(*) AS n FROM decision d JOIN application a ON a.id = d.application_id \
         WHERE d.state = 'confirmed' AND a.state NOT IN ('approved', 'granted', 'refused')",
    ),
    (
        "a decision by one officer alone",
        "SELECT count(*) AS n FROM decision WHERE decided_by = proposed_by \
         OR (state = 'confirmed' AND decided_by IS NULL)",
    ),
    (
        "a decision that nobody returned although its application was not closed",
        "SELECT count(*) AS n FROM decision d JOIN application a ON a.id = d.application_id \
         WHERE d.state = 'returned' AND d.decided_by IS NULL \
         AND a.state NOT IN ('withdrawn', 'lapsed')",
    ),
    (
        "a decision that waits although its application does not",
        "SELECT count(*) AS n FROM decision d JOIN application a ON a.id = d.application_id \
         WHERE d.state = 'proposed' AND a.state <> 'submitted'",
    ),
    (
        "a task that waits although its application does not",
        "SELECT count(*) AS n FROM task t JOIN application a ON a.id = t.application_id \
         WHERE t.state IN ('open', 'claimed') AND a.state <> 'submitted'",
    ),
    (
        "a row that refers to another agency's",
        "SELECT (SELECT count(*) FROM application a JOIN service s ON s.id = a.service_id \
         WHERE s.agency <> a.agency) + (SELECT count(*) FROM task t JOIN application a \
         ON a.id = t.application_id WHERE a.agency <> t.agency) + (SELECT count(*) FROM decision d \
         JOIN application a ON a.id = d.application_id WHERE a.agency <> d.agency) AS n",
    ),
];

/// The database behind the block's back.
pub(crate) async fn rows(office: &Office) -> anyhow::Result<DatabaseConnection> {
    Ok(Database::connect(office.database.config.url.reveal()).await?)
}

/// Looks at every row; none looked at is a failure.
pub(crate) async fn check(office: &Office) -> anyhow::Result<()> {
    let rows = rows(office).await?;
    let mut seen = 0;
    for table in ["application", "task", "decision", "record"] {
        seen += number(&rows, &format!("SELECT count(*) AS n FROM {table}")).await?;
    }
    assert!(seen > 0, "no row was looked at");
    for (what, query) in BROKEN {
        assert_eq!(number(&rows, query).await?, 0, "{what}, among {seen} rows");
    }
    rows.close().await?;
    Ok(())
}

/// The one number that a query answers as `n`.
pub(crate) async fn number(rows: &DatabaseConnection, query: &str) -> anyhow::Result<i64> {
    let backend: DbBackend = rows.get_database_backend();
    let row = rows.query_one_raw(Statement::from_string(backend, query)).await?;
    Ok(row.unwrap().try_get("", "n")?)
}
