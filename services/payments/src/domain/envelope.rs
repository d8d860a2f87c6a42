//! Envelopes: a mass payment, from its announcement to its last instruction.

use aws_lc_rs::digest::{Context, SHA256};
use rangkai_primitives::{Id, Money, Timestamp};

use super::{
    Contents, EnvelopeRefusal as Refusal, EnvelopeState, InstructionState, PauseReason, Tallies,
    Tally,
};

/// How many people must approve.
pub const APPROVERS: usize = 2;

/// What a programme pays in one cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub id: Id<Envelope>,
    pub announced: NewEnvelope,
    pub state: EnvelopeState,
    pub contents: Contents,
    /// When validation began.
    pub validate_time: Option<Timestamp>,
    pub created_by: String,
    pub sealed_by: Option<String>,
    pub released_by: Option<String>,
    pub paused_by: Option<String>,
    pub pause_reason: Option<PauseReason>,
    /// How many were paid and how many failed when somebody last let it go on: whoever did knew.
    pub known_paid: i64,
    pub known_failed: i64,
    /// How many contradicting answers there were then.
    pub known_contradictions: i64,
    /// When two people stopped it.
    pub stop_time: Option<Timestamp>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What a programme announces; holding one means that it was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEnvelope {
    pub programme: String,
    pub cycle: String,
    /// The directory in which its payees are found.
    pub source: String,
    /// How many instructions there will be.
    pub count: i64,
    /// Their sum.
    pub total: Money,
    pub limits: Limits,
    /// The programmes that exclude this one in a cycle.
    pub incompatible: Vec<String>,
}

/// What an envelope keeps to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most that one instruction can be.
    pub instruction_minor: i64,
    /// Who says so.
    pub source: String,
    /// It pauses when more than so many of a hundred settled instructions failed …
    pub pause_percent: i64,
    /// … and at least so many were settled.
    pub pause_after: i64,
}

impl Envelope {
    /// A fresh envelope that `person` announced.
    pub fn create(id: Id<Self>, announced: NewEnvelope, person: &str, now: Timestamp) -> Self {
        Self {
            id,
            announced,
            state: EnvelopeState::Open,
            contents: Contents::default(),
            validate_time: None,
            created_by: person.to_owned(),
            sealed_by: None,
            released_by: None,
            paused_by: None,
            pause_reason: None,
            known_paid: 0,
            known_failed: 0,
            known_contradictions: 0,
            stop_time: None,
            create_time: now,
            update_time: now,
        }
    }

    /// What was announced, as a tally.
    pub const fn declared(&self) -> Tally {
        Tally { count: self.announced.count, minor: self.announced.total.minor() }
    }

    /// Refuses unless it is in one of `states`, and nobody stopped it.
    pub fn expect(&self, states: &[EnvelopeState]) -> Result<(), Refusal> {
        let goes_on = self.stop_time.is_none() && states.contains(&self.state);
        if goes_on { Ok(()) } else { Err(self.wrong_state()) }
    }

    /// Refuses more instructions than were announced, or a larger sum.
    pub fn expect_room(&self, received: Tally) -> Result<(), Refusal> {
        let declared = self.declared();
        if received.count > declared.count || received.minor > declared.minor {
            return Err(self.mismatch(received));
        }
        Ok(())
    }

    /// The envelope once everything announced is in, exactly.
    pub fn seal(self, received: Tally, person: &str, now: Timestamp) -> Result<Self, Refusal> {
        self.expect(&[EnvelopeState::Open])?;
        if received != self.declared() {
            return Err(self.mismatch(received));
        }
        Ok(Self { sealed_by: Some(person.to_owned()), ..self.at(EnvelopeState::Sealed, now) })
    }

    /// The envelope while its instructions are validated; what was approved before is so no longer.
    pub fn validate(self, now: Timestamp) -> Result<Self, Refusal> {
        use EnvelopeState::{Approved, Sealed, Validated, Validating};
        self.expect(&[Sealed, Validated, Approved])?;
        Ok(Self { validate_time: Some(now), ..self.at(Validating, now) })
    }

    /// The envelope once each instruction was validated.
    pub fn validated(self, now: Timestamp) -> Result<Self, Refusal> {
        self.expect(&[EnvelopeState::Validating])?;
        Ok(self.at(EnvelopeState::Validated, now))
    }

    /// A hash of what is to be approved: what was announced, the instructions, and which of them
    /// were found valid.
    pub fn contents_hash(&self, tallies: &Tallies) -> [u8; 32] {
        let mut hash = Context::new(&SHA256);
        let (announced, valid) = (&self.announced, tallies.of(InstructionState::Valid));
        let words = [&announced.programme, &announced.cycle, &announced.source].map(String::as_str);
        for word in words.into_iter().chain([announced.total.currency().as_str()]) {
            hash.update(&word.len().to_be_bytes());
            hash.update(word.as_bytes());
        }
        let checked = self.validate_time.map_or(0, |time| time.timestamp_micros());
        let declared = self.declared();
        for number in [declared.count, declared.minor, valid.count, valid.minor, checked] {
            hash.update(&number.to_be_bytes());
        }
        hash.update(self.id.uuid().as_bytes());
        hash.update(self.contents.bytes());
        let mut short = [0; 32];
        short.copy_from_slice(hash.finish().as_ref());
        short
    }

    /// The envelope after `person` approved it, whom `approvers` preceded with the same contents, and
    /// who neither announced nor sealed it.
    pub fn approve(
        self,
        person: &str,
        approvers: &[String],
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.expect(&[EnvelopeState::Validated])?;
        let made = self.created_by == person || self.sealed_by.as_deref() == Some(person);
        if made || approvers.iter().any(|earlier| earlier == person) {
            return Err(Refusal::SamePerson);
        }
        let enough = approvers.len() + 1 >= APPROVERS;
        let state = if enough { EnvelopeState::Approved } else { EnvelopeState::Validated };
        Ok(self.at(state, now))
    }

    /// The envelope once its instructions may be sent, which is not for whoever announced it to say.
    pub fn release(self, person: &str, now: Timestamp) -> Result<Self, Refusal> {
        self.expect(&[EnvelopeState::Approved])?;
        if self.created_by == person {
            return Err(Refusal::SamePerson);
        }
        let released_by = Some(person.to_owned());
        Ok(Self { released_by, ..self.at(EnvelopeState::Released, now) })
    }

    /// The envelope held back by `person`, or by the block itself.
    pub fn pause(self, person: &str, why: PauseReason, now: Timestamp) -> Result<Self, Refusal> {
        self.expect(&[EnvelopeState::Released])?;
        let (paused_by, pause_reason) = (Some(person.to_owned()), Some(why));
        Ok(Self { paused_by, pause_reason, ..self.at(EnvelopeState::Paused, now) })
    }

    /// The envelope let go again, by somebody else than whoever paused it; or, where it paused by
    /// itself, than whoever released it. From here on `contradictions` are known.
    pub fn resume(
        self,
        person: &str,
        tallies: &Tallies,
        contradictions: i64,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.expect(&[EnvelopeState::Paused])?;
        let asked = self.pause_reason == Some(PauseReason::Asked);
        let first = if asked { &self.paused_by } else { &self.released_by };
        if first.as_deref() == Some(person) {
            return Err(Refusal::SamePerson);
        }
        Ok(Self {
            paused_by: None,
            pause_reason: None,
            known_paid: tallies.of(InstructionState::Paid).count,
            known_failed: tallies.of(InstructionState::Failed).count,
            known_contradictions: contradictions,
            ..self.at(EnvelopeState::Released, now)
        })
    }

    /// The envelope that a first person wants to be stopped: from here on it is held back.
    pub fn ask_to_stop(self, person: &str, now: Timestamp) -> Result<Self, Refusal> {
        self.expect(&[EnvelopeState::Released, EnvelopeState::Paused])?;
        if self.state == EnvelopeState::Paused {
            return Ok(Self { update_time: now, ..self });
        }
        self.pause(person, PauseReason::Asked, now)
    }

    /// The envelope that two people stopped. They know that `withdrawn` more failed by that, and of
    /// `contradictions`.
    pub fn stop(
        self,
        withdrawn: i64,
        contradictions: i64,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.expect(&[EnvelopeState::Paused])?;
        Ok(Self {
            stop_time: Some(now),
            known_failed: self.known_failed + withdrawn,
            known_contradictions: contradictions,
            update_time: now,
            ..self
        })
    }

    /// The envelope once two people decided what each of its `contradictions` means.
    pub fn decided(self, contradictions: i64, now: Timestamp) -> Self {
        Self { known_contradictions: contradictions, update_time: now, ..self }
    }

    /// The envelope withdrawn before anything was sent.
    pub fn cancel(self, now: Timestamp) -> Result<Self, Refusal> {
        use EnvelopeState::{Approved, Open, Sealed, Validated, Validating};
        self.expect(&[Open, Sealed, Validating, Validated, Approved])?;
        Ok(self.at(EnvelopeState::Cancelled, now))
    }

    /// The envelope once nothing is on its way.
    pub fn complete(self, now: Timestamp) -> Self {
        self.at(EnvelopeState::Completed, now)
    }

    /// The envelope that has something to send again.
    pub fn reopen(self, now: Timestamp) -> Self {
        let done = self.state == EnvelopeState::Completed;
        if done { self.at(EnvelopeState::Released, now) } else { self }
    }

    /// Why it must pause as things are, if it must.
    pub fn anomaly(&self, tallies: &Tallies) -> Option<PauseReason> {
        let failed = (tallies.of(InstructionState::Failed).count - self.known_failed).max(0);
        let paid = (tallies.of(InstructionState::Paid).count - self.known_paid).max(0);
        let (settled, limits) = (paid + failed, &self.announced.limits);
        if tallies.total() != self.declared() {
            Some(PauseReason::Sums)
        } else if settled >= limits.pause_after
            && i128::from(failed) * 100 > i128::from(settled) * i128::from(limits.pause_percent)
        {
            Some(PauseReason::Failures)
        } else {
            None
        }
    }

    /// The refusal of what its state does not allow.
    pub fn wrong_state(&self) -> Refusal {
        let state = if self.stop_time.is_some() { "stopped" } else { self.state.as_str() };
        Refusal::EnvelopeState { envelope: self.id, state }
    }

    fn mismatch(&self, received: Tally) -> Refusal {
        Refusal::ControlMismatch { envelope: self.id, declared: self.declared(), received }
    }

    fn at(self, state: EnvelopeState, now: Timestamp) -> Self {
        Self { state, update_time: now, ..self }
    }
}
