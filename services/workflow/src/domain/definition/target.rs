//! What a call reaches: a method of a block, of another gRPC service, or an address over HTTP.

use std::sync::Arc;

use prost_reflect::{Kind, MethodDescriptor};

use super::authentication::Authentication;
use super::openapi::Operation;
use super::template::Template;

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// What the author wrote, as in `rangkai.payments.v1.BillService.IssueBill:1@default`.
    pub function: String,
    /// What is called.
    pub target: Target,
    /// What a call gives to a function of `use`, which reads it in place of its input.
    pub with: Option<Template>,
    /// What is sent: the request in the JSON form of its message, or the parts of an HTTP request.
    pub arguments: Template,
    /// Who the call is made as.
    pub authentication: Option<Authentication>,
}

/// What is called.
#[derive(Clone, Debug)]
pub enum Target {
    /// A method of a block.
    Block(MethodDescriptor),
    /// A method of a service outside the blocks.
    Host {
        /// The name of the host in the operator's configuration.
        host: String,
        /// The method.
        method: MethodDescriptor,
    },
    /// An address over HTTP.
    Http(Http),
}

/// A request over HTTP, and what becomes of its answer.
#[derive(Clone, Debug)]
pub struct Http {
    /// The method, in capitals.
    pub method: String,
    /// The operation of an OpenAPI document, if it is one.
    pub operation: Option<Arc<Operation>>,
    /// Whether names in braces in the address are replaced.
    pub expands: bool,
    /// What the task gets of the answer.
    pub output: HttpOutput,
    /// Whether a redirect is an answer like any other; none is ever followed.
    pub redirect: bool,
}

/// What the task gets of an HTTP answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpOutput {
    /// The body in base64.
    Raw,
    /// The body, read if it is JSON.
    Content,
    /// The request, the status, the headers and the body.
    Response,
}

impl Call {
    /// The method behind it, if it is a gRPC call.
    #[must_use]
    pub fn grpc(&self) -> Option<&MethodDescriptor> {
        match &self.target {
            Target::Block(method) | Target::Host { method, .. } => Some(method),
            Target::Http(_) => None,
        }
    }

    /// Whether the request has a `request_id`, so that a repeated call has one effect.
    #[must_use]
    pub fn takes_request_id(&self) -> bool {
        self.grpc().is_some_and(takes_request_id)
    }

    /// What is called, without whatever may be personal: the path of the method, as in
    /// `/rangkai.payments.v1.BillService/IssueBill`, or the method of HTTP.
    #[must_use]
    pub fn path(&self) -> String {
        match &self.target {
            Target::Block(method) | Target::Host { method, .. } => {
                format!("/{}/{}", method.parent_service().full_name(), method.name())
            }
            Target::Http(http) => http.method.clone(),
        }
    }
}

/// Whether the request of a method has a `request_id`.
#[must_use]
pub fn takes_request_id(method: &MethodDescriptor) -> bool {
    let field = method.input().get_field_by_name("request_id");
    field.is_some_and(|field| field.kind() == Kind::String && !field.is_list())
}

/// Writes a text as a part of an address (RFC 3986).
#[must_use]
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

fn digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or('0').to_ascii_uppercase()
}
