//! Decisions: one officer proposes, another confirms.

use std::{fmt, str::FromStr};

use rangkai_primitives::{Id, Sensitive, Timestamp};

use super::{Application, Definition, Finding, Refusal, Source, Task};

/// Why a decision was returned that no officer returned.
const APPLICATION_CLOSED: &str = "application_closed";

/// What two officers decide about an application.
#[derive(Clone, Debug)]
pub struct Decision {
    pub id: Id<Decision>,
    pub application: Id<Application>,
    /// The task by which it was proposed.
    pub task: Id<Task>,
    pub outcome: Outcome,
    pub findings: Vec<Finding>,
    pub note: Sensitive<String>,
    pub state: DecisionState,
    pub proposed_by: String,
    pub decided_by: Option<String>,
    pub return_reason: Sensitive<String>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What an officer says to propose a decision; each rule stands in it at most once.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub task: Id<Task>,
    pub outcome: Outcome,
    /// By rule: whether it is met, and why.
    pub findings: Vec<(String, bool, Sensitive<String>)>,
    pub note: Sensitive<String>,
}

/// What a decision grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Grant,
    Refuse,
}

/// Where a decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionState {
    Proposed,
    Confirmed,
    Returned,
}

impl Decision {
    /// A proposed decision: the officer's findings beside those of the last evaluation, in the order
    /// of the service.
    pub fn propose(
        proposal: Proposal,
        application: &Application,
        definition: &Definition,
        officer: &str,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        application.expect_submitted()?;
        let findings = merge(&proposal, application, definition)?;
        let all_met = findings.iter().all(|finding| finding.met);
        if all_met != (proposal.outcome == Outcome::Grant) {
            return Err(Refusal::OutcomeContradictsFindings);
        }
        Ok(Self {
            id: Id::generate(),
            application: application.id,
            task: proposal.task,
            outcome: proposal.outcome,
            findings,
            note: proposal.note,
            state: DecisionState::Proposed,
            proposed_by: officer.to_owned(),
            decided_by: None,
            return_reason: String::new().into(),
            create_time: now,
            update_time: now,
        })
    }

    /// The decision after a second officer confirmed it.
    pub fn confirm(self, officer: &str, now: Timestamp) -> Result<Self, Refusal> {
        self.leave_proposed(DecisionState::Confirmed, String::new(), officer, now)
    }

    /// The decision after a second officer returned it.
    pub fn give_back(self, officer: &str, reason: String, now: Timestamp) -> Result<Self, Refusal> {
        self.leave_proposed(DecisionState::Returned, reason, officer, now)
    }

    /// The decision after its application was closed: nobody is to decide any more.
    pub fn give_back_unread(self, now: Timestamp) -> Self {
        let return_reason = APPLICATION_CLOSED.to_owned().into();
        Self { state: DecisionState::Returned, return_reason, update_time: now, ..self }
    }

    /// Says no unless it waits for a second officer.
    pub fn expect_proposed(&self) -> Result<(), Refusal> {
        if self.state == DecisionState::Proposed {
            Ok(())
        } else {
            Err(Refusal::DecisionNotProposed(self.id))
        }
    }

    fn leave_proposed(
        self,
        state: DecisionState,
        reason: String,
        officer: &str,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.expect_proposed()?;
        if self.proposed_by == officer {
            return Err(Refusal::SameOfficer(self.id));
        }
        let decided_by = Some(officer.to_owned());
        Ok(Self { state, decided_by, return_reason: reason.into(), update_time: now, ..self })
    }
}

/// One finding for each rule of the service.
fn merge(
    proposal: &Proposal,
    application: &Application,
    definition: &Definition,
) -> Result<Vec<Finding>, Refusal> {
    let mut said = proposal.findings.iter();
    let is_for_officers =
        |rule: &str| definition.rule(rule).is_some_and(|rule| rule.source() == Source::Officer);
    if let Some((rule, ..)) = said.find(|(rule, ..)| !is_for_officers(rule)) {
        return Err(Refusal::FindingUnknown(rule.clone()));
    }
    let find = |rule: &super::Rule| match rule.source() {
        Source::Expression => application.findings.iter().find(|it| it.rule == rule.id).cloned(),
        Source::Officer => {
            let said = proposal.findings.iter().find(|(said, ..)| *said == rule.id);
            said.map(|(_, met, explanation)| rule.found(*met, explanation.reveal().clone()))
        }
    };
    let missing = |rule: &super::Rule| Refusal::FindingMissing(rule.id.clone());
    definition.rules.iter().map(|rule| find(rule).ok_or_else(|| missing(rule))).collect()
}

impl FromStr for Outcome {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "grant" => Ok(Self::Grant),
            "refuse" => Ok(Self::Refuse),
            _ => Err("is not an outcome of a decision"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grant => "grant",
            Self::Refuse => "refuse",
        })
    }
}

impl FromStr for DecisionState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "proposed" => Ok(Self::Proposed),
            "confirmed" => Ok(Self::Confirmed),
            "returned" => Ok(Self::Returned),
            _ => Err("is not a state of a decision"),
        }
    }
}

impl fmt::Display for DecisionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proposed => "proposed",
            Self::Confirmed => "confirmed",
            Self::Returned => "returned",
        })
    }
}
