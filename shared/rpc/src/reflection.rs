//! What a server serves, found out and told.

use std::collections::BTreeMap;

use axum::{Router, body::Body};
use http::{Request, StatusCode};
use prost_reflect::FileDescriptor;
use tonic::service::Routes;
use tonic_reflection::server::{Builder, Error};
use tower::ServiceExt as _;

/// The services of the house that `router` answers for.
///
/// The router is asked for a method that no service has: where there is no service, its fallback
/// answers 404. So nobody keeps a second list that could differ.
pub(crate) async fn served(router: &Router) -> Vec<String> {
    let router = router.clone().reset_fallback();
    let mut served = Vec::new();
    for service in rangkai_proto::pool().services() {
        let path = format!("/{}/-", service.full_name());
        let Ok(probe) = Request::post(path).body(Body::empty()) else { continue };
        let Ok(answer) = router.clone().oneshot(probe).await;
        if answer.status() != StatusCode::NOT_FOUND {
            served.push(service.full_name().to_owned());
        }
    }
    served
}

/// The reflection services, in the current version and in the one that older tools ask for. They
/// describe `services` and what their contracts import, and nothing else.
pub(crate) fn add(routes: Routes, services: &[String]) -> Result<Routes, Error> {
    let contracts = encode(&needed(services));
    let builder = || {
        let builder = Builder::configure()
            .register_encoded_file_descriptor_set(&contracts)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name("grpc.health.v1.Health")
            .with_service_name("grpc.reflection.v1.ServerReflection")
            .with_service_name("grpc.reflection.v1alpha.ServerReflection");
        services.iter().fold(builder, Builder::with_service_name)
    };
    Ok(routes.add_service(builder().build_v1()?).add_service(builder().build_v1alpha()?))
}

/// The files of `services` and all that they import, by name.
fn needed(services: &[String]) -> BTreeMap<String, FileDescriptor> {
    let pool = rangkai_proto::pool();
    let found = services.iter().filter_map(|name| pool.get_service_by_name(name));
    let mut open: Vec<_> = found.map(|service| service.parent_file()).collect();
    let mut files = BTreeMap::new();
    while let Some(file) = open.pop() {
        if !files.contains_key(file.name()) {
            open.extend(file.dependencies());
            files.insert(file.name().to_owned(), file);
        }
    }
    files
}

/// The files as a `FileDescriptorSet`, with the options of the house, which prost's own type drops.
fn encode(files: &BTreeMap<String, FileDescriptor>) -> Vec<u8> {
    let mut set = Vec::new();
    for file in files.values() {
        prost::encoding::bytes::encode(1, &file.encode_to_vec(), &mut set);
    }
    set
}
