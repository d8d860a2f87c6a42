//! What must hold of the block's rows, whatever was done to its processes.

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};

use super::support::House;

/// Each names a thing that must not be, and finds it.
const MUST_NOT_BE: [(&str, &str); 8] = [
    (
        "a call in the air of an instance that ended",
        "SELECT count(*) AS n FROM intent JOIN instance ON instance.id = intent.instance_id \
         WHERE intent.state = 'announced' AND instance.next_time IS NULL",
    ),
    (
        "a subscription of an instance that ended",
        "SELECT count(*) AS n FROM subscription JOIN instance \
         ON instance.id = subscription.instance_id \
         WHERE instance.state NOT IN ('running', 'waiting')",
    ),
    (
        "mail of an instance that ended",
        "SELECT count(*) AS n FROM mail JOIN instance ON instance.id = mail.instance_id \
         WHERE instance.state NOT IN ('running', 'waiting')",
    ),
    (
        "a history with a gap",
        "SELECT count(*) AS n FROM (SELECT instance_id FROM history GROUP BY instance_id \
         HAVING count(*) <> max(sequence) OR min(sequence) <> 1) AS broken",
    ),
    (
        "an ended instance whose history does not say once that it ended",
        "SELECT count(*) AS n FROM instance WHERE state NOT IN ('running', 'waiting') AND \
         (SELECT count(*) FROM history WHERE history.instance_id = instance.id AND kind IN \
         ('instance_completed', 'instance_faulted', 'instance_cancelled')) <> 1",
    ),
    (
        "a call whose answer was not recorded once",
        "SELECT count(*) AS n FROM instance WHERE \
         (SELECT count(*) FROM history WHERE history.instance_id = instance.id \
         AND kind = 'call_answered') <> \
         (SELECT count(*) FROM intent WHERE intent.instance_id = instance.id \
         AND intent.state IN ('answered', 'failed'))",
    ),
    (
        "an end that was not told once",
        "SELECT count(*) AS n FROM instance WHERE state NOT IN ('running', 'waiting') AND \
         (SELECT count(*) FROM event WHERE event.subject = instance.id AND event.type IN \
         ('rangkai.workflow.v1.InstanceCompleted', 'rangkai.workflow.v1.InstanceFaulted', \
         'rangkai.workflow.v1.InstanceCancelled')) <> 1",
    ),
    (
        "a row that refers to another agency's",
        "SELECT (SELECT count(*) FROM instance JOIN definition \
         ON definition.id = instance.definition_id WHERE definition.agency <> instance.agency) + \
         (SELECT count(*) FROM intent JOIN instance ON instance.id = intent.instance_id \
         WHERE intent.agency <> instance.agency) + \
         (SELECT count(*) FROM subscription JOIN instance \
         ON instance.id = subscription.instance_id WHERE subscription.agency <> instance.agency) + \
         (SELECT count(*) FROM attribute JOIN instance ON instance.id = attribute.instance_id \
         WHERE attribute.agency <> instance.agency) + \
         (SELECT count(*) FROM settlement JOIN instance ON instance.id = settlement.instance_id \
         WHERE settlement.agency <> instance.agency) + \
         (SELECT count(*) FROM mail JOIN inbox ON inbox.id = mail.inbox_id \
         WHERE inbox.agency <> mail.agency) AS n",
    ),
];

/// Holds every invariant against the rows; answers how many rows it looked at.
pub async fn hold(house: &House) -> anyhow::Result<i64> {
    let database = Database::connect(house.config.database.url.reveal()).await?;
    for (what, query) in MUST_NOT_BE {
        let found = count(&database, query).await?;
        anyhow::ensure!(found == 0, "{what}: {found}");
    }
    let mut rows = 0;
    for table in ["instance", "history", "intent"] {
        let found = count(&database, &format!("SELECT count(*) AS n FROM {table}")).await?;
        anyhow::ensure!(found > 0, "there was no {table} to look at");
        rows += found;
    }
    database.close().await?;
    Ok(rows)
}

async fn count(database: &DatabaseConnection, query: &str) -> anyhow::Result<i64> {
    let statement = sea_orm::Statement::from_string(database.get_database_backend(), query);
    let row = database.query_one_raw(statement).await?.unwrap();
    Ok(row.try_get("", "n")?)
}
