//! The `voucher` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Page, Sensitive, Timestamp};
use sea_orm::{
    ActiveValue::NotSet,
    Condition, IntoActiveModel as _, QueryOrder as _, QuerySelect as _,
    entity::prelude::*,
    sea_query::{LockBehavior, LockType, OnConflict},
};

use super::{money, word};
use crate::domain::{PinHash, SerialNumber, Voucher, VoucherFilter, VoucherNumber, VoucherState};

/// What a number is hashed for.
const NUMBER: &str = "payments voucher number";
/// What a PIN is hashed for.
const PIN: &str = "payments voucher pin";

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "voucher")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub voucher_id: Uuid,
    pub agency: String,
    pub serial_number: String,
    pub number_hash: Option<Vec<u8>>,
    pub pool_id: Uuid,
    pub pool_code: String,
    pub batch_id: Uuid,
    pub currency: String,
    pub amount_minor: i64,
    pub redeemed_minor: i64,
    pub returned_minor: i64,
    pub state: String,
    pub pin_hash: Option<Vec<u8>>,
    pub pin_failures: i32,
    pub comment: Option<Vec<u8>>,
    pub expire_time: ChronoDateTimeUtc,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// The keyed hash of a PIN of this voucher; the same PIN hashes differently for another.
pub fn pin_hash(tx: &Tx, serial: &SerialNumber, pin: &Sensitive<String>) -> PinHash {
    let text = format!("{} {serial} {}", tx.agency(), pin.reveal());
    Sensitive::new(tx.vault().keyed_hash(PIN, text.as_bytes()))
}

/// Adds a voucher with its number; answers whether both its numbers were free.
pub async fn insert(
    tx: &Tx,
    voucher: &Voucher,
    number: &VoucherNumber,
    comment: &Sensitive<String>,
) -> Result<bool, DbErr> {
    let mut row = row(tx, voucher);
    row.number_hash = Some(number_hash(tx, number));
    if !comment.reveal().is_empty() {
        let sealed = tx.vault().seal(comment.reveal().as_bytes());
        row.comment = Some(sealed.map_err(|error| DbErr::Custom(error.to_string()))?);
    }
    let taken = OnConflict::new().do_nothing().to_owned();
    let insert = Entity::insert(row.into_active_model()).on_conflict(taken);
    Ok(insert.exec_without_returning(tx).await? > 0)
}

/// Finds a voucher.
pub async fn find(tx: &Tx, serial: &SerialNumber) -> Result<Option<Voucher>, DbErr> {
    own(tx, serial).one(tx).await?.map(Voucher::try_from).transpose()
}

/// Finds a voucher and holds it until the transaction ends.
pub async fn lock(tx: &Tx, serial: &SerialNumber) -> Result<Option<Voucher>, DbErr> {
    own(tx, serial).lock_exclusive().one(tx).await?.map(Voucher::try_from).transpose()
}

/// Finds a voucher by its secret number and holds it until the transaction ends.
pub async fn lock_by_number(tx: &Tx, number: &VoucherNumber) -> Result<Option<Voucher>, DbErr> {
    let find = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.number_hash.eq(number_hash(tx, number)));
    find.lock_exclusive().one(tx).await?.map(Voucher::try_from).transpose()
}

/// Finds a voucher and holds it, unless somebody else does.
pub async fn lock_if_free(tx: &Tx, id: Id<Voucher>) -> Result<Option<Voucher>, DbErr> {
    let own = Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()));
    let lock = own.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    lock.one(tx).await?.map(Voucher::try_from).transpose()
}

/// Lists vouchers, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    filter: VoucherFilter,
    page: &Page<Voucher>,
) -> Result<Vec<Voucher>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(pool) = filter.pool {
        query = query.filter(COLUMN.pool_id.eq(pool.uuid()));
    }
    if let Some(state) = filter.state {
        query = query.filter(is_in(state, tx.now()));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.voucher_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.voucher_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(Voucher::try_from).collect()
}

/// Vouchers of every agency that are due, the longest due first, from `after` on.
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Voucher>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Voucher>)>, DbErr> {
    let mut query = Entity::find()
        .filter(COLUMN.state.is_in(VoucherState::alive()))
        .filter(COLUMN.expire_time.lte(tx.now()));
    if let Some((time, id)) = after {
        let same_time =
            Condition::all().add(COLUMN.expire_time.eq(time)).add(COLUMN.voucher_id.gt(id.uuid()));
        query = query.filter(Condition::any().add(COLUMN.expire_time.gt(time)).add(same_time));
    }
    let query = query.order_by_asc(COLUMN.expire_time).order_by_asc(COLUMN.voucher_id);
    let rows = query.limit(limit).all(tx).await?;
    rows.iter()
        .map(|row| Ok((word("agency", &row.agency)?, row.expire_time, row.voucher_id.into())))
        .collect()
}

/// Writes a voucher back.
pub async fn update(tx: &Tx, voucher: &Voucher) -> Result<(), DbErr> {
    let mut row = row(tx, voucher).into_active_model().reset_all();
    // These two are written once.
    row.number_hash = NotSet;
    row.comment = NotSet;
    Entity::update(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a purged voucher back, without what could redeem it.
pub async fn purge(tx: &Tx, voucher: &Voucher) -> Result<(), DbErr> {
    let purge = "UPDATE voucher SET state = $3, number_hash = NULL, pin_hash = NULL, \
                 comment = NULL, update_time = $4 WHERE agency = $1 AND voucher_id = $2";
    let values = [
        tx.agency().as_str().into(),
        voucher.id.uuid().into(),
        voucher.state.as_str().into(),
        voucher.update_time.into(),
    ];
    sql::execute(tx, purge, values).await?;
    Ok(())
}

fn number_hash(tx: &Tx, number: &VoucherNumber) -> Vec<u8> {
    tx.vault().keyed_hash(NUMBER, number.reveal().as_bytes()).to_vec()
}

fn own(tx: &Tx, serial: &SerialNumber) -> Select<Entity> {
    Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.serial_number.eq(serial.as_str()))
}

/// Vouchers that are seen in a state: one that is alive and due is seen as expired.
fn is_in(state: VoucherState, now: Timestamp) -> Condition {
    let kept = Condition::all().add(COLUMN.state.eq(state.as_str()));
    if state.is_alive() {
        kept.add(COLUMN.expire_time.gt(now))
    } else if state == VoucherState::Expired {
        let due = Condition::all()
            .add(COLUMN.state.is_in(VoucherState::alive()))
            .add(COLUMN.expire_time.lte(now));
        Condition::any().add(kept).add(due)
    } else {
        kept
    }
}

fn row(tx: &Tx, voucher: &Voucher) -> Model {
    Model {
        voucher_id: voucher.id.uuid(),
        agency: tx.agency().to_string(),
        serial_number: voucher.serial.to_string(),
        number_hash: None,
        pool_id: voucher.pool.uuid(),
        pool_code: voucher.pool_code.clone(),
        batch_id: voucher.batch,
        currency: voucher.amount.currency().to_string(),
        amount_minor: voucher.amount.minor(),
        redeemed_minor: voucher.redeemed_minor,
        returned_minor: voucher.returned_minor,
        state: voucher.state.to_string(),
        pin_hash: voucher.pin.as_ref().map(|pin| pin.reveal().to_vec()),
        pin_failures: voucher.pin_failures,
        comment: None,
        expire_time: voucher.expire_time,
        create_time: voucher.create_time,
        update_time: voucher.update_time,
    }
}

impl TryFrom<Model> for Voucher {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let pin = row.pin_hash.map(<[u8; 32]>::try_from).transpose();
        let pin = pin.map_err(|_| DbErr::Type("pin_hash cannot be read".to_owned()))?;
        let serial = SerialNumber::given(&row.serial_number);
        Ok(Self {
            id: row.voucher_id.into(),
            serial: serial.map_err(|error| DbErr::Type(error.to_string()))?,
            pool: row.pool_id.into(),
            pool_code: row.pool_code,
            batch: row.batch_id,
            amount: money(&row.currency, row.amount_minor)?,
            redeemed_minor: row.redeemed_minor,
            returned_minor: row.returned_minor,
            state: word("state", &row.state)?,
            pin: pin.map(Sensitive::new),
            pin_failures: row.pin_failures,
            expire_time: row.expire_time,
            create_time: row.create_time,
            update_time: row.update_time,
        })
    }
}
