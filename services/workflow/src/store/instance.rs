//! Instances: where each of them stands, and who leads it on.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{open, places, seal};
use crate::domain::instance::{Instance, Lead, State, Whole};

/// What is read of an instance.
pub const COLUMNS: &str = "id, definition_id, namespace, name, version, case_id, parent_id, state, \
                           revision, positions, traceparent, create_time, update_time";

/// Keeps a new instance; whoever is free leads it on.
pub async fn insert(tx: &Tx, whole: &Whole) -> Result<(), DbErr> {
    let insert = "INSERT INTO instance (id, definition_id, namespace, name, version, case_id, \
        state, revision, positions, traceparent, create_time, update_time, agency, continuation, \
        next_time, parent_id, lease_token) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0)";
    let instance = &whole.instance;
    let values = [
        instance.id.uuid().into(),
        instance.definition.uuid().into(),
        instance.namespace.as_str().into(),
        instance.name.as_str().into(),
        instance.version.as_str().into(),
        instance.case_id.into(),
        instance.state.to_string().into(),
        instance.revision.into(),
        positions(&instance.positions)?,
        instance.traceparent.clone().into(),
        instance.create_time.into(),
        instance.update_time.into(),
        tx.agency().as_str().into(),
        seal(tx, &whole.continuation)?.into(),
        tx.now().into(),
        instance.parent.map(Id::uuid).into(),
    ];
    sql::execute(tx, insert, values).await?;
    Ok(())
}

/// Finds an instance.
pub async fn find(tx: &Tx, id: Id<Instance>) -> Result<Option<Whole>, DbErr> {
    select(tx, id, "").await
}

/// Finds an instance and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Instance>) -> Result<Option<Whole>, DbErr> {
    select(tx, id, if tx.is_postgres() { " FOR UPDATE" } else { "" }).await
}

/// Moves an instance on, if it is still at `revision` and still led by `lead`, if by anybody.
/// Without a `lease_until`, nobody leads it afterwards. Answers whether it was moved.
pub async fn update(
    tx: &Tx,
    whole: &Whole,
    revision: i64,
    lead: Option<&Lead>,
    next_time: Option<Timestamp>,
) -> Result<bool, DbErr> {
    let instance = &whole.instance;
    let mut values = vec![
        instance.id.uuid().into(),
        tx.agency().as_str().into(),
        revision.into(),
        instance.state.to_string().into(),
        instance.revision.into(),
        positions(&instance.positions)?,
        seal(tx, &whole.continuation)?.into(),
        next_time.into(),
        instance.update_time.into(),
    ];
    let mut guard = "";
    let mut lease = "";
    if let Some(lead) = lead {
        values.extend([lead.token.into(), lead.until.into()]);
        guard = " AND lease_token = $10";
        lease = ", lease_until = $11";
    }
    let update = format!(
        "UPDATE instance SET state = $4, revision = $5, positions = $6, continuation = $7, \
         next_time = $8, update_time = $9{lease} \
         WHERE id = $1 AND agency = $2 AND revision = $3{guard}"
    );
    Ok(sql::execute(tx, &update, values).await? == 1)
}

/// Has instances looked at as soon as somebody can; answers how many of them have not ended.
pub async fn wake(tx: &Tx, instances: &[Id<Instance>]) -> Result<u64, DbErr> {
    let mut woken = 0;
    for id in instances {
        let wake = "UPDATE instance SET next_time = $3, revision = revision + 1 \
                    WHERE id = $1 AND agency = $2 AND state IN ('running', 'waiting')";
        let values = [id.uuid().into(), tx.agency().as_str().into(), tx.now().into()];
        woken += sql::execute(tx, wake, values).await?;
    }
    Ok(woken)
}

/// Takes the lead of instances, of whatever agency, that are due and that nobody leads.
pub async fn take(
    tx: &Tx,
    holder: Uuid,
    until: Timestamp,
    most: usize,
) -> Result<Vec<(Id<Instance>, Agency, i64)>, DbErr> {
    let skip = if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let due = format!(
        "SELECT id, agency, lease_token FROM instance \
         WHERE next_time <= $1 AND (lease_until IS NULL OR lease_until <= $1) \
         ORDER BY next_time LIMIT {most}{skip}"
    );
    let rows = sql::query(tx, &due, [tx.now().into()]).await?;
    let (mut found, mut ids) = (Vec::new(), Vec::<Value>::new());
    for row in &rows {
        let id: Uuid = row.try_get("", "id")?;
        let token: i64 = row.try_get("", "lease_token")?;
        let agency: String = row.try_get("", "agency")?;
        let agency = agency.parse().map_err(|_| DbErr::Type("not an agency".into()))?;
        found.push((id.into(), agency, token + 1));
        ids.push(id.into());
    }
    if !ids.is_empty() {
        let take = format!(
            "UPDATE instance SET lease_holder = $1, lease_token = lease_token + 1, \
             lease_until = $2 WHERE id IN ({})",
            places(3, ids.len())
        );
        let head: [Value; 2] = [holder.into(), until.into()];
        sql::keep_house(tx, &take, head.into_iter().chain(ids)).await?;
    }
    Ok(found)
}

/// Goes on leading these instances.
pub async fn renew(
    tx: &Tx,
    holder: Uuid,
    until: Timestamp,
    instances: &[Uuid],
) -> Result<(), DbErr> {
    if instances.is_empty() {
        return Ok(());
    }
    let renew = format!(
        "UPDATE instance SET lease_until = $2 \
         WHERE lease_holder = $1 AND lease_until IS NOT NULL AND id IN ({})",
        places(3, instances.len())
    );
    let head: [Value; 2] = [holder.into(), until.into()];
    let values = head.into_iter().chain(instances.iter().map(|id| (*id).into()));
    sql::keep_house(tx, &renew, values).await?;
    Ok(())
}

/// The token of whoever leads an instance, or led it last.
pub async fn find_token(tx: &Tx, id: Id<Instance>) -> Result<Option<i64>, DbErr> {
    let find = "SELECT lease_token FROM instance WHERE id = $1 AND agency = $2";
    let rows = sql::query(tx, find, [id.uuid().into(), tx.agency().as_str().into()]).await?;
    rows.first().map(|row| row.try_get("", "lease_token")).transpose()
}

/// Lets the lead of one instance go.
pub async fn release(tx: &Tx, id: Id<Instance>, token: i64) -> Result<(), DbErr> {
    let release = "UPDATE instance SET lease_until = NULL WHERE id = $1 AND lease_token = $2";
    sql::keep_house(tx, release, [id.uuid().into(), token.into()]).await?;
    Ok(())
}

/// Lets the lead of one instance go until `next`, if it is still at `revision`; answers whether it is.
pub async fn put_aside(
    tx: &Tx,
    (id, token): (Id<Instance>, i64),
    revision: i64,
    next: Timestamp,
) -> Result<bool, DbErr> {
    let put = "UPDATE instance SET lease_until = NULL, next_time = $4 \
               WHERE id = $1 AND lease_token = $2 AND revision = $3 AND next_time IS NOT NULL";
    let values = [id.uuid().into(), token.into(), revision.into(), next.into()];
    Ok(sql::keep_house(tx, put, values).await? == 1)
}

/// Lets everything go that an earlier process led under the same name.
pub async fn release_all(tx: &Tx, holder: Uuid) -> Result<(), DbErr> {
    let release = "UPDATE instance SET lease_until = NULL \
                   WHERE lease_holder = $1 AND lease_until IS NOT NULL";
    sql::keep_house(tx, release, [holder.into()]).await?;
    Ok(())
}

async fn select(tx: &Tx, id: Id<Instance>, lock: &str) -> Result<Option<Whole>, DbErr> {
    let find =
        format!("SELECT {COLUMNS}, continuation FROM instance WHERE id = $1 AND agency = $2{lock}");
    let rows = sql::query(tx, &find, [id.uuid().into(), tx.agency().as_str().into()]).await?;
    let whole = rows.first().map(|row| {
        let continuation = open(tx, &row.try_get::<Vec<u8>>("", "continuation")?)?;
        Ok(Whole { instance: read(row)?, continuation })
    });
    whole.transpose()
}

fn positions(positions: &[String]) -> Result<Value, DbErr> {
    let text = serde_json::to_string(positions).map_err(|error| DbErr::Type(error.to_string()))?;
    Ok(text.into())
}

/// Reads one row.
pub fn read(row: &QueryResult) -> Result<Instance, DbErr> {
    let state: String = row.try_get("", "state")?;
    let positions: String = row.try_get("", "positions")?;
    let positions = serde_json::from_str(&positions);
    Ok(Instance {
        id: row.try_get::<Uuid>("", "id")?.into(),
        definition: row.try_get::<Uuid>("", "definition_id")?.into(),
        namespace: row.try_get("", "namespace")?,
        name: row.try_get("", "name")?,
        version: row.try_get("", "version")?,
        case_id: row.try_get("", "case_id")?,
        parent: row.try_get::<Option<Uuid>>("", "parent_id")?.map(Id::from),
        state: state.parse::<State>().map_err(|error| DbErr::Type(error.into()))?,
        revision: row.try_get("", "revision")?,
        positions: positions.map_err(|error| DbErr::Type(error.to_string()))?,
        traceparent: row.try_get("", "traceparent")?,
        create_time: row.try_get("", "create_time")?,
        update_time: row.try_get("", "update_time")?,
    })
}
