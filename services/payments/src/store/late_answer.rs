//! Stub.
use std::collections::HashMap;
use rangkai_db::{DbErr, Tx};
use rangkai_primitives::Id;
use uuid::Uuid;
pub async fn of_now(_tx: &Tx, _e: Id<crate::domain::Envelope>) -> Result<HashMap<Uuid, bool>, DbErr> { Ok(HashMap::new()) }
