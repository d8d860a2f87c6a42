//! What must hold at the end, checked over the same interfaces that everybody uses.

use serde_json::{Value, json};

use super::{case::words, cast::Cast};
use crate::{dynamic::call, screen::Screen, session::Session};

/// One thing that must hold.
struct Check {
    claim: String,
    holds: bool,
}

/// The accounts of what somebody owes or what has no place yet; any of them may not exist.
const DEBTS: [&str; 5] = ["credits", "disputes", "receivable", "refunds_payable", "suspense"];

/// Everything that must hold.
pub struct Proof(Vec<Check>);

/// What has states: the method that lists it, the list in its answer, the prefix of its states,
/// and those that are final.
struct Things {
    name: &'static str,
    method: &'static str,
    list: &'static str,
    prefix: &'static str,
    finals: &'static [&'static str],
}

const THINGS: [Things; 5] = [
    Things {
        name: "application",
        method: "rangkai.registration.v1.ApplicationService/ListApplications",
        list: "applications",
        prefix: "APPLICATION_STATE_",
        finals: &["granted", "refused", "withdrawn", "lapsed"],
    },
    Things {
        name: "workflow instance",
        method: "rangkai.workflow.v1.InstanceService/ListInstances",
        list: "instances",
        prefix: "INSTANCE_STATE_",
        finals: &["completed"],
    },
    Things {
        name: "message",
        method: "rangkai.messaging.v1.MessageService/ListMessages",
        list: "messages",
        prefix: "MESSAGE_STATE_",
        finals: &["delivered"],
    },
    Things {
        name: "bill",
        method: "rangkai.payments.v1.BillService/ListBills",
        list: "bills",
        prefix: "BILL_STATE_",
        finals: &["paid", "expired", "cancelled"],
    },
    Things {
        name: "refund",
        method: "rangkai.payments.v1.RefundService/ListRefunds",
        list: "refunds",
        prefix: "REFUND_STATE_",
        finals: &["paid"],
    },
];

impl Proof {
    /// Looks at everything, and prints what was found.
    pub async fn gather(cast: &Cast, screen: &mut Screen) -> anyhow::Result<Self> {
        screen.heading("The summary, checked")?;
        let mut checks = ledger(&cast.chief).await?;
        for things in &THINGS {
            checks.push(settled(&cast.chief, things).await?);
        }
        checks.push(money(&cast.chief).await?);
        for check in &checks {
            screen.verdict(check.holds, &check.claim)?;
        }
        Ok(Self(checks))
    }

    /// What does not hold.
    pub fn broken(self) -> Vec<String> {
        self.0.into_iter().filter(|check| !check.holds).map(|check| check.claim).collect()
    }
}

/// The ledger is sound, and nobody owes anything.
async fn ledger(chief: &Session) -> anyhow::Result<Vec<Check>> {
    let answer = call(chief, "rangkai.payments.v1.LedgerService/ProveLedger", json!({})).await?;
    let proof = &answer["proofs"][0];
    let count = |key: &str| proof[key].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
    let (entries, imbalance): (i64, i64) = (count("entryCount"), count("imbalanceMinor"));
    let sum = Check {
        claim: format!("the ledger's {entries} entries sum to {imbalance}"),
        holds: answer["sound"] == true && entries > 0,
    };

    let answer = call(chief, "rangkai.payments.v1.LedgerService/ListAccounts", json!({})).await?;
    let owed: Vec<_> = answer["accounts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|account| account["code"].as_str().is_some_and(|code| DEBTS.contains(&code)))
        .collect();
    let zero = |account: &&Value| account["balance"]["units"].as_str().unwrap_or("0") == "0";
    let nobody_owes = Check {
        claim: format!("nobody owes anything: {} accounts of debts stand at 0", owed.len()),
        holds: owed.len() >= 2 && owed.iter().all(zero),
    };
    Ok(vec![sum, nobody_owes])
}

/// No case that ended left money unresolved.
async fn money(chief: &Session) -> anyhow::Result<Check> {
    let method = "rangkai.registration.v1.ApplicationService/ListApplications";
    let answer = call(chief, method, json!({ "pageSize": 500 })).await?;
    let applications = answer["applications"].as_array().cloned().unwrap_or_default();
    let mut open = 0;
    for application in &applications {
        let request = json!({ "caseId": application["applicationId"] });
        let answer = call(chief, "rangkai.payments.v1.CaseService/GetCaseMoney", request).await?;
        open += usize::from(answer["resolved"] != true);
    }
    let count = applications.len();
    let claim = format!("the money of every case is resolved: {count} of them, {open} open");
    Ok(Check { claim, holds: count > 0 && open == 0 })
}

/// Every thing of a kind is in a final state, each thing in one.
async fn settled(chief: &Session, things: &Things) -> anyhow::Result<Check> {
    let answer = call(chief, things.method, json!({ "pageSize": 500 })).await?;
    let found = answer[things.list].as_array().cloned().unwrap_or_default();
    let mut states: Vec<_> =
        found.iter().map(|thing| words(&thing["state"], things.prefix)).collect();
    let holds =
        !states.is_empty() && states.iter().all(|state| things.finals.contains(&state.as_str()));
    let count = states.len();
    states.sort();
    states.dedup();
    let claim = format!(
        "every {} is in one final state: {count} of them, {}",
        things.name,
        states.join(", ")
    );
    Ok(Check { claim, holds })
}
