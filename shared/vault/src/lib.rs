//! Sealing what must not be readable at rest, and keyed hashes to look it up by.
//!
//! Every value gets a data key of its own, which is kept beside it, wrapped by the master key from
//! outside the database. Where a person's data must be erasable, the person has one wrapped key in a
//! row ([`Vault::new_key`], [`Vault::seal_with`]): whoever destroys that row has erased everything
//! sealed with it, backups of the values included.

mod aead;
mod error;
#[cfg(test)]
mod tests;
mod vault;

pub use error::VaultError;
pub use vault::{Hasher, Sealer, Vault, WrappedKey};
