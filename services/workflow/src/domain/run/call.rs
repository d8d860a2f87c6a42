//! Announcing a call.

use prost_reflect::{MethodDescriptor, prost::Message as _};
use prost_types::method_options::IdempotencyLevel;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    continuation::{Doing, Thread, earlier},
    effects::Intent,
    http::HttpRequest,
    machine::{Machine, Next},
    scope::Extra,
    work::set,
};
use crate::domain::{
    definition::{Call, EffectKind, Target, Task, takes_request_id},
    instance::Kind,
    message,
    problem::Problem,
};

/// What is to be sent, and whether it may be sent again when no answer came.
struct Draft {
    request: Vec<u8>,
    safe: bool,
}

impl Machine<'_> {
    /// Announces a call.
    pub fn begin_call(
        &mut self,
        thread: &mut Thread,
        task: &Task,
        call: &Call,
        input: &Value,
    ) -> Next {
        match self.intent(thread, task, call, input) {
            Ok(intent) => {
                set(thread, Doing::Call { id: intent.id, safe: intent.safe });
                if task.effect.kind != EffectKind::None {
                    self.take_over(thread);
                }
                self.note(Kind::CallAnnounced, &task.pointer, call.function.clone(), None);
                self.calls.push(intent);
                Next::Wait
            }
            Err(problem) => Next::Fail(problem),
        }
    }

    fn intent(
        &mut self,
        thread: &Thread,
        task: &Task,
        call: &Call,
        input: &Value,
    ) -> Result<Intent, Problem> {
        let given = match &call.with {
            Some(with) => Some(self.evaluate(thread, with, input, Extra::default())?),
            None => None,
        };
        let input = given.as_ref().unwrap_or(input);
        let arguments = self.evaluate(thread, &call.arguments, input, Extra::default())?;
        let instance = &self.setting.instance;
        // The same place in the same attempt is the same request, however often it is sent.
        let request_id = Uuid::new_v5(instance, thread.identity().as_bytes());
        let draft = draft(call, arguments, input, request_id)?;
        self.stand.serial += 1;
        let name = format!("call {}", self.stand.serial);
        let around = thread.frames.iter().map(|frame| frame.deadline);
        // The author knows of a callee what its contract does not say.
        let idempotent = task.metadata.get("idempotent") == Some(&Value::Bool(true));
        let safe = draft.safe || (idempotent && !matches!(call.target, Target::Block(_)));
        let intent = Intent {
            id: Uuid::new_v5(instance, name.as_bytes()),
            task: task.pointer.to_string(),
            method: call.path(),
            request: draft.request,
            request_id,
            safe,
            announced: self.setting.now,
            deadline: None,
        };
        let asked_on = intent.is_asked_on(self.setting.definition);
        let deadline = around.fold(thread.deadline, earlier).filter(|_| !asked_on);
        Ok(Intent { deadline, ..intent })
    }
}

fn draft(call: &Call, arguments: Value, input: &Value, id: Uuid) -> Result<Draft, Problem> {
    match &call.target {
        Target::Block(method) => {
            let safe = is_safe(method);
            grpc(method, arguments, id).map(|request| Draft { request, safe })
        }
        Target::Host { method, .. } => {
            let safe = is_idempotent(method);
            grpc(method, arguments, id).map(|request| Draft { request, safe })
        }
        Target::Http(http) => {
            let request = HttpRequest::of(http, arguments, input)?;
            let safe = request.is_idempotent();
            Ok(Draft { request: request.write()?, safe })
        }
    }
}

/// The request, with its id where its message has a place for one that the author left empty.
fn grpc(method: &MethodDescriptor, mut arguments: Value, id: Uuid) -> Result<Vec<u8>, Problem> {
    if arguments.is_null() {
        arguments = json!({});
    }
    if let (true, Value::Object(members)) = (takes_request_id(method), &mut arguments)
        && !members.contains_key("request_id")
    {
        members.entry("requestId").or_insert_with(|| json!(id));
    }
    let request = message::from_json(&method.input(), arguments)
        .map_err(|detail| Problem::standard("validation", "invalid arguments", detail))?;
    Ok(request.encode_to_vec())
}

/// Whether a contract of the blocks says that the same request may be sent again.
fn is_safe(method: &MethodDescriptor) -> bool {
    let pool = method.parent_pool();
    let Some(rules) = pool.get_extension_by_name("rangkai.options.v1.method") else {
        return false;
    };
    let options = method.options();
    let declared = options.get_extension(&rules);
    let safe = declared.as_message().and_then(|rules| rules.get_field_by_name("retry_safe"));
    safe.is_some_and(|safe| safe.as_bool() == Some(true))
}

/// Whether another contract says so: nothing changes, or the callee knows a request by its id.
fn is_idempotent(method: &MethodDescriptor) -> bool {
    let descriptor = method.method_descriptor_proto();
    let level = descriptor.options.as_ref().map(prost_types::MethodOptions::idempotency_level);
    match level {
        Some(IdempotencyLevel::NoSideEffects) => true,
        Some(IdempotencyLevel::Idempotent) => takes_request_id(method),
        Some(IdempotencyLevel::IdempotencyUnknown) | None => false,
    }
}
