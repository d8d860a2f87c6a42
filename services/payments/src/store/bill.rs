//! The `bill` table.

use std::collections::BTreeMap;

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Agency, Id, Page, Timestamp};
use sea_orm::{
    Condition, IntoActiveModel as _, QueryOrder as _, QuerySelect as _,
    entity::prelude::*,
    sea_query::{LockBehavior, LockType, OnConflict},
};

use super::{line, money, part, word};
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
    pub paid_minor: i64,
    pub sequence: i64,
    pub part_count: i64,
    pub replaces_bill_id: Option<Uuid>,
    pub replaced_by_bill_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a bill with its parts; false if its code is taken.
pub async fn insert(tx: &Tx, bill: &Bill) -> Result<bool, DbErr> {
    let mut conflict = OnConflict::new();
    conflict.do_nothing();
    let insert = Entity::insert(row(tx, bill)?.into_active_model()).on_conflict(conflict);
    if insert.exec_without_returning(tx).await? == 0 {
        return Ok(false);
    }
    part::insert(tx, bill).await.map(|()| true)
}

/// Finds a bill.
pub async fn find(tx: &Tx, id: Id<Bill>) -> Result<Option<Bill>, DbErr> {
    whole(tx, own(tx, id).one(tx).await?).await
}

/// Finds a bill and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Bill>) -> Result<Option<Bill>, DbErr> {
    whole(tx, own(tx, id).lock_exclusive().one(tx).await?).await
}

/// As [`lock`], but finds nothing while somebody else holds the bill.
pub async fn lock_if_free(tx: &Tx, id: Id<Bill>) -> Result<Option<Bill>, DbErr> {
    let find = own(tx, id).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    whole(tx, find.one(tx).await?).await
}

/// Finds the bill that a code pays, or pays a part of, whichever agency's it is.
pub async fn find_anywhere(tx: &Tx, code: &BillingCode) -> Result<Option<(Agency, Bill)>, DbErr> {
    let own = Entity::find().filter(COLUMN.billing_code.eq(code.as_str())).one(tx).await?;
    let row = match own {
        Some(row) => Some(row),
        None => match part::find_bill(tx, code).await? {
            Some(bill) => Entity::find_by_id(bill.uuid()).one(tx).await?,
            None => None,
        },
    };
    let Some(row) = row else { return Ok(None) };
    let agency = word("agency", &row.agency)?;
    Ok(whole(tx, Some(row)).await?.map(|bill| (agency, bill)))
}

/// Holds the bills of codes, or of parts of them, until the transaction ends, whichever agencies'
/// they are; answers whose each code is.
pub async fn hold_all(
    tx: &Tx,
    codes: &[BillingCode],
) -> Result<BTreeMap<BillingCode, Agency>, DbErr> {
    let mut owners = BTreeMap::new();
    let mut found = Vec::new();
    for some in codes.chunks(MANY) {
        let columns = [Column::BillId, Column::BillingCode, Column::Agency];
        let find = Entity::find().select_only().columns(columns);
        let find = find.filter(COLUMN.billing_code.is_in(some.iter().map(BillingCode::as_str)));
        let whole = find.into_tuple::<(Uuid, String, String)>().all(tx).await?;
        for (bill, code, agency) in whole.into_iter().chain(part::find_bills(tx, some).await?) {
            owners.insert(word("billing_code", &code)?, word("agency", &agency)?);
            found.push(bill);
        }
    }
    found.sort_unstable();
    found.dedup();
    for part in found.chunks(MANY) {
        let hold = Entity::find().select_only().column(Column::BillId);
        let hold = hold.filter(COLUMN.bill_id.is_in(part.iter().copied()));
        let hold = hold.order_by_asc(COLUMN.bill_id).lock_exclusive();
        hold.into_tuple::<Uuid>().all(tx).await?;
    }
    Ok(owners)
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
    let mut bills = Vec::new();
    for row in rows {
        bills.extend(whole(tx, Some(row)).await?);
    }
    Ok(bills)
}

/// What lets no bill expire: a collection of it of which nobody knows whether it was paid. Once a bill
/// is due, so is every code of it that was waiting.
const SETTLED: &str = "NOT EXISTS (SELECT 1 FROM collection WHERE collection.agency = bill.agency \
                       AND collection.bill_id = bill.bill_id \
                       AND collection.state IN ('waiting', 'unknown', 'stuck'))";

/// Open bills of every agency that are due and can expire, from `after` on, the longest due first.
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Bill>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Bill>)>, DbErr> {
    let mut query = Entity::find()
        .filter(COLUMN.state.eq(BillState::Open.as_str()))
        .filter(COLUMN.expire_time.lte(tx.now()))
        .filter(Expr::cust(SETTLED));
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

/// Writes a bill back with its parts.
pub async fn update(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    Entity::update(row(tx, bill)?.into_active_model().reset_all()).exec(tx).await?;
    part::update(tx, bill).await
}

/// The bill of a row, with its parts.
async fn whole(tx: &Tx, row: Option<Model>) -> Result<Option<Bill>, DbErr> {
    let Some(row) = row else { return Ok(None) };
    let (agency, parts) = (word("agency", &row.agency)?, row.part_count > 0);
    let bill = Bill::try_from(row)?;
    let parts = if parts { part::list(tx, &agency, bill.id).await? } else { Vec::new() };
    Ok(Some(Bill { parts, ..bill }))
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
        paid_minor: bill.paid_minor,
        sequence: bill.sequence.into(),
        part_count: i64::try_from(bill.parts.len()).unwrap_or(i64::MAX),
        replaces_bill_id: bill.replaces.map(Id::uuid),
        replaced_by_bill_id: bill.replaced_by.map(Id::uuid),
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
            paid_minor: row.paid_minor,
            sequence: i32::try_from(row.sequence)
                .map_err(|_| DbErr::Type("sequence".to_owned()))?,
            parts: Vec::new(),
            replaces: row.replaces_bill_id.map(Id::from),
            replaced_by: row.replaced_by_bill_id.map(Id::from),
        })
    }
}
