//! The `collection` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Agency, Id, Money, Page, Sensitive, Timestamp};
use sea_orm::{
    Condition, IntoActiveModel as _, QueryOrder as _, QuerySelect as _,
    entity::prelude::*,
    sea_query::{LockBehavior, LockType, OnConflict},
};

use super::{money, word};
use crate::domain::{Bill, Collection, CollectionState, Providers};

/// How many rows a query names at once.
const MANY: usize = 500;

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "collection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub collection_id: Uuid,
    pub agency: String,
    pub channel: String,
    pub provider: String,
    pub number: String,
    pub payload: String,
    pub bill_id: Option<Uuid>,
    pub billing_code: Option<String>,
    pub currency: Option<String>,
    pub amount_minor: Option<i64>,
    pub state: String,
    pub inquiries: i64,
    pub next_inquiry: Option<ChronoDateTimeUtc>,
    pub expire_time: Option<ChronoDateTimeUtc>,
    pub reason: Option<Vec<u8>>,
    pub resolved_by: Option<String>,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a collection; false if its number is taken, or its counter has a code.
pub async fn insert(tx: &Tx, collection: &Collection) -> Result<bool, DbErr> {
    let mut conflict = OnConflict::new();
    conflict.do_nothing();
    let insert = Entity::insert(row(tx, collection)?.into_active_model()).on_conflict(conflict);
    Ok(insert.exec_without_returning(tx).await? == 1)
}

/// Finds a collection.
pub async fn find(tx: &Tx, id: Id<Collection>) -> Result<Option<Collection>, DbErr> {
    own(tx, id).one(tx).await?.map(|row| collection(tx, row)).transpose()
}

/// Finds a collection and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Collection>) -> Result<Option<Collection>, DbErr> {
    own(tx, id).lock_exclusive().one(tx).await?.map(|row| collection(tx, row)).transpose()
}

/// As [`lock`], but finds nothing while somebody else holds it.
pub async fn lock_if_free(tx: &Tx, id: Id<Collection>) -> Result<Option<Collection>, DbErr> {
    let find = own(tx, id).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    find.one(tx).await?.map(|row| collection(tx, row)).transpose()
}

/// Finds the collection that a provider calls so, whichever agency's it is.
pub async fn find_anywhere(
    tx: &Tx,
    provider: &str,
    number: &str,
) -> Result<Option<(Agency, Id<Collection>)>, DbErr> {
    let find = Entity::find().filter(COLUMN.provider.eq(provider)).filter(COLUMN.number.eq(number));
    let row = find.one(tx).await?;
    row.map(|row| Ok((word("agency", &row.agency)?, row.collection_id.into()))).transpose()
}

/// Holds the collections that providers call so until the transaction ends, whichever agencies' they
/// are.
pub async fn hold_all(
    tx: &Tx,
    providers: &[&str],
    numbers: &[&str],
) -> Result<Vec<(Agency, Collection)>, DbErr> {
    let mut ids = Vec::new();
    for some in numbers.chunks(MANY) {
        let find = Entity::find()
            .select_only()
            .column(Column::CollectionId)
            .filter(COLUMN.provider.is_in(providers.iter().copied()))
            .filter(COLUMN.number.is_in(some.iter().copied()));
        ids.extend(find.into_tuple::<Uuid>().all(tx).await?);
    }
    ids.sort_unstable();
    let mut held = Vec::new();
    for some in ids.chunks(MANY) {
        let find = Entity::find()
            .filter(COLUMN.collection_id.is_in(some.iter().copied()))
            .order_by_asc(COLUMN.collection_id)
            .lock_exclusive();
        for row in find.all(tx).await? {
            held.push((word("agency", &row.agency)?, collection(tx, row)?));
        }
    }
    Ok(held)
}

/// Finds the agency's code for its counters.
pub async fn find_counter(tx: &Tx, provider: &str) -> Result<Option<Collection>, DbErr> {
    let find = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.provider.eq(provider))
        .filter(COLUMN.bill_id.is_null());
    find.one(tx).await?.map(|row| collection(tx, row)).transpose()
}

/// Every collection of a bill that can be paid or whose outcome is unknown.
pub async fn unsettled(tx: &Tx, bill: Id<Bill>) -> Result<Vec<Collection>, DbErr> {
    let states = [CollectionState::Waiting, CollectionState::Unknown, CollectionState::Stuck];
    let find = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.bill_id.eq(bill.uuid()))
        .filter(COLUMN.state.is_in(states.map(CollectionState::as_str)))
        .order_by_desc(COLUMN.collection_id);
    find.all(tx).await?.into_iter().map(|row| collection(tx, row)).collect()
}

/// Lists collections, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    bill: Option<Id<Bill>>,
    state: Option<CollectionState>,
    page: &Page<Collection>,
) -> Result<Vec<Collection>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(bill) = bill {
        query = query.filter(COLUMN.bill_id.eq(bill.uuid()));
    }
    if let Some(state) = state {
        query = query.filter(COLUMN.state.eq(state.as_str()));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.collection_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.collection_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(|row| collection(tx, row)).collect()
}

/// Collections of every agency of which `providers` are to be asked, from `after` on, the longest
/// due first.
pub async fn due(
    tx: &Tx,
    providers: &Providers,
    after: Option<(Timestamp, Id<Collection>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Collection>)>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.next_inquiry.lte(tx.now()));
    query = query.filter(match providers {
        Providers::One(name) => COLUMN.provider.eq(name),
        Providers::Others(names) => COLUMN.provider.is_not_in(names),
    });
    if let Some((time, id)) = after {
        let same_time = Condition::all()
            .add(COLUMN.next_inquiry.eq(time))
            .add(COLUMN.collection_id.gt(id.uuid()));
        query = query.filter(Condition::any().add(COLUMN.next_inquiry.gt(time)).add(same_time));
    }
    let query = query.order_by_asc(COLUMN.next_inquiry).order_by_asc(COLUMN.collection_id);
    let rows = query.limit(limit).all(tx).await?;
    let due = rows.into_iter().filter_map(|row| {
        let time = row.next_inquiry?;
        Some(word("agency", &row.agency).map(|agency| (agency, time, row.collection_id.into())))
    });
    due.collect()
}

/// Writes a collection back.
pub async fn update(tx: &Tx, collection: &Collection) -> Result<(), DbErr> {
    Entity::update(row(tx, collection)?.into_active_model().reset_all()).exec(tx).await?;
    Ok(())
}

fn own(tx: &Tx, id: Id<Collection>) -> Select<Entity> {
    Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()))
}

fn row(tx: &Tx, collection: &Collection) -> Result<Model, DbErr> {
    let reason = collection.reason.as_ref();
    let reason = reason.map(|reason| tx.vault().seal(reason.reveal().as_bytes())).transpose();
    let inquiries = i64::try_from(collection.inquiries);
    Ok(Model {
        collection_id: collection.id.uuid(),
        agency: tx.agency().to_string(),
        channel: collection.channel.as_str().to_owned(),
        provider: collection.provider.clone(),
        number: collection.number.clone(),
        payload: collection.payload.clone(),
        bill_id: collection.bill.as_ref().map(|(bill, _)| bill.uuid()),
        billing_code: collection.bill.as_ref().map(|(_, code)| code.to_string()),
        currency: collection.amount.map(|amount| amount.currency().to_string()),
        amount_minor: collection.amount.map(Money::minor),
        state: collection.state.to_string(),
        inquiries: inquiries.map_err(|error| DbErr::Type(error.to_string()))?,
        next_inquiry: collection.next_inquiry,
        expire_time: collection.expire_time,
        reason: reason.map_err(|error| DbErr::Custom(error.to_string()))?,
        resolved_by: collection.resolved_by.clone(),
        create_time: collection.create_time,
        update_time: collection.update_time,
    })
}

fn collection(tx: &Tx, row: Model) -> Result<Collection, DbErr> {
    let reason = row.reason.map(|sealed| tx.vault().open(&sealed)).transpose();
    let reason = reason.map_err(|error| DbErr::Custom(error.to_string()))?;
    let reason = reason.map(String::from_utf8).transpose();
    let code = row.billing_code.map(|code| word("billing_code", &code)).transpose()?;
    let amount = row.currency.zip(row.amount_minor);
    Ok(Collection {
        id: row.collection_id.into(),
        channel: word("channel", &row.channel)?,
        provider: row.provider,
        number: row.number,
        payload: row.payload,
        bill: row.bill_id.map(Id::from).zip(code),
        amount: amount.map(|(currency, minor)| money(&currency, minor)).transpose()?,
        state: word("state", &row.state)?,
        inquiries: usize::try_from(row.inquiries).unwrap_or_default(),
        next_inquiry: row.next_inquiry,
        expire_time: row.expire_time,
        reason: reason.map_err(|_| DbErr::Type("reason".to_owned()))?.map(Sensitive::new),
        resolved_by: row.resolved_by,
        create_time: row.create_time,
        update_time: row.update_time,
    })
}
