//! The `endpoint` table: URLs and secrets in it are sealed.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page, Sensitive, Timestamp};
use rangkai_vault::Vault;
use rangkai_webhooks::Signer;
use sea_orm::{
    IntoActiveModel as _, QueryOrder as _, QuerySelect as _, Select, entity::prelude::*,
};

use crate::{
    domain::{Endpoint, EndpointState, EventTypes},
    error::Error,
};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "endpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint_id: Uuid,
    pub agency: String,
    pub url: Vec<u8>,
    pub event_types: String,
    pub state: String,
    pub disable_reason: Option<String>,
    pub secret: Vec<u8>,
    pub previous_secret: Option<Vec<u8>>,
    pub previous_secret_end_time: Option<ChronoDateTimeUtc>,
    pub failing_since: Option<ChronoDateTimeUtc>,
    pub version: i64,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds an endpoint.
pub async fn insert(tx: &Tx, endpoint: &Endpoint) -> Result<(), Error> {
    let row = row(tx, endpoint)?.into_active_model();
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds an endpoint.
pub async fn find(tx: &Tx, id: Id<Endpoint>) -> Result<Option<Endpoint>, Error> {
    let row = ours(tx).filter(COLUMN.endpoint_id.eq(id.uuid())).one(tx).await?;
    row.map(|row| row.open(tx.vault())).transpose()
}

/// Finds an endpoint and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Endpoint>) -> Result<Option<Endpoint>, Error> {
    let query = ours(tx).filter(COLUMN.endpoint_id.eq(id.uuid())).lock_exclusive();
    query.one(tx).await?.map(|row| row.open(tx.vault())).transpose()
}

/// Says whether an endpoint is enabled, without opening it; none when there is no such endpoint.
pub async fn find_enabled(tx: &Tx, id: Id<Endpoint>) -> Result<Option<bool>, DbErr> {
    let row = ours(tx).filter(COLUMN.endpoint_id.eq(id.uuid())).one(tx).await?;
    Ok(row.map(|row| row.state == EndpointState::Enabled.to_string()))
}

/// The enabled endpoints that asked for facts of the type `kind`, unless they were registered after
/// `time`.
pub async fn find_listening(
    tx: &Tx,
    kind: &str,
    time: Timestamp,
) -> Result<Vec<Id<Endpoint>>, DbErr> {
    let find = "SELECT endpoint_id, event_types FROM endpoint \
                WHERE agency = $1 AND state = 'enabled' AND create_time <= $2 ORDER BY endpoint_id";
    let rows = sql::query(tx, find, [tx.agency().as_str().into(), time.into()]).await?;
    let mut found = Vec::new();
    for row in rows {
        let types: String = row.try_get("", "event_types")?;
        if EventTypes::from(types.as_str()).hold(kind) {
            found.push(row.try_get::<Uuid>("", "endpoint_id")?.into());
        }
    }
    Ok(found)
}

/// Counts the enabled endpoints of the agency, and holds them: of two that are added at the same
/// time, the later one counts the earlier.
pub async fn count_enabled(tx: &Tx) -> Result<u64, DbErr> {
    let enabled = || ours(tx).filter(COLUMN.state.eq(EndpointState::Enabled.to_string()));
    enabled().order_by_asc(COLUMN.endpoint_id).lock_exclusive().all(tx).await?;
    enabled().count(tx).await
}

/// Lists endpoints, newest first: one more than the page, if there is one.
pub async fn list(tx: &Tx, page: &Page<Endpoint>) -> Result<Vec<Endpoint>, Error> {
    let mut query = ours(tx);
    if let Some(after) = page.after {
        query = query.filter(COLUMN.endpoint_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.endpoint_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(|row| row.open(tx.vault())).collect()
}

/// Writes an endpoint back. It must be held.
pub async fn update(tx: &Tx, endpoint: &Endpoint) -> Result<(), Error> {
    let row = row(tx, endpoint)?.into_active_model().reset_all();
    let ours = COLUMN.agency.eq(tx.agency().as_str());
    Entity::update(row).validate()?.filter(ours).exec(tx).await?;
    Ok(())
}

/// Notes since when an endpoint fails, or that it does not. Nothing is written where that is known.
pub async fn mark(tx: &Tx, id: Id<Endpoint>, fails: bool, now: Timestamp) -> Result<(), DbErr> {
    let mark = if fails {
        "UPDATE endpoint SET failing_since = $3 \
         WHERE agency = $1 AND endpoint_id = $2 AND failing_since IS NULL"
    } else {
        "UPDATE endpoint SET failing_since = NULL \
         WHERE agency = $1 AND endpoint_id = $2 AND failing_since <= $3"
    };
    let values = [tx.agency().as_str().into(), id.uuid().into(), now.into()];
    sql::execute(tx, mark, values).await?;
    Ok(())
}

/// Says whether an enabled endpoint has failed since before `long_ago`.
pub async fn fails_since(tx: &Tx, id: Id<Endpoint>, long_ago: Timestamp) -> Result<bool, DbErr> {
    let query = ours(tx)
        .filter(COLUMN.endpoint_id.eq(id.uuid()))
        .filter(COLUMN.state.eq(EndpointState::Enabled.to_string()))
        .filter(COLUMN.failing_since.lte(long_ago));
    Ok(query.count(tx).await? > 0)
}

fn ours(tx: &Tx) -> Select<Entity> {
    Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()))
}

fn row(tx: &Tx, endpoint: &Endpoint) -> Result<Model, Error> {
    let seal = |text: &Sensitive<String>| tx.vault().seal(text.reveal().as_bytes());
    let previous = endpoint.previous.as_ref();
    Ok(Model {
        endpoint_id: endpoint.id.uuid(),
        agency: tx.agency().to_string(),
        url: seal(&endpoint.url)?,
        event_types: endpoint.types.to_string(),
        state: endpoint.state.to_string(),
        disable_reason: endpoint.disable_reason.map(|reason| reason.to_string()),
        secret: seal(endpoint.signer.secret())?,
        previous_secret: previous.map(|(signer, _)| seal(signer.secret())).transpose()?,
        previous_secret_end_time: previous.map(|(_, end)| *end),
        failing_since: endpoint.failing_since,
        version: endpoint.version,
        create_time: endpoint.create_time,
        update_time: endpoint.update_time,
    })
}

impl Model {
    fn open(self, vault: &Vault) -> Result<Endpoint, Error> {
        let corrupt =
            |column: &str| DbErr::Type(format!("endpoint {}: {column}", self.endpoint_id));
        let reason = self.disable_reason.map(|reason| reason.parse()).transpose();
        let previous = self.previous_secret.map(|sealed| signer(vault, &sealed)).transpose()?;
        Ok(Endpoint {
            id: self.endpoint_id.into(),
            url: Sensitive::new(text(vault, &self.url)?),
            types: EventTypes::from(self.event_types.as_str()),
            state: self.state.parse().map_err(|_| corrupt("state"))?,
            disable_reason: reason.map_err(|_| corrupt("disable_reason"))?,
            signer: signer(vault, &self.secret)?,
            previous: previous.zip(self.previous_secret_end_time),
            failing_since: self.failing_since,
            version: self.version,
            create_time: self.create_time,
            update_time: self.update_time,
        })
    }
}

fn signer(vault: &Vault, sealed: &[u8]) -> Result<Signer, Error> {
    Signer::new(&text(vault, sealed)?).map_err(|_| Error::Sealed)
}

fn text(vault: &Vault, sealed: &[u8]) -> Result<String, Error> {
    String::from_utf8(vault.open(sealed)?).map_err(|_| Error::Sealed)
}
