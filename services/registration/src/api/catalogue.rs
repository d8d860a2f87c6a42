//! `rangkai.registration.v1.CatalogueService`.

use std::sync::Arc;

use rangkai_auth::caller;
use rangkai_db::Call;
use rangkai_primitives::Page;
use rangkai_proto::registration::v1::{self as wire, catalogue_service_server::CatalogueService};
use rangkai_rpc::{Violations, page_token};
use tonic::{Request, Response, Status};

use super::{json, status::violations};
use crate::{
    Registration, definitions,
    domain::{Definition, DefinitionFinding, FieldError, Limit, Published, Rule, Service, Version},
    error::Error,
    ops,
};

const PUBLISH: &str = "rangkai.registration.v1.CatalogueService/PublishService";

#[tonic::async_trait]
impl CatalogueService for Registration {
    async fn check_service(
        &self,
        request: Request<wire::CheckServiceRequest>,
    ) -> Result<Response<wire::CheckServiceResponse>, Status> {
        Violations::of(request.get_ref()).check(|| Some(()))?;
        let findings = definitions::read(request.into_inner().definition).await.err();
        let findings = findings.unwrap_or_default().into_iter().map(Into::into).collect();
        Ok(Response::new(wire::CheckServiceResponse { findings }))
    }

    async fn publish_service(
        &self,
        request: Request<wire::PublishServiceRequest>,
    ) -> Result<Response<wire::PublishServiceResponse>, Status> {
        let (call, definition) = read_publish(request).await?;
        let definitions = self.definitions.clone();
        let answer = self.db.once(call, move |tx| {
            let (definition, definitions) = (Arc::clone(&definition), definitions.clone());
            async move {
                let service = ops::service::publish(&tx, definition, &definitions).await?;
                Ok::<_, Error>(wire::PublishServiceResponse { service: Some(service.into()) })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn get_service(
        &self,
        request: Request<wire::GetServiceRequest>,
    ) -> Result<Response<wire::GetServiceResponse>, Status> {
        let caller = caller(&request)?;
        let (name, version) = read_get(&request)?;
        let definitions = self.definitions.clone();
        let service = self.db.read(caller, move |tx| {
            let (name, definitions) = (name.clone(), definitions.clone());
            async move { ops::service::get(&tx, &name, version, &definitions).await }
        });
        let service = Some(service.await?.into());
        Ok(Response::new(wire::GetServiceResponse { service }))
    }

    async fn list_services(
        &self,
        request: Request<wire::ListServicesRequest>,
    ) -> Result<Response<wire::ListServicesResponse>, Status> {
        let caller = caller(&request)?;
        let page = read_list(&request)?;
        let definitions = self.definitions.clone();
        let listed = self.db.read(caller, move |tx| {
            let (page, definitions) = (page.clone(), definitions.clone());
            async move { ops::service::list(&tx, &page, &definitions).await }
        });
        let (services, next) = listed.await?;
        Ok(Response::new(wire::ListServicesResponse {
            services: services.into_iter().map(Into::into).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}

async fn read_publish(
    request: Request<wire::PublishServiceRequest>,
) -> Result<(Call, Arc<Definition>), Status> {
    let mut fields = Violations::of(request.get_ref());
    let call = rangkai_rpc::call(PUBLISH, &request, &mut fields, &request.get_ref().request_id);
    let call = fields.check(|| call)?;
    let definition = definitions::read(request.into_inner().definition).await;
    let named = |finding: DefinitionFinding| FieldError {
        field: format!("definition:{}:{}", finding.line, finding.column),
        message: format!("{} {}", finding.pointer, finding.message),
    };
    let definition =
        definition.map_err(|findings| violations(findings.into_iter().map(named).collect()))?;
    Ok((call, Arc::new(definition)))
}

fn read_get(
    request: &Request<wire::GetServiceRequest>,
) -> Result<(String, Option<Version>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let version = fields.parse_if_set("version", &wire.version);
    fields.check(|| Some((wire.name.clone(), version?)))
}

fn read_list(request: &Request<wire::ListServicesRequest>) -> Result<Page<Service>, Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| page)
}

impl From<DefinitionFinding> for wire::DefinitionFinding {
    fn from(finding: DefinitionFinding) -> Self {
        let small = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
        Self {
            line: small(finding.line),
            column: small(finding.column),
            pointer: finding.pointer,
            message: finding.message,
        }
    }
}

impl From<Published> for wire::Service {
    fn from(service: Published) -> Self {
        let definition = service.definition;
        Self {
            service_id: service.id.to_string(),
            name: definition.name.clone(),
            version: definition.version.to_string(),
            title: Some(definition.title.clone().into()),
            form: json::write(&definition.form.schema),
            rules: definition.rules.iter().map(Into::into).collect(),
            limits: definition.limits.iter().map(Into::into).collect(),
            definition: definition.text.clone(),
            create_time: Some(rangkai_proto::time(service.create_time)),
        }
    }
}

impl From<&Rule> for wire::Rule {
    fn from(rule: &Rule) -> Self {
        Self {
            rule_id: rule.id.clone(),
            text: Some(rule.text.clone().into()),
            legal_basis: rule.legal_basis.clone(),
            source: wire::RuleSource::from(rule.source()).into(),
        }
    }
}

impl From<&Limit> for wire::Limit {
    fn from(limit: &Limit) -> Self {
        Self {
            limit_id: limit.id.clone(),
            working_days: limit.working_days,
            legal_basis: limit.legal_basis.clone(),
        }
    }
}
