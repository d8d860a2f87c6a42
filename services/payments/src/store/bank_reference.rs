//! The `bank_reference` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use uuid::Uuid;

use crate::domain::{BankReference, MerchantSettlement, Refund, Remittance, SuspenseItem};

/// What a bank used a reference for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Money in.
    Remittance(Id<Remittance>),
    /// Money out.
    Refund(Id<Refund>),
    /// Money that came in, fitted no bill and went back.
    Return(Id<SuspenseItem>),
    /// Money out to a merchant.
    Settlement(Id<MerchantSettlement>),
}

/// Takes a reference for `purpose`; false if its bank used it before. Waits for whoever is about
/// to take the same.
pub async fn insert(tx: &Tx, reference: &BankReference, purpose: Use) -> Result<bool, DbErr> {
    let (column, id) = match purpose {
        Use::Remittance(id) => ("remittance_id", id.uuid()),
        Use::Refund(id) => ("refund_id", id.uuid()),
        Use::Return(id) => ("suspense_id", id.uuid()),
        Use::Settlement(id) => ("settlement_id", id.uuid()),
    };
    let insert = format!(
        "INSERT INTO bank_reference (bank_code, bank_reference, agency, {column}) \
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
    );
    let values = [
        reference.bank_code.as_str().into(),
        reference.number.as_str().into(),
        tx.agency().as_str().into(),
        id.into(),
    ];
    Ok(sql::execute(tx, &insert, values).await? == 1)
}

/// Finds what a reference was used for, by whichever agency's bill or refund.
pub async fn find(tx: &Tx, reference: &BankReference) -> Result<Option<Use>, DbErr> {
    let find = "SELECT remittance_id, refund_id, suspense_id, settlement_id FROM bank_reference \
                WHERE bank_code = $1 AND bank_reference = $2";
    let values = [reference.bank_code.as_str().into(), reference.number.as_str().into()];
    let rows = sql::query(tx, find, values).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let remittance: Option<Uuid> = row.try_get("", "remittance_id")?;
    let refund: Option<Uuid> = row.try_get("", "refund_id")?;
    let back: Option<Uuid> = row.try_get("", "suspense_id")?;
    let settlement: Option<Uuid> = row.try_get("", "settlement_id")?;
    Ok(remittance
        .map(|id| Use::Remittance(id.into()))
        .or_else(|| refund.map(|id| Use::Refund(id.into())))
        .or_else(|| back.map(|id| Use::Return(id.into())))
        .or_else(|| settlement.map(|id| Use::Settlement(id.into()))))
}
