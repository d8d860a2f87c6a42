//! Who waits for which events, and the lock under which waiting and arriving cross.

use std::collections::BTreeSet;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::Value;
use uuid::Uuid;

use super::places;
use crate::domain::{instance::Instance, run::Subscription};

const CONTEXT: &str = "workflow.correlation";

/// What a value of an event is looked up by: it may be personal data, so it is hashed with a key.
pub fn correlation(tx: &Tx, key: &[u8]) -> Vec<u8> {
    tx.vault().keyed_hash(CONTEXT, key).to_vec()
}

/// Holds back arriving events of the types that `subscriptions` wait for, until `tx` ends.
///
/// Whoever subscribes looks for earlier events afterwards, and whoever brings an event looks for
/// subscriptions afterwards: under this lock, one of the two always sees the other.
pub async fn hold(tx: &Tx, subscriptions: &[Subscription]) -> Result<(), DbErr> {
    let kinds: BTreeSet<&str> =
        subscriptions.iter().map(|it| it.kind.as_deref().unwrap_or("*")).collect();
    lock(tx, kinds, "pg_advisory_xact_lock_shared").await
}

/// Holds back subscriptions that an event of this type may meet, until `tx` ends.
pub async fn hold_all(tx: &Tx, kind: &str) -> Result<(), DbErr> {
    lock(tx, BTreeSet::from(["*", kind]), "pg_advisory_xact_lock").await
}

/// On `SQLite` there is one writer at a time, which is lock enough.
async fn lock(tx: &Tx, kinds: BTreeSet<&str>, function: &str) -> Result<(), DbErr> {
    if tx.is_postgres() {
        for kind in kinds {
            let name = format!("workflow event {} {kind}", tx.agency());
            let take = format!("SELECT {function}(hashtextextended($1, 0)) IS NULL AS taken");
            sql::query(tx, &take, [name.into()]).await?;
        }
    }
    Ok(())
}

/// Keeps a subscription.
pub async fn insert(
    tx: &Tx,
    instance: Id<Instance>,
    subscription: &Subscription,
) -> Result<(), DbErr> {
    let insert = "INSERT INTO subscription \
                  (id, agency, instance_id, task, type, correlation, create_time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let correlation = subscription.key.as_ref().map(|key| correlation(tx, key));
    let values = [
        subscription.id.into(),
        tx.agency().as_str().into(),
        instance.uuid().into(),
        subscription.task.as_str().into(),
        subscription.kind.as_deref().unwrap_or("*").into(),
        correlation.into(),
        tx.now().into(),
    ];
    sql::execute(tx, insert, values).await?;
    Ok(())
}

/// Removes subscriptions that nobody waits for any more.
pub async fn delete(tx: &Tx, subscriptions: &[Uuid]) -> Result<(), DbErr> {
    if subscriptions.is_empty() {
        return Ok(());
    }
    let delete = format!(
        "DELETE FROM subscription WHERE agency = $1 AND id IN ({})",
        places(2, subscriptions.len())
    );
    let head: [Value; 1] = [tx.agency().as_str().into()];
    let values = head.into_iter().chain(subscriptions.iter().map(|id| (*id).into()));
    sql::execute(tx, &delete, values).await?;
    Ok(())
}

/// Lists the instances that may wait for an event of this type with these values; without values,
/// all that wait for the type.
pub async fn list_instances(
    tx: &Tx,
    kind: &str,
    correlations: Option<&[Vec<u8>]>,
) -> Result<Vec<Id<Instance>>, DbErr> {
    let fits = match correlations {
        None => String::new(),
        Some([]) => "AND correlation IS NULL".to_owned(),
        Some(some) => {
            format!("AND (correlation IS NULL OR correlation IN ({}))", places(3, some.len()))
        }
    };
    let correlations = correlations.unwrap_or_default();
    let list = format!(
        "SELECT DISTINCT instance_id FROM subscription \
         WHERE agency = $1 AND type IN ($2, '*') {fits} \
         ORDER BY instance_id"
    );
    let head: [Value; 2] = [tx.agency().as_str().into(), kind.into()];
    let values = head.into_iter().chain(correlations.iter().map(|it| it.clone().into()));
    let rows = sql::query(tx, &list, values).await?;
    rows.iter().map(|row| Ok(row.try_get::<Uuid>("", "instance_id")?.into())).collect()
}
