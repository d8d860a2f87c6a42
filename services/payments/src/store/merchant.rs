//! The `merchant` table, with its groups and what it is owed.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Money, Page, Sensitive};
use sea_orm::{
    IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*,
    sea_query::OnConflict,
};

use super::money;
use crate::domain::{Merchant, MerchantIdentity, NewMerchant};

/// What a merchant's identity is hashed for.
const IDENTITY: &str = "payments merchant";

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merchant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub merchant_id: Uuid,
    pub agency: String,
    pub name: Vec<u8>,
    pub bank_details: Vec<u8>,
    pub identity_hash: Vec<u8>,
    pub create_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a merchant with its groups; answers whether it is new.
pub async fn insert(tx: &Tx, id: Id<Merchant>, new: &NewMerchant) -> Result<bool, DbErr> {
    let row = Model {
        merchant_id: id.uuid(),
        agency: tx.agency().to_string(),
        name: seal(tx, &new.identity.name)?,
        bank_details: seal(tx, &new.identity.bank_details)?,
        identity_hash: identity_hash(tx, &new.identity),
        create_time: tx.now(),
    };
    let taken = OnConflict::new().do_nothing().to_owned();
    let insert = Entity::insert(row.into_active_model()).on_conflict(taken);
    if insert.exec_without_returning(tx).await? == 0 {
        return Ok(false);
    }
    let join = "INSERT INTO merchant_group (agency, merchant_id, pool_code) VALUES ($1, $2, $3) \
                ON CONFLICT DO NOTHING";
    for group in &new.groups {
        let values = [tx.agency().as_str().into(), id.uuid().into(), group.as_str().into()];
        sql::execute(tx, join, values).await?;
    }
    Ok(true)
}

/// Finds a merchant.
pub async fn find(tx: &Tx, id: Id<Merchant>) -> Result<Option<Merchant>, DbErr> {
    let own = Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()));
    match own.one(tx).await? {
        Some(row) => merchant(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// Finds a merchant by its name and bank details.
pub async fn find_by_identity(
    tx: &Tx,
    identity: &MerchantIdentity,
) -> Result<Option<Merchant>, DbErr> {
    let own = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.identity_hash.eq(identity_hash(tx, identity)));
    match own.one(tx).await? {
        Some(row) => merchant(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// Lists merchants, newest first: one more than the page, if there is one.
pub async fn list(tx: &Tx, page: &Page<Merchant>) -> Result<Vec<Merchant>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(after) = page.after {
        query = query.filter(COLUMN.merchant_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.merchant_id).limit(page.limit()).all(tx).await?;
    let mut merchants = Vec::with_capacity(rows.len());
    for row in rows {
        merchants.push(merchant(tx, row).await?);
    }
    Ok(merchants)
}

/// Adds to what a merchant is owed, and holds it until the transaction ends.
pub async fn owe(tx: &Tx, id: Id<Merchant>, amount: Money) -> Result<(), DbErr> {
    let owe = "INSERT INTO merchant_balance (agency, merchant_id, currency, owed_minor) \
               VALUES ($1, $2, $3, $4) ON CONFLICT (agency, merchant_id, currency) \
               DO UPDATE SET owed_minor = merchant_balance.owed_minor + $4";
    sql::execute(tx, owe, balance(tx, id, amount)).await?;
    Ok(())
}

/// Takes a payment off what a merchant is owed; answers whether it was owed as much.
pub async fn pay(tx: &Tx, id: Id<Merchant>, amount: Money) -> Result<bool, DbErr> {
    let pay = "UPDATE merchant_balance SET owed_minor = owed_minor - $4 \
               WHERE agency = $1 AND merchant_id = $2 AND currency = $3 AND owed_minor >= $4";
    Ok(sql::execute(tx, pay, balance(tx, id, amount)).await? > 0)
}

fn balance(tx: &Tx, id: Id<Merchant>, amount: Money) -> [Value; 4] {
    [
        tx.agency().as_str().into(),
        id.uuid().into(),
        amount.currency().as_str().into(),
        amount.minor().into(),
    ]
}

async fn merchant(tx: &Tx, row: Model) -> Result<Merchant, DbErr> {
    let groups = "SELECT pool_code FROM merchant_group \
                  WHERE agency = $1 AND merchant_id = $2 ORDER BY pool_code";
    let groups = sql::query(tx, groups, key(tx, row.merchant_id)).await?;
    let owed = "SELECT currency, owed_minor FROM merchant_balance \
                WHERE agency = $1 AND merchant_id = $2 ORDER BY currency";
    let owed = sql::query(tx, owed, key(tx, row.merchant_id)).await?;
    let owed = owed.iter().map(|owed| {
        money(&owed.try_get::<String>("", "currency")?, owed.try_get("", "owed_minor")?)
    });
    let name = tx.vault().open(&row.name).map_err(|error| DbErr::Custom(error.to_string()))?;
    let name = String::from_utf8(name).map_err(|_| DbErr::Type("name".to_owned()))?;
    Ok(Merchant {
        id: row.merchant_id.into(),
        name: Sensitive::new(name),
        groups: groups.iter().map(|row| row.try_get("", "pool_code")).collect::<Result<_, _>>()?,
        owed: owed.collect::<Result<_, _>>()?,
        create_time: row.create_time,
    })
}

fn key(tx: &Tx, id: Uuid) -> [Value; 2] {
    [tx.agency().as_str().into(), id.into()]
}

fn identity_hash(tx: &Tx, identity: &MerchantIdentity) -> Vec<u8> {
    tx.vault().keyed_hash(IDENTITY, &identity.bytes()).to_vec()
}

fn seal(tx: &Tx, text: &Sensitive<String>) -> Result<Vec<u8>, DbErr> {
    let sealed = tx.vault().seal(text.reveal().as_bytes());
    sealed.map_err(|error| DbErr::Custom(error.to_string()))
}
