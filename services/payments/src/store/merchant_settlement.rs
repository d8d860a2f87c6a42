//! The `merchant_settlement` table.

use rangkai_db::{DbErr, Tx};
use sea_orm::{IntoActiveModel as _, entity::prelude::*, sea_query::OnConflict};

use crate::domain::MerchantSettlement;

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merchant_settlement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub settlement_id: Uuid,
    pub agency: String,
    pub merchant_id: Uuid,
    pub currency: String,
    pub amount_minor: i64,
    pub bank_code: String,
    pub bank_reference: String,
    pub create_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a settlement; answers whether its bank reference was free.
pub async fn insert(tx: &Tx, settlement: &MerchantSettlement) -> Result<bool, DbErr> {
    let row = Model {
        settlement_id: settlement.id.uuid(),
        agency: tx.agency().to_string(),
        merchant_id: settlement.merchant.uuid(),
        currency: settlement.amount.currency().to_string(),
        amount_minor: settlement.amount.minor(),
        bank_code: settlement.reference.bank_code.clone(),
        bank_reference: settlement.reference.number.clone(),
        create_time: settlement.create_time,
    };
    let taken = OnConflict::new().do_nothing().to_owned();
    let insert = Entity::insert(row.into_active_model()).on_conflict(taken);
    Ok(insert.exec_without_returning(tx).await? > 0)
}
