//! Orders that nobody spoke of, or that are not finished: the rail is asked, and heard.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Caller, Id};

use super::{Answers, BLOCK};
use crate::{
    Payments,
    domain::{Envelope, Outcome, Question},
    error::Error,
    ops::{
        self,
        instruction::{Inquiry, Silent},
    },
    rail::RailError,
};

/// How many orders are asked about at once.
const QUESTIONS: u64 = 1_000;
/// How many silent batches are found at once.
const BATCHES: i64 = 100;

impl Payments {
    /// Asks the rail about every order that is due, hears what it has to say by itself, and records
    /// both; answers how many orders it was asked about. Orders that were taken to be sent and of which
    /// nobody spoke become unknown first; a batch for which that fails does not hold up the others.
    ///
    /// Several replicas may do this at the same time: each order is asked about by one of them.
    ///
    /// # Errors
    ///
    /// When the database cannot tell which orders are due, or the rail does not answer.
    pub async fn inquire_orders(&self) -> anyhow::Result<u64> {
        self.listen().await?;
        self.let_fall_silent().await?;
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
                self.ask(agency, questions).await;
            }
        }
    }

    /// Each batch in a transaction of its own. One that fails is put off, so that the next look does
    /// not begin with it again.
    async fn let_fall_silent(&self) -> Result<(), Error> {
        let mut after = None;
        loop {
            let caller = Caller::block(BLOCK, Agency::platform());
            let finding =
                move |tx: Tx| async move { ops::instruction::silent(&tx, after, BATCHES).await };
            let found = self.db.read::<_, Error, _, _>(caller, finding).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after = Some((last.time, last.batch));
            for silent in found {
                self.fall_silent(silent).await;
            }
        }
    }

    async fn fall_silent(&self, silent: Silent) {
        let Silent { agency, batch, envelope, .. } = silent;
        let caller = Caller::block(BLOCK, agency);
        let falling =
            move |tx: Tx| async move { ops::instruction::fall_silent(&tx, envelope, batch).await };
        let fallen = self
            .db
            .act::<_, Error, _, _>(caller.clone(), "rangkai.payments.FallSilent", falling)
            .await;
        let Err(error) = fallen else { return };
        told(&error, envelope, "silent orders cannot become unknown");
        let later = move |tx: Tx| async move { ops::instruction::put_off(&tx, batch).await };
        let later = self.db.act::<_, Error, _, _>(caller, "rangkai.payments.PutOffSilence", later);
        if let Err(error) = later.await {
            told(&error, envelope, "silent orders cannot be put off");
        }
    }

    async fn ask(&self, agency: Agency, due: Vec<Inquiry>) {
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
            self.keep(agency.clone(), envelope.into(), answers).await;
        }
    }

    /// Records what was said of an envelope. One for which that fails does not hold up the others; its
    /// orders are asked about again.
    async fn keep(&self, agency: Agency, envelope: Id<Envelope>, answers: Answers) {
        if let Err(error) = self.record(agency, envelope, answers).await {
            told(&error, envelope, "what the rail said cannot be recorded");
        }
    }

    async fn listen(&self) -> Result<(), RailError> {
        let mut groups = BTreeMap::<_, (Agency, Answers)>::new();
        for said in self.rail.listen(&self.db).await? {
            let group = groups.entry(said.envelope).or_insert((said.agency, Vec::new()));
            group.1.push((said.order, said.outcome));
        }
        for (envelope, (agency, answers)) in groups {
            self.keep(agency, envelope.into(), answers).await;
        }
        Ok(())
    }
}

fn told(error: &Error, envelope: Id<Envelope>, what: &'static str) {
    let error: &(dyn std::error::Error + 'static) = error;
    tracing::error!(error, envelope.id = %envelope, "{what}");
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
