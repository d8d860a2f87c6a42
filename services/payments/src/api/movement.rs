//! What moves an agency's money goes through one group: what many callers ask for at once is
//! committed together, and each hears what became of theirs.

use rangkai_db::{Asked, Call, Db, DbErr, Group, GroupConfig, Reply, Tx};
use tonic::{Response, Status};

use super::status;
use crate::{
    Payments,
    domain::{Applied, Command, Refused},
    error::Error,
    ops,
};

/// The way to the books for what agencies ask.
pub type Movements = Group<Movement, Error>;

/// Linked commands, and how what became of them is answered.
#[derive(Clone, Debug)]
pub struct Movement {
    pub commands: Vec<Command>,
    pub answer: fn(Result<Applied, Refused>) -> Result<Reply, Error>,
}

/// Starts the group.
pub fn start(db: &Db, config: &GroupConfig) -> Movements {
    let weight = |movement: &Movement| movement.commands.len();
    Group::start(db, config, weight, |tx, asked| async move { move_all(&tx, asked).await })
}

async fn move_all(
    tx: &Tx,
    asked: Vec<Asked<Movement>>,
) -> Result<Vec<Result<Reply, Error>>, DbErr> {
    let part = |Asked { tx, item }: Asked<Movement>| (item.answer, (tx, item.commands));
    let (answers, units): (Vec<_>, Vec<_>) = asked.into_iter().map(part).unzip();
    let outcomes = ops::ledger::apply_for(tx, units).await.map_err(|error| {
        if let Error::Database(error) = error { error } else { DbErr::Custom(error.to_string()) }
    })?;
    Ok(answers.into_iter().zip(outcomes).map(|(answer, outcome)| answer(outcome)).collect())
}

impl Payments {
    /// Moves money as was asked for, once.
    pub(super) async fn shift<A>(
        &self,
        call: Call,
        movement: Movement,
    ) -> Result<Response<A>, Status>
    where
        A: prost::Message + Default,
    {
        let request_id = call.request_id;
        let answer = self.movements.once(call, movement).await;
        answer.map(Response::new).map_err(|error| status::of_change(error, request_id))
    }
}
