//! The `rail_file` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Id, Page, Sensitive};
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*};

use crate::domain::RailFile;

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rail_file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub rail_file_id: Uuid,
    pub agency: String,
    pub name: String,
    pub envelope_id: Uuid,
    pub order_count: i64,
    pub control_sum: String,
    pub content: Vec<u8>,
    pub create_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a file with what is in it.
pub async fn insert(tx: &Tx, file: &RailFile, content: &str) -> Result<(), DbErr> {
    let sealed = tx.vault().seal(content.as_bytes());
    let row = Model {
        rail_file_id: file.id.uuid(),
        agency: tx.agency().to_string(),
        name: file.name.clone(),
        envelope_id: file.envelope,
        order_count: i64::try_from(file.order_count).map_err(|_| unreadable("order_count"))?,
        control_sum: file.control_sum.clone(),
        content: sealed.map_err(|error| DbErr::Custom(error.to_string()))?,
        create_time: file.create_time,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a file and what is in it.
pub async fn find(
    tx: &Tx,
    id: Id<RailFile>,
) -> Result<Option<(RailFile, Sensitive<Vec<u8>>)>, DbErr> {
    let find = Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()));
    let Some(row) = find.one(tx).await? else { return Ok(None) };
    let content = tx.vault().open(&row.content);
    let content = content.map_err(|error| DbErr::Custom(error.to_string()))?;
    Ok(Some((Row::from(row).try_into()?, Sensitive::new(content))))
}

/// Finds a file by the name that the bank knows.
pub async fn find_named(tx: &Tx, name: &str) -> Result<Option<RailFile>, DbErr> {
    let find = rows(tx).filter(COLUMN.name.eq(name));
    find.into_model::<Row>().one(tx).await?.map(RailFile::try_from).transpose()
}

/// Lists files, newest first: one more than the page, if there is one.
pub async fn list(tx: &Tx, page: &Page<RailFile>) -> Result<Vec<RailFile>, DbErr> {
    let mut query = rows(tx);
    if let Some(after) = page.after {
        query = query.filter(COLUMN.rail_file_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.rail_file_id).limit(page.limit());
    let rows = rows.into_model::<Row>().all(tx).await?;
    rows.into_iter().map(RailFile::try_from).collect()
}

/// A row without what is in the file, which is large.
#[derive(Debug, sea_orm::FromQueryResult)]
struct Row {
    rail_file_id: Uuid,
    name: String,
    envelope_id: Uuid,
    order_count: i64,
    control_sum: String,
    create_time: ChronoDateTimeUtc,
}

fn rows(tx: &Tx) -> Select<Entity> {
    Entity::find()
        .select_only()
        .columns([
            Column::RailFileId,
            Column::Name,
            Column::EnvelopeId,
            Column::OrderCount,
            Column::ControlSum,
            Column::CreateTime,
        ])
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
}

impl From<Model> for Row {
    fn from(row: Model) -> Self {
        Self {
            rail_file_id: row.rail_file_id,
            name: row.name,
            envelope_id: row.envelope_id,
            order_count: row.order_count,
            control_sum: row.control_sum,
            create_time: row.create_time,
        }
    }
}

impl TryFrom<Row> for RailFile {
    type Error = DbErr;

    fn try_from(row: Row) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.rail_file_id.into(),
            name: row.name,
            envelope: row.envelope_id,
            order_count: row.order_count.try_into().map_err(|_| unreadable("order_count"))?,
            control_sum: row.control_sum,
            create_time: row.create_time,
        })
    }
}

fn unreadable(column: &str) -> DbErr {
    DbErr::Type(format!("{column} cannot be read"))
}
