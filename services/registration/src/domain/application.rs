//! Applications and the rules of their life.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use rangkai_primitives::{Id, Sensitive, Timestamp, Zone};
use serde_json::Value as Json;

use super::{Case, Finding, Outcome, Published, Refusal, Service};

/// What a person asks of a service.
#[derive(Clone, Debug)]
pub struct Application {
    pub id: Id<Application>,
    pub service: Id<Service>,
    pub service_name: String,
    pub applicant: Subject,
    pub answers: Sensitive<Json>,
    /// What others proved, as last told.
    pub facts: Sensitive<Json>,
    /// What follows from the answers, since they were handed in.
    pub determinations: Sensitive<Json>,
    pub state: ApplicationState,
    pub closing_reason: Sensitive<String>,
    pub findings: Vec<Finding>,
    pub create_time: Timestamp,
    pub submit_time: Option<Timestamp>,
    pub update_time: Timestamp,
    pub revision: i64,
}

/// What a caller says to begin an application.
#[derive(Clone, Debug)]
pub struct NewApplication {
    pub service_name: String,
    pub applicant: Subject,
    pub answers: Sensitive<Json>,
}

/// Which applications to list.
#[derive(Clone, Debug, Default)]
pub struct ApplicationFilter {
    pub service_name: Option<String>,
    pub state: Option<ApplicationState>,
    pub applicant: Option<Subject>,
}

/// A person as the agency knows that person: 26 letters that mean nothing elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationState {
    Draft,
    Submitted,
    Approved,
    Granted,
    Refused,
    Withdrawn,
    Lapsed,
}

impl Application {
    /// A fresh draft for the version of the service that applies now.
    pub fn begin(new: NewApplication, service: &Published, now: Timestamp) -> Self {
        Self {
            id: Id::generate(),
            service: service.id,
            service_name: new.service_name,
            applicant: new.applicant,
            answers: new.answers,
            facts: Json::Object(serde_json::Map::new()).into(),
            determinations: Json::Object(serde_json::Map::new()).into(),
            state: ApplicationState::Draft,
            closing_reason: String::new().into(),
            findings: Vec::new(),
            create_time: now,
            submit_time: None,
            update_time: now,
            revision: 1,
        }
    }

    /// The draft with other answers.
    pub fn save(self, answers: Sensitive<Json>, now: Timestamp) -> Result<Self, Refusal> {
        self.expect_draft()?;
        Ok(Self { answers, ..self }.changed(now))
    }

    /// The application after it was handed in, with what follows from its answers.
    pub fn submit(self, determinations: Json, now: Timestamp) -> Result<Self, Refusal> {
        self.expect_draft()?;
        let submitted = Self {
            determinations: determinations.into(),
            state: ApplicationState::Submitted,
            submit_time: Some(now),
            ..self
        };
        Ok(submitted.changed(now))
    }

    /// The application after the rules were evaluated over `facts`.
    pub fn judged(
        self,
        facts: Sensitive<Json>,
        findings: Vec<Finding>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.expect_submitted()?;
        Ok(Self { facts, findings, ..self }.changed(now))
    }

    /// The application after its applicant withdrew it, or after it lapsed.
    pub fn close(
        self,
        state: ApplicationState,
        reason: String,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        match self.state {
            ApplicationState::Draft | ApplicationState::Submitted => {
                Ok(Self { state, closing_reason: reason.into(), ..self }.changed(now))
            }
            ApplicationState::Approved
            | ApplicationState::Granted
            | ApplicationState::Refused
            | ApplicationState::Withdrawn
            | ApplicationState::Lapsed => {
                Err(Refusal::ApplicationClosed { application: self.id, state: self.state })
            }
        }
    }

    /// The application after two officers decided.
    pub fn decide(
        self,
        outcome: Outcome,
        findings: Vec<Finding>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.expect_submitted()?;
        let state = match outcome {
            Outcome::Grant => ApplicationState::Approved,
            Outcome::Refuse => ApplicationState::Refused,
        };
        Ok(Self { state, findings, ..self }.changed(now))
    }

    /// The application after its record was issued.
    pub fn grant(self, now: Timestamp) -> Result<Self, Refusal> {
        if self.state == ApplicationState::Approved {
            Ok(Self { state: ApplicationState::Granted, ..self }.changed(now))
        } else {
            Err(Refusal::ApplicationNotApproved { application: self.id, state: self.state })
        }
    }

    /// Says no unless the applicant still writes it.
    pub fn expect_draft(&self) -> Result<(), Refusal> {
        if self.state == ApplicationState::Draft {
            Ok(())
        } else {
            Err(Refusal::ApplicationNotDraft { application: self.id, state: self.state })
        }
    }

    /// Says no unless it waits for a decision.
    pub fn expect_submitted(&self) -> Result<(), Refusal> {
        if self.state == ApplicationState::Submitted {
            Ok(())
        } else {
            Err(Refusal::ApplicationNotSubmitted { application: self.id, state: self.state })
        }
    }

    /// Says no when the caller read another revision; an empty etag matches every one.
    pub fn expect_etag(&self, etag: &str) -> Result<(), Refusal> {
        if etag.is_empty() || etag == self.etag() {
            Ok(())
        } else {
            Err(Refusal::StaleEtag(self.etag()))
        }
    }

    /// Changes with every change of the application.
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.revision)
    }

    /// What expressions look at today, in Asia/Jakarta.
    pub fn case(&self, facts: &Sensitive<Json>, now: Timestamp) -> Case {
        let today: NaiveDate = Zone::Wib.date(now);
        Case {
            answers: self.answers.reveal().clone(),
            facts: facts.reveal().clone(),
            submitted: self.submit_time.map_or(today, |time| Zone::Wib.date(time)),
            today,
        }
    }

    fn changed(self, now: Timestamp) -> Self {
        Self { update_time: now, revision: self.revision + 1, ..self }
    }
}

impl Subject {
    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Subject {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
        if text.len() == 26 && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err("is not a subject of an agency")
        }
    }
}

impl FromStr for ApplicationState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "draft" => Ok(Self::Draft),
            "submitted" => Ok(Self::Submitted),
            "approved" => Ok(Self::Approved),
            "granted" => Ok(Self::Granted),
            "refused" => Ok(Self::Refused),
            "withdrawn" => Ok(Self::Withdrawn),
            "lapsed" => Ok(Self::Lapsed),
            _ => Err("is not a state of an application"),
        }
    }
}

impl fmt::Display for ApplicationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
        })
    }
}
