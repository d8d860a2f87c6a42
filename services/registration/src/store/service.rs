//! The `service` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Id, Page};
use sea_orm::{
    ActiveValue::Set, QueryOrder as _, QuerySelect as _, TryInsertResult, entity::prelude::*,
    sea_query::OnConflict,
};

use crate::domain::{Published, Service, Version};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub agency: String,
    pub name: String,
    pub major: i64,
    pub minor: i64,
    pub patch: i64,
    pub definition: String,
    pub create_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// A service as it lies in its row: its document is not read yet.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: Id<Service>,
    pub document: String,
    pub create_time: rangkai_primitives::Timestamp,
}

/// Adds a version; answers whether it was free.
pub async fn insert(tx: &Tx, service: &Published) -> Result<bool, DbErr> {
    let version = service.definition.version;
    let row = ActiveModel {
        id: Set(service.id.uuid()),
        agency: Set(tx.agency().to_string()),
        name: Set(service.definition.name.clone()),
        major: Set(version.major.into()),
        minor: Set(version.minor.into()),
        patch: Set(version.patch.into()),
        definition: Set(service.definition.text.clone()),
        create_time: Set(service.create_time),
    };
    let taken = OnConflict::new().do_nothing().to_owned();
    let done =
        Entity::insert(row).on_conflict(taken).try_insert().exec_without_returning(tx).await?;
    Ok(matches!(done, TryInsertResult::Inserted(1)))
}

/// Finds a version by its id.
pub async fn find(tx: &Tx, id: Id<Service>) -> Result<Option<Kept>, DbErr> {
    let query = Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()));
    Ok(query.one(tx).await?.map(Kept::from))
}

/// Finds a version by its name, or the newest.
pub async fn find_named(
    tx: &Tx,
    name: &str,
    version: Option<Version>,
) -> Result<Option<Kept>, DbErr> {
    let mut query =
        Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str())).filter(COLUMN.name.eq(name));
    if let Some(version) = version {
        query = query
            .filter(COLUMN.major.eq(i64::from(version.major)))
            .filter(COLUMN.minor.eq(i64::from(version.minor)))
            .filter(COLUMN.patch.eq(i64::from(version.patch)));
    }
    let newest =
        query.order_by_desc(COLUMN.major).order_by_desc(COLUMN.minor).order_by_desc(COLUMN.patch);
    Ok(newest.one(tx).await?.map(Kept::from))
}

/// Lists the versions of the agency, last published first: one more than the page, if there is one.
pub async fn list(tx: &Tx, page: &Page<Service>) -> Result<Vec<Kept>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(after) = page.after {
        query = query.filter(COLUMN.id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.id).limit(page.limit()).all(tx).await?;
    Ok(rows.into_iter().map(Kept::from).collect())
}

impl From<Model> for Kept {
    fn from(row: Model) -> Self {
        Self { id: row.id.into(), document: row.definition, create_time: row.create_time }
    }
}
