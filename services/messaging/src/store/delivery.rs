//! The `delivery` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Page, Timestamp};
use sea_orm::{
    IntoActiveModel as _, QueryOrder as _, QuerySelect as _, Select,
    entity::prelude::*,
    sea_query::{LockBehavior, LockType},
};

use crate::domain::{Delivery, DeliveryState, Endpoint};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub delivery_id: Uuid,
    pub agency: String,
    pub endpoint_id: Uuid,
    pub webhook_id: Uuid,
    pub event_id: Uuid,
    pub event_type: String,
    pub state: String,
    pub attempt_count: i64,
    pub failure_reason: Option<String>,
    pub fence: i64,
    pub due_time: Option<ChronoDateTimeUtc>,
    pub retry_of: Option<Uuid>,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
    pub traceparent: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a delivery.
pub async fn insert(tx: &Tx, delivery: &Delivery) -> Result<(), DbErr> {
    let row = row(tx, delivery).into_active_model();
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a delivery and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Delivery>) -> Result<Option<Delivery>, DbErr> {
    let query = ours(tx).filter(COLUMN.delivery_id.eq(id.uuid())).lock_exclusive();
    query.one(tx).await?.map(Delivery::try_from).transpose()
}

/// Finds the delivery as which another was sent again.
pub async fn find_retry(tx: &Tx, of: Id<Delivery>) -> Result<Option<Delivery>, DbErr> {
    let query = ours(tx).filter(COLUMN.retry_of.eq(of.uuid()));
    query.one(tx).await?.map(Delivery::try_from).transpose()
}

/// Holds up to `limit` deliveries to an endpoint that are due and that nobody else holds, the
/// longest due first.
pub async fn lock_due(tx: &Tx, endpoint: Id<Endpoint>, limit: u64) -> Result<Vec<Delivery>, DbErr> {
    let query = ours(tx)
        .filter(COLUMN.endpoint_id.eq(endpoint.uuid()))
        .filter(COLUMN.due_time.lte(tx.now()))
        .order_by_asc(COLUMN.due_time)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    query.all(tx).await?.into_iter().map(Delivery::try_from).collect()
}

/// The endpoints of all agencies to which some delivery is due. One look at the index for each of
/// them: the backlog of one does not make the others wait.
pub async fn due_endpoints(tx: &Tx) -> Result<Vec<(Agency, Id<Endpoint>)>, DbErr> {
    let next = "SELECT agency, endpoint_id FROM delivery WHERE due_time <= $1 AND endpoint_id > $2 \
                ORDER BY endpoint_id LIMIT 1";
    let mut found: Vec<(Agency, Id<Endpoint>)> = Vec::new();
    loop {
        let last = found.last().map(|(_, id)| id.uuid()).unwrap_or_default();
        let rows = sql::query(tx, next, [tx.now().into(), last.into()]).await?;
        let Some(row) = rows.first() else { return Ok(found) };
        let agency: String = row.try_get("", "agency")?;
        let agency = agency.parse().map_err(|_| DbErr::Type("delivery: agency".to_owned()))?;
        found.push((agency, row.try_get::<Uuid>("", "endpoint_id")?.into()));
    }
}

/// Makes everything that is queued for an endpoint due at once.
pub async fn hasten(tx: &Tx, endpoint: Id<Endpoint>, now: Timestamp) -> Result<(), DbErr> {
    let update = "UPDATE delivery SET due_time = $3 WHERE agency = $1 AND endpoint_id = $2 \
                  AND state = 'queued' AND due_time > $3";
    let values = [tx.agency().as_str().into(), endpoint.uuid().into(), now.into()];
    sql::execute(tx, update, values).await?;
    Ok(())
}

/// Removes up to `most` deliveries of every agency that ended before `before`; answers how many.
pub async fn delete_before(tx: &Tx, before: Timestamp, most: i64) -> Result<u64, DbErr> {
    let delete = "DELETE FROM delivery WHERE delivery_id IN (SELECT delivery_id FROM delivery \
                  WHERE due_time IS NULL AND update_time < $1 LIMIT $2)";
    sql::keep_house(tx, delete, [before.into(), most.into()]).await
}

/// Lists the deliveries to an endpoint, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    endpoint: Id<Endpoint>,
    state: Option<DeliveryState>,
    page: &Page<Delivery>,
) -> Result<Vec<Delivery>, DbErr> {
    let mut query = ours(tx).filter(COLUMN.endpoint_id.eq(endpoint.uuid()));
    if let Some(state) = state {
        query = query.filter(COLUMN.state.eq(state.to_string()));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.delivery_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.delivery_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// Writes a delivery back. It must be held.
pub async fn update(tx: &Tx, delivery: &Delivery) -> Result<(), DbErr> {
    let row = row(tx, delivery).into_active_model().reset_all();
    let ours = COLUMN.agency.eq(tx.agency().as_str());
    Entity::update(row).validate()?.filter(ours).exec(tx).await?;
    Ok(())
}

fn ours(tx: &Tx) -> Select<Entity> {
    Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()))
}

fn row(tx: &Tx, delivery: &Delivery) -> Model {
    Model {
        delivery_id: delivery.id.uuid(),
        agency: tx.agency().to_string(),
        endpoint_id: delivery.endpoint.uuid(),
        webhook_id: delivery.webhook.uuid(),
        event_id: delivery.event,
        event_type: delivery.kind.clone(),
        state: delivery.state.to_string(),
        attempt_count: delivery.attempts,
        failure_reason: delivery.failure.clone(),
        fence: delivery.fence,
        due_time: delivery.due_time,
        retry_of: delivery.retry_of.map(Id::uuid),
        create_time: delivery.create_time,
        update_time: delivery.update_time,
        traceparent: delivery.traceparent.clone(),
    }
}

impl TryFrom<Model> for Delivery {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let state = row.state.parse();
        let corrupt = |_| DbErr::Type(format!("delivery {}: state", row.delivery_id));
        Ok(Self {
            id: row.delivery_id.into(),
            endpoint: row.endpoint_id.into(),
            webhook: row.webhook_id.into(),
            event: row.event_id,
            kind: row.event_type,
            state: state.map_err(corrupt)?,
            attempts: row.attempt_count,
            failure: row.failure_reason,
            fence: row.fence,
            due_time: row.due_time,
            retry_of: row.retry_of.map(Into::into),
            create_time: row.create_time,
            update_time: row.update_time,
            traceparent: row.traceparent,
        })
    }
}
