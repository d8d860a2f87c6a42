//! The rules that the contracts put on fields, tried against a running server.

use std::{str::FromStr as _, time::Duration};

use anyhow::Context as _;
use http::uri::PathAndQuery;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use rangkai_auth::Methods;
use tokio::time::timeout;
use tonic::{Code, Request, Status, client::Grpc};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt as _;

use crate::Client;

/// A server that takes longer to refuse a request has taken it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came of trying every rule of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// How many rules were broken, each by a request of its own.
    pub rules: usize,
    /// The requests that were not refused as the contract says, and what happened instead.
    pub kept_by_nobody: Vec<String>,
}

/// Breaks each rule of each method of `package`, such as `rangkai.payments.v1`, once, and looks for
/// `INVALID_ARGUMENT` naming the field. The caller of `client` needs [`every_scope`].
///
/// # Errors
///
/// When the contracts' own rules are broken, or there is no such package.
pub async fn try_every_rule(client: &Client, package: &str) -> anyhow::Result<Tried> {
    let pool = rangkai_proto::pool();
    let services: Vec<_> =
        pool.services().filter(|service| service.parent_file().package_name() == package).collect();
    anyhow::ensure!(!services.is_empty(), "there is no service in {package}");
    let mut tried = Tried::default();
    for method in services.iter().flat_map(|service| service.methods().collect::<Vec<_>>()) {
        for (field, request) in rangkai_rpc::breakers(&method)? {
            tried.rules += 1;
            let answer = call(client, &method, request).await?;
            if !is_refused(&answer, &field) {
                let instead = answer.map_or_else(
                    |status| format!("{:?}: {}", status.code(), status.message()),
                    |()| "taken".to_owned(),
                );
                tried.kept_by_nobody.push(format!("{} {field}: {instead}", method.full_name()));
            }
        }
    }
    Ok(tried)
}

/// Every scope that a method of the contracts asks for.
///
/// # Errors
///
/// When a method declares none.
pub fn every_scope() -> anyhow::Result<Vec<&'static str>> {
    let mut scopes: Vec<_> = Methods::all()?.iter().map(|method| method.scope.as_str()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}

/// Sends one request, whatever the method answers with. A stream is read up to its first message.
async fn call(
    client: &Client,
    method: &MethodDescriptor,
    request: DynamicMessage,
) -> anyhow::Result<Result<(), Status>> {
    let service = method.parent_service().full_name().to_owned();
    let path = PathAndQuery::from_str(&format!("/{service}/{}", method.name()))?;
    let mut grpc = Grpc::new(client.clone());
    grpc.ready().await.context("the server is not there")?;
    // `()` reads any answer and keeps nothing of it.
    let codec = ProstCodec::<DynamicMessage, ()>::default();
    let answer = timeout(PATIENCE, grpc.unary(Request::new(request), path, codec)).await;
    Ok(answer.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer"))).map(|_| ()))
}

fn is_refused(answer: &Result<(), Status>, field: &str) -> bool {
    let Err(status) = answer else { return false };
    let named = status.get_details_bad_request().is_some_and(|details| {
        details.field_violations.iter().any(|violation| violation.field == field)
    });
    status.code() == Code::InvalidArgument && named
}

#[cfg(test)]
mod tests {
    use rangkai_proto::events::v1::{
        ReadEventsRequest, ReadEventsResponse,
        event_service_server::{EventService, EventServiceServer},
    };
    use rangkai_rpc::{Ready, Server, ServerConfig, Violations};
    use tonic::{Response, codegen::BoxStream, service::Routes};
    use tonic_types::ErrorDetails;

    use super::*;
    use crate::{Keys, caller, serve};

    /// A log that knows no event, and may or may not look at what it is asked.
    struct Stub {
        looks: bool,
    }

    #[tonic::async_trait]
    impl EventService for Stub {
        type ReadEventsStream = BoxStream<ReadEventsResponse>;

        async fn read_events(
            &self,
            request: Request<ReadEventsRequest>,
        ) -> Result<Response<Self::ReadEventsStream>, Status> {
            if self.looks {
                Violations::of(request.get_ref()).check(|| Some(()))?;
            }
            Err(Status::not_found("there is no event"))
        }
    }

    async fn tried(stub: Stub) -> Tried {
        let keys = Keys::new().unwrap();
        let server = Server {
            config: ServerConfig::default(),
            routes: Routes::new(EventServiceServer::new(stub)),
            json: None,
            gate: keys.gate().unwrap(),
            ready: Ready::always(),
        };
        let everything = caller("korlantas", &every_scope().unwrap(), &[]);
        let client = keys.client(serve(server).await.unwrap(), &everything).unwrap();
        try_every_rule(&client, "rangkai.events.v1").await.unwrap()
    }

    #[tokio::test]
    async fn a_server_that_looks_keeps_every_rule() {
        let tried = tried(Stub { looks: true }).await;

        assert!(tried.rules >= 3, "{tried:?}");
        assert!(tried.kept_by_nobody.is_empty(), "{tried:?}");
    }

    #[tokio::test]
    async fn a_server_that_does_not_look_keeps_none() {
        let tried = tried(Stub { looks: false }).await;

        assert_eq!(tried.kept_by_nobody.len(), tried.rules);
        assert!(tried.kept_by_nobody[0].contains("NotFound"), "{tried:?}");
    }

    #[test]
    fn only_a_refusal_that_names_the_field_counts() {
        let refused = |code, field| {
            let details = ErrorDetails::with_bad_request_violation(field, "must be there");
            Err(Status::with_error_details(code, "no", details))
        };

        assert!(is_refused(&refused(Code::InvalidArgument, "amount"), "amount"));
        assert!(!is_refused(&refused(Code::InvalidArgument, "other"), "amount"));
        assert!(!is_refused(&refused(Code::NotFound, "amount"), "amount"));
        assert!(!is_refused(&Err(Status::invalid_argument("no")), "amount"));
        assert!(!is_refused(&Ok(()), "amount"));
    }
}
