//! Importing, reflecting and finding descriptors.

use std::sync::Arc;

use rangkai_auth::caller;
use rangkai_proto::{
    time,
    workflow::v1::{self as wire, descriptor_service_server::DescriptorService},
};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::status::of_change;
use super::write::hexadecimal;
use crate::{
    Workflow,
    domain::{
        definition::Described,
        descriptor_set::{DescriptorSet, NewSet, SetKind, Source},
        refusal::Elsewhere,
    },
    error::Error,
    ops,
};

#[tonic::async_trait]
impl DescriptorService for Workflow {
    async fn import_descriptor_set(
        &self,
        request: Request<wire::ImportDescriptorSetRequest>,
    ) -> Result<Response<wire::ImportDescriptorSetResponse>, Status> {
        let method = "rangkai.workflow.v1.DescriptorService/ImportDescriptorSet";
        let mut fields = Violations::of(request.get_ref());
        let call = call(method, &request, &mut fields, &request.get_ref().request_id);
        let call = fields.check(|| call)?;
        let request_id = call.request_id;
        let (field, source) = read_source(request.get_ref())?;
        let new = read(request.into_inner().name, field, source).await?;
        let work = move |tx| {
            let new = new.clone();
            async move {
                let imported = ops::descriptor_set::import(&tx, new).await?;
                let imported = DescriptorSet { content: Vec::new(), ..imported };
                Ok(wire::ImportDescriptorSetResponse { descriptor_set: Some(imported.into()) })
            }
        };
        let answer = self.db.once(call, work).await;
        Ok(Response::new(answer.map_err(|error: Error| of_change(error, request_id))?))
    }

    async fn reflect_descriptor_set(
        &self,
        request: Request<wire::ReflectDescriptorSetRequest>,
    ) -> Result<Response<wire::ReflectDescriptorSetResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        Violations::of(&request).check(|| Some(()))?;
        let found = self.engine.reflect(&caller.agency, &request.host).await?;
        let new = read(request.host, "host", Source::Encoded(found)).await?;
        let methods = methods(new.kind, &new.content);
        Ok(Response::new(wire::ReflectDescriptorSetResponse {
            file_descriptor_set: new.content,
            methods,
        }))
    }

    async fn get_descriptor_set(
        &self,
        request: Request<wire::GetDescriptorSetRequest>,
    ) -> Result<Response<wire::GetDescriptorSetResponse>, Status> {
        let caller = caller(&request)?;
        let request = Arc::new(request.into_inner());
        Violations::of(&*request).check(|| Some(()))?;
        let find = move |tx| {
            let request = Arc::clone(&request);
            async move { ops::descriptor_set::find(&tx, &request.name).await }
        };
        let found = self.db.read(caller, find).await?;
        let methods = methods(found.kind, &found.content);
        let set = wire::DescriptorSet { methods, ..found.into() };
        Ok(Response::new(wire::GetDescriptorSetResponse { descriptor_set: Some(set) }))
    }

    async fn list_descriptor_sets(
        &self,
        request: Request<wire::ListDescriptorSetsRequest>,
    ) -> Result<Response<wire::ListDescriptorSetsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let page = fields.page(request.page_size, &request.page_token);
        let page = fields.check(|| page)?;
        let list = move |tx| {
            let page = page.clone();
            async move { ops::descriptor_set::list(&tx, &page).await }
        };
        let (found, next) = self.db.read(caller, list).await?;
        Ok(Response::new(wire::ListDescriptorSetsResponse {
            descriptor_sets: found.into_iter().map(Into::into).collect(),
            next_page_token: page_token(&request, next),
        }))
    }
}

/// The one source that a request names, and its field.
fn read_source(
    request: &wire::ImportDescriptorSetRequest,
) -> Result<(&'static str, Source), Elsewhere> {
    let files = request.proto_files.iter().cloned().map(|file| (file.name, file.text));
    let sources = [
        (
            "file_descriptor_set",
            !request.file_descriptor_set.is_empty(),
            Source::Encoded(request.file_descriptor_set.clone()),
        ),
        ("proto_files", !request.proto_files.is_empty(), Source::Files(files.collect())),
        ("openapi", !request.openapi.is_empty(), Source::OpenApi(request.openapi.clone())),
    ];
    let mut given = sources.into_iter().filter(|(_, given, _)| *given);
    if let (Some((field, _, source)), None) = (given.next(), given.next()) {
        return Ok((field, source));
    }
    let wrong = "give exactly one of file_descriptor_set, proto_files and openapi";
    Err(Elsewhere::Unreadable("file_descriptor_set".to_owned(), wrong.to_owned()))
}

/// Reads what a set is made of, where it may take its time.
async fn read(name: String, field: &str, source: Source) -> Result<NewSet, Status> {
    let read = tokio::task::spawn_blocking(move || NewSet::read(name, source)).await;
    let read = read.unwrap_or_else(|_| Err("its reader broke off".to_owned()));
    Ok(read.map_err(|wrong| Elsewhere::Unreadable(field.to_owned(), wrong))?)
}

fn methods(kind: SetKind, content: &[u8]) -> Vec<String> {
    Described::read(kind, content).map(|described| described.methods()).unwrap_or_default()
}

impl From<DescriptorSet> for wire::DescriptorSet {
    fn from(set: DescriptorSet) -> Self {
        let kind = match set.kind {
            SetKind::Proto => wire::DescriptorSetKind::Proto,
            SetKind::OpenApi => wire::DescriptorSetKind::Openapi,
        };
        Self {
            descriptor_set_id: set.id.to_string(),
            name: set.name,
            kind: kind.into(),
            digest: hexadecimal(&set.digest),
            methods: Vec::new(),
            content: set.content,
            create_time: Some(time(set.create_time)),
        }
    }
}
