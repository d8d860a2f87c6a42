//! `rangkai.registration.v1.TaskService`.

use rangkai_auth::caller;
use rangkai_db::Call;
use rangkai_primitives::{Id, Page, Sensitive};
use rangkai_proto::registration::v1::{self as wire, task_service_server::TaskService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::words::{task_kind, task_state};
use crate::{
    Registration,
    domain::{NewTask, Task, TaskFilter, TaskKind, Text},
    error::Error,
    ops,
};

const CREATE: &str = "rangkai.registration.v1.TaskService/CreateTask";
const GET: &str = "rangkai.registration.v1.TaskService/GetTask";
const CLAIM: &str = "rangkai.registration.v1.TaskService/ClaimTask";
const RELEASE: &str = "rangkai.registration.v1.TaskService/ReleaseTask";
const COMPLETE: &str = "rangkai.registration.v1.TaskService/CompleteTask";
const CANCEL: &str = "rangkai.registration.v1.TaskService/CancelTask";

#[tonic::async_trait]
impl TaskService for Registration {
    async fn create_task(
        &self,
        request: Request<wire::CreateTaskRequest>,
    ) -> Result<Response<wire::CreateTaskResponse>, Status> {
        let (call, new) = read_create(&request)?;
        let definitions = self.definitions.clone();
        let answer = self.db.once(call, move |tx| {
            let (new, definitions) = (new.clone(), definitions.clone());
            async move {
                let task = ops::task::create(&tx, new, &definitions).await?;
                Ok::<_, Error>(wire::CreateTaskResponse { task: Some(task.into()) })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn get_task(
        &self,
        request: Request<wire::GetTaskRequest>,
    ) -> Result<Response<wire::GetTaskResponse>, Status> {
        let caller = caller(&request)?;
        let id = read_id(&request.get_ref().task_id, Violations::of(request.get_ref()))?;
        let get = move |tx| async move { ops::task::get(&tx, id).await };
        let task = Some(self.db.act(caller, GET, get).await?.into());
        Ok(Response::new(wire::GetTaskResponse { task }))
    }

    async fn list_tasks(
        &self,
        request: Request<wire::ListTasksRequest>,
    ) -> Result<Response<wire::ListTasksResponse>, Status> {
        let caller = caller(&request)?;
        let (filter, page) = read_list(&request)?;
        let listed = self.db.read(caller, move |tx| {
            let (filter, page) = (filter.clone(), page.clone());
            async move { ops::task::list(&tx, &filter, &page).await }
        });
        let (tasks, next) = listed.await?;
        Ok(Response::new(wire::ListTasksResponse {
            tasks: tasks.into_iter().map(Into::into).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn claim_task(
        &self,
        request: Request<wire::ClaimTaskRequest>,
    ) -> Result<Response<wire::ClaimTaskResponse>, Status> {
        let mut fields = Violations::of(request.get_ref());
        let call = call(CLAIM, &request, &mut fields, &request.get_ref().request_id);
        let (call, id) = read_call(&request.get_ref().task_id, call, fields)?;
        let answer = self.db.once(call, move |tx| async move {
            let task = Some(ops::task::claim(&tx, id).await?.into());
            Ok::<_, Error>(wire::ClaimTaskResponse { task })
        });
        Ok(Response::new(answer.await?))
    }

    async fn release_task(
        &self,
        request: Request<wire::ReleaseTaskRequest>,
    ) -> Result<Response<wire::ReleaseTaskResponse>, Status> {
        let mut fields = Violations::of(request.get_ref());
        let call = call(RELEASE, &request, &mut fields, &request.get_ref().request_id);
        let (call, id) = read_call(&request.get_ref().task_id, call, fields)?;
        let answer = self.db.once(call, move |tx| async move {
            let task = Some(ops::task::release(&tx, id).await?.into());
            Ok::<_, Error>(wire::ReleaseTaskResponse { task })
        });
        Ok(Response::new(answer.await?))
    }

    async fn complete_task(
        &self,
        request: Request<wire::CompleteTaskRequest>,
    ) -> Result<Response<wire::CompleteTaskResponse>, Status> {
        let mut fields = Violations::of(request.get_ref());
        let call = call(COMPLETE, &request, &mut fields, &request.get_ref().request_id);
        let (call, id) = read_call(&request.get_ref().task_id, call, fields)?;
        let wire::CompleteTaskRequest { outcome, note, .. } = request.into_inner();
        let note = Sensitive::new(note);
        let answer = self.db.once(call, move |tx| {
            let (outcome, note) = (outcome.clone(), note.clone());
            async move {
                let task = Some(ops::task::complete(&tx, id, outcome, note).await?.into());
                Ok::<_, Error>(wire::CompleteTaskResponse { task })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn cancel_task(
        &self,
        request: Request<wire::CancelTaskRequest>,
    ) -> Result<Response<wire::CancelTaskResponse>, Status> {
        let mut fields = Violations::of(request.get_ref());
        let call = call(CANCEL, &request, &mut fields, &request.get_ref().request_id);
        let (call, id) = read_call(&request.get_ref().task_id, call, fields)?;
        let answer = self.db.once(call, move |tx| async move {
            let task = Some(ops::task::cancel(&tx, id).await?.into());
            Ok::<_, Error>(wire::CancelTaskResponse { task })
        });
        Ok(Response::new(answer.await?))
    }
}

fn read_create(request: &Request<wire::CreateTaskRequest>) -> Result<(Call, NewTask), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(CREATE, request, &mut fields, &wire.request_id);
    let application = fields.parse("application_id", &wire.application_id);
    let kind = fields.require("kind", task_kind(wire.kind()));
    let decision = fields.parse_if_set("decision_id", &wire.decision_id);
    let confirms = kind == Some(TaskKind::ConfirmDecision);
    if confirms == wire.decision_id.is_empty() {
        fields
            .add("decision_id", "must be set for a task that confirms a decision, and only there");
    }
    let due = wire.due_time.as_ref().map(rangkai_proto::read_time).transpose();
    let due_time = fields.keep("due_time", due);
    let title = wire.title.clone();
    fields.check(|| {
        let title = title.map(|title| Text { id: title.id, en: title.en })?;
        let new = NewTask {
            application: application?,
            kind: kind?,
            role: wire.role.clone(),
            title,
            decision: decision?,
            due_time: due_time?,
        };
        Some((call?, new))
    })
}

fn read_id(task_id: &str, mut fields: Violations) -> Result<Id<Task>, Status> {
    let id = fields.parse("task_id", task_id);
    fields.check(|| id)
}

fn read_call(
    task_id: &str,
    call: Option<Call>,
    mut fields: Violations,
) -> Result<(Call, Id<Task>), Status> {
    let id = fields.parse("task_id", task_id);
    fields.check(|| Some((call?, id?)))
}

fn read_list(
    request: &Request<wire::ListTasksRequest>,
) -> Result<(TaskFilter, Page<Task>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let application = fields.parse_if_set("application_id", &wire.application_id);
    let page = fields.page(wire.page_size, &wire.page_token);
    let role = Some(wire.role.clone()).filter(|role| !role.is_empty());
    let state = task_state(wire.state());
    fields.check(|| Some((TaskFilter { application: application?, role, state }, page?)))
}

impl From<Task> for wire::Task {
    fn from(task: Task) -> Self {
        Self {
            task_id: task.id.to_string(),
            application_id: task.application.to_string(),
            service_name: task.service_name,
            kind: wire::TaskKind::from(task.kind).into(),
            role: task.role,
            title: Some(task.title.into()),
            decision_id: task.decision.map(|id| id.to_string()).unwrap_or_default(),
            state: wire::TaskState::from(task.state).into(),
            officer_id: task.officer.unwrap_or_default(),
            outcome: task.outcome,
            note: task.note.into_inner(),
            due_time: task.due_time.map(rangkai_proto::time),
            create_time: Some(rangkai_proto::time(task.create_time)),
            update_time: Some(rangkai_proto::time(task.update_time)),
        }
    }
}
