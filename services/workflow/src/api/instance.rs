//! Starting, watching and cancelling instances.

use rangkai_auth::caller;
use rangkai_db::Call;
use rangkai_primitives::{Id, Page};
use rangkai_proto::workflow::v1::{self as wire, instance_service_server::InstanceService};
use rangkai_rpc::{Violations, call, page_token};
use serde_json::json;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{status::of_change, watch::Watching, write::entry};
use crate::{
    Workflow,
    domain::{
        instance::{Entry, Instance, State, Wanted},
        message::fits,
    },
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
        let work = move |tx| {
            let (library, reason) = (library.clone(), reason.clone());
            async move {
                let whole = ops::instance::cancel(&tx, &library, id, &reason).await?;
                Ok(wire::CancelInstanceResponse { instance: Some(whole.into()) })
            }
        };
        let answer = self.db.once(call, work).await;
        let answer = answer.map_err(|error: Error| of_change(error, request_id))?;
        self.engine.changed(id.uuid());
        Ok(Response::new(answer))
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
        // A page token carries an id; a place in a history fits into one.
        let after = page.after.map_or(0, |after| after.uuid().as_u64_pair().1);
        let (after, size) = (i64::try_from(after).unwrap_or(i64::MAX), page.size);
        let method = "rangkai.workflow.v1.InstanceService/ListHistory";
        let list = move |tx| async move { ops::instance::list_history(&tx, id, after, size).await };
        let (found, more) = self.db.act(caller, method, list).await?;
        let next = found.last().filter(|_| more).and_then(|(entry, _)| {
            let place = u64::try_from(entry.sequence).ok()?;
            Some(Id::<Entry>::from(Uuid::from_u64_pair(0, place)))
        });
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
    fields.check(|| {
        let wanted = Wanted { name: request.name.clone(), state: state?, case_id: case_id? };
        Some((wanted, page?))
    })
}

fn read_id(mut fields: Violations, text: &str) -> Result<Id<Instance>, Status> {
    let id = fields.parse("instance_id", text);
    fields.check(|| id)
}
