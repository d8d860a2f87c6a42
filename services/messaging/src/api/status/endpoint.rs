//! What a caller hears when a rule about endpoints said no.

use rangkai_proto::messaging::v1::ErrorReason;
use rangkai_rpc::refusal;
use tonic::{Code, Status};

use super::DOMAIN;
use crate::domain::{EndpointRefusal, MOST_ENDPOINTS};

impl From<EndpointRefusal> for Status {
    fn from(why: EndpointRefusal) -> Self {
        let no = |code, reason: ErrorReason, detail| {
            refusal(code, DOMAIN, reason.as_str_name(), [detail], &why)
        };
        let failed = Code::FailedPrecondition;
        match &why {
            EndpointRefusal::NotFound(id) => {
                no(Code::NotFound, ErrorReason::EndpointNotFound, ("endpoint_id", id.to_string()))
            }
            EndpointRefusal::UrlNotAllowed { rule } => {
                no(failed, ErrorReason::UrlNotAllowed, ("rule", (*rule).to_owned()))
            }
            EndpointRefusal::TooMany => {
                no(failed, ErrorReason::TooManyEndpoints, ("limit", MOST_ENDPOINTS.to_string()))
            }
            EndpointRefusal::Disabled(id) => {
                no(failed, ErrorReason::EndpointDisabled, ("endpoint_id", id.to_string()))
            }
            EndpointRefusal::StaleEtag(etag) => {
                no(Code::Aborted, ErrorReason::StaleEtag, ("etag", etag.clone()))
            }
            EndpointRefusal::DeliveryNotFound(id) => {
                no(Code::NotFound, ErrorReason::DeliveryNotFound, ("delivery_id", id.to_string()))
            }
            EndpointRefusal::DeliveryNotFinal(id) => {
                no(failed, ErrorReason::DeliveryNotFinal, ("delivery_id", id.to_string()))
            }
            EndpointRefusal::DeliveryAlreadyRetried(later) => {
                no(failed, ErrorReason::DeliveryAlreadyRetried, ("delivery_id", later.to_string()))
            }
        }
    }
}
