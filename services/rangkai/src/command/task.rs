//! `rangkai task`: the work of officers, decisions included.

use std::time::Duration;

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{
    Reach,
    calls::{print, show},
};
use crate::{dynamic::call, screen::Screen};

/// How often to look for a task, and how long to wait in between.
const LOOKS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(300);

/// What to do with tasks.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Lists tasks, newest first.
    List {
        /// Only those for this role.
        #[arg(long, default_value = "")]
        role: String,
        /// Only those of this application.
        #[arg(long, default_value = "")]
        application: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// Takes the next open task for a role; waits half a minute for one.
    Take {
        /// The role.
        #[arg(long)]
        role: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// Takes an open task.
    Claim(Task),
    /// Gives a claimed task back.
    Release(Task),
    /// Completes a claimed check.
    Complete {
        #[command(flatten)]
        task: Task,
        /// The outcome, such as `conform`.
        #[arg(long)]
        outcome: String,
        /// What to note.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Proposes a decision, which completes the task of proposing it.
    Propose {
        #[command(flatten)]
        task: Task,
        /// What the decision grants.
        #[arg(long)]
        outcome: Outcome,
        /// A finding: `RULE` where it is met, `RULE=why` where it is not.
        #[arg(long = "finding")]
        findings: Vec<String>,
    },
    /// Confirms the decision of a claimed task.
    Confirm(Task),
    /// Returns the decision of a claimed task.
    Return {
        #[command(flatten)]
        task: Task,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// One task.
#[derive(clap::Args, Debug)]
pub struct Task {
    /// The task.
    task: String,
    #[command(flatten)]
    reach: Reach,
}

/// What a decision grants.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Outcome {
    /// What was asked for.
    Grant,
    /// Nothing.
    Refuse,
}

/// Does what the verb says.
pub async fn run(verb: Verb, screen: &mut Screen) -> anyhow::Result<()> {
    let (method, request, reach) = match verb {
        Verb::List { role, application, reach } => {
            let request = json!({ "role": role, "applicationId": application });
            ("TaskService/ListTasks", request, reach)
        }
        Verb::Take { role, reach } => return take(screen, &reach, &role).await,
        Verb::Claim(task) => ("TaskService/ClaimTask", json!({ "taskId": task.task }), task.reach),
        Verb::Release(task) => {
            ("TaskService/ReleaseTask", json!({ "taskId": task.task }), task.reach)
        }
        Verb::Complete { task, outcome, note } => {
            let request = json!({ "taskId": task.task, "outcome": outcome, "note": note });
            ("TaskService/CompleteTask", request, task.reach)
        }
        Verb::Propose { task, outcome, findings } => {
            let findings: Vec<Value> = findings.iter().map(|text| finding(text)).collect();
            let request = json!({
                "taskId": task.task,
                "outcome": match outcome {
                    Outcome::Grant => "DECISION_OUTCOME_GRANT",
                    Outcome::Refuse => "DECISION_OUTCOME_REFUSE",
                },
                "findings": findings,
            });
            ("DecisionService/ProposeDecision", request, task.reach)
        }
        Verb::Confirm(task) => {
            ("DecisionService/ConfirmDecision", json!({ "taskId": task.task }), task.reach)
        }
        Verb::Return { task, reason } => {
            let request = json!({ "taskId": task.task, "reason": reason });
            ("DecisionService/ReturnDecision", request, task.reach)
        }
    };
    show(screen, &reach, &format!("rangkai.registration.v1.{method}"), request)
        .await
        .context(method)
}

fn finding(text: &str) -> Value {
    match text.split_once('=') {
        Some((rule, why)) => json!({ "ruleId": rule, "met": false, "explanation": why }),
        None => json!({ "ruleId": text, "met": true }),
    }
}

async fn take(screen: &mut Screen, reach: &Reach, role: &str) -> anyhow::Result<()> {
    let session = reach.session()?;
    let open = json!({ "role": role, "state": "TASK_STATE_OPEN" });
    for _ in 0..LOOKS {
        let method = "rangkai.registration.v1.TaskService/ListTasks";
        let found = call(&session, method, open.clone()).await?;
        if let Some(task) = found.pointer("/tasks/0/taskId") {
            let method = "rangkai.registration.v1.TaskService/ClaimTask";
            let taken = call(&session, method, json!({ "taskId": task })).await?;
            return print(screen, reach, &taken);
        }
        tokio::time::sleep(PAUSE).await;
    }
    anyhow::bail!("no task waits for the role {role}")
}
