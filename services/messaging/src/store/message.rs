//! The `message` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Page};
use sea_orm::{
    IntoActiveModel as _, QueryOrder as _, QuerySelect as _, Select,
    entity::prelude::*,
    sea_query::{LockBehavior, LockType},
};

use crate::domain::{Channel, Message, State};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: Uuid,
    pub agency: String,
    pub template_id: Uuid,
    pub template_name: String,
    pub channel: String,
    pub language: String,
    pub recipient: String,
    pub case_id: Option<Uuid>,
    pub state: String,
    pub attempt_count: i64,
    pub failure_reason: Option<String>,
    pub fence: i64,
    pub due_time: Option<ChronoDateTimeUtc>,
    pub expire_time: ChronoDateTimeUtc,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
    pub read_time: Option<ChronoDateTimeUtc>,
    pub traceparent: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a message.
pub async fn insert(tx: &Tx, message: &Message) -> Result<(), DbErr> {
    let row = row(tx, message).into_active_model();
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a message.
pub async fn find(tx: &Tx, id: Id<Message>) -> Result<Option<Message>, DbErr> {
    let query = ours(tx).filter(COLUMN.message_id.eq(id.uuid()));
    query.one(tx).await?.map(Message::try_from).transpose()
}

/// Finds a message and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Message>) -> Result<Option<Message>, DbErr> {
    let query = ours(tx).filter(COLUMN.message_id.eq(id.uuid())).lock_exclusive();
    query.one(tx).await?.map(Message::try_from).transpose()
}

/// Holds up to `limit` messages that are due and that nobody else holds, the longest due first.
pub async fn lock_due(tx: &Tx, limit: u64) -> Result<Vec<Message>, DbErr> {
    let query = ours(tx)
        .filter(COLUMN.due_time.lte(tx.now()))
        .order_by_asc(COLUMN.due_time)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    query.all(tx).await?.into_iter().map(Message::try_from).collect()
}

/// The agencies of which some message is due. One look at the index for each of them: a backlog of
/// one agency does not make the others wait.
pub async fn due_agencies(tx: &Tx) -> Result<Vec<Agency>, DbErr> {
    let next = "SELECT agency FROM message WHERE due_time <= $1 AND agency > $2 \
                ORDER BY agency LIMIT 1";
    let mut agencies: Vec<Agency> = Vec::new();
    loop {
        let last = agencies.last().map(Agency::as_str).unwrap_or_default();
        let rows = sql::query(tx, next, [tx.now().into(), last.into()]).await?;
        let Some(row) = rows.first() else { return Ok(agencies) };
        let name: String = row.try_get("", "agency")?;
        agencies.push(name.parse().map_err(|_| DbErr::Type("message: agency".to_owned()))?);
    }
}

/// Lists messages, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    case: Option<Uuid>,
    state: Option<State>,
    page: &Page<Message>,
) -> Result<Vec<Message>, DbErr> {
    let mut query = ours(tx);
    if let Some(case) = case {
        query = query.filter(COLUMN.case_id.eq(case));
    }
    if let Some(state) = state {
        query = query.filter(COLUMN.state.eq(state.to_string()));
    }
    newest_first(tx, query, page).await
}

/// Lists the inbox of a person, newest first: one more than the page, if there is one.
pub async fn list_inbox(
    tx: &Tx,
    recipient: &str,
    page: &Page<Message>,
) -> Result<Vec<Message>, DbErr> {
    let inbox = ours(tx)
        .filter(COLUMN.channel.eq(Channel::Inbox.to_string()))
        .filter(COLUMN.recipient.eq(recipient));
    newest_first(tx, inbox, page).await
}

/// Writes a message back. It must be held.
pub async fn update(tx: &Tx, message: &Message) -> Result<(), DbErr> {
    let row = row(tx, message).into_active_model().reset_all();
    let ours = COLUMN.agency.eq(tx.agency().as_str());
    Entity::update(row).validate()?.filter(ours).exec(tx).await?;
    Ok(())
}

fn ours(tx: &Tx) -> Select<Entity> {
    Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()))
}

async fn newest_first(
    tx: &Tx,
    mut query: Select<Entity>,
    page: &Page<Message>,
) -> Result<Vec<Message>, DbErr> {
    if let Some(after) = page.after {
        query = query.filter(COLUMN.message_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.message_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(Message::try_from).collect()
}

fn row(tx: &Tx, message: &Message) -> Model {
    Model {
        message_id: message.id.uuid(),
        agency: tx.agency().to_string(),
        template_id: message.template.uuid(),
        template_name: message.template_name.clone(),
        channel: message.channel.to_string(),
        language: message.language.to_string(),
        recipient: message.recipient.clone(),
        case_id: message.case,
        state: message.state.to_string(),
        attempt_count: message.attempts,
        failure_reason: message.failure.map(|reason| reason.to_string()),
        fence: message.fence,
        due_time: message.due_time,
        expire_time: message.expire_time,
        create_time: message.create_time,
        update_time: message.update_time,
        read_time: message.read_time,
        traceparent: message.traceparent.clone(),
    }
}

impl TryFrom<Model> for Message {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let corrupt = |column: &str| DbErr::Type(format!("message {}: {column}", row.message_id));
        let failure = row.failure_reason.map(|reason| reason.parse()).transpose();
        Ok(Self {
            id: row.message_id.into(),
            template: row.template_id.into(),
            template_name: row.template_name,
            channel: row.channel.parse().map_err(|_| corrupt("channel"))?,
            language: row.language.parse().map_err(|_| corrupt("language"))?,
            recipient: row.recipient,
            case: row.case_id,
            state: row.state.parse().map_err(|_| corrupt("state"))?,
            attempts: row.attempt_count,
            failure: failure.map_err(|_| corrupt("failure_reason"))?,
            fence: row.fence,
            due_time: row.due_time,
            expire_time: row.expire_time,
            create_time: row.create_time,
            update_time: row.update_time,
            read_time: row.read_time,
            traceparent: row.traceparent,
        })
    }
}
