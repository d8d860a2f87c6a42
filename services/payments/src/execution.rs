//! The background job that pays: it hands the orders of released envelopes to the rail, records what
//! the rail says, and asks about those of which it says nothing.
//!
//! An order is taken, and known to be taken, before the rail gets it. Whatever breaks after that
//! leaves an order that may have been paid: it is asked about, and never given again.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rangkai_db::{Lease, Tx};
use rangkai_primitives::{Agency, Caller, Id};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    Payments,
    domain::{Envelope, Order, Outcome, Question},
    error::Error,
    ops::{self, instruction::Inquiry, pace::Throttle},
    rail::{Batch, RailError},
};

/// Who the block is when it acts by itself.
const BLOCK: &str = "payments";
/// How many envelopes one pass looks at.
const ENVELOPES: u64 = 100;
/// How many orders are asked about at once.
const QUESTIONS: u64 = 1_000;
/// How long one batch may take; well below the silence after which its orders are asked about.
const LEASE: Duration = Duration::from_mins(2);

/// The orders of one envelope and what the rail says of them.
type Answers = Vec<(Uuid, Outcome)>;

impl Payments {
    /// Hands the orders of every released envelope to the rail, as many as it can take just now, and
    /// records what it says; answers how many orders were handed over. An envelope that fails does
    /// not hold up the others.
    ///
    /// Several replicas may do this at the same time: each order is taken once.
    ///
    /// # Errors
    ///
    /// When the database cannot tell which envelopes are released.
    pub async fn execute_due(&self) -> anyhow::Result<u64> {
        if !self.rail.is_ready() {
            return Ok(0);
        }
        let caller = Caller::block(BLOCK, Agency::platform());
        let finding = |tx: Tx| async move { ops::instruction::released(&tx, ENVELOPES).await };
        let released = self.db.read::<_, Error, _, _>(caller, finding).await?;
        let mut given = 0;
        for (agency, envelope) in released {
            match self.execute(&agency, envelope).await {
                Ok(count) => given += count,
                Err(error) => {
                    let error: &(dyn std::error::Error + 'static) = &error;
                    tracing::error!(error, envelope.id = %envelope, "orders cannot be handed over");
                }
            }
        }
        Ok(given)
    }

    /// Asks the rail about every order that is due, hears what it has to say by itself, and records
    /// both; answers how many orders it was asked about.
    ///
    /// Several replicas may do this at the same time: each order is asked about by one of them.
    ///
    /// # Errors
    ///
    /// When the database cannot tell which orders are due, or the rail does not answer.
    pub async fn inquire_orders(&self) -> anyhow::Result<u64> {
        self.listen().await?;
        let mut asked = 0;
        loop {
            let caller = Caller::block(BLOCK, Agency::platform());
            let finding =
                |tx: Tx| async move { ops::instruction::due_for_inquiry(&tx, QUESTIONS).await };
            let operation = "rangkai.payments.TakeInquiries";
            let due = self.db.act::<_, Error, _, _>(caller, operation, finding).await?;
            if due.is_empty() {
                return Ok(asked);
            }
            asked += u64::try_from(due.len()).unwrap_or_default();
            for (agency, questions) in by_agency(due) {
                if let Err(error) = self.ask(agency, questions).await {
                    let error: &(dyn std::error::Error + 'static) = &error;
                    tracing::error!(error, "the rail does not answer an inquiry");
                }
            }
        }
    }

    /// Executes and inquires, over and over, until `stop`.
    pub(crate) async fn keep_executing(&self, stop: &CancellationToken) {
        let interval = Duration::from_millis(self.rails.interval_ms);
        if !self.rail.is_ready() {
            tracing::warn!(rail = self.rail.name(), "the rail is not set up: nothing is paid out");
        }
        loop {
            let given = self.execute_due().await;
            if let Err(error) = &given {
                tracing::error!(%error, "released envelopes cannot be executed");
            }
            if let Err(error) = self.inquire_orders().await {
                tracing::error!(%error, "orders that nobody answered cannot be asked about");
            }
            // While there is work the rail's pace sets the pace, not the interval.
            let pause = if given.is_ok_and(|given| given > 0) { interval / 10 } else { interval };
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
        }
    }

    /// Hands over batch after batch, until the envelope or the rail has had enough.
    async fn execute(&self, agency: &Agency, envelope: Id<Envelope>) -> Result<u64, Error> {
        let mut given = 0;
        loop {
            // A lease for each batch, so that a pause or another replica never waits for long.
            let name = format!("payments.envelope.{envelope}");
            let Some(lease) = self.db.lease(&name, LEASE).await? else { return Ok(given) };
            let lease = Arc::new(lease);
            let handed = self.hand_over(agency, envelope, &lease).await;
            if let Some(lease) = Arc::into_inner(lease) {
                lease.release().await?;
            }
            match handed? {
                0 => return Ok(given),
                count => given += count,
            }
        }
    }

    async fn hand_over(
        &self,
        agency: &Agency,
        envelope: Id<Envelope>,
        lease: &Arc<Lease>,
    ) -> Result<u64, Error> {
        let orders = self.take(agency, envelope, lease).await?;
        if orders.is_empty() {
            return Ok(0);
        }
        let batch = Arc::new(Batch { agency: agency.clone(), envelope: envelope.uuid(), orders });
        let calling = self.rail.submit(&self.db, Arc::clone(lease), Arc::clone(&batch));
        let timeout = Duration::from_millis(self.rails.timeout_ms);
        let said = tokio::time::timeout(timeout, calling).await;
        let mut answers = match said {
            Ok(Ok(answers)) => answers,
            Ok(Err(error)) => {
                tracing::warn!(%error, envelope.id = %envelope, "the rail gave no answer");
                Vec::new()
            }
            Err(_) => {
                tracing::warn!(envelope.id = %envelope, "the rail did not answer in time");
                Vec::new()
            }
        };
        add_silence(&batch.orders, &mut answers);
        self.record(agency.clone(), envelope, answers).await?;
        Ok(u64::try_from(batch.orders.len()).unwrap_or(u64::MAX))
    }

    async fn take(
        &self,
        agency: &Agency,
        envelope: Id<Envelope>,
        lease: &Arc<Lease>,
    ) -> Result<Vec<Order>, Error> {
        let (lease, throttle) = (Arc::clone(lease), self.throttle());
        let taking = move |tx: Tx| {
            let lease = Arc::clone(&lease);
            async move {
                lease.guard(&tx).await?;
                ops::pace::take(&tx, envelope, throttle).await
            }
        };
        let caller = Caller::block(BLOCK, agency.clone());
        self.db.act(caller, "rangkai.payments.TakeOrders", taking).await
    }

    /// Records what the rail said. That is kept even when the lease was lost meanwhile: it is true.
    async fn record(
        &self,
        agency: Agency,
        envelope: Id<Envelope>,
        answers: Answers,
    ) -> Result<(), Error> {
        let answers = Arc::new(answers);
        let settling = move |tx: Tx| {
            let answers = Arc::clone(&answers);
            async move { ops::instruction::settle(&tx, envelope, &answers).await.map(drop) }
        };
        let caller = Caller::block(BLOCK, agency);
        self.db.act(caller, "rangkai.payments.SettleOrders", settling).await
    }

    async fn ask(&self, agency: Agency, due: Vec<Inquiry>) -> Result<(), RailError> {
        let envelopes: BTreeMap<_, _> = due.iter().map(|it| (it.order, it.envelope)).collect();
        let questions: Vec<_> = due.into_iter().map(question).collect();
        let calling = self.rail.inquire(&self.db, agency.clone(), Arc::new(questions));
        let timeout = Duration::from_millis(self.rails.timeout_ms);
        let said = tokio::time::timeout(timeout, calling).await;
        let mut answers = said.unwrap_or(Err(RailError::BrokeOff)).unwrap_or_else(|error| {
            tracing::warn!(%error, "the rail gave no answer to an inquiry");
            Vec::new()
        });
        // An inquiry without an answer was made all the same.
        let silent = envelopes.keys().filter(|id| !answers.iter().any(|(said, _)| said == *id));
        let silent: Vec<_> = silent.map(|id| (*id, Outcome::Unknown)).collect();
        answers.extend(silent);
        let mut groups = BTreeMap::<_, Answers>::new();
        for (order, outcome) in answers {
            if let Some(envelope) = envelopes.get(&order) {
                groups.entry(envelope.uuid()).or_default().push((order, outcome));
            }
        }
        for (envelope, answers) in groups {
            self.record(agency.clone(), envelope.into(), answers).await?;
        }
        Ok(())
    }

    async fn listen(&self) -> Result<(), RailError> {
        let mut groups = BTreeMap::<_, (Agency, Answers)>::new();
        for said in self.rail.listen(&self.db).await? {
            let group = groups.entry(said.envelope).or_insert((said.agency, Vec::new()));
            group.1.push((said.order, said.outcome));
        }
        for (envelope, (agency, answers)) in groups {
            self.record(agency, envelope.into(), answers).await?;
        }
        Ok(())
    }

    fn throttle(&self) -> Throttle {
        Throttle {
            rail: self.rail.name(),
            per_second: i64::from(self.rails.orders_per_second),
            batch: i64::from(self.rails.batch),
        }
    }
}

/// Of what the rail said nothing, nobody knows.
fn add_silence(orders: &[Order], answers: &mut Answers) {
    let said: std::collections::HashSet<_> = answers.iter().map(|(order, _)| *order).collect();
    let silent = orders.iter().filter(|order| !said.contains(&order.id));
    answers.extend(silent.map(|order| (order.id, Outcome::Unknown)));
}

fn by_agency(due: Vec<Inquiry>) -> BTreeMap<Agency, Vec<Inquiry>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for inquiry in due {
        groups.entry(inquiry.agency.clone()).or_default().push(inquiry);
    }
    groups
}

fn question(inquiry: Inquiry) -> Question {
    let Inquiry { agency, envelope, order, end_to_end, amount } = inquiry;
    Question { agency, envelope: envelope.uuid(), order, end_to_end, amount }
}
