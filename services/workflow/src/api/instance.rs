//! Starting, watching and cancelling instances.

use std::sync::{Arc, OnceLock};

use rangkai_auth::caller;
use rangkai_db::Call;
use rangkai_primitives::{Id, Page, Timestamp};
use rangkai_proto::workflow::v1::{self as wire, instance_service_server::InstanceService};
use rangkai_rpc::{Violations, call, page_token};
use serde_json::json;
use tonic::{Request, Response, Status};

use super::{place, status::of_change, watch::Watching, write::entry};
use crate::{
    Workflow,
    domain::{
        instance::{Entry, Instance, State, Wanted},
        message::fits,
    },
    engine::measure::MEASURES,
    error::Error,
    ops::{self, instance::NewInstance},
};

#[tonic::async_trait]
impl InstanceService for Workflow {
    type WatchInstanceStream = Watching;

    async fn start_instance(
        &self,
        request: Request<wire::StartInstanceRequest>,
    ) -> Result<Response<wire::StartInstanceResponse>, Status> {
        let (call, new) = read_start(&request)?;
        let (request_id, library) = (call.request_id, self.library.clone());
        let work = move |tx| {
            let (library, new) = (library.clone(), new.clone());
            async move {
                let whole = ops::instance::start(&tx, &library, new).await?;
                Ok(wire::StartInstanceResponse { instance: Some(whole.into()) })
            }
        };
        let answer = self.db.once(call, work).await;
        let answer = answer.map_err(|error: Error| of_change(error, request_id))?;
        self.engine.hint();
        Ok(Response::new(answer))
    }

    async fn get_instance(
        &self,
        request: Request<wire::GetInstanceRequest>,
    ) -> Result<Response<wire::GetInstanceResponse>, Status> {
        let caller = caller(&request)?;
        let id = read_id(Violations::of(request.get_ref()), &request.get_ref().instance_id)?;
        let method = "rangkai.workflow.v1.InstanceService/GetInstance";
        let read = move |tx| async move { ops::instance::read(&tx, id).await };
        let found = self.db.act(caller, method, read).await?;
        Ok(Response::new(wire::GetInstanceResponse { instance: Some(found.into()) }))
    }

    async fn list_instances(
        &self,
        request: Request<wire::ListInstancesRequest>,
    ) -> Result<Response<wire::ListInstancesResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (wanted, page) = read_list(&request)?;
        let list = move |tx| {
            let (wanted, page) = (wanted.clone(), page.clone());
            async move { ops::instance::list(&tx, &wanted, &page).await }
        };
        let (found, next) = self.db.read(caller, list).await?;
        Ok(Response::new(wire::ListInstancesResponse {
            instances: found.into_iter().map(Into::into).collect(),
            next_page_token: page_token(&request, next),
        }))
    }

    async fn watch_instance(
        &self,
        request: Request<wire::WatchInstanceRequest>,
    ) -> Result<Response<Watching>, Status> {
        let caller = caller(&request)?;
        let id = read_id(Violations::of(request.get_ref()), &request.get_ref().instance_id)?;
        Ok(Response::new(self.watch(caller, id).await?))
    }

    async fn cancel_instance(
        &self,
        request: Request<wire::CancelInstanceRequest>,
    ) -> Result<Response<wire::CancelInstanceResponse>, Status> {
        let method = "rangkai.workflow.v1.InstanceService/CancelInstance";
        let mut fields = Violations::of(request.get_ref());
        let call = call(method, &request, &mut fields, &request.get_ref().request_id);
        let id = fields.parse::<Id<Instance>>("instance_id", &request.get_ref().instance_id);
        let (call, id) = fields.check(|| Some((call?, id?)))?;
        let (request_id, library) = (call.request_id, self.library.clone());
        let reason = request.into_inner().reason;
        // Stays empty when the request was asked before: then nothing happens.
        let cancelled = Arc::new(OnceLock::new());
        let kept = Arc::clone(&cancelled);
        let work = move |tx| {
            let (library, reason, kept) = (library.clone(), reason.clone(), Arc::clone(&kept));
            async move {
                let (whole, has_ended) = ops::instance::cancel(&tx, &library, id, &reason).await?;
                if has_ended {
                    kept.get_or_init(|| whole.instance.clone());
                }
                Ok(wire::CancelInstanceResponse { instance: Some(whole.into()) })
            }
        };
        let answer = self.db.once(call, work).await;
        let answer = answer.map_err(|error: Error| of_change(error, request_id))?;
        if let Some(instance) = cancelled.get() {
            MEASURES.end(instance);
        }
        self.engine.changed(id.uuid());
        Ok(Response::new(answer))
    }

    async fn get_timeline(
        &self,
        request: Request<wire::GetTimelineRequest>,
    ) -> Result<Response<wire::GetTimelineResponse>, Status> {
        Ok(Response::new(self.timeline(request).await?))
    }

    async fn draw_instance(
        &self,
        request: Request<wire::DrawInstanceRequest>,
    ) -> Result<Response<wire::DrawInstanceResponse>, Status> {
        let drawing = self.draw_running(request).await?;
        Ok(Response::new(wire::DrawInstanceResponse { drawing: Some(drawing) }))
    }

    async fn list_history(
        &self,
        request: Request<wire::ListHistoryRequest>,
    ) -> Result<Response<wire::ListHistoryResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let id = fields.parse::<Id<Instance>>("instance_id", &request.instance_id);
        let page = fields.page::<Entry>(request.page_size, &request.page_token);
        let (id, page) = fields.check(|| Some((id?, page?)))?;
        let (after, size) = (place::read(page.after), page.size);
        let method = "rangkai.workflow.v1.InstanceService/ListHistory";
        let list = move |tx| async move { ops::instance::list_history(&tx, id, after, size).await };
        let (found, more) = self.db.act(caller, method, list).await?;
        let next = found.last().filter(|_| more);
        let next = next.and_then(|(entry, _)| place::write::<Entry>(entry.sequence));
        Ok(Response::new(wire::ListHistoryResponse {
            entries: found.into_iter().map(entry).collect(),
            next_page_token: page_token(&request, next),
        }))
    }
}

fn read_start(
    request: &Request<wire::StartInstanceRequest>,
) -> Result<(Call, NewInstance), Status> {
    let message = request.get_ref();
    let method = "rangkai.workflow.v1.InstanceService/StartInstance";
    let mut fields = Violations::of(message);
    let call = call(method, request, &mut fields, &message.request_id);
    let case_id = fields.parse_if_set("case_id", &message.case_id);
    let input = match &message.input {
        Some(input) => {
            let input = rangkai_proto::to_json(input).map_err(|error| error.to_string());
            fields.keep("input", input.and_then(|input| fits(&input).map(|()| input)))
        }
        None => Some(json!({})),
    };
    fields.check(|| {
        let new = NewInstance {
            namespace: message.namespace.clone(),
            name: message.name.clone(),
            version: message.version.clone(),
            case_id: case_id?,
            input: input?,
        };
        Some((call?, new))
    })
}

fn read_list(request: &wire::ListInstancesRequest) -> Result<(Wanted, Page<Instance>), Status> {
    let mut fields = Violations::of(request);
    let page = fields.page(request.page_size, &request.page_token);
    let case_id = fields.parse_if_set("case_id", &request.case_id);
    let state = match wire::InstanceState::try_from(request.state) {
        Ok(wire::InstanceState::Unspecified) => Some(None),
        Ok(wire::InstanceState::Running) => Some(Some(State::Running)),
        Ok(wire::InstanceState::Waiting) => Some(Some(State::Waiting)),
        Ok(wire::InstanceState::Completed) => Some(Some(State::Completed)),
        Ok(wire::InstanceState::Faulted) => Some(Some(State::Faulted)),
        Ok(wire::InstanceState::Cancelled) => Some(Some(State::Cancelled)),
        Err(_) => fields.keep("state", Err("is not a state of an instance")),
    };
    let from = read_moment(&mut fields, "from_time", request.from_time.as_ref());
    let until = read_moment(&mut fields, "until_time", request.until_time.as_ref());
    if request.name.is_empty() && !request.attributes.is_empty() {
        fields.add("name", "is required to look for attributes");
    }
    fields.check(|| {
        let wanted = Wanted {
            namespace: request.namespace.clone(),
            name: request.name.clone(),
            version: request.version.clone(),
            from,
            until,
            attributes: request.attributes.clone(),
            state: state?,
            case_id: case_id?,
        };
        Some((wanted, page?))
    })
}

/// A moment that may be absent; one that is none is noted.
fn read_moment(
    fields: &mut Violations,
    field: &str,
    wire: Option<&prost_types::Timestamp>,
) -> Option<Timestamp> {
    wire.and_then(|wire| fields.keep(field, rangkai_proto::read_time(wire)))
}

fn read_id(mut fields: Violations, text: &str) -> Result<Id<Instance>, Status> {
    let id = fields.parse("instance_id", text);
    fields.check(|| id)
}
