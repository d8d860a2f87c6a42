//! A registration office for tests: the running block, and desks from which callers use it.

use std::fmt::Debug;

use prost_types::{Struct, Value, value::Kind as JsonKind};
use rangkai_auth::AuthConfig;
use rangkai_primitives::{Caller, Clock};
use rangkai_proto::{
    from_json,
    registration::v1::{
        Application, CreateApplicationRequest, CreateTaskRequest, Decision, DecisionOutcome,
        ErrorReason, EvaluateApplicationRequest, Finding, ProposeDecisionRequest,
        PublishServiceRequest, SubmitApplicationRequest, Task, TaskKind,
        application_service_client::ApplicationServiceClient,
        catalogue_service_client::CatalogueServiceClient,
        decision_service_client::DecisionServiceClient, record_service_client::RecordServiceClient,
        task_service_client::TaskServiceClient,
    },
    r#type::v1::Text,
};
use rangkai_registration::{Config, Registration};
use rangkai_rpc::{Block as _, Ready, Server, ServerConfig};
use rangkai_telemetry::TelemetryConfig;
use rangkai_testkit::{Client, Keys, Kind, TestDatabase, caller, database, fresh, serve};
use serde_json::json;
use tonic::{Code, Response, Status, transport::Channel};
use tonic_types::StatusExt as _;

pub(crate) const PERMIT: &str = include_str!("permit.service.yaml");
pub(crate) const SCOPES: [&str; 11] = [
    "registration.services.read",
    "registration.services.write",
    "registration.applications.read",
    "registration.applications.write",
    "registration.applications.process",
    "registration.tasks.create",
    "registration.tasks.read",
    "registration.tasks.work",
    "registration.records.read",
    "registration.records.write",
    "registration.records.verify",
];

/// The running block.
pub(crate) struct Office {
    pub(crate) database: TestDatabase,
    pub(crate) clock: Clock,
    pub(crate) channel: Channel,
    pub(crate) keys: Keys,
}

/// The configuration of a block on `database`.
pub(crate) fn config(database: &TestDatabase) -> Config {
    let auth = AuthConfig {
        issuer: rangkai_testkit::ISSUER.to_owned(),
        audience: rangkai_testkit::AUDIENCE.to_owned(),
        identity: None,
        jwks_file: None,
    };
    Config {
        server: ServerConfig::default(),
        database: database.config.clone(),
        telemetry: TelemetryConfig::default(),
        auth,
    }
}

/// The five services, as one caller uses them.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) catalogue: CatalogueServiceClient<Client>,
    pub(crate) applications: ApplicationServiceClient<Client>,
    pub(crate) tasks: TaskServiceClient<Client>,
    pub(crate) decisions: DecisionServiceClient<Client>,
    pub(crate) records: RecordServiceClient<Client>,
}

impl Office {
    /// Opens the block on an empty database.
    pub(crate) async fn open(kind: Kind) -> anyhow::Result<Self> {
        let database = database(kind).await?;
        let keys = Keys::new()?;
        let clock = Clock::system();
        let config = config(&database);
        let registration = Registration::open(&config, clock.clone()).await?;
        let server = Server {
            config: config.server,
            routes: registration.routes(),
            json: None,
            gate: keys.gate()?,
            ready: Ready::always(),
        };
        Ok(Self { database, clock, channel: serve(server).await?, keys })
    }

    /// A desk for whoever `id` is within `agency`, with every scope and these roles.
    pub(crate) fn desk(&self, agency: &str, id: &str, roles: &[&str]) -> Desk {
        let caller = Caller { id: id.to_owned(), ..caller(agency, &SCOPES, roles) };
        let client = || self.keys.client(self.channel.clone(), &caller).unwrap();
        Desk {
            catalogue: CatalogueServiceClient::new(client()),
            applications: ApplicationServiceClient::new(client()),
            tasks: TaskServiceClient::new(client()),
            decisions: DecisionServiceClient::new(client()),
            records: RecordServiceClient::new(client()),
        }
    }

    /// A desk of the agency's own system, after it published the permit.
    pub(crate) async fn system(&self) -> anyhow::Result<Desk> {
        let mut desk = self.desk("korlantas", "system", &[]);
        desk.catalogue.publish_service(publish(PERMIT)).await?;
        Ok(desk)
    }

    /// The desks of two officers.
    pub(crate) fn officers(&self) -> (Desk, Desk) {
        let desk = |id| self.desk("korlantas", id, &["clerk", "head"]);
        (desk("officer-one"), desk("officer-two"))
    }
}

impl Desk {
    /// A draft of a person who has no other.
    pub(crate) async fn draft(&mut self) -> anyhow::Result<Application> {
        let answer = self.applications.create_application(draft_of(&somebody())).await?;
        Ok(answer.into_inner().application.unwrap())
    }

    /// An application that was handed in.
    pub(crate) async fn submitted(&mut self) -> anyhow::Result<Application> {
        let draft = self.draft().await?;
        let answer = self.applications.submit_application(submit(&draft)).await?;
        Ok(answer.into_inner().application.unwrap())
    }

    /// An application that was handed in, and meets every rule that needs no officer.
    pub(crate) async fn evaluated(&mut self) -> anyhow::Result<Application> {
        let application = self.submitted().await?;
        let request = evaluate(&application, &json!({"age_reached": true}));
        assert!(self.applications.evaluate_application(request).await?.into_inner().eligible);
        Ok(application)
    }

    /// A task that `officer` has claimed.
    pub(crate) async fn claimed(
        &mut self,
        officer: &mut Self,
        request: CreateTaskRequest,
    ) -> anyhow::Result<Task> {
        let task = self.tasks.create_task(request).await?.into_inner().task.unwrap();
        let claim = rangkai_proto::registration::v1::ClaimTaskRequest {
            request_id: fresh(),
            task_id: task.task_id,
        };
        Ok(officer.tasks.claim_task(claim).await?.into_inner().task.unwrap())
    }

    /// A grant that `officer` proposed.
    pub(crate) async fn proposed(
        &mut self,
        officer: &mut Self,
        application: &Application,
    ) -> anyhow::Result<Decision> {
        let task = self.claimed(officer, task(application, TaskKind::ProposeDecision, "")).await?;
        let answer = officer.decisions.propose_decision(propose(&task, true)).await?;
        Ok(answer.into_inner().decision.unwrap())
    }

    /// The task of confirming `decision`, which `officer` has claimed.
    pub(crate) async fn confirming(
        &mut self,
        officer: &mut Self,
        application: &Application,
        decision: &Decision,
    ) -> anyhow::Result<Task> {
        let kind = TaskKind::ConfirmDecision;
        self.claimed(officer, task(application, kind, &decision.decision_id)).await
    }
}

pub(crate) fn publish(definition: &str) -> PublishServiceRequest {
    PublishServiceRequest { request_id: fresh(), definition: definition.to_owned() }
}

pub(crate) fn draft_of(subject: &str) -> CreateApplicationRequest {
    CreateApplicationRequest {
        request_id: fresh(),
        service_name: "permit".to_owned(),
        applicant_subject_id: subject.to_owned(),
        answers: object(&json!({"kind": "small", "shares": 3, "parts": 2})),
    }
}

pub(crate) fn submit(application: &Application) -> SubmitApplicationRequest {
    let application_id = application.application_id.clone();
    SubmitApplicationRequest { request_id: fresh(), application_id, etag: String::new() }
}

pub(crate) fn evaluate(
    application: &Application,
    facts: &serde_json::Value,
) -> EvaluateApplicationRequest {
    let application_id = application.application_id.clone();
    EvaluateApplicationRequest { request_id: fresh(), application_id, facts: object(facts) }
}

pub(crate) fn task(
    application: &Application,
    kind: TaskKind,
    decision_id: &str,
) -> CreateTaskRequest {
    CreateTaskRequest {
        request_id: fresh(),
        application_id: application.application_id.clone(),
        kind: kind.into(),
        role: "clerk".to_owned(),
        title: Some(Text { id: "Periksa".to_owned(), en: "Look".to_owned() }),
        decision_id: decision_id.to_owned(),
        due_time: None,
    }
}

pub(crate) fn propose(task: &Task, met: bool) -> ProposeDecisionRequest {
    let outcome = if met { DecisionOutcome::Grant } else { DecisionOutcome::Refuse };
    ProposeDecisionRequest {
        request_id: fresh(),
        task_id: task.task_id.clone(),
        outcome: outcome.into(),
        findings: vec![finding("PAPERS", met)],
        note: String::new(),
    }
}

pub(crate) fn finding(rule: &str, met: bool) -> Finding {
    let explanation = if met { "" } else { "A page is missing." };
    Finding {
        rule_id: rule.to_owned(),
        met,
        explanation: explanation.to_owned(),
        ..Finding::default()
    }
}

/// A subject that nobody else is.
pub(crate) fn somebody() -> String {
    let letters =
        |byte: u8| if byte.is_ascii_digit() { char::from(byte - b'0' + b'g') } else { byte.into() };
    fresh().replace('-', "").bytes().rev().take(26).map(letters).collect()
}

pub(crate) fn object(json: &serde_json::Value) -> Option<Struct> {
    match from_json(json) {
        Value { kind: Some(JsonKind::StructValue(object)) } => Some(object),
        _ => None,
    }
}

/// The fields that a refusal of the request names.
pub(crate) fn fields<T: Debug>(answer: Result<Response<T>, Status>) -> Vec<String> {
    let status = answer.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_details_bad_request().unwrap();
    details.field_violations.into_iter().map(|violation| violation.field).collect()
}

/// Checks that a rule said no; answers the metadata of the refusal.
#[track_caller]
pub(crate) fn refused<T: Debug>(
    answer: Result<Response<T>, Status>,
    code: Code,
    reason: ErrorReason,
) -> std::collections::HashMap<String, String> {
    let status = answer.unwrap_err();
    let info = status.get_details_error_info();
    let info = info.unwrap_or_else(|| panic!("no reason in {status:?}"));
    assert_eq!((status.code(), info.reason.as_str()), (code, reason.as_str_name()), "{status:?}");
    info.metadata
}
