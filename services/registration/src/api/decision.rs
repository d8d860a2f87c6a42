//! `rangkai.registration.v1.DecisionService`.

use rangkai_auth::caller;
use rangkai_db::Call;
use rangkai_primitives::{Id, Sensitive};
use rangkai_proto::registration::v1::{self as wire, decision_service_server::DecisionService};
use rangkai_rpc::{Violations, call};
use tonic::{Request, Response, Status};

use super::words::outcome;
use crate::{
    Registration,
    domain::{Decision, Proposal, Task},
    error::Error,
    ops,
};

const PROPOSE: &str = "rangkai.registration.v1.DecisionService/ProposeDecision";
const CONFIRM: &str = "rangkai.registration.v1.DecisionService/ConfirmDecision";
const RETURN: &str = "rangkai.registration.v1.DecisionService/ReturnDecision";
const GET: &str = "rangkai.registration.v1.DecisionService/GetDecision";

#[tonic::async_trait]
impl DecisionService for Registration {
    async fn propose_decision(
        &self,
        request: Request<wire::ProposeDecisionRequest>,
    ) -> Result<Response<wire::ProposeDecisionResponse>, Status> {
        let (call, proposal) = read_propose(&request)?;
        let definitions = self.definitions.clone();
        let answer = self.db.once(call, move |tx| {
            let (proposal, definitions) = (proposal.clone(), definitions.clone());
            async move {
                let decision = ops::decision::propose(&tx, proposal, &definitions).await?;
                Ok::<_, Error>(wire::ProposeDecisionResponse { decision: Some(decision.into()) })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn confirm_decision(
        &self,
        request: Request<wire::ConfirmDecisionRequest>,
    ) -> Result<Response<wire::ConfirmDecisionResponse>, Status> {
        let (call, task) = read_confirm(&request)?;
        let answer = self.db.once(call, move |tx| async move {
            let decision = Some(ops::decision::confirm(&tx, task).await?.into());
            Ok::<_, Error>(wire::ConfirmDecisionResponse { decision })
        });
        Ok(Response::new(answer.await?))
    }

    async fn return_decision(
        &self,
        request: Request<wire::ReturnDecisionRequest>,
    ) -> Result<Response<wire::ReturnDecisionResponse>, Status> {
        let (call, task, reason) = read_return(&request)?;
        let answer = self.db.once(call, move |tx| {
            let reason = reason.clone();
            async move {
                let decision = Some(ops::decision::give_back(&tx, task, reason).await?.into());
                Ok::<_, Error>(wire::ReturnDecisionResponse { decision })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn get_decision(
        &self,
        request: Request<wire::GetDecisionRequest>,
    ) -> Result<Response<wire::GetDecisionResponse>, Status> {
        let caller = caller(&request)?;
        let id = read_get(&request)?;
        let get = move |tx| async move { ops::decision::get(&tx, id).await };
        let decision = Some(self.db.act(caller, GET, get).await?.into());
        Ok(Response::new(wire::GetDecisionResponse { decision }))
    }
}

fn read_propose(
    request: &Request<wire::ProposeDecisionRequest>,
) -> Result<(Call, Proposal), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(PROPOSE, request, &mut fields, &wire.request_id);
    let task = fields.parse("task_id", &wire.task_id);
    let outcome = fields.require("outcome", outcome(wire.outcome()));
    let mut findings = Vec::new();
    for (index, finding) in wire.findings.iter().enumerate() {
        if wire.findings[..index].iter().any(|earlier| earlier.rule_id == finding.rule_id) {
            fields.add(&format!("findings[{index}].rule_id"), "names a rule for the second time");
        }
        if !finding.met && finding.explanation.is_empty() {
            let field = format!("findings[{index}].explanation");
            fields.add(&field, "is required when the rule is not met");
        }
        let explanation = Sensitive::new(finding.explanation.clone());
        findings.push((finding.rule_id.clone(), finding.met, explanation));
    }
    let note = Sensitive::new(wire.note.clone());
    fields.check(|| Some((call?, Proposal { task: task?, outcome: outcome?, findings, note })))
}

fn read_confirm(
    request: &Request<wire::ConfirmDecisionRequest>,
) -> Result<(Call, Id<Task>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(CONFIRM, request, &mut fields, &wire.request_id);
    let task = fields.parse("task_id", &wire.task_id);
    fields.check(|| Some((call?, task?)))
}

fn read_return(
    request: &Request<wire::ReturnDecisionRequest>,
) -> Result<(Call, Id<Task>, String), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(RETURN, request, &mut fields, &wire.request_id);
    let task = fields.parse("task_id", &wire.task_id);
    fields.check(|| Some((call?, task?, wire.reason.clone())))
}

fn read_get(request: &Request<wire::GetDecisionRequest>) -> Result<Id<Decision>, Status> {
    let mut fields = Violations::of(request.get_ref());
    let id = fields.parse("decision_id", &request.get_ref().decision_id);
    fields.check(|| id)
}

impl From<Decision> for wire::Decision {
    fn from(decision: Decision) -> Self {
        Self {
            decision_id: decision.id.to_string(),
            application_id: decision.application.to_string(),
            outcome: wire::DecisionOutcome::from(decision.outcome).into(),
            findings: decision.findings.into_iter().map(Into::into).collect(),
            note: decision.note.into_inner(),
            state: wire::DecisionState::from(decision.state).into(),
            proposed_by: decision.proposed_by,
            decided_by: decision.decided_by.unwrap_or_default(),
            return_reason: decision.return_reason.into_inner(),
            create_time: Some(rangkai_proto::time(decision.create_time)),
            update_time: Some(rangkai_proto::time(decision.update_time)),
        }
    }
}
