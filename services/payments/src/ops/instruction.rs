//! Stub.
use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Money};
use uuid::Uuid;
use crate::{domain::{Envelope, Order, Outcome}, error::Error};
#[derive(Clone, Copy, Debug, Default)]
pub struct Settled { pub settled: usize, pub waiting: usize, pub late: usize, pub unknown: usize, pub paused: bool, pub completed: bool }
#[derive(Clone, Debug)]
pub struct Inquiry { pub agency: Agency, pub envelope: Id<Envelope>, pub order: Uuid, pub end_to_end: String, pub amount: Money }
pub async fn settle(_tx: &Tx, _id: Id<Envelope>, _o: &[(Uuid, Outcome)]) -> Result<Settled, Error> { Ok(Settled::default()) }
pub async fn take(_tx: &Tx, _id: Id<Envelope>, _l: u64) -> Result<Vec<Order>, Error> { Ok(Vec::new()) }
pub async fn released(_tx: &Tx, _l: u64) -> Result<Vec<(Agency, Id<Envelope>)>, Error> { Ok(Vec::new()) }
pub async fn due_for_inquiry(_tx: &Tx, _l: u64) -> Result<Vec<Inquiry>, Error> { Ok(Vec::new()) }
