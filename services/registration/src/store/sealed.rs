//! Values that cannot be read at rest.

use rangkai_db::{DbErr, Tx};
use serde::{Serialize, de::DeserializeOwned};

/// Seals a value.
pub fn seal(tx: &Tx, value: &impl Serialize) -> Result<Vec<u8>, DbErr> {
    let json = serde_json::to_vec(value).map_err(|_| broken())?;
    tx.vault().seal(&json).map_err(|error| DbErr::Custom(error.to_string()))
}

/// Opens a value.
pub fn open<T: DeserializeOwned>(tx: &Tx, sealed: &[u8]) -> Result<T, DbErr> {
    let json = tx.vault().open(sealed).map_err(|error| DbErr::Custom(error.to_string()))?;
    serde_json::from_slice(&json).map_err(|_| broken())
}

/// What serde says could hold what was sealed, so it is not repeated.
fn broken() -> DbErr {
    DbErr::Type("a sealed value has another shape".into())
}
