//! What services outside the blocks say of themselves, and which definitions were checked against it.

use std::collections::BTreeSet;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::places;
use crate::domain::{
    descriptor_set::{DescriptorSet, SetKind},
    instance::Version,
};

const COLUMNS: &str = "s.id, s.name, s.kind, s.digest, s.create_time";

/// Keeps a new set; answers whether the name was free.
pub async fn insert(tx: &Tx, set: &DescriptorSet) -> Result<bool, DbErr> {
    let insert = "INSERT INTO descriptor_set (id, agency, name, kind, digest, content, create_time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let values = [
        set.id.uuid().into(),
        tx.agency().as_str().into(),
        set.name.as_str().into(),
        spell(set.kind).into(),
        set.digest.to_vec().into(),
        set.content.clone().into(),
        set.create_time.into(),
    ];
    Ok(sql::execute(tx, insert, values).await? == 1)
}

/// Finds a set by its name.
pub async fn find(tx: &Tx, name: &str) -> Result<Option<DescriptorSet>, DbErr> {
    let found = list_named(tx, &BTreeSet::from([name.to_owned()])).await?;
    Ok(found.into_iter().next())
}

/// Lists the sets of these names, with their content.
pub async fn list_named(tx: &Tx, names: &BTreeSet<String>) -> Result<Vec<DescriptorSet>, DbErr> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let list = format!(
        "SELECT {COLUMNS}, s.content FROM descriptor_set s WHERE s.agency = $1 AND s.name IN ({})",
        places(2, names.len())
    );
    let names = names.iter().map(|name| name.as_str().into());
    let values = [tx.agency().as_str().into()].into_iter().chain(names);
    sql::query(tx, &list, values.collect::<Vec<Value>>()).await?.iter().map(read).collect()
}

/// Lists the agency's sets without their content, newest first.
pub async fn list(tx: &Tx, page: &Page<DescriptorSet>) -> Result<Vec<DescriptorSet>, DbErr> {
    let list = format!(
        "SELECT {COLUMNS}, CAST(NULL AS bytea) AS content FROM descriptor_set s \
         WHERE s.agency = $1 AND ($2 = $3 OR s.id < $2) ORDER BY s.id DESC LIMIT $4"
    );
    let after = page.after.map_or(Uuid::nil(), Id::uuid);
    let limit = i64::try_from(page.limit()).unwrap_or(i64::MAX);
    let values = [tx.agency().as_str().into(), after.into(), Uuid::nil().into(), limit.into()];
    sql::query(tx, &list, values).await?.iter().map(read).collect()
}

/// Remembers which sets a definition was checked against.
pub async fn pin(tx: &Tx, version: Id<Version>, sets: &[DescriptorSet]) -> Result<(), DbErr> {
    let insert = "INSERT INTO definition_descriptor_set (agency, definition_id, descriptor_set_id) \
                  VALUES ($1, $2, $3)";
    for set in sets {
        let values = [tx.agency().as_str().into(), version.uuid().into(), set.id.uuid().into()];
        sql::execute(tx, insert, values).await?;
    }
    Ok(())
}

/// Lists the sets that a definition was checked against, with their content.
pub async fn list_pinned(tx: &Tx, version: Id<Version>) -> Result<Vec<DescriptorSet>, DbErr> {
    let list = format!(
        "SELECT {COLUMNS}, s.content FROM descriptor_set s \
         JOIN definition_descriptor_set p ON p.descriptor_set_id = s.id \
         WHERE p.definition_id = $1 AND p.agency = $2 ORDER BY s.id"
    );
    let values = [version.uuid().into(), tx.agency().as_str().into()];
    sql::query(tx, &list, values).await?.iter().map(read).collect()
}

fn spell(kind: SetKind) -> &'static str {
    match kind {
        SetKind::Proto => "proto",
        SetKind::OpenApi => "openapi",
    }
}

fn read(row: &QueryResult) -> Result<DescriptorSet, DbErr> {
    let digest: Vec<u8> = row.try_get("", "digest")?;
    let kind: String = row.try_get("", "kind")?;
    Ok(DescriptorSet {
        id: row.try_get::<Uuid>("", "id")?.into(),
        name: row.try_get("", "name")?,
        kind: if kind == spell(SetKind::Proto) { SetKind::Proto } else { SetKind::OpenApi },
        digest: digest.try_into().map_err(|_| DbErr::Type("not a digest".into()))?,
        content: row.try_get::<Option<Vec<u8>>>("", "content")?.unwrap_or_default(),
        create_time: row.try_get("", "create_time")?,
    })
}
