//! Who calls: verified once at the gate, read wherever it matters; and tokens for calls to others.

mod claims;
mod credentials;
mod endpoint;
mod gate;
mod keys;
mod methods;
mod refusal;
mod signer;
mod verified;
mod verify;

pub use claims::{Actor, Audience, Claims};
pub use credentials::{Credentials, CredentialsConfig};
pub use endpoint::{EndpointConfig, EndpointError, connect};
pub use gate::{AuthConfig, Gate, GateError, Gated, caller};
pub use methods::{Method, Methods, MethodsError, PUBLIC};
pub use refusal::{DOMAIN, SCOPE_MISSING, TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_MISSING};
pub use signer::{SignError, Signer, key_set};
