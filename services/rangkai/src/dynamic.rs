//! Calls composed at run time: a method by its name, JSON in, JSON out.

use std::time::Duration;

use prost::Message as _;
use prost_reflect::{DeserializeOptions, DynamicMessage, MethodDescriptor, SerializeOptions};
use serde_json::{Value, value::Serializer};
use tonic::{
    Code, Status, Streaming,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::http::uri::PathAndQuery,
};

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

/// After a pause of this length nobody waits for an answer any more.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

async fn once(
    session: &Session,
    method: &MethodDescriptor,
    request: Value,
) -> anyhow::Result<Value> {
    let mut answers = send(session, method, request).await?;
    let answer = answers.message().await?;
    let answer = answer.ok_or_else(|| Status::internal("the answer is empty"))?;
    json(&answer)
}

/// Whether nobody said anything, neither yes nor no.
fn is_silence(error: &anyhow::Error) -> bool {
    let status = error.downcast_ref::<Status>();
    let silent = status.is_some_and(|status| {
        matches!(status.code(), Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled)
            || (status.code() == Code::Unknown && status.details().is_empty())
    });
    silent || error.is::<tonic::transport::Error>()
}

/// Calls a method and hands back its answers, one or many. A request id that is needed and not
/// given is made.
pub async fn stream(
    session: &Session,
    name: &str,
    mut request: Value,
) -> anyhow::Result<Streaming<DynamicMessage>> {
    let method = method(name)?;
    identify(&method, &mut request);
    send(session, &method, request).await
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
) -> anyhow::Result<Streaming<DynamicMessage>> {
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let message = DynamicMessage::deserialize_with_options(method.input(), request, &options)?;
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let channel = session.channel(method.parent_service().package_name())?;

    let mut grpc = Grpc::new(channel);
    grpc.ready().await?;
    let codec = Dynamic(method.clone());
    let request = session.ask(message).await?;
    Ok(grpc.server_streaming(request, PathAndQuery::try_from(path)?, codec).await?.into_inner())
}

/// A message in its canonical JSON form.
pub fn json(message: &DynamicMessage) -> anyhow::Result<Value> {
    Ok(message.serialize_with_options(Serializer, &SerializeOptions::new())?)
}

/// Encodes requests of a method and decodes its answers, by their descriptors.
struct Dynamic(MethodDescriptor);

impl Codec for Dynamic {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self(self.0.clone())
    }

    fn decoder(&mut self) -> Self {
        Self(self.0.clone())
    }
}

impl Encoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, item: DynamicMessage, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        item.encode(buffer).map_err(|_| Status::internal("the request does not fit"))
    }
}

impl Decoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        DynamicMessage::decode(self.0.output(), buffer)
            .map(Some)
            .map_err(|_| Status::internal("the answer cannot be read"))
    }
}
