//! The `refund` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Agency, Id, Page, Sensitive};
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*};

use super::{money, word};
use crate::domain::{BankReference, Bill, Refund, RefundState};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub refund_id: Uuid,
    pub agency: String,
    pub bill_id: Uuid,
    pub case_id: Uuid,
    pub currency: String,
    pub amount_minor: i64,
    pub reason: Vec<u8>,
    pub state: String,
    pub bank_code: Option<String>,
    pub bank_reference: Option<String>,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a refund.
pub async fn insert(tx: &Tx, refund: &Refund) -> Result<(), DbErr> {
    Entity::insert(row(tx, refund)?.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a refund.
pub async fn find(tx: &Tx, id: Id<Refund>) -> Result<Option<Refund>, DbErr> {
    own(tx, id).one(tx).await?.map(|row| refund(tx, row)).transpose()
}

/// Finds a refund and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Refund>) -> Result<Option<Refund>, DbErr> {
    own(tx, id).lock_exclusive().one(tx).await?.map(|row| refund(tx, row)).transpose()
}

/// Whose refund it is.
pub async fn owner(tx: &Tx, id: Id<Refund>) -> Result<Option<Agency>, DbErr> {
    let row = Entity::find_by_id(id.uuid()).one(tx).await?;
    row.map(|row| word("agency", &row.agency)).transpose()
}

/// Lists refunds, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    bill: Option<Id<Bill>>,
    state: Option<RefundState>,
    page: &Page<Refund>,
) -> Result<Vec<Refund>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(bill) = bill {
        query = query.filter(COLUMN.bill_id.eq(bill.uuid()));
    }
    if let Some(state) = state {
        query = query.filter(COLUMN.state.eq(state.as_str()));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.refund_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.refund_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(|row| refund(tx, row)).collect()
}

/// Writes a refund back.
pub async fn update(tx: &Tx, refund: &Refund) -> Result<(), DbErr> {
    Entity::update(row(tx, refund)?.into_active_model().reset_all()).exec(tx).await?;
    Ok(())
}

fn own(tx: &Tx, id: Id<Refund>) -> Select<Entity> {
    Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()))
}

fn row(tx: &Tx, refund: &Refund) -> Result<Model, DbErr> {
    let reason = tx.vault().seal(refund.reason.reveal().as_bytes());
    Ok(Model {
        refund_id: refund.id.uuid(),
        agency: tx.agency().to_string(),
        bill_id: refund.bill.uuid(),
        case_id: refund.case,
        currency: refund.amount.currency().to_string(),
        amount_minor: refund.amount.minor(),
        reason: reason.map_err(|error| DbErr::Custom(error.to_string()))?,
        state: refund.state.to_string(),
        bank_code: refund.reference.as_ref().map(|it| it.bank_code.clone()),
        bank_reference: refund.reference.as_ref().map(|it| it.number.clone()),
        create_time: refund.create_time,
        update_time: refund.update_time,
    })
}

fn refund(tx: &Tx, row: Model) -> Result<Refund, DbErr> {
    let reason = tx.vault().open(&row.reason).map_err(|error| DbErr::Custom(error.to_string()))?;
    let reason = String::from_utf8(reason).map_err(|_| DbErr::Type("reason".to_owned()))?;
    let reference = row.bank_code.zip(row.bank_reference);
    Ok(Refund {
        id: row.refund_id.into(),
        bill: row.bill_id.into(),
        case: row.case_id,
        amount: money(&row.currency, row.amount_minor)?,
        reason: Sensitive::new(reason),
        state: word("state", &row.state)?,
        reference: reference.map(|(bank_code, number)| BankReference { bank_code, number }),
        create_time: row.create_time,
        update_time: row.update_time,
    })
}
