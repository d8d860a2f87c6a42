//! How the gate says no.

use std::{collections::HashMap, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// The domain of the gate's reasons in `google.rpc.ErrorInfo`.
pub const DOMAIN: &str = "rangkai.auth";
/// No bearer token was shown.
pub const TOKEN_MISSING: &str = "TOKEN_MISSING";
/// The token was good once.
pub const TOKEN_EXPIRED: &str = "TOKEN_EXPIRED";
/// The token is not one of ours, or not for this, or not yet.
pub const TOKEN_INVALID: &str = "TOKEN_INVALID";
/// The token does not grant the scope that the method asks for; metadata `scope` names it.
pub const SCOPE_MISSING: &str = "SCOPE_MISSING";

/// How long to wait before asking again when the keys are out of reach.
const RETRY: Duration = Duration::from_secs(1);

/// Why a token does not let its bearer in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Missing,
    Expired,
    Invalid,
    KeysAway,
}

impl From<Refused> for Status {
    fn from(refused: Refused) -> Self {
        let (reason, message) = match refused {
            Refused::Missing => (TOKEN_MISSING, "no bearer token was shown"),
            Refused::Expired => (TOKEN_EXPIRED, "the token has expired"),
            Refused::Invalid => (TOKEN_INVALID, "the token is not valid here"),
            Refused::KeysAway => {
                let details = ErrorDetails::with_retry_info(Some(RETRY));
                let message = "the keys that tokens are verified with are out of reach";
                return Self::with_error_details(Code::Unavailable, message, details);
            }
        };
        let details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
        Self::with_error_details(Code::Unauthenticated, message, details)
    }
}

/// The caller is known and may not.
pub(crate) fn scope_missing(scope: &str) -> Status {
    let metadata = HashMap::from([("scope".to_owned(), scope.to_owned())]);
    let details = ErrorDetails::with_error_info(SCOPE_MISSING, DOMAIN, metadata);
    let message = format!("the token does not grant {scope}");
    Status::with_error_details(Code::PermissionDenied, message, details)
}
