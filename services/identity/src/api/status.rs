//! How each error looks on the wire.

use rangkai_proto::identity::v1::ErrorReason;
use tonic::{Code, Status};

use crate::{domain::Refusal, error::Error};

/// The domain of this block's reasons.
const DOMAIN: &str = "rangkai.identity.v1";
/// The most of a caller's own text that a refusal repeats.
const LONGEST: usize = 100;

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::RequestIdReused(reused) => {
                let reason = ErrorReason::RequestIdReused;
                rangkai_rpc::refusal(Code::AlreadyExists, DOMAIN, reason.as_str_name(), [], reused)
            }
            Error::Database(source) => rangkai_rpc::database(&source),
            error @ (Error::Vault(_)
            | Error::Signing(_)
            | Error::NoSigningKey
            | Error::NoRandomness) => rangkai_rpc::internal(&error),
        }
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let (code, reason, detail) = match &refusal {
            Refusal::PersonNotFound => (Code::NotFound, ErrorReason::PersonNotFound, None),
            Refusal::ClientNotFound(client) => (
                Code::NotFound,
                ErrorReason::ClientNotFound,
                Some(("client_id", client.to_string())),
            ),
            Refusal::ClientNotAuthenticated => {
                (Code::Unauthenticated, ErrorReason::ClientNotAuthenticated, None)
            }
            Refusal::ScopeNotAllowed(scope) => (
                Code::PermissionDenied,
                ErrorReason::ScopeNotAllowed,
                Some(("scope", scope.chars().take(LONGEST).collect())),
            ),
            Refusal::AgencyNotAllowed(agency) => (
                Code::PermissionDenied,
                ErrorReason::AgencyNotAllowed,
                Some(("agency", agency.to_string())),
            ),
        };
        match detail {
            Some(detail) => {
                rangkai_rpc::refusal(code, DOMAIN, reason.as_str_name(), [detail], refusal)
            }
            None => rangkai_rpc::refusal(code, DOMAIN, reason.as_str_name(), [], refusal),
        }
    }
}
