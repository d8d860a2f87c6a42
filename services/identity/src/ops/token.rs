//! Who gets a token, and what it may say.

use rangkai_db::Tx;
use rangkai_primitives::{Caller, Id};
use rangkai_vault::Vault;
use tracing::instrument;
use uuid::Uuid;

use crate::{
    domain::{Ask, ClientState, Configured, Principal, Refusal, SecretHash},
    error::Error,
    store,
};

/// The caller that a token lets in, if the client shows its secret and may ask for this.
///
/// A wrong id, a wrong secret and a disabled client take the same way: the same query, one hash and
/// one comparison. There is no count of wrong tries: 32 random bytes are not guessed, and a count
/// would let anybody lock a client out by its name.
#[instrument(skip_all)]
pub async fn grant(tx: &Tx, configured: &Configured, ask: &Ask) -> Result<Caller, Error> {
    // What is no UUID is nobody's id; it is looked for all the same.
    let id = ask.client_id.parse::<Uuid>().unwrap_or_default();
    let kept = store::client::find(tx, Id::from(id)).await?;
    let kept = kept.map(|(client, secret)| {
        let is_active = client.state == ClientState::Active;
        (Principal::from(client), secret, is_active)
    });
    let named = configured.find(&ask.client_id).map(|(it, secret)| (it, secret, true));
    let shown = hash(tx.vault(), ask.client_secret.reveal());
    let found = named.or(kept);
    let expected = found.as_ref().map_or(SecretHash::NONE, |(_, secret, _)| secret.clone());
    let is_right = expected.matches(&shown);
    match found {
        Some((principal, _, true)) if is_right => Ok(principal.grant(ask)?),
        Some(_) | None => Err(Refusal::ClientNotAuthenticated.into()),
    }
}

/// The keyed hash of a client's secret.
pub fn hash(vault: &Vault, secret: &str) -> SecretHash {
    vault.keyed_hash("identity.client_secret", secret.as_bytes()).into()
}
