//! Checking, publishing and finding workflows.

use std::sync::Arc;

use rangkai_auth::caller;
use rangkai_primitives::Caller;
use rangkai_proto::workflow::v1::{self as wire, definition_service_server::DefinitionService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::status::of_change;
use crate::{
    Workflow,
    domain::{
        definition::{Definition, Finding, references},
        refusal::Refusal,
    },
    error::Error,
    ops,
};

#[tonic::async_trait]
impl DefinitionService for Workflow {
    async fn check_definition(
        &self,
        request: Request<wire::CheckDefinitionRequest>,
    ) -> Result<Response<wire::CheckDefinitionResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        Violations::of(&request).check(|| Some(()))?;
        let findings = match self.check(caller, request.document).await? {
            Ok(definition) => definition.warnings,
            Err(findings) => findings,
        };
        let findings = findings.into_iter().map(Into::into).collect();
        Ok(Response::new(wire::CheckDefinitionResponse { findings }))
    }

    async fn publish_definition(
        &self,
        request: Request<wire::PublishDefinitionRequest>,
    ) -> Result<Response<wire::PublishDefinitionResponse>, Status> {
        let method = "rangkai.workflow.v1.DefinitionService/PublishDefinition";
        let mut fields = Violations::of(request.get_ref());
        let call = call(method, &request, &mut fields, &request.get_ref().request_id);
        let call = fields.check(|| call)?;
        let request_id = call.request_id;
        let definition = self.read(call.caller.clone(), request.into_inner().document).await?;
        let work = move |tx| {
            let definition = Arc::clone(&definition);
            async move {
                let published = ops::definition::publish(&tx, &definition).await?;
                let warnings = definition.warnings.iter().cloned().map(Into::into).collect();
                Ok(wire::PublishDefinitionResponse { definition: Some(published.into()), warnings })
            }
        };
        let answer = self.db.once(call, work).await;
        Ok(Response::new(answer.map_err(|error: Error| of_change(error, request_id))?))
    }

    async fn get_definition(
        &self,
        request: Request<wire::GetDefinitionRequest>,
    ) -> Result<Response<wire::GetDefinitionResponse>, Status> {
        let caller = caller(&request)?;
        let request = Arc::new(request.into_inner());
        Violations::of(&*request).check(|| Some(()))?;
        let find = move |tx| {
            let request = Arc::clone(&request);
            async move {
                let wire::GetDefinitionRequest { namespace, name, version } = &*request;
                ops::definition::find(&tx, namespace, name, version).await
            }
        };
        let found = self.db.read(caller, find).await?;
        Ok(Response::new(wire::GetDefinitionResponse { definition: Some(found.into()) }))
    }

    async fn draw_definition(
        &self,
        request: Request<wire::DrawDefinitionRequest>,
    ) -> Result<Response<wire::DrawDefinitionResponse>, Status> {
        let drawing = self.draw_kept(request).await?;
        Ok(Response::new(wire::DrawDefinitionResponse { drawing: Some(drawing) }))
    }

    async fn list_definitions(
        &self,
        request: Request<wire::ListDefinitionsRequest>,
    ) -> Result<Response<wire::ListDefinitionsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let page = fields.page(request.page_size, &request.page_token);
        let page = fields.check(|| page)?;
        let list = move |tx| {
            let page = page.clone();
            async move { ops::definition::list(&tx, &page).await }
        };
        let (found, next) = self.db.read(caller, list).await?;
        Ok(Response::new(wire::ListDefinitionsResponse {
            definitions: found.into_iter().map(Into::into).collect(),
            next_page_token: page_token(&request, next),
        }))
    }
}

impl Workflow {
    /// Checks a document against what its agency imported, and all else that surrounds it.
    async fn check(
        &self,
        caller: Caller,
        document: String,
    ) -> Result<Result<Definition, Vec<Finding>>, Status> {
        let (agency, names) = (caller.agency.clone(), Arc::new(references(&document)));
        let wanted = Arc::clone(&names);
        let list = move |tx| {
            let names = Arc::clone(&wanted);
            async move { ops::descriptor_set::list_named(&tx, &names).await }
        };
        let sets = if names.is_empty() { Vec::new() } else { self.db.read(caller, list).await? };
        Ok(self.library.check(document, &agency, sets).await)
    }

    async fn read(&self, caller: Caller, document: String) -> Result<Arc<Definition>, Status> {
        let definition = self.check(caller, document).await?.map_err(|findings| {
            let place = |it: Finding| (it.line, it.column, it.message);
            Refusal::Document(findings.into_iter().map(place).collect())
        })?;
        Ok(Arc::new(definition))
    }
}
