//! What is true about people, clients and keys: pure types and their rules.

mod access;
mod attribute;
mod claim;
mod client;
mod configured;
mod grant;
mod nik;
mod person;
mod refusal;
mod register;
mod scopes;
mod secret;
mod signing;

pub use access::{Access, AccessKind, Purpose};
pub use attribute::Attribute;
pub use claim::Claim;
pub use client::{Client, ClientState, NewClient};
pub use configured::Configured;
pub use grant::{Ask, Principal};
pub use nik::Nik;
pub use person::{Disclosed, Imported, Person, Registered, SubjectId};
pub use refusal::Refusal;
pub use register::{Mistake, read as read_register};
pub use scopes::Scopes;
pub use secret::SecretHash;
pub use signing::{SigningKey, is_due, listed, signs};
