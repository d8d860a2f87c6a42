//! The `suspense` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Agency, Id, Page, Sensitive};
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*};

use super::{money, word};
use crate::domain::{BankReference, Bill, Remedy, Remittance, SuspenseFilter, SuspenseItem};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "suspense")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub suspense_id: Uuid,
    pub agency: String,
    pub kind: String,
    pub state: String,
    pub currency: String,
    pub amount_minor: i64,
    pub remittance_id: Uuid,
    pub bill_id: Option<Uuid>,
    pub code: String,
    pub resolution: Option<String>,
    pub target: Option<String>,
    pub credited_to: Option<String>,
    pub reason: Option<Vec<u8>>,
    pub proposed_by: Option<String>,
    pub confirmed_by: Option<String>,
    pub bank_code: Option<String>,
    pub bank_reference: Option<String>,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds an item.
pub async fn insert(tx: &Tx, item: &SuspenseItem) -> Result<(), DbErr> {
    Entity::insert(row(tx, item)?.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds an item.
pub async fn find(tx: &Tx, id: Id<SuspenseItem>) -> Result<Option<SuspenseItem>, DbErr> {
    own(tx, id).one(tx).await?.map(|row| item(tx, row)).transpose()
}

/// Finds an item and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<SuspenseItem>) -> Result<Option<SuspenseItem>, DbErr> {
    own(tx, id).lock_exclusive().one(tx).await?.map(|row| item(tx, row)).transpose()
}

/// Whose item it is.
pub async fn owner(tx: &Tx, id: Id<SuspenseItem>) -> Result<Option<Agency>, DbErr> {
    let row = Entity::find_by_id(id.uuid()).one(tx).await?;
    row.map(|row| word("agency", &row.agency)).transpose()
}

/// Finds the remittance that came in as the item that paid a bill, or the last one that paid a part
/// of it.
pub async fn find_paying(tx: &Tx, bill: &Bill) -> Result<Option<Id<Remittance>>, DbErr> {
    let parts = bill.parts.iter().map(|part| part.code.as_str());
    // The bill may have been paid out of the platform's suspense, so no agency is asked for here;
    // whoever asks has found the bill in its own.
    let find = Entity::find()
        .filter(COLUMN.state.eq("applied"))
        .filter(COLUMN.resolution.eq("apply"))
        .filter(COLUMN.target.is_in(parts.chain([bill.code.as_str()])))
        .order_by_desc(COLUMN.update_time);
    Ok(find.one(tx).await?.map(|row| row.remittance_id.into()))
}

/// Lists items, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    filter: SuspenseFilter,
    page: &Page<SuspenseItem>,
) -> Result<Vec<SuspenseItem>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(state) = filter.state {
        query = query.filter(COLUMN.state.eq(state.as_str()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(COLUMN.kind.eq(kind.as_str()));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.suspense_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.suspense_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(|row| item(tx, row)).collect()
}

/// Writes an item back.
pub async fn update(tx: &Tx, item: &SuspenseItem) -> Result<(), DbErr> {
    Entity::update(row(tx, item)?.into_active_model().reset_all()).exec(tx).await?;
    Ok(())
}

fn own(tx: &Tx, id: Id<SuspenseItem>) -> Select<Entity> {
    Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()))
}

fn row(tx: &Tx, item: &SuspenseItem) -> Result<Model, DbErr> {
    let reason = item.reason.as_ref().map(|reason| tx.vault().seal(reason.reveal().as_bytes()));
    let (resolution, target) = match &item.resolution {
        None => (None, None),
        Some(Remedy::Apply(code)) => (Some("apply"), Some(code.to_string())),
        Some(Remedy::Credit(payer)) => (Some("credit"), Some(payer.clone())),
        Some(Remedy::Return) => (Some("return"), None),
    };
    Ok(Model {
        suspense_id: item.id.uuid(),
        agency: tx.agency().to_string(),
        kind: item.kind.as_str().to_owned(),
        state: item.state.to_string(),
        currency: item.amount.currency().to_string(),
        amount_minor: item.amount.minor(),
        remittance_id: item.remittance.uuid(),
        bill_id: item.bill.map(Id::uuid),
        code: item.code.clone(),
        resolution: resolution.map(str::to_owned),
        target,
        credited_to: item.credited_to.clone(),
        reason: reason.transpose().map_err(|error| DbErr::Custom(error.to_string()))?,
        proposed_by: item.proposed_by.clone(),
        confirmed_by: item.confirmed_by.clone(),
        bank_code: item.reference.as_ref().map(|it| it.bank_code.clone()),
        bank_reference: item.reference.as_ref().map(|it| it.number.clone()),
        create_time: item.create_time,
        update_time: item.update_time,
    })
}

fn item(tx: &Tx, row: Model) -> Result<SuspenseItem, DbErr> {
    let reason = row.reason.map(|sealed| tx.vault().open(&sealed)).transpose();
    let reason = reason.map_err(|error| DbErr::Custom(error.to_string()))?;
    let reason = reason.map(String::from_utf8).transpose();
    let reason = reason.map_err(|_| DbErr::Type("reason".to_owned()))?;
    let resolution = match (row.resolution.as_deref(), row.target) {
        (None, _) => None,
        (Some("apply"), Some(code)) => Some(Remedy::Apply(word("target", &code)?)),
        (Some("credit"), Some(payer)) => Some(Remedy::Credit(payer)),
        (Some("return"), _) => Some(Remedy::Return),
        _ => return Err(DbErr::Type("resolution".to_owned())),
    };
    let reference = row.bank_code.zip(row.bank_reference);
    Ok(SuspenseItem {
        id: row.suspense_id.into(),
        kind: word("kind", &row.kind)?,
        state: word("state", &row.state)?,
        amount: money(&row.currency, row.amount_minor)?,
        remittance: row.remittance_id.into(),
        bill: row.bill_id.map(Id::from),
        code: row.code,
        resolution,
        credited_to: row.credited_to,
        reason: reason.map(Sensitive::new),
        proposed_by: row.proposed_by,
        confirmed_by: row.confirmed_by,
        reference: reference.map(|(bank_code, number)| BankReference { bank_code, number }),
        create_time: row.create_time,
        update_time: row.update_time,
    })
}
