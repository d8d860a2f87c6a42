//! The `refund` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Agency, Id, Page, Sensitive};
use sea_orm::{
    IntoActiveModel as _, QueryOrder as _, QuerySelect as _, SqlErr, entity::prelude::*,
};

use super::{document, money, word};
use crate::domain::{BankReference, Bill, Claim, Refund, RefundState};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub refund_id: Uuid,
    pub agency: String,
    pub bill_id: Option<Uuid>,
    pub case_id: Option<Uuid>,
    pub credit_id: Option<Uuid>,
    pub currency: String,
    pub amount_minor: i64,
    pub reason: Vec<u8>,
    pub mode: String,
    pub state: String,
    pub bank_code: Option<String>,
    pub bank_reference: Option<String>,
    pub documents: String,
    pub submitted_by: Option<String>,
    pub approved_by: Option<String>,
    pub note: Option<Vec<u8>>,
    pub treasury_reference: Option<String>,
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

/// Writes a claim back that the treasury paid; false if its number was used for another.
pub async fn settle(tx: &Tx, claim: &Refund) -> Result<bool, DbErr> {
    match update(tx, claim).await {
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(false)
        }
        written => written.map(|()| true),
    }
}

fn own(tx: &Tx, id: Id<Refund>) -> Select<Entity> {
    Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()))
}

fn row(tx: &Tx, refund: &Refund) -> Result<Model, DbErr> {
    let claim = &refund.claim;
    Ok(Model {
        refund_id: refund.id.uuid(),
        agency: tx.agency().to_string(),
        bill_id: refund.bill.map(Id::uuid),
        case_id: refund.case,
        credit_id: refund.credit.map(Id::uuid),
        currency: refund.amount.currency().to_string(),
        amount_minor: refund.amount.minor(),
        reason: seal(tx, &refund.reason)?,
        mode: refund.mode.as_str().to_owned(),
        state: refund.state.to_string(),
        bank_code: refund.reference.as_ref().map(|it| it.bank_code.clone()),
        bank_reference: refund.reference.as_ref().map(|it| it.number.clone()),
        documents: document::write(&claim.documents)?,
        submitted_by: claim.submitted_by.clone(),
        approved_by: claim.approved_by.clone(),
        note: claim.note.as_ref().map(|note| seal(tx, note)).transpose()?,
        treasury_reference: claim.treasury_reference.clone(),
        create_time: refund.create_time,
        update_time: refund.update_time,
    })
}

fn refund(tx: &Tx, row: Model) -> Result<Refund, DbErr> {
    let reference = row.bank_code.zip(row.bank_reference);
    let claim = Claim {
        documents: document::read(&row.documents)?,
        submitted_by: row.submitted_by,
        approved_by: row.approved_by,
        note: row.note.map(|note| open(tx, &note)).transpose()?,
        treasury_reference: row.treasury_reference,
    };
    Ok(Refund {
        id: row.refund_id.into(),
        bill: row.bill_id.map(Id::from),
        case: row.case_id,
        credit: row.credit_id.map(Id::from),
        amount: money(&row.currency, row.amount_minor)?,
        reason: open(tx, &row.reason)?,
        mode: word("mode", &row.mode)?,
        state: word("state", &row.state)?,
        reference: reference.map(|(bank_code, number)| BankReference { bank_code, number }),
        claim,
        create_time: row.create_time,
        update_time: row.update_time,
    })
}

fn seal(tx: &Tx, text: &Sensitive<String>) -> Result<Vec<u8>, DbErr> {
    let sealed = tx.vault().seal(text.reveal().as_bytes());
    sealed.map_err(|error| DbErr::Custom(error.to_string()))
}

fn open(tx: &Tx, sealed: &[u8]) -> Result<Sensitive<String>, DbErr> {
    let text = tx.vault().open(sealed).map_err(|error| DbErr::Custom(error.to_string()))?;
    let text = String::from_utf8(text).map_err(|_| DbErr::Type("sealed text".to_owned()))?;
    Ok(Sensitive::new(text))
}
