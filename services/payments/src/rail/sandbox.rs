//! The sandbox: a bank that pays nobody, with a memory, and with every fault that banks have.

use std::{future::pending, sync::Arc, time::Duration};

use rangkai_db::{Db, Tx};
use rangkai_primitives::Agency;
use uuid::Uuid;

use super::{
    Batch, RailError, Said,
    behaviour::{Behaviour, paid},
    block,
};
use crate::{
    domain::{Order, Outcome, Question},
    error::Error,
    store::{self, sandbox_order::Remembered},
};

/// After how long it answers by itself what it answers late.
const LATE: Duration = Duration::from_mins(20);

/// Takes orders, remembers them as a bank would, and answers as their accounts ask for.
pub async fn submit(db: &Db, batch: Arc<Batch>) -> Result<Vec<(Uuid, Outcome)>, RailError> {
    let breaks = batch.orders.iter().position(|it| Behaviour::of(it) == Behaviour::Breaks);
    let taken = breaks.map_or(batch.orders.len(), |place| place + 1);
    let remembering = {
        let batch = Arc::clone(&batch);
        move |tx: Tx| {
            let batch = Arc::clone(&batch);
            async move {
                let name = |order| (order, Behaviour::of(order).as_str());
                let orders: Vec<(&Order, &str)> =
                    batch.orders.iter().take(taken).map(name).collect();
                Ok::<_, Error>(store::sandbox_order::remember(&tx, batch.envelope, &orders).await?)
            }
        }
    };
    let given = db.act(block(&batch.agency), "sandbox: take orders", remembering).await?;
    if breaks.is_some() {
        return Err(RailError::BrokeOff);
    }
    if given.iter().any(|order| Behaviour::named(&order.behaviour) == Behaviour::Hangs) {
        return pending().await;
    }
    let answers = given.iter().flat_map(|order| {
        let said = Behaviour::named(&order.behaviour).at_once(order);
        said.into_iter().map(|outcome| (order.order, outcome))
    });
    Ok(answers.collect())
}

/// Says of each order what became of it; what never came, will not be paid any more.
pub async fn inquire(
    db: &Db,
    agency: Agency,
    questions: Arc<Vec<Question>>,
) -> Result<Vec<(Uuid, Outcome)>, RailError> {
    let asking = move |tx: Tx| {
        let questions = Arc::clone(&questions);
        async move {
            let too_late = Behaviour::TooLate.as_str();
            store::sandbox_order::refuse(&tx, &questions, too_late).await?;
            let orders: Vec<_> = questions.iter().map(|question| question.order).collect();
            Ok::<_, Error>(store::sandbox_order::inquire(&tx, &orders).await?)
        }
    };
    let found = db.act(block(&agency), "sandbox: answer inquiries", asking).await?;
    let answers = found
        .iter()
        .map(|order| (order.order, Behaviour::named(&order.behaviour).when_asked(order)));
    Ok(answers.collect())
}

/// What it answers by itself, late.
pub async fn listen(db: &Db) -> Result<Vec<Said>, RailError> {
    let listening = |tx: Tx| async move {
        let before = tx.now() - LATE;
        Ok::<_, Error>(store::sandbox_order::answer_late(&tx, before).await?)
    };
    let late = db.act(block(&Agency::platform()), "sandbox: answer late", listening).await?;
    let said = |order: Remembered| Said {
        outcome: paid(&order),
        agency: order.agency,
        envelope: order.envelope,
        order: order.order,
    };
    Ok(late.into_iter().map(said).collect())
}
