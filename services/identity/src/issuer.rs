//! Minting tokens: who may have one, with which key, for how long.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rangkai_auth::{Claims, Signer, key_set};
use rangkai_db::Db;
use rangkai_primitives::{Agency, Caller};
use uuid::Uuid;

use crate::{
    domain::{Ask, Configured, SigningKey},
    error::Error,
    ops,
};

/// Mints tokens and shows the keys that verify them.
///
/// The keys are read anew for each token, which costs one short query: so every replica signs with
/// the same key at any moment, and no key is used that is not listed.
#[derive(Clone)]
pub struct Issuer {
    pub db: Db,
    pub configured: Configured,
    pub name: Arc<str>,
    pub audience: Arc<str>,
    pub life: Duration,
    pub key_age: Duration,
    opened: Opened,
}

/// Keys that were opened before; opening one computes its public half.
type Opened = Arc<Mutex<HashMap<i64, Signer>>>;

/// A token as minted.
pub struct Token {
    pub text: String,
    pub life: Duration,
    pub scopes: Vec<String>,
}

impl Issuer {
    /// An issuer called `name`, whose tokens are for `audience`.
    pub fn new(
        db: Db,
        configured: Configured,
        (name, audience): (&str, &str),
        (life, key_age): (Duration, Duration),
    ) -> Self {
        let (name, audience) = (name.into(), audience.into());
        Self { db, configured, name, audience, life, key_age, opened: Opened::default() }
    }

    /// Mints what a client asks for, if it may have it.
    pub async fn issue(&self, ask: Ask) -> Result<Token, Error> {
        let ask = Arc::new((self.configured.clone(), ask));
        let granted = self.db.read(block(), move |tx| {
            let ask = Arc::clone(&ask);
            async move {
                let caller = ops::token::grant(&tx, &ask.0, &ask.1).await?;
                let key = ops::signing_key::signing(&tx).await?;
                Ok::<_, Error>((caller, key, tx.now()))
            }
        });
        let (caller, key, now) = granted.await?;
        let name = Uuid::now_v7().to_string();
        let claims = Claims::of(&caller, &self.name, &self.audience, name, now, self.life);
        let text = self.signer(&key)?.mint(&claims)?;
        Ok(Token { text, life: self.life, scopes: caller.scopes })
    }

    /// The public keys as a key set (RFC 7517).
    pub async fn jwks(&self) -> Result<String, Error> {
        let life = self.life;
        let keys = self
            .db
            .read(block(), move |tx| async move { ops::signing_key::listed(&tx, life).await })
            .await?;
        let signers: Vec<_> = keys.iter().map(|key| self.signer(key)).collect::<Result<_, _>>()?;
        Ok(key_set(&signers))
    }

    /// Makes the next key, if it is due.
    pub async fn rotate(&self) -> Result<(), Error> {
        let (age, life) = (self.key_age, self.life);
        let is_due = self
            .db
            .read(block(), move |tx| async move { ops::signing_key::is_due(&tx, age).await })
            .await?;
        if !is_due {
            return Ok(());
        }
        let fresh = Signer::new_key()?;
        let rotate = move |tx| {
            let fresh = fresh.clone();
            async move { ops::signing_key::rotate(&tx, fresh, age, life).await }
        };
        self.db.act(block(), "identity: rotate the signing key", rotate).await
    }

    fn signer(&self, key: &SigningKey) -> Result<Signer, Error> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signer) = opened.get(&key.generation) {
            return Ok(signer.clone());
        }
        let signer = Signer::open(key.private_key.reveal())?;
        opened.insert(key.generation, signer.clone());
        Ok(signer)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What this block does by itself, it does for the platform.
fn block() -> Caller {
    Caller::block("identity", Agency::platform())
}
