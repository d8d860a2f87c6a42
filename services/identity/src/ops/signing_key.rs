//! The keys that tokens are signed with.

use std::time::Duration;

use rangkai_db::Tx;
use rangkai_primitives::Sensitive;
use tracing::instrument;

use crate::{
    domain::{self, SigningKey},
    error::Error,
    store,
};

/// The key that signs now.
pub async fn signing(tx: &Tx) -> Result<SigningKey, Error> {
    let keys = store::signing_key::list(tx).await?;
    domain::signs(&keys, tx.now()).cloned().ok_or(Error::NoSigningKey)
}

/// The keys that verify tokens which live for `life`.
pub async fn listed(tx: &Tx, life: Duration) -> Result<Vec<SigningKey>, Error> {
    let keys = store::signing_key::list(tx).await?;
    Ok(domain::listed(&keys, tx.now(), life).into_iter().cloned().collect())
}

/// Whether another key is due.
pub async fn is_due(tx: &Tx, age: Duration) -> Result<bool, Error> {
    let keys = store::signing_key::list(tx).await?;
    Ok(domain::is_due(&keys, tx.now(), age))
}

/// Keeps `fresh` as the newest key, if one is due, and destroys those that verify nothing any more.
#[instrument(skip_all)]
pub async fn rotate(
    tx: &Tx,
    fresh: Sensitive<Vec<u8>>,
    age: Duration,
    life: Duration,
) -> Result<(), Error> {
    let keys = store::signing_key::list(tx).await?;
    if !domain::is_due(&keys, tx.now(), age) {
        return Ok(());
    }
    let generation = keys.last().map_or(1, |newest| newest.generation + 1);
    let key = SigningKey { generation, private_key: fresh, create_time: tx.now() };
    store::signing_key::insert(tx, &key).await?;
    if let Some(oldest) = domain::listed(&keys, tx.now(), life).first() {
        store::signing_key::delete_before(tx, oldest.generation).await?;
    }
    Ok(())
}
