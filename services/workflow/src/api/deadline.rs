//! `rangkai.workflow.v1.DeadlineService`.

use prost::Message;
use rangkai_auth::caller;
use rangkai_db::Call;
use rangkai_primitives::Id;
use rangkai_proto::workflow::v1::{self as wire, deadline_service_server::DeadlineService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::{
    deadline_wire::{read_silence, read_state, write},
    term::{read_moment, read_rule},
};
use crate::{
    Workflow,
    domain::deadline::{Deadline, NewDeadline},
    ops,
};

#[tonic::async_trait]
impl DeadlineService for Workflow {
    async fn start_deadline(
        &self,
        request: Request<wire::StartDeadlineRequest>,
    ) -> Result<Response<wire::StartDeadlineResponse>, Status> {
        let (call, new) = read_start(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let deadline = ops::deadline::start(&tx, new).await?;
                Ok(wire::StartDeadlineResponse { deadline: Some(deadline.into()) })
            }
        })
        .await
    }

    async fn stop_deadline(
        &self,
        request: Request<wire::StopDeadlineRequest>,
    ) -> Result<Response<wire::StopDeadlineResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.workflow.v1.DeadlineService/StopDeadline";
        let fields = Violations::of(wire);
        let (call, id) =
            read_change((method, fields), &request, &wire.request_id, &wire.deadline_id)?;
        let reason = request.into_inner().reason;
        self.change(call, move |tx| {
            let reason = reason.clone();
            async move {
                let deadline = ops::deadline::stop(&tx, id, &reason).await?;
                let remaining = ops::deadline::remaining(&tx, &deadline).await?;
                Ok(wire::StopDeadlineResponse { deadline: Some(write(deadline, remaining)) })
            }
        })
        .await
    }

    async fn restart_deadline(
        &self,
        request: Request<wire::RestartDeadlineRequest>,
    ) -> Result<Response<wire::RestartDeadlineResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.workflow.v1.DeadlineService/RestartDeadline";
        let fields = Violations::of(wire);
        let (call, id) =
            read_change((method, fields), &request, &wire.request_id, &wire.deadline_id)?;
        let reason = request.into_inner().reason;
        self.change(call, move |tx| {
            let reason = reason.clone();
            async move {
                let deadline = ops::deadline::restart(&tx, id, &reason).await?;
                Ok(wire::RestartDeadlineResponse { deadline: Some(deadline.into()) })
            }
        })
        .await
    }

    async fn extend_deadline(
        &self,
        request: Request<wire::ExtendDeadlineRequest>,
    ) -> Result<Response<wire::ExtendDeadlineResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.workflow.v1.DeadlineService/ExtendDeadline";
        let fields = Violations::of(wire);
        let (call, id) =
            read_change((method, fields), &request, &wire.request_id, &wire.deadline_id)?;
        let wire::ExtendDeadlineRequest { amount, reason, legal_basis, .. } = request.into_inner();
        self.change(call, move |tx| {
            let (reason, legal_basis) = (reason.clone(), legal_basis.clone());
            async move {
                let said = (reason.as_str(), legal_basis.as_str());
                let deadline = ops::deadline::extend(&tx, id, amount, said).await?;
                let remaining = ops::deadline::remaining(&tx, &deadline).await?;
                Ok(wire::ExtendDeadlineResponse { deadline: Some(write(deadline, remaining)) })
            }
        })
        .await
    }

    async fn close_deadline(
        &self,
        request: Request<wire::CloseDeadlineRequest>,
    ) -> Result<Response<wire::CloseDeadlineResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.workflow.v1.DeadlineService/CloseDeadline";
        let fields = Violations::of(wire);
        let (call, id) =
            read_change((method, fields), &request, &wire.request_id, &wire.deadline_id)?;
        let reason = request.into_inner().reason;
        self.change(call, move |tx| {
            let reason = reason.clone();
            async move {
                let deadline = ops::deadline::close(&tx, id, &reason).await?;
                Ok(wire::CloseDeadlineResponse { deadline: Some(deadline.into()) })
            }
        })
        .await
    }

    async fn get_deadline(
        &self,
        request: Request<wire::GetDeadlineRequest>,
    ) -> Result<Response<wire::GetDeadlineResponse>, Status> {
        let caller = caller(&request)?;
        let mut fields = Violations::of(request.get_ref());
        let id = fields.parse("deadline_id", &request.get_ref().deadline_id);
        let id = fields.check(|| id)?;
        let method = "rangkai.workflow.v1.DeadlineService/GetDeadline";
        let read = move |tx| async move { ops::deadline::read(&tx, id).await };
        let (deadline, remaining, history) = self.db.act(caller, method, read).await?;
        Ok(Response::new(wire::GetDeadlineResponse {
            deadline: Some(write(deadline, remaining)),
            history: history.into_iter().map(Into::into).collect(),
        }))
    }

    async fn list_deadlines(
        &self,
        request: Request<wire::ListDeadlinesRequest>,
    ) -> Result<Response<wire::ListDeadlinesResponse>, Status> {
        let wire = request.get_ref();
        let mut fields = Violations::of(wire);
        let page = fields.page(wire.page_size, &wire.page_token);
        let case_id = fields.parse_if_set("case_id", &wire.case_id);
        let state = read_state(wire.state());
        let (page, case_id) = fields.check(|| Some((page?, case_id?)))?;
        let list = move |tx| {
            let page = page.clone();
            async move { ops::deadline::list(&tx, (state, case_id), &page).await }
        };
        let (found, next) = self.read_as(&request, list).await?;
        Ok(Response::new(wire::ListDeadlinesResponse {
            deadlines: found.into_iter().map(Into::into).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}

fn read_start(
    request: &Request<wire::StartDeadlineRequest>,
) -> Result<(Call, NewDeadline), Status> {
    let wire = request.get_ref();
    let method = "rangkai.workflow.v1.DeadlineService/StartDeadline";
    let mut fields = Violations::of(wire);
    let call = call(method, request, &mut fields, &wire.request_id);
    let case_id = fields.parse_if_set("case_id", &wire.case_id);
    let rule = read_rule(wire.rule.clone(), &mut fields);
    let silence = read_silence(wire.silence(), &mut fields);
    let start_time = read_moment("start_time", wire.start_time, &mut fields);
    fields.check(|| {
        let new = NewDeadline {
            case_id: case_id?,
            name: wire.name.clone(),
            calendar_code: wire.calendar_code.clone(),
            rule: rule?,
            silence: silence?,
            silence_basis: wire.silence_basis.clone(),
            start_time,
        };
        Some((call?, new))
    })
}

/// Reads which deadline a request is to change.
fn read_change<M: Message>(
    (method, mut fields): (&'static str, Violations),
    request: &Request<M>,
    request_id: &str,
    deadline_id: &str,
) -> Result<(Call, Id<Deadline>), Status> {
    let call = call(method, request, &mut fields, request_id);
    let id = fields.parse("deadline_id", deadline_id);
    fields.check(|| Some((call?, id?)))
}
