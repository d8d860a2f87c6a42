//! The `credit` and `credit_use` tables.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Currency, Id, Page};
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*};
use uuid::Uuid;

use super::money;
use crate::domain::{Credit, CreditSource, CreditUse};

/// How many credits one bill can use.
const MOST: u64 = 100;

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub credit_id: Uuid,
    pub agency: String,
    pub payer_subject_id: String,
    pub currency: String,
    pub amount_minor: i64,
    pub left_minor: i64,
    pub source: String,
    pub source_id: Uuid,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a credit.
pub async fn insert(tx: &Tx, credit: &Credit) -> Result<(), DbErr> {
    let row = Model {
        credit_id: credit.id.uuid(),
        agency: tx.agency().to_string(),
        payer_subject_id: credit.payer.clone(),
        currency: credit.amount.currency().to_string(),
        amount_minor: credit.amount.minor(),
        left_minor: credit.left_minor,
        source: credit.source.as_str().to_owned(),
        source_id: credit.source.id(),
        create_time: credit.create_time,
        update_time: credit.update_time,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a credit and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Credit>) -> Result<Option<Credit>, DbErr> {
    let find = Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()));
    find.lock_exclusive().one(tx).await?.map(Credit::try_from).transpose()
}

/// The credits of a payer that are not used up, oldest first, held until the transaction ends.
pub async fn lock_unused(tx: &Tx, payer: &str, currency: Currency) -> Result<Vec<Credit>, DbErr> {
    let rows = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.payer_subject_id.eq(payer))
        .filter(COLUMN.currency.eq(currency.as_str()))
        .filter(COLUMN.left_minor.gt(0))
        .order_by_asc(COLUMN.credit_id)
        .limit(MOST)
        .lock_exclusive();
    rows.all(tx).await?.into_iter().map(Credit::try_from).collect()
}

/// Takes `minor` units from a credit; false if less is left of it. However many try at once, no
/// unit is taken twice.
pub async fn take(tx: &Tx, id: Id<Credit>, minor: i64, to: CreditUse) -> Result<bool, DbErr> {
    let take = "UPDATE credit SET left_minor = left_minor - $3, update_time = $4 \
                WHERE agency = $1 AND credit_id = $2 AND left_minor >= $3";
    let agency = tx.agency().as_str();
    let values = [agency.into(), id.uuid().into(), minor.into(), tx.now().into()];
    if sql::execute(tx, take, values).await? == 0 {
        return Ok(false);
    }
    let (bill, refund) = match to {
        CreditUse::Bill(id) => (Some(id.uuid()), None),
        CreditUse::Refund(id) => (None, Some(id.uuid())),
    };
    let insert = "INSERT INTO credit_use \
                  (credit_use_id, agency, credit_id, bill_id, refund_id, amount_minor, create_time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        Uuid::now_v7().into(),
        agency.into(),
        id.uuid().into(),
        bill.into(),
        refund.into(),
        minor.into(),
        tx.now().into(),
    ];
    Ok(sql::execute(tx, insert, values).await? == 1)
}

/// Lists credits, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    payer: Option<&str>,
    unused: bool,
    page: &Page<Credit>,
) -> Result<Vec<Credit>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(payer) = payer {
        query = query.filter(COLUMN.payer_subject_id.eq(payer));
    }
    if unused {
        query = query.filter(COLUMN.left_minor.gt(0));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.credit_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.credit_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(Credit::try_from).collect()
}

impl TryFrom<Model> for Credit {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let source = CreditSource::of(&row.source, row.source_id);
        Ok(Self {
            id: row.credit_id.into(),
            payer: row.payer_subject_id,
            amount: money(&row.currency, row.amount_minor)?,
            left_minor: row.left_minor,
            source: source.ok_or_else(|| DbErr::Type("source cannot be read".to_owned()))?,
            create_time: row.create_time,
            update_time: row.update_time,
        })
    }
}
