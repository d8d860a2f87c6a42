//! The `voucher_pool` table, and `pool_movement` beside it.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Money, Page};
use sea_orm::{
    IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*,
    sea_query::OnConflict,
};

use super::word;
use crate::domain::{FULL_POOL_MINOR, Pool, PoolMove};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "voucher_pool")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub pool_id: Uuid,
    pub agency: String,
    pub code: String,
    pub currency: String,
    pub funded_minor: i64,
    pub available_minor: i64,
    pub outstanding_minor: i64,
    pub redeemed_minor: i64,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a pool; answers whether its code was free.
pub async fn insert(tx: &Tx, pool: &Pool) -> Result<bool, DbErr> {
    let row = Model {
        pool_id: pool.id.uuid(),
        agency: tx.agency().to_string(),
        code: pool.code.clone(),
        currency: pool.currency.to_string(),
        funded_minor: pool.funded_minor,
        available_minor: pool.available_minor,
        outstanding_minor: pool.outstanding_minor,
        redeemed_minor: pool.redeemed_minor,
        create_time: pool.create_time,
        update_time: pool.update_time,
    };
    let taken = OnConflict::new().do_nothing().to_owned();
    let insert = Entity::insert(row.into_active_model()).on_conflict(taken);
    Ok(insert.exec_without_returning(tx).await? > 0)
}

/// Finds a pool.
pub async fn find(tx: &Tx, id: Id<Pool>) -> Result<Option<Pool>, DbErr> {
    let own = Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()));
    own.one(tx).await?.map(Pool::try_from).transpose()
}

/// Finds a pool by its code.
pub async fn find_by_code(tx: &Tx, code: &str) -> Result<Option<Pool>, DbErr> {
    let own =
        Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str())).filter(COLUMN.code.eq(code));
    own.one(tx).await?.map(Pool::try_from).transpose()
}

/// Lists pools, newest first: one more than the page, if there is one.
pub async fn list(tx: &Tx, page: &Page<Pool>) -> Result<Vec<Pool>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(after) = page.after {
        query = query.filter(COLUMN.pool_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.pool_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(Pool::try_from).collect()
}

/// Moves money of a pool, which is held until the transaction ends; none if an amount would fall
/// below nothing, or the pool would be too full.
pub async fn change(
    tx: &Tx,
    id: Id<Pool>,
    happens: PoolMove,
    minor: i64,
) -> Result<Option<Pool>, DbErr> {
    let update = "UPDATE voucher_pool SET funded_minor = funded_minor + $3, \
                  available_minor = available_minor + $4, \
                  outstanding_minor = outstanding_minor + $5, \
                  redeemed_minor = redeemed_minor + $6, update_time = $7 \
                  WHERE agency = $1 AND pool_id = $2 AND funded_minor + $3 <= $8 \
                  AND available_minor + $4 >= 0 AND outstanding_minor + $5 >= 0";
    let change = happens.change(minor);
    let values = [
        tx.agency().as_str().into(),
        id.uuid().into(),
        change.funded().into(),
        change.available.into(),
        change.outstanding.into(),
        change.redeemed.into(),
        tx.now().into(),
        FULL_POOL_MINOR.into(),
    ];
    if sql::execute(tx, update, values).await? == 0 {
        return Ok(None);
    }
    find(tx, id).await
}

/// Keeps that money of the treasury's `document` was put into a pool; false if the document was used
/// before. Waits for whoever is about to use it.
pub async fn insert_funding(
    tx: &Tx,
    movement: Uuid,
    pool: &Pool,
    amount: Money,
    document: &str,
) -> Result<bool, DbErr> {
    insert_movement(tx, movement, pool, ("funded", Some(document)), amount).await
}

/// Keeps that money was taken out of a pool.
pub async fn insert_draining(
    tx: &Tx,
    movement: Uuid,
    pool: &Pool,
    amount: Money,
) -> Result<(), DbErr> {
    insert_movement(tx, movement, pool, ("drained", None), amount).await.map(drop)
}

async fn insert_movement(
    tx: &Tx,
    movement: Uuid,
    pool: &Pool,
    (direction, document): (&str, Option<&str>),
    amount: Money,
) -> Result<bool, DbErr> {
    let insert = "INSERT INTO pool_movement (movement_id, agency, pool_id, direction, currency, \
                  amount_minor, create_time, document) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                  ON CONFLICT DO NOTHING";
    let values = [
        movement.into(),
        tx.agency().as_str().into(),
        pool.id.uuid().into(),
        direction.into(),
        amount.currency().as_str().into(),
        amount.minor().into(),
        tx.now().into(),
        document.into(),
    ];
    Ok(sql::execute(tx, insert, values).await? == 1)
}

impl TryFrom<Model> for Pool {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.pool_id.into(),
            code: row.code,
            currency: word("currency", &row.currency)?,
            funded_minor: row.funded_minor,
            available_minor: row.available_minor,
            outstanding_minor: row.outstanding_minor,
            redeemed_minor: row.redeemed_minor,
            create_time: row.create_time,
            update_time: row.update_time,
        })
    }
}
