//! The background job that pays: it hands the orders of released envelopes to the rail, records what
//! the rail says, and asks about those of which it says nothing.
//!
//! An order is taken, and known to be taken, before the rail gets it. Whatever breaks after that
//! leaves an order that may have been paid: it is asked about, and never given again.

mod inquiry;

use std::{sync::Arc, time::Duration};

use rangkai_db::{Lease, Tx};
use rangkai_primitives::{Agency, Caller, Id};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    Payments,
    domain::{Envelope, Order, Outcome},
    error::Error,
    ops::{self, pace::Throttle},
    rail::Batch,
};

/// Who the block is when it acts by itself.
const BLOCK: &str = "payments";
/// How many envelopes one pass looks at.
const ENVELOPES: u64 = 100;
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
        let mut said = Answers::new();
        let given = self.hand_over_all(agency, envelope, &mut said).await;
        self.record(agency.clone(), envelope, said).await?;
        given
    }

    /// Leaves in `said` what is still to be recorded.
    async fn hand_over_all(
        &self,
        agency: &Agency,
        envelope: Id<Envelope>,
        said: &mut Answers,
    ) -> Result<u64, Error> {
        let mut given = 0;
        loop {
            // A lease for each batch, so that a pause or another replica never waits for long.
            let name = format!("payments.envelope.{envelope}");
            let Some(lease) = self.db.lease(&name, LEASE).await? else { return Ok(given) };
            let lease = Arc::new(lease);
            let handed = self.hand_over(agency, envelope, &lease, said).await;
            if let Some(lease) = Arc::into_inner(lease) {
                lease.release().await?;
            }
            match handed? {
                0 => return Ok(given),
                count => given += count,
            }
        }
    }

    /// Hands over one batch, and meanwhile records what was `said` of the one before. Leaves there
    /// what is said of this one, if that may wait for the next.
    async fn hand_over(
        &self,
        agency: &Agency,
        envelope: Id<Envelope>,
        lease: &Arc<Lease>,
        said: &mut Answers,
    ) -> Result<u64, Error> {
        let orders = self.take(agency, envelope, lease).await?;
        if orders.is_empty() {
            return Ok(0);
        }
        let batch = Arc::new(Batch { agency: agency.clone(), envelope: envelope.uuid(), orders });
        let before = self.record(agency.clone(), envelope, std::mem::take(said));
        let (mut answers, before) = tokio::join!(self.submit(lease, &batch), before);
        add_silence(&batch.orders, &mut answers);
        if everybody_is_paid(&batch.orders, &answers) && before.is_ok() {
            *said = answers;
        } else {
            // Nothing more is taken before it is known whether the envelope must pause.
            self.record(agency.clone(), envelope, answers).await?;
        }
        before?;
        Ok(u64::try_from(batch.orders.len()).unwrap_or(u64::MAX))
    }

    /// What the rail says of a batch; nothing where it breaks off or takes too long.
    async fn submit(&self, lease: &Arc<Lease>, batch: &Arc<Batch>) -> Answers {
        let calling = self.rail.submit(&self.db, Arc::clone(lease), Arc::clone(batch));
        let timeout = Duration::from_millis(self.rails.timeout_ms);
        match tokio::time::timeout(timeout, calling).await {
            Ok(Ok(answers)) => answers,
            Ok(Err(error)) => {
                tracing::warn!(%error, envelope.id = %batch.envelope, "the rail gave no answer");
                Answers::new()
            }
            Err(_) => {
                tracing::warn!(envelope.id = %batch.envelope, "the rail did not answer in time");
                Answers::new()
            }
        }
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
        if answers.is_empty() {
            return Ok(());
        }
        let answers = Arc::new(answers);
        let settling = move |tx: Tx| {
            let answers = Arc::clone(&answers);
            async move { ops::instruction::settle(&tx, envelope, &answers).await.map(drop) }
        };
        let caller = Caller::block(BLOCK, agency);
        self.db.act(caller, "rangkai.payments.SettleOrders", settling).await
    }

    fn throttle(&self) -> Throttle {
        Throttle {
            rail: self.rail.name(),
            per_second: i64::from(self.rails.orders_per_second),
            batch: i64::from(self.rails.batch.min(self.rail.most())),
        }
    }
}

/// Of what the rail said nothing, nobody knows.
fn add_silence(orders: &[Order], answers: &mut Answers) {
    let said: std::collections::HashSet<_> = answers.iter().map(|(order, _)| *order).collect();
    let silent = orders.iter().filter(|order| !said.contains(&order.id));
    answers.extend(silent.map(|order| (order.id, Outcome::Unknown)));
}

/// Whether the rail said of each order that it was paid, and nothing else: recording that cannot make
/// the envelope pause, so the next batch may be taken before it is recorded.
fn everybody_is_paid(orders: &[Order], answers: &Answers) -> bool {
    // Each order has an answer, so that as many answers as orders are one for each.
    let paid = |(_, outcome): &(Uuid, Outcome)| matches!(outcome, Outcome::Paid { .. });
    answers.len() == orders.len() && answers.iter().all(paid)
}
