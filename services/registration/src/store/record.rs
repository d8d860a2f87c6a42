//! The `record` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Id, Sensitive};
use sea_orm::{IntoActiveModel as _, TryInsertResult, entity::prelude::*, sea_query::OnConflict};

use super::sealed::{open, seal};
use crate::domain::{Application, Number, Record};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub agency: String,
    pub number: String,
    pub application_id: Uuid,
    pub kind: String,
    pub holder: String,
    pub attributes: Vec<u8>,
    pub valid_from: String,
    pub valid_until: Option<String>,
    pub create_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a record; answers whether its number was free.
pub async fn insert(tx: &Tx, record: &Record) -> Result<bool, DbErr> {
    let row = row(tx, record)?.into_active_model();
    let taken = OnConflict::column(Column::Number).do_nothing().to_owned();
    let done =
        Entity::insert(row).on_conflict(taken).try_insert().exec_without_returning(tx).await?;
    Ok(matches!(done, TryInsertResult::Inserted(1)))
}

/// Finds a record.
pub async fn find(tx: &Tx, id: Id<Record>) -> Result<Option<Record>, DbErr> {
    let query = Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()));
    query.one(tx).await?.map(|row| read(tx, row)).transpose()
}

/// Finds the record of an application.
pub async fn find_of(tx: &Tx, application: Id<Application>) -> Result<Option<Record>, DbErr> {
    let query = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.application_id.eq(application.uuid()));
    query.one(tx).await?.map(|row| read(tx, row)).transpose()
}

/// Finds a record by its number, whichever agency issued it: a number proves itself anywhere, and
/// what is answered about it says nothing of its holder.
pub async fn find_anywhere(tx: &Tx, number: &Number) -> Result<Option<Record>, DbErr> {
    let query = Entity::find().filter(COLUMN.number.eq(number.as_str()));
    query.one(tx).await?.map(|row| read(tx, row)).transpose()
}

fn row(tx: &Tx, record: &Record) -> Result<Model, DbErr> {
    Ok(Model {
        id: record.id.uuid(),
        agency: tx.agency().to_string(),
        number: record.number.to_string(),
        application_id: record.application.uuid(),
        kind: record.kind.clone(),
        holder: record.holder.as_str().to_owned(),
        attributes: seal(tx, record.attributes.reveal())?,
        valid_from: record.valid_from.to_string(),
        valid_until: record.valid_until.map(|day| day.to_string()),
        create_time: record.create_time,
    })
}

fn read(tx: &Tx, row: Model) -> Result<Record, DbErr> {
    let corrupt = |column: &str| DbErr::Type(format!("record {}: {column}", row.id));
    let until = row.valid_until.map(|day| day.parse()).transpose();
    Ok(Record {
        id: row.id.into(),
        number: row.number.parse().map_err(|_| corrupt("number"))?,
        application: row.application_id.into(),
        holder: row.holder.parse().map_err(|_| corrupt("holder"))?,
        attributes: Sensitive::new(open(tx, &row.attributes)?),
        valid_from: row.valid_from.parse().map_err(|_| corrupt("valid_from"))?,
        valid_until: until.map_err(|_| corrupt("valid_until"))?,
        kind: row.kind,
        create_time: row.create_time,
    })
}
