//! The `remittance` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::Id;
use sea_orm::{IntoActiveModel as _, entity::prelude::*};

use super::{money, word};
use crate::domain::{BankReference, Bill, Remittance};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "remittance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub remittance_id: Uuid,
    pub agency: String,
    pub bill_id: Option<Uuid>,
    pub billing_code: String,
    pub currency: String,
    pub amount_minor: i64,
    pub bank_code: String,
    pub bank_reference: String,
    pub pay_time: ChronoDateTimeUtc,
    pub create_time: ChronoDateTimeUtc,
    pub channel: String,
    pub paid: bool,
    pub suspense_id: Option<Uuid>,
    pub misfit: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a remittance.
pub async fn insert(tx: &Tx, remittance: &Remittance) -> Result<(), DbErr> {
    let row = Model {
        remittance_id: remittance.id.uuid(),
        agency: tx.agency().to_string(),
        bill_id: remittance.bill.map(Id::uuid),
        billing_code: remittance.code.clone(),
        currency: remittance.amount.currency().to_string(),
        amount_minor: remittance.amount.minor(),
        bank_code: remittance.reference.bank_code.clone(),
        bank_reference: remittance.reference.number.clone(),
        pay_time: remittance.pay_time,
        create_time: remittance.create_time,
        channel: remittance.channel.as_str().to_owned(),
        paid: remittance.paid,
        suspense_id: remittance.misfit.map(|(id, _)| id.uuid()),
        misfit: remittance.misfit.map(|(_, kind)| kind.as_str().to_owned()),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a remittance.
pub async fn find(tx: &Tx, id: Id<Remittance>) -> Result<Option<Remittance>, DbErr> {
    let find = Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()));
    find.one(tx).await?.map(Remittance::try_from).transpose()
}

/// Finds a remittance, whichever agency's it is.
pub async fn find_anywhere(tx: &Tx, id: Id<Remittance>) -> Result<Option<Remittance>, DbErr> {
    let row = Entity::find_by_id(id.uuid()).one(tx).await?;
    row.map(Remittance::try_from).transpose()
}

/// Finds the remittance that paid a bill.
pub async fn find_of_bill(tx: &Tx, bill: Id<Bill>) -> Result<Option<Remittance>, DbErr> {
    let find = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.bill_id.eq(bill.uuid()))
        .filter(COLUMN.paid.eq(true));
    find.one(tx).await?.map(Remittance::try_from).transpose()
}

impl TryFrom<Model> for Remittance {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let misfit = row.misfit.map(|kind| word("misfit", &kind)).transpose()?;
        Ok(Self {
            id: row.remittance_id.into(),
            bill: row.bill_id.map(Id::from),
            code: row.billing_code,
            amount: money(&row.currency, row.amount_minor)?,
            reference: BankReference { bank_code: row.bank_code, number: row.bank_reference },
            pay_time: row.pay_time,
            create_time: row.create_time,
            channel: word("channel", &row.channel)?,
            paid: row.paid,
            misfit: row.suspense_id.map(Id::from).zip(misfit),
        })
    }
}
