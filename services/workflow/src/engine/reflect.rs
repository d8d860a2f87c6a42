//! Asking a host for its descriptors, by server reflection.

use std::{collections::BTreeSet, time::Duration};

use http::uri::PathAndQuery;
use prost::Message as _;
use prost_types::FileDescriptorProto;
use rangkai_primitives::Agency;
use tonic::{Code, Request, Status, client::Grpc, transport::Channel};
use tonic_prost::ProstCodec;
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, ServerReflectionResponse, server_reflection_request::MessageRequest,
    server_reflection_response::MessageResponse,
};

use super::{Engine, grpc::dress};
use crate::{config::HostConfig, domain::refusal::Elsewhere};

/// The two versions of the service, which differ in nothing but the name.
const VERSIONS: [&str; 2] = ["v1", "v1alpha"];
/// The most files of a host.
const MOST_FILES: usize = 500;
/// The most bytes of all of them.
const MOST_BYTES: usize = 1024 * 1024;
/// How long all of it may take.
const TIME: Duration = Duration::from_secs(8);

impl Engine {
    /// Asks a host for the descriptors of all its services; answers an encoded set.
    ///
    /// # Errors
    ///
    /// When the agency may call no such host, or the host gives none.
    pub async fn reflect(&self, agency: &Agency, host: &str) -> Result<Vec<u8>, Elsewhere> {
        let found = self.host(agency, host);
        let (config, channel) = found.ok_or_else(|| Elsewhere::HostNotFound(host.to_owned()))?;
        let silent = |status: &Status| Elsewhere::HostNotReflected {
            host: host.to_owned(),
            code: rangkai_rpc::spelled(status.code()).to_owned(),
        };
        let asking = async {
            let mut last = Status::unimplemented("");
            for version in VERSIONS {
                let peer = Peer { config, channel: channel.clone(), version };
                match peer.files().await {
                    Err(status) if status.code() == Code::Unimplemented => last = status,
                    found => return found,
                }
            }
            Err(last)
        };
        let files = tokio::time::timeout(TIME, asking).await;
        let files = files.unwrap_or_else(|_| Err(Status::deadline_exceeded("")));
        let set = EncodedSet { file: files.map_err(|status| silent(&status))? };
        Ok(set.encode_to_vec())
    }
}

/// A set whose files stay as they came, so that the options which a contract defines itself are kept.
#[derive(Clone, PartialEq, prost::Message)]
struct EncodedSet {
    #[prost(bytes = "vec", repeated, tag = "1")]
    file: Vec<Vec<u8>>,
}

/// A host, asked by one version of the service.
struct Peer<'a> {
    config: &'a HostConfig,
    channel: Channel,
    version: &'static str,
}

impl Peer<'_> {
    /// Every file that the services of the host are written in, and what those import.
    async fn files(&self) -> Result<Vec<Vec<u8>>, Status> {
        let (mut files, mut known, mut bytes) = (Vec::new(), BTreeSet::new(), 0);
        let mut wanted = self.services().await?;
        while let Some(question) = wanted.pop() {
            // A file that is part of every compiler need not be told.
            let given = matches!(&question, MessageRequest::FileByFilename(name) if is_given(name));
            let found = match self.ask(question).await {
                Err(_) if given => continue,
                found => found?,
            };
            let MessageResponse::FileDescriptorResponse(found) = found else { continue };
            for encoded in found.file_descriptor_proto {
                let file = FileDescriptorProto::decode(encoded.as_slice());
                let file = file.map_err(|_| Status::internal("no descriptor"))?;
                if !known.insert(file.name().to_owned()) {
                    continue;
                }
                bytes += encoded.len();
                if known.len() > MOST_FILES || bytes > MOST_BYTES {
                    return Err(Status::out_of_range("too many descriptors"));
                }
                files.push(encoded);
                let needs = file.dependency.into_iter().filter(|name| !known.contains(name));
                wanted.extend(needs.map(MessageRequest::FileByFilename));
            }
        }
        Ok(files)
    }

    async fn services(&self) -> Result<Vec<MessageRequest>, Status> {
        let answer = self.ask(MessageRequest::ListServices(String::new())).await?;
        let MessageResponse::ListServicesResponse(listed) = answer else { return Ok(Vec::new()) };
        let names = listed.service.into_iter().map(|service| service.name);
        let own = ["grpc.reflection.", "grpc.health."];
        let names = names.filter(|name| !own.iter().any(|own| name.starts_with(own)));
        Ok(names.map(MessageRequest::FileContainingSymbol).collect())
    }

    async fn ask(&self, question: MessageRequest) -> Result<MessageResponse, Status> {
        let path =
            format!("/grpc.reflection.{}.ServerReflection/ServerReflectionInfo", self.version);
        let path: PathAndQuery = path.parse().map_err(|_| Status::internal("no path"))?;
        let question =
            ServerReflectionRequest { host: String::new(), message_request: Some(question) };
        let mut request = Request::new(tokio_stream::once(question));
        let dressed = dress(self.config, request.metadata_mut()).await;
        dressed.map_err(|problem| Status::internal(problem.detail))?;
        let mut grpc = Grpc::new(self.channel.clone());
        grpc.ready().await.map_err(|error| Status::from_error(error.into()))?;
        let codec = ProstCodec::<ServerReflectionRequest, ServerReflectionResponse>::default();
        let mut answers = grpc.streaming(request, path, codec).await?.into_inner();
        match answers.message().await?.and_then(|answer| answer.message_response) {
            Some(MessageResponse::ErrorResponse(error)) => {
                Err(Status::new(Code::from_i32(error.error_code), error.error_message))
            }
            Some(answer) => Ok(answer),
            None => Err(Status::internal("no answer")),
        }
    }
}

fn is_given(name: &str) -> bool {
    name.starts_with("google/protobuf/")
}
