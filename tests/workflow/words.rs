//! Documents, requests and facts that many tests use.

use rangkai_proto::{
    payments::v1::{BillExpired, BillPaid},
    to_json,
    workflow::v1::{Instance, InstanceState, StartInstanceRequest},
};
use rangkai_testkit::fresh;
use serde_json::Value;

/// A document whose `do` is `tasks`, in YAML without indentation.
pub fn document(name: &str, tasks: &str) -> String {
    let tasks: Vec<_> = tasks.lines().map(|line| format!("  {line}")).collect();
    format!(
        "document: {{dsl: 1.0.3, namespace: test, name: {name}, version: 1.0.0}}\ndo:\n{}\n",
        tasks.join("\n")
    )
}

pub fn start(name: &str, input: &Value) -> StartInstanceRequest {
    StartInstanceRequest {
        request_id: fresh(),
        namespace: "test".to_owned(),
        name: name.to_owned(),
        version: String::new(),
        case_id: String::new(),
        input: Some(rangkai_proto::from_json(input)),
    }
}

/// A call that the double counts.
pub fn refund(bill: &str) -> String {
    format!(
        "{{call: 'rangkai.payments.v1.RefundService.IssueRefund:1@default', \
         with: {{billId: '{bill}', reason: test}}}}"
    )
}

/// Waits for the payment, or the expiry, of the bill that the input names.
pub fn payment() -> String {
    let filter = |kind| {
        format!(
            "{{with: {{type: rangkai.payments.v1.{kind}}}, \
             correlate: {{bill: {{from: .data.billId, expect: '${{ $input.bill }}'}}}}}}"
        )
    };
    format!("listen: {{to: {{any: [{}, {}]}}}}", filter("BillPaid"), filter("BillExpired"))
}

pub fn paid(bill_id: &str) -> BillPaid {
    BillPaid { bill_id: bill_id.to_owned(), ..BillPaid::default() }
}

pub fn expired(bill_id: &str) -> BillExpired {
    BillExpired { bill_id: bill_id.to_owned(), ..BillExpired::default() }
}

/// What a completed instance gave.
pub fn output(instance: &Instance) -> Value {
    assert_eq!(instance.state(), InstanceState::Completed, "{instance:?}");
    to_json(instance.output.as_ref().unwrap()).unwrap()
}

pub fn is_final(instance: &Instance) -> bool {
    use InstanceState::{Cancelled, Completed, Faulted};
    matches!(instance.state(), Completed | Faulted | Cancelled)
}
