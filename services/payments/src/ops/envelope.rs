//! Announcing, sealing, withdrawing and showing envelopes.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use crate::{
    domain::{
        Envelope, EnvelopeRefusal as Refusal, EnvelopeState, InstructionState, NewEnvelope,
        ReportLine, Stop, Tallies, Tally,
    },
    error::Error,
    events::tell,
    store,
};

/// An envelope as it is shown.
#[derive(Clone, Debug)]
pub struct View {
    pub envelope: Envelope,
    pub tallies: Tallies,
    /// What is to be approved; none until it is validated.
    pub contents_hash: Option<[u8; 32]>,
    /// Who approved exactly that.
    pub approved_by: Vec<String>,
    /// Who wants it to be stopped, or stopped it.
    pub stop: Option<Stop>,
}

/// What became of an envelope.
#[derive(Clone, Debug)]
pub struct Report {
    pub view: View,
    pub lines: Vec<ReportLine>,
    pub total: Tally,
    /// Answers that changed nothing, and how many of them contradict what was recorded.
    pub late: (i64, i64),
    /// The instructions that are contradicted now.
    pub contradicted: Tally,
    /// The attempts that were paid although a later one was paid, too.
    pub paid_twice: Tally,
}

/// Announces a mass payment.
#[instrument(skip_all, fields(programme = new.programme, cycle = new.cycle))]
pub async fn create(tx: &Tx, new: NewEnvelope) -> Result<View, Error> {
    let envelope = Envelope::create(Id::generate(), new, super::person(tx), tx.now());
    store::envelope::insert(tx, &envelope).await?;
    store::tally::insert(tx, envelope.id).await?;
    tx.changed("envelope", envelope.id.uuid());
    tell::envelope_created(tx, &envelope).await?;
    view(tx, envelope).await
}

/// Closes an envelope for further instructions, when exactly what was announced is in.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn seal(tx: &Tx, id: Id<Envelope>) -> Result<View, Error> {
    let envelope = lock(tx, id).await?;
    let received = store::tally::find(tx, id).await?.of(InstructionState::Received);
    let envelope = envelope.seal(received, super::person(tx), tx.now())?;
    store::envelope::update(tx, &envelope).await?;
    tell::envelope_sealed(tx, &envelope).await?;
    view(tx, envelope).await
}

/// Withdraws an envelope before anything was sent.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn cancel(tx: &Tx, id: Id<Envelope>) -> Result<View, Error> {
    let envelope = lock(tx, id).await?.cancel(tx.now())?;
    store::envelope::update(tx, &envelope).await?;
    tell::envelope_cancelled(tx, &envelope).await?;
    view(tx, envelope).await
}

/// Gets an envelope.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn get(tx: &Tx, id: Id<Envelope>) -> Result<View, Error> {
    let envelope = store::envelope::find(tx, id).await?.ok_or(Refusal::EnvelopeNotFound)?;
    view(tx, envelope).await
}

/// Lists envelopes, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    state: Option<EnvelopeState>,
    page: &Page<Envelope>,
) -> Result<(Vec<Envelope>, Option<Id<Envelope>>), Error> {
    let mut envelopes = store::envelope::list(tx, state, page).await?;
    let next = page.cut(&mut envelopes, |envelope| envelope.id);
    Ok((envelopes, next))
}

/// Counts an envelope's instructions by outcome and reason, from the instructions themselves.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn report(tx: &Tx, id: Id<Envelope>) -> Result<Report, Error> {
    let view = get(tx, id).await?;
    let lines = store::instruction_report::report(tx, id).await?;
    let total = lines.iter().fold(Tally::default(), |sum, line| sum.plus(line.tally));
    let late = store::late_answer::count(tx, id).await?;
    let contradicted = store::instruction_doubt::tally(tx, id).await?;
    let paid_twice = store::instruction_doubt::paid_twice(tx, id).await?;
    Ok(Report { view, lines, total, late, contradicted, paid_twice })
}

/// Finds an envelope, holds it, and names it for the audit log.
pub async fn lock(tx: &Tx, id: Id<Envelope>) -> Result<Envelope, Error> {
    let envelope = store::envelope::lock(tx, id).await?.ok_or(Refusal::EnvelopeNotFound)?;
    tx.changed("envelope", id.uuid());
    Ok(envelope)
}

/// Brings together what is shown of an envelope.
pub async fn view(tx: &Tx, envelope: Envelope) -> Result<View, Error> {
    let tallies = store::tally::find(tx, envelope.id).await?;
    let contents_hash = match envelope.state {
        EnvelopeState::Open
        | EnvelopeState::Sealed
        | EnvelopeState::Validating
        | EnvelopeState::Cancelled => None,
        EnvelopeState::Validated => Some(envelope.contents_hash(&tallies)),
        // The tallies went on since; what was approved is kept.
        EnvelopeState::Approved
        | EnvelopeState::Released
        | EnvelopeState::Paused
        | EnvelopeState::Completed => store::approval::latest(tx, envelope.id).await?,
    };
    let approved_by = match &contents_hash {
        Some(hash) => store::approval::list(tx, envelope.id, hash).await?,
        None => Vec::new(),
    };
    let stop = match envelope.state {
        EnvelopeState::Open
        | EnvelopeState::Sealed
        | EnvelopeState::Validating
        | EnvelopeState::Validated
        | EnvelopeState::Approved
        | EnvelopeState::Released
        | EnvelopeState::Cancelled => None,
        EnvelopeState::Paused | EnvelopeState::Completed => {
            store::stop::find(tx, envelope.id).await?
        }
    };
    Ok(View { envelope, tallies, contents_hash, approved_by, stop })
}
