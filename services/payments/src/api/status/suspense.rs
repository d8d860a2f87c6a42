//! How a refusal about suspense looks on the wire.

use rangkai_proto::payments::v1::ErrorReason;
use tonic::{Code, Status};

use super::no;
use crate::domain::SuspenseRefusal;

impl From<SuspenseRefusal> for Status {
    fn from(refusal: SuspenseRefusal) -> Self {
        use ErrorReason as Reason;
        let item = |id: &dyn ToString| ("suspense_id", id.to_string());
        match &refusal {
            SuspenseRefusal::NotFound => {
                no((Code::NotFound, Reason::SuspenseNotFound), [], &refusal)
            }
            SuspenseRefusal::StateWrong { item: id, state } => no(
                (Code::FailedPrecondition, Reason::SuspenseStateWrong),
                [item(id), ("state", state.to_string())],
                &refusal,
            ),
            SuspenseRefusal::SamePerson(id) => {
                no((Code::PermissionDenied, Reason::SuspenseSamePerson), [item(id)], &refusal)
            }
            SuspenseRefusal::DoesNotFit { bill, expected } => no(
                (Code::FailedPrecondition, Reason::SuspenseDoesNotFit),
                [
                    ("bill_id", bill.to_string()),
                    ("expected_minor", expected.minor().to_string()),
                    ("currency_code", expected.currency().to_string()),
                ],
                &refusal,
            ),
            SuspenseRefusal::PayerUnknown(id) => {
                no((Code::FailedPrecondition, Reason::SuspensePayerUnknown), [item(id)], &refusal)
            }
        }
    }
}
