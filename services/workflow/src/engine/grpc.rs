//! Calls over gRPC: to a block, and to a host of the operator's configuration.

use std::time::Duration;

use http::uri::PathAndQuery;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use rangkai_auth::Methods;
use rangkai_rpc::Encoded;
use serde_json::Value;
use tonic::{
    Request, Status,
    body::Body,
    client::{Grpc, GrpcService},
    codegen::{Body as HttpBody, StdError},
    metadata::{AsciiMetadataKey, MetadataMap},
};

use super::{
    Engine,
    call::{Sending, Sent},
    status::{self, Failed},
};
use crate::{
    config::{HostConfig, ms},
    domain::{definition::Call, message, problem::Problem},
};

/// How much longer than we wait ourselves a callee outside the blocks is given.
const GRACE: Duration = Duration::from_secs(1);
/// How long a call may take when its contract does not say.
const USUAL: Duration = Duration::from_secs(10);
/// The most messages of a streamed answer.
const MOST_MESSAGES: usize = 1_000;
/// The most bytes of an answer of a block.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// How an answer is taken.
#[derive(Clone, Copy)]
struct Taking {
    streams: bool,
    most: usize,
    safe: bool,
}

impl Engine {
    /// Calls a method of a block, once.
    pub(in crate::engine) async fn call_block(
        &self,
        sending: &Sending,
        method: &MethodDescriptor,
    ) -> Sent {
        let intent = &sending.intent;
        let client = self.client(&intent.method).ok_or_else(|| nowhere(&intent.method))?;
        let known = Methods::all().ok().and_then(|methods| methods.find(&intent.method));
        let usual = known.and_then(|method| method.default_deadline).unwrap_or(USUAL);
        let mut request = request(sending)?;
        request.set_timeout(self.time_for(intent, usual, usual));
        let grpc = Grpc::new(client.for_agency(sending.agency.clone()));
        let taking = taking(method, MOST_BYTES, intent.safe);
        let answer = exchange(grpc, request, &intent.method, taking).await?;
        read(answer, method, taking)
    }

    /// Calls a method of a host, once.
    pub(in crate::engine) async fn call_host(
        &self,
        sending: &Sending,
        call: &Call,
        (name, method): (&str, &MethodDescriptor),
    ) -> Sent {
        let intent = &sending.intent;
        let (host, channel) = self.host(&sending.agency, name).ok_or_else(|| unknown(name))?;
        let time = self.time_for(intent, ms(host.timeout_ms), ms(host.max_timeout_ms));
        let mut request = request(sending)?;
        // The channel says of a deadline of its own that the call was cancelled, so ours comes first.
        request.set_timeout(time + GRACE);
        dress(host, request.metadata_mut()).await?;
        if let Some(authentication) = &call.authentication {
            match self.authorization(sending, authentication).await? {
                Ok(header) => put(request.metadata_mut(), "authorization", &header)?,
                Err(failed) => return Ok(Err(failed)),
            }
        }
        put(request.metadata_mut(), "idempotency-key", &intent.request_id.to_string())?;
        let taking = taking(method, host.max_answer_bytes, intent.safe);
        let asking = exchange(Grpc::new(channel), request, &intent.method, taking);
        let late = Status::deadline_exceeded("no answer came in time");
        let answer = tokio::time::timeout(time, asking).await;
        let answer = answer.unwrap_or_else(|_| Ok(Err(Failed::of(&late, intent.safe))))?;
        read(answer, method, taking)
    }
}

fn taking(method: &MethodDescriptor, most: usize, safe: bool) -> Taking {
    Taking { streams: method.is_server_streaming(), most, safe }
}

fn request(sending: &Sending) -> Result<Request<Vec<u8>>, Problem> {
    let mut request = Request::new(sending.intent.request.clone());
    if let Some(parent) = &sending.traceparent {
        put(request.metadata_mut(), "traceparent", parent)?;
    }
    Ok(request)
}

/// Adds what the operator says that every call of a host carries.
pub async fn dress(host: &HostConfig, metadata: &mut MetadataMap) -> Result<(), Problem> {
    if let Some(file) = &host.token_file {
        let token = tokio::fs::read_to_string(file).await;
        let token = token.map_err(|_| configuration("the token of the host cannot be read"))?;
        put(metadata, "authorization", &format!("Bearer {}", token.trim_end()))?;
    }
    for (name, value) in &host.metadata {
        put(metadata, name, value.reveal())?;
    }
    Ok(())
}

fn put(metadata: &mut MetadataMap, name: &str, value: &str) -> Result<(), Problem> {
    let wrong = || configuration(format!("{name} cannot be sent as metadata"));
    let key: AsciiMetadataKey = name.parse().map_err(|_| wrong())?;
    metadata.insert(key, value.parse().map_err(|_| wrong())?);
    Ok(())
}

/// Sends a request and takes what comes back, as far as it is allowed to go.
async fn exchange<T>(
    grpc: Grpc<T>,
    request: Request<Vec<u8>>,
    path: &str,
    taking: Taking,
) -> Result<Result<Vec<Vec<u8>>, Failed>, Problem>
where
    T: GrpcService<Body>,
    T::ResponseBody: HttpBody + Send + 'static,
    <T::ResponseBody as HttpBody>::Error: Into<StdError>,
{
    let path: PathAndQuery = path.parse().map_err(|_| nowhere(path))?;
    let mut grpc = grpc.max_decoding_message_size(taking.most);
    let ready = grpc.ready().await.map_err(|error| Status::from_error(error.into()));
    let answer = match ready {
        Err(status) => Err(status),
        Ok(()) if !taking.streams => {
            grpc.unary(request, path, Encoded).await.map(|answer| vec![answer.into_inner()])
        }
        Ok(()) => match grpc.server_streaming(request, path, Encoded).await {
            Ok(answer) => collect(answer.into_inner(), taking.most).await,
            Err(status) => Err(status),
        },
    };
    Ok(answer.map_err(|status| Failed::of(&status, taking.safe)))
}

async fn collect(
    mut stream: tonic::Streaming<Vec<u8>>,
    most: usize,
) -> Result<Vec<Vec<u8>>, Status> {
    let (mut messages, mut bytes) = (Vec::new(), 0);
    while let Some(message) = stream.message().await? {
        bytes += message.len();
        if bytes > most || messages.len() == MOST_MESSAGES {
            return Err(status::too_long());
        }
        messages.push(message);
    }
    Ok(messages)
}

/// The answer as JSON: of a stream, an array.
fn read(answer: Result<Vec<Vec<u8>>, Failed>, method: &MethodDescriptor, taking: Taking) -> Sent {
    let messages = match answer {
        Ok(messages) => messages,
        Err(failed) => return Ok(Err(failed)),
    };
    let wrong = |detail: String| Problem::standard("runtime", "an answer cannot be read", detail);
    let mut values = Vec::with_capacity(messages.len());
    for encoded in messages {
        let message = DynamicMessage::decode(method.output(), encoded.as_slice())
            .map_err(|_| wrong(format!("it is no {}", method.output().full_name())))?;
        values.push(message::to_json(&message).map_err(wrong)?);
    }
    let value =
        if taking.streams { Value::Array(values) } else { values.pop().unwrap_or_default() };
    Ok(Ok(value))
}

fn nowhere(method: &str) -> Problem {
    configuration(format!("the operator configured no endpoint for {method}"))
}

fn unknown(host: &str) -> Problem {
    configuration(format!("the operator configured no host {host} for this agency"))
}

/// Something that only the operator can mend.
pub fn configuration(detail: impl Into<String>) -> Problem {
    Problem::standard("configuration", "no endpoint", detail)
}
