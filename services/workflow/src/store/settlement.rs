//! What was decided about instances that ended by an error.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{open_bytes, places, seal_bytes};
use crate::domain::{instance::Instance, settlement::Settlement};

const COLUMNS: &str =
    "id, instance_id, proposed_by, reason, propose_time, confirmed_by, confirm_time";

/// Keeps a proposal in the place of an earlier one.
pub async fn put(tx: &Tx, settlement: &Settlement) -> Result<(), DbErr> {
    let put = "INSERT INTO settlement \
               (id, agency, instance_id, proposed_by, reason, propose_time) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (instance_id) DO UPDATE SET \
               id = excluded.id, proposed_by = excluded.proposed_by, \
               reason = excluded.reason, propose_time = excluded.propose_time \
               WHERE settlement.confirm_time IS NULL";
    let values = [
        settlement.id.uuid().into(),
        tx.agency().as_str().into(),
        settlement.instance.uuid().into(),
        settlement.proposed_by.as_str().into(),
        seal_bytes(tx, settlement.reason.as_bytes())?.into(),
        settlement.propose_time.into(),
    ];
    sql::execute(tx, put, values).await?;
    Ok(())
}

/// Keeps that a proposal was confirmed.
pub async fn update(tx: &Tx, settlement: &Settlement) -> Result<(), DbErr> {
    let update = "UPDATE settlement SET confirmed_by = $3, confirm_time = $4 \
                  WHERE id = $1 AND agency = $2";
    let (by, time) = settlement.confirmed.clone().unzip();
    let values = [settlement.id.uuid().into(), tx.agency().as_str().into(), by.into(), time.into()];
    sql::execute(tx, update, values).await?;
    Ok(())
}

/// Finds a proposal and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Settlement>) -> Result<Option<Settlement>, DbErr> {
    let lock = if tx.is_postgres() { " FOR UPDATE" } else { "" };
    let find = format!("SELECT {COLUMNS} FROM settlement WHERE id = $1 AND agency = $2{lock}");
    let rows = sql::query(tx, &find, [id.uuid().into(), tx.agency().as_str().into()]).await?;
    rows.first().map(|row| read(tx, row)).transpose()
}

/// Lists what was decided or proposed about these instances.
pub async fn list(tx: &Tx, instances: &[Id<Instance>]) -> Result<Vec<Settlement>, DbErr> {
    if instances.is_empty() {
        return Ok(Vec::new());
    }
    let list = format!(
        "SELECT {COLUMNS} FROM settlement WHERE agency = $1 AND instance_id IN ({})",
        places(2, instances.len())
    );
    let head: [Value; 1] = [tx.agency().as_str().into()];
    let values = head.into_iter().chain(instances.iter().map(|id| id.uuid().into()));
    sql::query(tx, &list, values).await?.iter().map(|row| read(tx, row)).collect()
}

fn read(tx: &Tx, row: &QueryResult) -> Result<Settlement, DbErr> {
    let reason = open_bytes(tx, &row.try_get::<Vec<u8>>("", "reason")?)?;
    let by: Option<String> = row.try_get("", "confirmed_by")?;
    let time: Option<Timestamp> = row.try_get("", "confirm_time")?;
    Ok(Settlement {
        id: row.try_get::<Uuid>("", "id")?.into(),
        instance: row.try_get::<Uuid>("", "instance_id")?.into(),
        proposed_by: row.try_get("", "proposed_by")?,
        reason: String::from_utf8(reason).map_err(|_| DbErr::Type("not a text".into()))?,
        propose_time: row.try_get("", "propose_time")?,
        confirmed: by.zip(time),
    })
}
