//! Calls composed at run time: a method by its name, JSON in, JSON out.

use std::{error::Error as StdError, time::Duration};

use prost::Message as _;
use prost_reflect::{
    DeserializeOptions, DynamicMessage, MessageDescriptor, MethodDescriptor, SerializeOptions,
};
use rangkai_rpc::Encoded;
use serde_json::{Value, value::Serializer};
use tonic::{Code, Status, Streaming, client::Grpc, codegen::http::uri::PathAndQuery};

use crate::session::Session;

/// Finds a method by a name such as `rangkai.payments.v1.BillService/GetBill`; a dot before the
/// method serves as well as a slash.
pub fn method(name: &str) -> anyhow::Result<MethodDescriptor> {
    let (service, method) = name
        .rsplit_once(['/', '.'])
        .ok_or_else(|| anyhow::anyhow!("`{name}` is not the name of a method"))?;
    rangkai_proto::pool()
        .get_service_by_name(service)
        .and_then(|service| service.methods().find(|found| found.name() == method))
        .ok_or_else(|| anyhow::anyhow!("the contracts hold no method `{name}`"))
}

/// Whether the request of `method` carries a request id.
fn takes_request_id(method: &MethodDescriptor) -> bool {
    method.input().get_field_by_name("request_id").is_some()
}

/// Calls a method that answers once. No answer means unknown, never no: the call is sent again
/// with the same request id until a block answers or patience ends.
///
/// # Errors
///
/// The status that a block answers, or what kept the request from being sent.
pub async fn call(session: &Session, name: &str, mut request: Value) -> anyhow::Result<Value> {
    let method = method(name)?;
    identify(&method, &mut request);
    let mut pause = Duration::from_millis(50);
    loop {
        match once(session, &method, request.clone()).await {
            Err(error) if is_silence(&error) && pause < LONGEST_PAUSE => {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            answer => return answer,
        }
    }
}

/// The answers of one call, as they come.
pub struct Answers {
    bytes: Streaming<Vec<u8>>,
    kind: MessageDescriptor,
}

/// After a pause of this length nobody waits for an answer any more.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

async fn once(
    session: &Session,
    method: &MethodDescriptor,
    request: Value,
) -> anyhow::Result<Value> {
    let mut answers = send(session, method, request).await?;
    answers.next().await?.ok_or_else(|| Status::internal("the answer is empty").into())
}

/// Whether nobody said anything, neither yes nor no.
fn is_silence(error: &anyhow::Error) -> bool {
    let status = error.downcast_ref::<Status>();
    let silent = status.is_some_and(|status| {
        matches!(status.code(), Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled)
            || (status.code() == Code::Unknown && status.details().is_empty())
            // A connection that ended below the call: tonic says INTERNAL, but no block did.
            || status.source().is_some_and(<dyn StdError>::is::<tonic::transport::Error>)
    });
    silent || error.is::<tonic::transport::Error>()
}

/// Calls a method and hands back its answers, one or many. A request id that is needed and not
/// given is made.
pub async fn stream(session: &Session, name: &str, mut request: Value) -> anyhow::Result<Answers> {
    let method = method(name)?;
    identify(&method, &mut request);
    send(session, &method, request).await
}

/// Says whether `request` fits a method, without calling it.
pub fn fits(name: &str, request: &Value) -> anyhow::Result<()> {
    message(&method(name)?, request.clone()).map(drop)
}

fn message(method: &MethodDescriptor, request: Value) -> anyhow::Result<DynamicMessage> {
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    Ok(DynamicMessage::deserialize_with_options(method.input(), request, &options)?)
}

fn identify(method: &MethodDescriptor, request: &mut Value) {
    if let (true, Some(fields)) = (takes_request_id(method), request.as_object_mut()) {
        fields.entry("requestId").or_insert_with(|| Session::request_id().into());
    }
}

async fn send(
    session: &Session,
    method: &MethodDescriptor,
    request: Value,
) -> anyhow::Result<Answers> {
    let message = message(method, request)?;
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let channel = session.channel(method.parent_service().package_name())?;

    let mut grpc = Grpc::new(channel);
    grpc.ready().await?;
    let request = session.ask(message.encode_to_vec()).await?;
    let answer = grpc.server_streaming(request, PathAndQuery::try_from(path)?, Encoded).await?;
    Ok(Answers { bytes: answer.into_inner(), kind: method.output() })
}

impl Answers {
    /// The next answer in its canonical JSON form; none after the last one.
    pub async fn next(&mut self) -> anyhow::Result<Option<Value>> {
        let Some(bytes) = self.bytes.message().await? else { return Ok(None) };
        let message = DynamicMessage::decode(self.kind.clone(), bytes.as_slice())?;
        Ok(Some(message.serialize_with_options(Serializer, &SerializeOptions::new())?))
    }
}
