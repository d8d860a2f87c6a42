//! Calling a function of the catalogue.

use prost_reflect::{MethodDescriptor, prost::Message as _};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    continuation::{Doing, Thread, earlier},
    effects::Intent,
    machine::{Machine, Next},
    scope::Extra,
    work::set,
};
use crate::domain::{
    definition::{Call, Task},
    instance::Kind,
    message,
    problem::Problem,
};

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
        let mut arguments = self.evaluate(thread, &call.arguments, input, Extra::default())?;
        let instance = &self.setting.instance;
        // The same place in the same attempt is the same request, however often it is sent.
        let request_id = Uuid::new_v5(instance, thread.identity().as_bytes());
        if arguments.is_null() {
            arguments = json!({});
        }
        if let (true, Value::Object(members)) = (call.takes_request_id(), &mut arguments) {
            members.insert("requestId".to_owned(), json!(request_id));
        }
        let request = message::from_json(&call.method.input(), arguments)
            .map_err(|detail| Problem::standard("validation", "invalid arguments", detail))?;
        self.stand.serial += 1;
        let name = format!("call {}", self.stand.serial);
        let around = thread.frames.iter().map(|frame| frame.deadline);
        Ok(Intent {
            id: Uuid::new_v5(instance, name.as_bytes()),
            task: task.pointer.to_string(),
            method: call.path(),
            request: request.encode_to_vec(),
            request_id,
            safe: is_safe(&call.method),
            announced: self.setting.now,
            deadline: around.fold(thread.deadline, earlier),
        })
    }
}

/// Whether the contract says that the same request may be sent again.
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
