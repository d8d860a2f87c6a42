//! The `redemption` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Id, Page};
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*};

use super::money;
use crate::domain::{Merchant, Redemption, SerialNumber};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "redemption")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub redemption_id: Uuid,
    pub agency: String,
    pub voucher_id: Uuid,
    pub serial_number: String,
    pub merchant_id: Uuid,
    pub currency: String,
    pub amount_minor: i64,
    pub remaining_minor: i64,
    pub create_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a redemption.
pub async fn insert(tx: &Tx, redemption: &Redemption) -> Result<(), DbErr> {
    let row = Model {
        redemption_id: redemption.id.uuid(),
        agency: tx.agency().to_string(),
        voucher_id: redemption.voucher.uuid(),
        serial_number: redemption.serial.to_string(),
        merchant_id: redemption.merchant.uuid(),
        currency: redemption.amount.currency().to_string(),
        amount_minor: redemption.amount.minor(),
        remaining_minor: redemption.remaining.minor(),
        create_time: redemption.create_time,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Lists redemptions, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    merchant: Option<Id<Merchant>>,
    page: &Page<Redemption>,
) -> Result<Vec<Redemption>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(merchant) = merchant {
        query = query.filter(COLUMN.merchant_id.eq(merchant.uuid()));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.redemption_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.redemption_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(Redemption::try_from).collect()
}

impl TryFrom<Model> for Redemption {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let serial = SerialNumber::given(&row.serial_number);
        Ok(Self {
            id: row.redemption_id.into(),
            voucher: row.voucher_id.into(),
            serial: serial.map_err(|error| DbErr::Type(error.to_string()))?,
            merchant: row.merchant_id.into(),
            amount: money(&row.currency, row.amount_minor)?,
            remaining: money(&row.currency, row.remaining_minor)?,
            create_time: row.create_time,
        })
    }
}
