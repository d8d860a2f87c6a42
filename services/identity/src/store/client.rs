//! The `client` table.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Page, Sensitive};
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*};

use super::{corrupt, joined, parted};
use crate::{
    domain::{Client, SecretHash},
    error::Error,
};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: Uuid,
    pub agency: String,
    pub display_name: Vec<u8>,
    pub secret_hash: Vec<u8>,
    pub scopes: String,
    pub roles: String,
    pub state: String,
    pub create_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a client with the hash of its secret.
pub async fn insert(tx: &Tx, client: &Client, secret: &SecretHash) -> Result<(), Error> {
    let row = row(tx, client, secret)?.into_active_model();
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a client of any agency, with the hash of its secret; for whoever shows that secret.
pub async fn find(tx: &Tx, id: Id<Client>) -> Result<Option<(Client, SecretHash)>, Error> {
    Entity::find_by_id(id.uuid()).one(tx).await?.map(|row| read(tx, row)).transpose()
}

/// Finds a client of `agency`, or of any agency when there is none, and holds it until the
/// transaction ends.
pub async fn lock(
    tx: &Tx,
    id: Id<Client>,
    agency: Option<&Agency>,
) -> Result<Option<(Client, SecretHash)>, Error> {
    let mut query = Entity::find_by_id(id.uuid());
    if let Some(agency) = agency {
        query = query.filter(COLUMN.agency.eq(agency.as_str()));
    }
    query.lock_exclusive().one(tx).await?.map(|row| read(tx, row)).transpose()
}

/// Lists the clients of `agency`, or of every agency when there is none, newest first: one more than
/// the page, if there is one.
pub async fn list(
    tx: &Tx,
    agency: Option<&Agency>,
    page: &Page<Client>,
) -> Result<Vec<Client>, Error> {
    let mut query = Entity::find();
    if let Some(agency) = agency {
        query = query.filter(COLUMN.agency.eq(agency.as_str()));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.client_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.client_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(|row| Ok(read(tx, row)?.0)).collect()
}

/// Writes a client back.
pub async fn update(tx: &Tx, client: &Client, secret: &SecretHash) -> Result<(), Error> {
    let row = row(tx, client, secret)?.into_active_model().reset_all();
    Entity::update(row).exec(tx).await?;
    Ok(())
}

fn row(tx: &Tx, client: &Client, secret: &SecretHash) -> Result<Model, Error> {
    Ok(Model {
        client_id: client.id.uuid(),
        agency: client.agency.to_string(),
        display_name: tx.vault().seal(client.display_name.reveal().as_bytes())?,
        secret_hash: secret.as_bytes().to_vec(),
        scopes: joined(&client.scopes),
        roles: joined(&client.roles),
        state: client.state.as_str().to_owned(),
        create_time: client.create_time,
    })
}

fn read(tx: &Tx, row: Model) -> Result<(Client, SecretHash), Error> {
    let wrong = |column| corrupt("client", column);
    let name = String::from_utf8(tx.vault().open(&row.display_name)?);
    let hash = <[u8; 32]>::try_from(row.secret_hash).map_err(|_| wrong("secret_hash"))?;
    let client = Client {
        id: row.client_id.into(),
        agency: row.agency.parse().map_err(|_| wrong("agency"))?,
        display_name: Sensitive::new(name.map_err(|_| wrong("display_name"))?),
        scopes: parted(&row.scopes),
        roles: parted(&row.roles),
        state: row.state.parse().map_err(|_| wrong("state"))?,
        create_time: row.create_time,
    };
    Ok((client, hash.into()))
}
