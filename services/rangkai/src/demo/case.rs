//! One person's case, from the portal's side and the officers'.

use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    PATIENCE,
    cast::{Cast, text},
};
use crate::{
    dynamic::{call, stream},
    screen::{Block, Screen},
    session::Session,
};

/// One person's case.
pub struct Case<'a> {
    cast: &'a Cast,
    /// The person, as the agency knows that person.
    subject_id: String,
    /// The application.
    pub application_id: String,
    instance_id: String,
}

impl<'a> Case<'a> {
    /// Proves who applies, hands the application in and starts the workflow.
    pub async fn open(
        cast: &'a Cast,
        screen: &mut Screen,
        nik: &str,
        answers: Value,
    ) -> anyhow::Result<Self> {
        let portal = &cast.portal;
        let purpose = json!({
            "name": "sim.renewal",
            "legalBasis": "Perpol 5/2021 art. 9",
            "caseId": Session::request_id(),
        });
        let request = json!({ "nik": nik, "purpose": purpose });
        let answer =
            call(portal, "rangkai.identity.v1.PersonService/ResolveSubject", request).await?;
        let subject_id = text(&answer, "/subjectId")?;
        screen.step(
            Block::Identity,
            "found the person by NIK",
            "known to the agency by an id of its own",
        )?;

        let request = json!({
            "serviceName": "sim-renewal",
            "applicantSubjectId": subject_id,
            "answers": answers,
        });
        let method = "rangkai.registration.v1.ApplicationService/CreateApplication";
        let answer = call(portal, method, request).await?;
        let application_id = text(&answer, "/application/applicationId")?;
        let method = "rangkai.registration.v1.ApplicationService/SubmitApplication";
        call(portal, method, json!({ "applicationId": application_id })).await?;
        screen.step(Block::Registration, "took the application", "submitted")?;

        let request = json!({
            "namespace": "korlantas",
            "name": "sim-renewal",
            "caseId": application_id,
            "input": { "applicationId": application_id },
        });
        let answer =
            call(portal, "rangkai.workflow.v1.InstanceService/StartInstance", request).await?;
        let instance_id = text(&answer, "/instance/instanceId")?;
        screen.step(Block::Workflow, "started the case", "running")?;
        Ok(Self { cast, subject_id, application_id, instance_id })
    }

    /// Waits until the workflow stands at the task called `name`.
    pub async fn until_at(&self, screen: &mut Screen, name: &str) -> anyhow::Result<()> {
        let arrived = |instance: &Value| {
            let positions = instance["positions"].as_array();
            positions.is_some_and(|positions| {
                let at = |position: &Value| {
                    position
                        .as_str()
                        .is_some_and(|pointer| pointer.split('/').any(|part| part == name))
                };
                positions.iter().any(at)
            })
        };
        self.watch(screen, &format!("the workflow to reach {name}"), arrived).await.map(drop)
    }

    /// Waits until the workflow has ended, and shows how.
    pub async fn until_ended(&self, screen: &mut Screen) -> anyhow::Result<()> {
        let ended = |instance: &Value| {
            let state = instance["state"].as_str().unwrap_or_default();
            ["COMPLETED", "FAULTED", "CANCELLED"].iter().any(|end| state.ends_with(end))
        };
        let instance = self.watch(screen, "the workflow to end", ended).await?;
        let state = words(&instance["state"], "INSTANCE_STATE_");
        screen.step(Block::Workflow, "closed the case", &state)?;
        if state != "completed" {
            bail!("the workflow is {state}: {}", instance["problem"]);
        }
        Ok(())
    }

    async fn watch(
        &self,
        screen: &mut Screen,
        what: &str,
        arrived: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        screen.waiting(what);
        let watching = async {
            // A stream breaks when its block is restarted; the next one begins with what is now.
            loop {
                match self.next_seen(&arrived).await {
                    Ok(found) => return found,
                    Err(error) => tracing::debug!(%error, "watching is begun again"),
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let found = timeout(PATIENCE, watching).await;
        screen.arrived();
        let last = found.with_context(|| format!("waited in vain for {what}"))?;
        if arrived(&last) { Ok(last) } else { bail!("waited in vain for {what}: {last}") }
    }

    /// The first state of the instance that has `arrived`, or its last.
    async fn next_seen(&self, arrived: &impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let method = "rangkai.workflow.v1.InstanceService/WatchInstance";
        let request = json!({ "instanceId": self.instance_id });
        let mut changes = stream(&self.cast.portal, method, request).await?;
        let mut last = Value::Null;
        while let Some(mut change) = changes.next().await? {
            last = change["instance"].take();
            if arrived(&last) {
                break;
            }
        }
        Ok(last)
    }

    /// The bill of the case.
    pub async fn bill(&self) -> anyhow::Result<Value> {
        let request = json!({ "caseId": self.application_id });
        let answer =
            call(&self.cast.chief, "rangkai.payments.v1.BillService/ListBills", request).await?;
        answer.pointer("/bills/0").cloned().context("the case has no bill")
    }

    /// The first thing that keeps the case open because its money is not resolved.
    pub async fn open_money(&self) -> anyhow::Result<Value> {
        let request = json!({ "caseId": self.application_id });
        let method = "rangkai.payments.v1.CaseService/GetCaseMoney";
        let answer = call(&self.cast.chief, method, request).await?;
        answer.pointer("/items/0").cloned().context("the money of the case is resolved")
    }

    /// The application as it is now.
    pub async fn application(&self) -> anyhow::Result<Value> {
        let method = "rangkai.registration.v1.ApplicationService/GetApplication";
        let request = json!({ "applicationId": self.application_id });
        Ok(call(&self.cast.portal, method, request).await?["application"].take())
    }

    /// What the rules say so far.
    pub async fn findings(&self) -> anyhow::Result<Vec<Value>> {
        let findings = self.application().await?["findings"].take();
        Ok(findings.as_array().cloned().unwrap_or_default())
    }

    /// The newest message in the person's inbox.
    pub async fn newest_message(&self) -> anyhow::Result<Value> {
        let method = "rangkai.messaging.v1.InboxService/ListInbox";
        let request = json!({ "subjectId": self.subject_id });
        let answer = call(&self.cast.portal, method, request).await?;
        answer.pointer("/items/0").cloned().context("the inbox is empty")
    }

    /// Who looked at the person's data.
    pub async fn accesses(&self) -> anyhow::Result<usize> {
        let method = "rangkai.identity.v1.AccessService/ListAccesses";
        let request = json!({ "subjectId": self.subject_id });
        let answer = call(&self.cast.portal, method, request).await?;
        Ok(answer["accesses"].as_array().map_or(0, Vec::len))
    }

    /// An officer takes the open task of the case for `role`.
    pub async fn claim(&self, officer: &Session, role: &str) -> anyhow::Result<String> {
        let request = json!({
            "applicationId": self.application_id,
            "role": role,
            "state": "TASK_STATE_OPEN",
        });
        let method = "rangkai.registration.v1.TaskService/ListTasks";
        let answer = call(officer, method, request).await?;
        let task_id = text(&answer, "/tasks/0/taskId")?;
        let method = "rangkai.registration.v1.TaskService/ClaimTask";
        call(officer, method, json!({ "taskId": task_id })).await?;
        Ok(task_id)
    }
}

/// A state as people say it: `BILL_STATE_OPEN` is `open`.
pub fn words(state: &Value, prefix: &str) -> String {
    let name = state.as_str().unwrap_or_default();
    name.strip_prefix(prefix).unwrap_or(name).to_lowercase().replace('_', " ")
}
