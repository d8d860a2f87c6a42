//! Calls that leave the blocks: to a service in another language, over gRPC and over HTTP.

mod descriptors;
mod grpc;
mod http;
mod openapi;
mod parcels;
