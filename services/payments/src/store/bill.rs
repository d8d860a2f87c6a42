//! The `bill` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Agency, Id, Page, Timestamp};
use sea_orm::{
    Condition, IntoActiveModel as _, QueryOrder as _, QuerySelect as _,
    entity::prelude::*,
    sea_query::{LockBehavior, LockType, OnConflict},
};

use super::{line, money, word};
use crate::domain::{Bill, BillFilter, BillState, BillingCode};

/// How many rows a query names at once.
const MANY: usize = 500;

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bill")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub bill_id: Uuid,
    pub agency: String,
    pub billing_code: String,
    pub payer_subject_id: String,
    pub case_id: Uuid,
    pub lines: String,
    pub currency: String,
    pub amount_minor: i64,
    pub refunded_minor: i64,
    pub state: String,
    pub expire_time: ChronoDateTimeUtc,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a bill; false if its code is taken, or its case has a bill that is open or paid.
pub async fn insert(tx: &Tx, bill: &Bill) -> Result<bool, DbErr> {
    let mut conflict = OnConflict::new();
    conflict.do_nothing();
    let insert = Entity::insert(row(tx, bill)?.into_active_model()).on_conflict(conflict);
    Ok(insert.exec_without_returning(tx).await? == 1)
}

/// Finds a bill.
pub async fn find(tx: &Tx, id: Id<Bill>) -> Result<Option<Bill>, DbErr> {
    own(tx, id).one(tx).await?.map(Bill::try_from).transpose()
}

/// Finds a bill and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Bill>) -> Result<Option<Bill>, DbErr> {
    own(tx, id).lock_exclusive().one(tx).await?.map(Bill::try_from).transpose()
}

/// As [`lock`], but finds nothing while somebody else holds the bill.
pub async fn lock_if_free(tx: &Tx, id: Id<Bill>) -> Result<Option<Bill>, DbErr> {
    let find = own(tx, id).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    find.one(tx).await?.map(Bill::try_from).transpose()
}

/// Finds the bill of a code, whichever agency's it is.
pub async fn find_anywhere(tx: &Tx, code: &BillingCode) -> Result<Option<(Agency, Bill)>, DbErr> {
    let row = Entity::find().filter(COLUMN.billing_code.eq(code.as_str())).one(tx).await?;
    row.map(|row| Ok((word("agency", &row.agency)?, row.try_into()?))).transpose()
}

/// Holds the bills of codes until the transaction ends, whichever agencies' they are.
pub async fn hold_all(tx: &Tx, codes: Vec<BillingCode>) -> Result<(), DbErr> {
    let mut found = Vec::new();
    for part in codes.chunks(MANY) {
        let codes = part.iter().map(BillingCode::as_str);
        let find = Entity::find().select_only().column(Column::BillId);
        let find = find.filter(COLUMN.billing_code.is_in(codes)).into_tuple::<Uuid>();
        found.extend(find.all(tx).await?);
    }
    found.sort_unstable();
    for part in found.chunks(MANY) {
        let hold = Entity::find().select_only().column(Column::BillId);
        let hold = hold.filter(COLUMN.bill_id.is_in(part.iter().copied()));
        let hold = hold.order_by_asc(COLUMN.bill_id).lock_exclusive();
        hold.into_tuple::<Uuid>().all(tx).await?;
    }
    Ok(())
}

/// Finds the bill of a case that is open or paid, and holds it until the transaction ends.
pub async fn lock_of_case(tx: &Tx, case: Uuid) -> Result<Option<Bill>, DbErr> {
    let states = [BillState::Open, BillState::Paid].map(BillState::as_str);
    let find = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.case_id.eq(case))
        .filter(COLUMN.state.is_in(states))
        .lock_exclusive();
    find.one(tx).await?.map(Bill::try_from).transpose()
}

/// Lists bills, newest first: one more than the page, if there is one.
pub async fn list(tx: &Tx, filter: BillFilter, page: &Page<Bill>) -> Result<Vec<Bill>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(case) = filter.case {
        query = query.filter(COLUMN.case_id.eq(case));
    }
    if let Some(state) = filter.state {
        query = query.filter(is_in(state, tx.now()));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.bill_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.bill_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(Bill::try_from).collect()
}

/// Open bills of every agency that are due, from `after` on, the longest due first.
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Bill>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Bill>)>, DbErr> {
    let mut query = Entity::find()
        .filter(COLUMN.state.eq(BillState::Open.as_str()))
        .filter(COLUMN.expire_time.lte(tx.now()));
    if let Some((time, id)) = after {
        let same_time =
            Condition::all().add(COLUMN.expire_time.eq(time)).add(COLUMN.bill_id.gt(id.uuid()));
        query = query.filter(Condition::any().add(COLUMN.expire_time.gt(time)).add(same_time));
    }
    let query = query.order_by_asc(COLUMN.expire_time).order_by_asc(COLUMN.bill_id).limit(limit);
    let rows = query.all(tx).await?;
    rows.iter()
        .map(|row| Ok((word("agency", &row.agency)?, row.expire_time, row.bill_id.into())))
        .collect()
}

/// Writes a bill back.
pub async fn update(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    Entity::update(row(tx, bill)?.into_active_model().reset_all()).exec(tx).await?;
    Ok(())
}

fn own(tx: &Tx, id: Id<Bill>) -> Select<Entity> {
    Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()))
}

/// Bills that are seen in a state: an open one that is due is seen as expired.
fn is_in(state: BillState, now: Timestamp) -> Condition {
    let kept = Condition::all().add(COLUMN.state.eq(state.as_str()));
    match state {
        BillState::Open => kept.add(COLUMN.expire_time.gt(now)),
        BillState::Expired => {
            let due = Condition::all()
                .add(COLUMN.state.eq(BillState::Open.as_str()))
                .add(COLUMN.expire_time.lte(now));
            Condition::any().add(kept).add(due)
        }
        BillState::Paid | BillState::Cancelled => kept,
    }
}

fn row(tx: &Tx, bill: &Bill) -> Result<Model, DbErr> {
    Ok(Model {
        bill_id: bill.id.uuid(),
        agency: tx.agency().to_string(),
        billing_code: bill.code.to_string(),
        payer_subject_id: bill.payer.clone(),
        case_id: bill.case,
        lines: line::write(&bill.lines)?,
        currency: bill.amount.currency().to_string(),
        amount_minor: bill.amount.minor(),
        refunded_minor: bill.refunded_minor,
        state: bill.state.to_string(),
        expire_time: bill.expire_time,
        create_time: bill.create_time,
        update_time: bill.update_time,
        version: bill.version,
    })
}

impl TryFrom<Model> for Bill {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.bill_id.into(),
            code: word("billing_code", &row.billing_code)?,
            payer: row.payer_subject_id,
            case: row.case_id,
            lines: line::read(&row.lines)?,
            amount: money(&row.currency, row.amount_minor)?,
            refunded_minor: row.refunded_minor,
            state: word("state", &row.state)?,
            expire_time: row.expire_time,
            create_time: row.create_time,
            update_time: row.update_time,
            version: row.version,
        })
    }
}
