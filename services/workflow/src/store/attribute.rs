//! What instances can be found by.

use std::collections::BTreeMap;

use rangkai_db::{DbErr, Tx, sql};
use sea_orm::Value;

use super::places;
use crate::domain::instance::Instance;

const CONTEXT: &str = "workflow.attribute";

/// What a value is looked up by: should it be personal after all, it does not lie here in the open.
pub fn hash(tx: &Tx, name: &str, value: &str) -> Vec<u8> {
    let key = [name.as_bytes(), b"\0", value.as_bytes()].concat();
    tx.vault().keyed_hash(CONTEXT, &key).to_vec()
}

/// Gives attributes of an instance these values.
pub async fn put(
    tx: &Tx,
    instance: &Instance,
    attributes: &BTreeMap<String, String>,
) -> Result<(), DbErr> {
    if attributes.is_empty() {
        return Ok(());
    }
    let (mut rows, mut values) = (Vec::new(), Vec::<Value>::new());
    for (name, value) in attributes {
        rows.push(format!("({})", places(values.len() + 1, 5)));
        values.extend([
            tx.agency().as_str().into(),
            instance.id.uuid().into(),
            instance.name.as_str().into(),
            name.as_str().into(),
            hash(tx, name, value).into(),
        ]);
    }
    let insert = format!(
        "INSERT INTO attribute (agency, instance_id, workflow, name, value) VALUES {} \
         ON CONFLICT (instance_id, name) DO UPDATE SET value = excluded.value",
        rows.join(", ")
    );
    sql::execute(tx, &insert, values).await?;
    Ok(())
}
