//! Recording what became of orders.

use std::collections::{HashMap, HashSet};

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Timestamp};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    domain::{
        Envelope, EnvelopeRefusal, EnvelopeState, Heard, InstructionState, Occasion, Outcome,
        PauseReason, Tallies, Tally,
    },
    error::Error,
    events::tell,
    ops::{fund, ledger},
    store::{self, late_answer::LateAnswer},
};

/// Who pauses an envelope when nobody asked for it.
const BLOCK: &str = "block:payments";

/// What a batch of answers did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Instructions that came to their end.
    pub ended: usize,
    /// Instructions that still wait.
    pub waiting: usize,
    /// Answers that changed nothing; they are kept.
    pub late: usize,
    /// Ids that are no instructions of the envelope.
    pub unknown: usize,
    /// Whether the envelope paused because of what was recorded.
    pub paused: bool,
    /// Whether nothing of the envelope is on its way any more.
    pub completed: bool,
}

/// What is to be written of a batch of answers.
#[derive(Debug, Default)]
pub struct Settling<'a> {
    /// How many are written already.
    written: usize,
    ended: Vec<(Uuid, &'a Outcome)>,
    waiting: Vec<(Uuid, InstructionState, InstructionState)>,
    inquiries: Vec<(Uuid, Timestamp)>,
    asked: Vec<Uuid>,
    late: Vec<LateAnswer>,
    change: Tallies,
    paid: Tally,
    failed: Tally,
}

/// Records what the rail says of orders of one envelope: each order has one outcome, whatever the
/// rail says later or twice. Money that was paid is posted in one transfer for the whole batch, with
/// the settlement as its source; what is unknown or pending is inquired about in time.
///
/// Tells one `BatchSettled` for all of them, not one fact for each instruction: a million facts in
/// the log would cost as much as the payments and say nothing that `ListInstructions` does not. The
/// envelope pauses when too many fail, when the sums by state are not the control total, or when an
/// answer contradicts what was recorded; it completes when nothing is on its way and two people said
/// of each contradiction what is true. What an answer contradicts is not safe to be given again.
#[instrument(skip_all, fields(envelope.id = %id, outcomes = outcomes.len()))]
pub async fn settle(
    tx: &Tx,
    id: Id<Envelope>,
    outcomes: &[(Uuid, Outcome)],
) -> Result<Settled, Error> {
    let envelope = store::envelope::lock(tx, id).await?.ok_or(EnvelopeRefusal::EnvelopeNotFound)?;
    let mut settling = Settling::default();
    let paid = pay(tx, id, outcomes, &mut settling).await?;
    let (mut heard, mut unknown) = (HashSet::new(), 0);
    // Where it was the first word about an order that nobody asked about, nothing is left to weigh.
    let is_left = |(id, _): &&(Uuid, Outcome)| !paid.contains(id) || !heard.insert(*id);
    let left: Vec<_> = outcomes.iter().filter(is_left).collect();
    let ids: HashSet<_> = left.iter().map(|(id, _)| *id).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let standings = store::instruction::standings(tx, id, &ids).await?;
    let mut standings: HashMap<_, _> = standings.into_iter().map(|it| (it.id, it)).collect();
    for (id, outcome) in left {
        let Some(standing) = standings.get_mut(id) else {
            unknown += 1;
            continue;
        };
        match standing.state.hear(outcome, standing.made.unwrap_or(0), tx.now()) {
            Heard::Settles(to) => {
                let from = (standing.state, standing.paid_before);
                settling.end(*id, from, outcome, standing.minor);
                settling.asked.extend(standing.made.map(|_| *id));
                standing.state = to;
            }
            Heard::Waits(to, at) => {
                settling.wait(*id, standing.state, to, at, standing.minor);
                standing.state = to;
            }
            Heard::Late { contradicts } => settling.late.push(LateAnswer {
                instruction: *id,
                outcome: outcome.clone(),
                contradicts,
            }),
        }
    }
    Ok(Settled { unknown, ..close(tx, envelope, settling).await? })
}

/// Writes down what was paid, as far as that is the first that anybody hears of an order; answers
/// which orders these are. Nearly all orders end like that, and this is the short way.
async fn pay(
    tx: &Tx,
    id: Id<Envelope>,
    outcomes: &[(Uuid, Outcome)],
    settling: &mut Settling<'_>,
) -> Result<HashSet<Uuid>, Error> {
    let mut heard = HashSet::new();
    let mut first = Vec::with_capacity(outcomes.len());
    for (id, outcome) in outcomes {
        let Outcome::Paid { reference, time } = outcome else {
            heard.insert(*id);
            continue;
        };
        if heard.insert(*id) {
            first.push((*id, reference.as_str(), *time));
        }
    }
    let written = store::instruction::pay(tx, id, &first).await?;
    settling.written = written.len();
    for (_, minor) in &written {
        settling.paid = settling.paid.plus(Tally { count: 1, minor: *minor });
        settling.change.go(InstructionState::Sent, InstructionState::Paid, *minor);
    }
    Ok(written.into_iter().map(|(id, _)| id).collect())
}

impl<'a> Settling<'a> {
    /// Notes that an instruction comes to its end, from a state; if an earlier attempt turned out to have
    /// been paid, the payment counts as paid whatever becomes of this one.
    pub fn end(
        &mut self,
        id: Uuid,
        (from, paid_before): (InstructionState, bool),
        outcome: &'a Outcome,
        minor: i64,
    ) {
        let one = Tally { count: 1, minor };
        let paid = matches!(outcome, Outcome::Paid { .. });
        let sum = if paid { &mut self.paid } else { &mut self.failed };
        *sum = sum.plus(one);
        let to =
            if paid || paid_before { InstructionState::Paid } else { InstructionState::Failed };
        self.ended.push((id, outcome));
        self.change.go(from, to, minor);
    }

    fn wait(
        &mut self,
        id: Uuid,
        from: InstructionState,
        to: InstructionState,
        at: Option<Timestamp>,
        minor: i64,
    ) {
        self.waiting.push((id, from, to));
        self.change.go(from, to, minor);
        match at {
            Some(at) => self.inquiries.push((id, at)),
            None => self.asked.push(id),
        }
    }
}

/// Writes all of it, and sees what it means for the envelope, which is held.
pub async fn close(tx: &Tx, envelope: Envelope, settling: Settling<'_>) -> Result<Settled, Error> {
    let id = envelope.id;
    let ended = store::instruction::settle(tx, id, &settling.ended).await?;
    if usize::try_from(ended) != Ok(settling.ended.len()) {
        return Err(Error::OutOfStep("outcomes"));
    }
    let moved: Vec<_> = settling
        .waiting
        .iter()
        .filter(|(_, from, to)| from != to)
        .map(|(id, _, to)| (*id, *to))
        .collect();
    store::instruction::wait(tx, id, &moved).await?;
    store::inquiry::set(tx, id, &settling.inquiries).await?;
    store::inquiry::remove(tx, &settling.asked).await?;
    store::late_answer::insert(tx, id, &settling.late).await?;
    let contradicted = settling.late.iter().filter(|late| late.contradicts);
    let contradicted: Vec<_> = contradicted.map(|late| late.instruction).collect();
    store::instruction_doubt::doubt(tx, id, &contradicted).await?;
    store::tally::update(tx, id, &settling.change).await?;
    tx.changed("envelope", id.uuid());
    let (paused, completed) = conclude(tx, envelope.clone(), !contradicted.is_empty()).await?;
    post(tx, &envelope, settling.paid, settling.failed).await?;
    Ok(Settled {
        ended: settling.written + settling.ended.len(),
        waiting: settling.waiting.len(),
        late: settling.late.len(),
        unknown: 0,
        paused,
        completed,
    })
}

/// Pauses the envelope if something is wrong, completes it if nothing is on its way and nobody needs to
/// look at anything; answers whether it paused, and whether it completed.
pub async fn conclude(
    tx: &Tx,
    envelope: Envelope,
    contradicted: bool,
) -> Result<(bool, bool), Error> {
    let tallies = store::tally::find(tx, envelope.id).await?;
    let at_work = matches!(envelope.state, EnvelopeState::Released | EnvelopeState::Paused);
    let done = at_work && tallies.on_its_way() == Tally::default();
    // Counted only at the end: whenever one comes in, the envelope pauses at once.
    let contradicted = contradicted || done && is_doubtful(tx, &envelope).await?;
    let why =
        if contradicted { Some(PauseReason::Contradiction) } else { envelope.anomaly(&tallies) };
    if let Some(why) = why {
        tracing::error!(envelope.id = %envelope.id, why = why.as_str(), "an envelope needs a person");
    }
    if done && !matches!(why, Some(PauseReason::Sums | PauseReason::Contradiction)) {
        let envelope = envelope.complete(tx.now());
        store::envelope::update(tx, &envelope).await?;
        tell::envelope_completed(tx, &envelope, &tallies).await?;
        return Ok((false, true));
    }
    let Some(why) = why.filter(|_| envelope.state == EnvelopeState::Released) else {
        return Ok((false, false));
    };
    let envelope = envelope.pause(BLOCK, why, tx.now())?;
    store::envelope::update(tx, &envelope).await?;
    tell::envelope_paused(tx, &envelope).await?;
    Ok((true, false))
}

/// Whether two people must say of an instruction what is true, or somebody must look at an answer.
async fn is_doubtful(tx: &Tx, envelope: &Envelope) -> Result<bool, Error> {
    let (_, contradictions) = store::late_answer::count(tx, envelope.id).await?;
    let contradicted = store::instruction_doubt::tally(tx, envelope.id).await?;
    Ok(contradictions > envelope.known_contradictions || contradicted.count > 0)
}

/// Posts what was paid and lets go of the money for all that ended.
pub async fn post(tx: &Tx, envelope: &Envelope, paid: Tally, failed: Tally) -> Result<(), Error> {
    let ended = paid.plus(failed);
    if ended.count == 0 {
        return Ok(());
    }
    let currency = envelope.announced.total.currency();
    let settlement = Uuid::now_v7();
    store::settlement::insert(tx, settlement, envelope.id, [paid, failed]).await?;
    tell::batch_settled(tx, envelope, settlement, [paid, failed]).await?;
    fund::free(tx, Money::new(currency, ended.minor)).await?;
    let amount = Money::new(currency, paid.minor);
    ledger::post(tx, Occasion::PaymentsSettled, amount, settlement).await
}
