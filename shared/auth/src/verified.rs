//! The tokens that were verified before: a caller shows the same one with each call, and looking at
//! its signature again would cost more than all the rest.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use aws_lc_rs::digest::{SHA256, digest};
use rangkai_primitives::{Caller, Timestamp};

use crate::keys::{Key, Keys};

/// The most tokens that are kept; when there are more, all are verified again.
const MOST: usize = 10_000;

/// The name of a token that nobody can forge.
pub(crate) type Fingerprint = [u8; 32];

/// Tokens that were verified before, and what they said.
#[derive(Default)]
pub(crate) struct Verified(RwLock<HashMap<Fingerprint, Kept>>);

/// What a token said, and for how long.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) caller: Caller,
    pub(crate) kid: String,
    /// The key that its signature was made with. It counts no longer than this very key is known.
    pub(crate) key: Arc<Key>,
    /// From when on it counts, in seconds since 1970.
    pub(crate) begin: i64,
    /// When it ends.
    pub(crate) end: i64,
}

impl Verified {
    /// The caller that `token` names, if it was verified before and nothing changed since.
    pub(crate) fn find(&self, token: Fingerprint, keys: &Keys, now: Timestamp) -> Option<Caller> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(&token)?;
        let counts = (kept.begin..kept.end).contains(&now.timestamp());
        (counts && keys.holds(&kept.kid, &kept.key)).then(|| kept.caller.clone())
    }

    /// Keeps what `token` said.
    pub(crate) fn keep(&self, token: Fingerprint, kept: Kept) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(token, kept);
    }
}

/// The fingerprint of a token.
pub(crate) fn fingerprint(token: &str) -> Fingerprint {
    let mut short = Fingerprint::default();
    short.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    short
}

#[cfg(test)]
mod tests {
    use rangkai_primitives::{Agency, Clock};

    use super::*;
    use crate::{Signer, key_set};

    #[tokio::test]
    async fn a_token_counts_no_longer_than_its_time_and_its_key() {
        let signer = Signer::open(Signer::new_key().unwrap().reveal()).unwrap();
        let keys = Keys::of(&key_set([&signer])).unwrap();
        let key = keys.find(signer.kid()).await.ok().unwrap();
        let now = Clock::system().now();
        let caller = Caller::block("test", Agency::platform());
        let (begin, end) = (now.timestamp(), now.timestamp() + 60);
        let kept = Kept { caller, kid: signer.kid().to_owned(), key, begin, end };
        let (verified, token) = (Verified::default(), fingerprint("a token"));
        verified.keep(token, kept);

        let counts = |keys: &Keys, after: i64| {
            let then = Timestamp::from_timestamp(now.timestamp() + after, 0).unwrap();
            verified.find(token, keys, then).is_some()
        };

        assert!(counts(&keys, 0) && counts(&keys, 59));
        assert!(!counts(&keys, 60) && !counts(&keys, -1));
        assert!(!counts(&Keys::of(&key_set([&signer])).unwrap(), 0));
        assert!(verified.find(fingerprint("another"), &keys, now).is_none());
    }
}
