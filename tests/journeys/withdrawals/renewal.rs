//! One renewal, whose end is looked at however it came about.

use chrono::Days;
use rangkai::{Cast, call};
use serde_json::{Value, json};

use super::until;

/// One renewal.
pub(super) struct Renewal<'a> {
    cast: &'a Cast,
    application_id: String,
    instance_id: String,
}

/// Whose application it is, and where she is told about it.
const NIK: &str = "3174016503900001";
const PHONE: &str = "+6281234567890";

impl<'a> Renewal<'a> {
    /// Hands an application in and starts its workflow.
    pub(super) async fn begin(cast: &'a Cast) -> Self {
        let application_id = apply(cast, PHONE).await;
        Self::start(cast, application_id).await
    }

    /// The same, with a phone number that the provider of SMS refuses.
    pub(super) async fn begin_without_phone(cast: &'a Cast) -> Self {
        let application_id = apply(cast, "+6281234567800").await;
        Self::start(cast, application_id).await
    }

    /// The same, but the application is withdrawn before its workflow begins.
    pub(super) async fn begin_withdrawn(cast: &'a Cast) -> Self {
        let application_id = apply(cast, PHONE).await;
        withdraw(cast, &application_id).await.unwrap();
        Self::start(cast, application_id).await
    }

    async fn start(cast: &'a Cast, application_id: String) -> Self {
        let request = json!({
            "namespace": "korlantas",
            "name": "sim-renewal",
            "caseId": application_id,
            "input": { "applicationId": application_id },
        });
        let method = "rangkai.workflow.v1.InstanceService/StartInstance";
        let started = call(&cast.portal, method, request).await.unwrap();
        Self { cast, application_id, instance_id: text(&started["instance"]["instanceId"]) }
    }

    /// Waits until the workflow stands at a task.
    pub(super) async fn until_at(&self, task: &str) {
        until(&format!("the workflow stands at {task}"), async || {
            let instance = self.instance().await;
            assert_ne!(instance["state"], "INSTANCE_STATE_FAULTED", "{}", instance["problem"]);
            list(&instance["positions"])
                .iter()
                .map(text)
                .any(|position| position.split('/').any(|part| part == task))
        })
        .await;
    }

    /// The applicant withdraws; answers whether that was still possible.
    pub(super) async fn withdraw(&self) -> bool {
        withdraw(self.cast, &self.application_id).await.is_ok()
    }

    /// The agency closes the application without a decision.
    pub(super) async fn lapse(&self) {
        let request = json!({ "applicationId": self.application_id, "reason": "office_closed" });
        let method = "rangkai.registration.v1.ApplicationService/LapseApplication";
        call(&self.cast.chief, method, request).await.unwrap();
    }

    /// The bank takes the payment; answers whether the bill could still be paid.
    pub(super) async fn pay(&self) -> bool {
        let bill = self.bill().await.expect("a bill");
        let request = json!({
            "billingCode": bill["billingCode"],
            "amount": bill["amount"],
            "bankCode": "002",
            "bankReference": bill["billId"],
            "payTime": bill["createTime"],
        });
        let method = "rangkai.payments.v1.RemittanceService/RecordRemittance";
        let answer = call(&self.cast.bank, method, request).await.unwrap();
        answer["remittance"]["outcome"] == "REMITTANCE_OUTCOME_BILL_PAID"
    }

    /// The first officer finds every rule met, and proposes to grant.
    pub(super) async fn propose(&self) {
        let officer = &self.cast.examiner;
        let request = json!({ "applicationId": self.application_id, "state": "TASK_STATE_OPEN" });
        let method = "rangkai.registration.v1.TaskService/ListTasks";
        let task = call(officer, method, request).await.unwrap()["tasks"][0]["taskId"].take();
        let method = "rangkai.registration.v1.TaskService/ClaimTask";
        call(officer, method, json!({ "taskId": task })).await.unwrap();
        let method = "rangkai.registration.v1.CatalogueService/GetService";
        let service = call(officer, method, json!({ "name": "sim-renewal" })).await.unwrap();
        let findings: Vec<_> = list(&service["service"]["rules"])
            .iter()
            .filter(|rule| rule["source"] == "RULE_SOURCE_OFFICER")
            .map(|rule| json!({ "ruleId": rule["ruleId"], "met": true }))
            .collect();
        let request = json!({
            "taskId": task,
            "outcome": "DECISION_OUTCOME_GRANT",
            "findings": findings,
        });
        let method = "rangkai.registration.v1.DecisionService/ProposeDecision";
        call(officer, method, request).await.unwrap();
    }

    /// Waits for the end, at which the application is in `state`, the books are even, and the
    /// applicant was told the end as often as `told` says. The bank pays what it is told to pay.
    pub(super) async fn ends(&self, state: &str, told: usize) {
        until("the case ends", async || {
            self.confirm_refunds().await;
            let instance = self.instance().await;
            !["RUNNING", "WAITING"].iter().any(|it| text(&instance["state"]).ends_with(it))
        })
        .await;
        let instance = self.instance().await;
        assert_eq!(instance["state"], "INSTANCE_STATE_COMPLETED", "{}", instance["problem"]);
        let request = json!({ "applicationId": self.application_id });
        let method = "rangkai.registration.v1.ApplicationService/GetApplication";
        let application = call(&self.cast.portal, method, request).await.unwrap();
        assert_eq!(application["application"]["state"], format!("APPLICATION_STATE_{state}"));
        self.owes_nothing().await;
        assert_eq!(self.ends_told().await, told, "how often the end was told");
    }

    async fn owes_nothing(&self) {
        if let Some(bill) = self.bill().await {
            assert_ne!(bill["state"], "BILL_STATE_OPEN");
            let refunds = self.refunds(&bill).await;
            let is_paid = bill["state"] == "BILL_STATE_PAID";
            assert_eq!(refunds.len(), usize::from(is_paid), "a paid bill is refunded once");
            for refund in &refunds {
                let paid_back = (&refund["state"], &refund["amount"]);
                assert_eq!(paid_back, (&json!("REFUND_STATE_PAID"), &bill["amount"]));
            }
        }
        let chief = &self.cast.chief;
        let method = "rangkai.payments.v1.LedgerService/ProveLedger";
        assert_eq!(call(chief, method, json!({})).await.unwrap()["sound"], true);
        // A bill is expired from its last moment on; that is booked a little later.
        until("nobody owes anything", async || {
            let method = "rangkai.payments.v1.LedgerService/ListAccounts";
            let accounts = call(chief, method, json!({})).await.unwrap();
            let owed = |account: &&Value| {
                account["code"] == "receivable" || account["code"] == "refunds_payable"
            };
            let mut owed = list(&accounts["accounts"]).iter().filter(owed);
            owed.all(|account| account["balance"]["units"].as_str().unwrap_or("0") == "0")
        })
        .await;
    }

    /// How many messages of the case tell more than the bill.
    async fn ends_told(&self) -> usize {
        let request = json!({ "caseId": self.application_id });
        let method = "rangkai.messaging.v1.MessageService/ListMessages";
        let told = call(&self.cast.chief, method, request).await.unwrap();
        let is_end = |message: &&Value| message["templateName"] != "sim.bill_issued";
        list(&told["messages"]).iter().filter(is_end).count()
    }

    /// The bank pays what is to be refunded.
    async fn confirm_refunds(&self) {
        let Some(bill) = self.bill().await else { return };
        for refund in self.refunds(&bill).await {
            if refund["state"] == "REFUND_STATE_ISSUED" {
                let id = &refund["refundId"];
                let request = json!({ "refundId": id, "bankCode": "002", "bankReference": id });
                let method = "rangkai.payments.v1.RefundService/ConfirmRefund";
                call(&self.cast.bank, method, request).await.unwrap();
            }
        }
    }

    async fn refunds(&self, bill: &Value) -> Vec<Value> {
        let request = json!({ "billId": bill["billId"] });
        let method = "rangkai.payments.v1.RefundService/ListRefunds";
        let refunds = call(&self.cast.chief, method, request).await.unwrap();
        list(&refunds["refunds"]).to_vec()
    }

    async fn bill(&self) -> Option<Value> {
        let request = json!({ "caseId": self.application_id });
        let method = "rangkai.payments.v1.BillService/ListBills";
        let bills = call(&self.cast.chief, method, request).await.unwrap();
        list(&bills["bills"]).first().cloned()
    }

    async fn instance(&self) -> Value {
        let request = json!({ "instanceId": self.instance_id });
        let method = "rangkai.workflow.v1.InstanceService/GetInstance";
        call(&self.cast.portal, method, request).await.unwrap()["instance"].take()
    }
}

/// Hands an application in.
async fn apply(cast: &Cast, phone: &str) -> String {
    let purpose = json!({
        "name": "sim.renewal",
        "legalBasis": "Perpol 5/2021 art. 9",
        "caseId": "019f0000-0000-7000-8000-000000000001",
    });
    let method = "rangkai.identity.v1.PersonService/ResolveSubject";
    let request = json!({ "nik": NIK, "purpose": purpose });
    let found = call(&cast.portal, method, request).await.unwrap();
    let (today, letter) = (cast.today(), json!({ "number": "17/2026", "date": cast.today() }));
    let request = json!({
        "serviceName": "sim-renewal",
        "applicantSubjectId": found["subjectId"],
        "answers": {
            "class": "C",
            "old_sim": {
                "number": "910312345678",
                "name": "Putri Lestari",
                "last_day": today + Days::new(20),
            },
            "satpas": "jakarta-selatan",
            "doctor_letter": letter,
            "psychology_letter": letter,
            "jkn": "active",
            "contact": { "phone": phone },
        },
    });
    let method = "rangkai.registration.v1.ApplicationService/CreateApplication";
    let id =
        text(&call(&cast.portal, method, request).await.unwrap()["application"]["applicationId"]);
    let method = "rangkai.registration.v1.ApplicationService/SubmitApplication";
    call(&cast.portal, method, json!({ "applicationId": id })).await.unwrap();
    id
}

async fn withdraw(cast: &Cast, application_id: &str) -> anyhow::Result<Value> {
    let method = "rangkai.registration.v1.ApplicationService/WithdrawApplication";
    call(&cast.portal, method, json!({ "applicationId": application_id })).await
}

/// A list; one that is empty is left out of an answer.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
