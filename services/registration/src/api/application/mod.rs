//! `rangkai.registration.v1.ApplicationService`.

mod read;

use rangkai_auth::caller;
use rangkai_proto::registration::v1::{
    self as wire, application_service_server::ApplicationService,
};
use rangkai_rpc::page_token;
use tonic::{Request, Response, Status};

use super::json;
use crate::{
    Registration,
    domain::{Application, Source},
    error::Error,
    ops,
};

const GET: &str = "rangkai.registration.v1.ApplicationService/GetApplication";

#[tonic::async_trait]
impl ApplicationService for Registration {
    async fn create_application(
        &self,
        request: Request<wire::CreateApplicationRequest>,
    ) -> Result<Response<wire::CreateApplicationResponse>, Status> {
        let (call, new) = read::create(&request)?;
        let definitions = self.definitions.clone();
        let answer = self.db.once(call, move |tx| {
            let (new, definitions) = (new.clone(), definitions.clone());
            async move {
                let application = ops::application::create(&tx, new, &definitions).await?;
                let application = Some(application.into());
                Ok::<_, Error>(wire::CreateApplicationResponse { application })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn save_answers(
        &self,
        request: Request<wire::SaveAnswersRequest>,
    ) -> Result<Response<wire::SaveAnswersResponse>, Status> {
        let (call, id, answers, etag) = read::save(&request)?;
        let definitions = self.definitions.clone();
        let answer = self.db.once(call, move |tx| {
            let (answers, etag) = (answers.clone(), etag.clone());
            let definitions = definitions.clone();
            async move {
                let saved = ops::application::save(&tx, id, answers, &etag, &definitions).await?;
                Ok::<_, Error>(wire::SaveAnswersResponse { application: Some(saved.into()) })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn submit_application(
        &self,
        request: Request<wire::SubmitApplicationRequest>,
    ) -> Result<Response<wire::SubmitApplicationResponse>, Status> {
        let (call, id, etag) = read::submit(&request)?;
        let definitions = self.definitions.clone();
        let answer = self.db.once(call, move |tx| {
            let (etag, definitions) = (etag.clone(), definitions.clone());
            async move {
                let application = ops::application::submit(&tx, id, &etag, &definitions).await?;
                let application = Some(application.into());
                Ok::<_, Error>(wire::SubmitApplicationResponse { application })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn withdraw_application(
        &self,
        request: Request<wire::WithdrawApplicationRequest>,
    ) -> Result<Response<wire::WithdrawApplicationResponse>, Status> {
        let (call, id, reason) = read::withdraw(&request)?;
        let answer = self.db.once(call, move |tx| {
            let reason = reason.clone();
            async move {
                let application = ops::application::withdraw(&tx, id, reason).await?;
                let application = Some(application.into());
                Ok::<_, Error>(wire::WithdrawApplicationResponse { application })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn lapse_application(
        &self,
        request: Request<wire::LapseApplicationRequest>,
    ) -> Result<Response<wire::LapseApplicationResponse>, Status> {
        let (call, id, reason) = read::lapse(&request)?;
        let answer = self.db.once(call, move |tx| {
            let reason = reason.clone();
            async move {
                let application = ops::application::lapse(&tx, id, reason).await?;
                let application = Some(application.into());
                Ok::<_, Error>(wire::LapseApplicationResponse { application })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn evaluate_application(
        &self,
        request: Request<wire::EvaluateApplicationRequest>,
    ) -> Result<Response<wire::EvaluateApplicationResponse>, Status> {
        let (call, id, facts) = read::evaluate(&request)?;
        let definitions = self.definitions.clone();
        let answer = self.db.once(call, move |tx| {
            let (facts, definitions) = (facts.clone(), definitions.clone());
            async move {
                let (application, judgement, service) =
                    ops::application::evaluate(&tx, id, facts, &definitions).await?;
                let officers = service.definition.rules.iter();
                let officers = officers.filter(|rule| rule.source() == Source::Officer);
                Ok::<_, Error>(wire::EvaluateApplicationResponse {
                    eligible: judgement.is_eligible(),
                    findings: judgement.findings.into_iter().map(Into::into).collect(),
                    officer_rule_ids: officers.map(|rule| rule.id.clone()).collect(),
                    tariff_code: judgement.tariff_code.unwrap_or_default(),
                    determinations: json::write(application.determinations.reveal()),
                })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn get_application(
        &self,
        request: Request<wire::GetApplicationRequest>,
    ) -> Result<Response<wire::GetApplicationResponse>, Status> {
        let caller = caller(&request)?;
        let id = read::get(&request)?;
        let get = move |tx| async move { ops::application::get(&tx, id).await };
        let application = Some(self.db.act(caller, GET, get).await?.into());
        Ok(Response::new(wire::GetApplicationResponse { application }))
    }

    async fn list_applications(
        &self,
        request: Request<wire::ListApplicationsRequest>,
    ) -> Result<Response<wire::ListApplicationsResponse>, Status> {
        let caller = caller(&request)?;
        let (filter, page) = read::list(&request)?;
        let listed = self.db.read(caller, move |tx| {
            let (filter, page) = (filter.clone(), page.clone());
            async move { ops::application::list(&tx, &filter, &page).await }
        });
        let (applications, next) = listed.await?;
        Ok(Response::new(wire::ListApplicationsResponse {
            applications: applications.into_iter().map(Into::into).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}

impl From<Application> for wire::Application {
    fn from(application: Application) -> Self {
        Self {
            etag: application.etag(),
            application_id: application.id.to_string(),
            service_id: application.service.to_string(),
            service_name: application.service_name,
            applicant_subject_id: application.applicant.as_str().to_owned(),
            answers: json::write(application.answers.reveal()),
            determinations: json::write(application.determinations.reveal()),
            state: wire::ApplicationState::from(application.state).into(),
            closing_reason: application.closing_reason.into_inner(),
            findings: application.findings.into_iter().map(Into::into).collect(),
            create_time: Some(rangkai_proto::time(application.create_time)),
            submit_time: application.submit_time.map(rangkai_proto::time),
            update_time: Some(rangkai_proto::time(application.update_time)),
        }
    }
}
