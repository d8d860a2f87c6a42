//! Making clients and disabling them.

use aws_lc_rs::rand;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Page, Sensitive};
use tracing::instrument;

use super::token::hash;
use crate::{
    domain::{Client, ClientState, NewClient, Refusal, Scopes},
    error::Error,
    events::tell,
    store,
};

/// Makes a client and its secret, which is kept nowhere.
#[instrument(skip_all)]
pub async fn create(
    tx: &Tx,
    known: &Scopes,
    new: NewClient,
) -> Result<(Client, Sensitive<String>), Error> {
    let client = new.make(tx.caller(), known, tx.now())?;
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
    let secret = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    store::client::insert(tx, &client, &hash(tx.vault(), &secret)).await?;
    tx.changed("client", client.id.uuid());
    tell::client_created(tx, &client).await?;
    Ok((client, Sensitive::new(secret)))
}

/// Lists the clients that the caller keeps; answers the id to continue after, if there is more.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    page: &Page<Client>,
) -> Result<(Vec<Client>, Option<Id<Client>>), Error> {
    let mut clients = store::client::list(tx, kept_by(tx), page).await?;
    let next = page.cut(&mut clients, |client| client.id);
    Ok((clients, next))
}

/// Disables a client for good.
#[instrument(skip_all, fields(client.id = %id))]
pub async fn disable(tx: &Tx, id: Id<Client>) -> Result<Client, Error> {
    let found = store::client::lock(tx, id, kept_by(tx)).await?;
    let (client, secret) = found.ok_or(Refusal::ClientNotFound(id))?;
    if client.state == ClientState::Disabled {
        return Ok(client);
    }
    let client = Client { state: ClientState::Disabled, ..client };
    store::client::update(tx, &client, &secret).await?;
    tx.changed("client", client.id.uuid());
    tell::client_disabled(tx, &client).await?;
    Ok(client)
}

/// Whose clients the caller keeps: those of its agency, or all of them for the operator.
fn kept_by(tx: &Tx) -> Option<&Agency> {
    Some(tx.agency()).filter(|agency| **agency != Agency::platform())
}
