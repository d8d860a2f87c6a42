//! `rangkai.messaging.v1.TemplateService`.

use rangkai_db::Call;
use rangkai_proto::messaging::v1::{self as wire, template_service_server::TemplateService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::{status::of_change, words};
use crate::{Messaging, domain::Draft, error::Error, ops};

#[tonic::async_trait]
impl TemplateService for Messaging {
    async fn publish_template(
        &self,
        request: Request<wire::PublishTemplateRequest>,
    ) -> Result<Response<wire::PublishTemplateResponse>, Status> {
        let (call, draft) = read_publish(&request)?;
        let publish = move |tx| {
            let draft = draft.clone();
            async move {
                let template = ops::template::publish(&tx, draft).await?;
                Ok::<_, Error>(wire::PublishTemplateResponse { template: Some(template.into()) })
            }
        };
        let request_id = call.request_id;
        let answer = self.db.once(call, publish).await;
        Ok(Response::new(answer.map_err(|error| of_change(error, request_id))?))
    }

    async fn get_template(
        &self,
        request: Request<wire::GetTemplateRequest>,
    ) -> Result<Response<wire::GetTemplateResponse>, Status> {
        let caller = rangkai_auth::caller(&request)?;
        let request = request.into_inner();
        let name = Violations::of(&request).check(|| Some(request.name))?;
        let get = move |tx| {
            let name = name.clone();
            async move { ops::template::get(&tx, &name).await }
        };
        let template = Some(self.db.read(caller, get).await?.into());
        Ok(Response::new(wire::GetTemplateResponse { template }))
    }

    async fn list_templates(
        &self,
        request: Request<wire::ListTemplatesRequest>,
    ) -> Result<Response<wire::ListTemplatesResponse>, Status> {
        let caller = rangkai_auth::caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let page = fields.page(request.page_size, &request.page_token);
        let page = fields.check(|| page)?;
        let list = move |tx| {
            let page = page.clone();
            async move { ops::template::list(&tx, &page).await }
        };
        let (templates, next) = self.db.read(caller, list).await?;
        Ok(Response::new(wire::ListTemplatesResponse {
            templates: templates.into_iter().map(Into::into).collect(),
            next_page_token: page_token(&request, next),
        }))
    }
}

fn read_publish(request: &Request<wire::PublishTemplateRequest>) -> Result<(Call, Draft), Status> {
    const METHOD: &str = "rangkai.messaging.v1.TemplateService/PublishTemplate";
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(METHOD, request, &mut fields, &wire.request_id);
    let draft = || {
        Some(Draft {
            name: wire.name.clone(),
            variables: wire.variables.iter().map(words::variable).collect::<Option<_>>()?,
            sensitivity: words::sensitivity(wire.sensitivity())?,
            subject: wire.subject.clone()?.into(),
            body: wire.body.clone()?.into(),
        })
    };
    let draft = draft().and_then(|draft| super::fit(&mut fields, draft.check()));
    fields.check(|| Some((call?, draft?)))
}
