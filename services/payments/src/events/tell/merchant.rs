//! Facts about merchants.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::payments::v1::{MerchantPaid, MerchantRegistered};

use crate::domain::{Merchant, MerchantSettlement};

/// A merchant was registered.
pub async fn merchant_registered(tx: &Tx, merchant: &Merchant) -> Result<(), DbErr> {
    let (merchant_id, groups) = (merchant.id.to_string(), merchant.groups.clone());
    record(tx, merchant.id.uuid(), &MerchantRegistered { merchant_id, groups }).await
}

/// A merchant was paid.
pub async fn merchant_paid(tx: &Tx, settlement: &MerchantSettlement) -> Result<(), DbErr> {
    let fact = MerchantPaid {
        merchant_id: settlement.merchant.to_string(),
        settlement_id: settlement.id.to_string(),
        amount: Some(settlement.amount.into()),
        bank_reference: settlement.reference.number.clone(),
    };
    record(tx, settlement.merchant.uuid(), &fact).await
}
