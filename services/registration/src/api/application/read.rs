//! What requests about applications say.

use rangkai_db::Call;
use rangkai_primitives::{Id, Page, Sensitive};
use rangkai_proto::registration::v1 as wire;
use rangkai_rpc::{Violations, call};
use serde_json::Value as Json;
use tonic::{Request, Status};

use crate::{
    api::{json, words::application_state},
    domain::{Application, ApplicationFilter, NewApplication},
};

const CREATE: &str = "rangkai.registration.v1.ApplicationService/CreateApplication";
const SAVE: &str = "rangkai.registration.v1.ApplicationService/SaveAnswers";
const SUBMIT: &str = "rangkai.registration.v1.ApplicationService/SubmitApplication";
const WITHDRAW: &str = "rangkai.registration.v1.ApplicationService/WithdrawApplication";
const LAPSE: &str = "rangkai.registration.v1.ApplicationService/LapseApplication";
const EVALUATE: &str = "rangkai.registration.v1.ApplicationService/EvaluateApplication";

type ApplicationId = Id<Application>;

pub fn create(
    request: &Request<wire::CreateApplicationRequest>,
) -> Result<(Call, NewApplication), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(CREATE, request, &mut fields, &wire.request_id);
    let applicant = fields.parse("applicant_subject_id", &wire.applicant_subject_id);
    let answers = json::read(&mut fields, "answers", wire.answers.as_ref());
    let service_name = wire.service_name.clone();
    fields.check(|| {
        let new = NewApplication { service_name, applicant: applicant?, answers: answers? };
        Some((call?, new))
    })
}

pub fn save(
    request: &Request<wire::SaveAnswersRequest>,
) -> Result<(Call, ApplicationId, Sensitive<Json>, String), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(SAVE, request, &mut fields, &wire.request_id);
    let id = fields.parse("application_id", &wire.application_id);
    let answers = json::read(&mut fields, "answers", wire.answers.as_ref());
    fields.check(|| Some((call?, id?, answers?, wire.etag.clone())))
}

pub fn submit(
    request: &Request<wire::SubmitApplicationRequest>,
) -> Result<(Call, ApplicationId, String), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(SUBMIT, request, &mut fields, &wire.request_id);
    let id = fields.parse("application_id", &wire.application_id);
    fields.check(|| Some((call?, id?, wire.etag.clone())))
}

pub fn withdraw(
    request: &Request<wire::WithdrawApplicationRequest>,
) -> Result<(Call, ApplicationId, String), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(WITHDRAW, request, &mut fields, &wire.request_id);
    let id = fields.parse("application_id", &wire.application_id);
    fields.check(|| Some((call?, id?, wire.reason.clone())))
}

pub fn lapse(
    request: &Request<wire::LapseApplicationRequest>,
) -> Result<(Call, ApplicationId, String), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(LAPSE, request, &mut fields, &wire.request_id);
    let id = fields.parse("application_id", &wire.application_id);
    fields.check(|| Some((call?, id?, wire.reason.clone())))
}

pub fn evaluate(
    request: &Request<wire::EvaluateApplicationRequest>,
) -> Result<(Call, ApplicationId, Sensitive<Json>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(EVALUATE, request, &mut fields, &wire.request_id);
    let id = fields.parse("application_id", &wire.application_id);
    let facts = json::read(&mut fields, "facts", wire.facts.as_ref());
    fields.check(|| Some((call?, id?, facts?)))
}

pub fn get(request: &Request<wire::GetApplicationRequest>) -> Result<ApplicationId, Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let id = fields.parse("application_id", &wire.application_id);
    fields.check(|| id)
}

pub fn list(
    request: &Request<wire::ListApplicationsRequest>,
) -> Result<(ApplicationFilter, Page<Application>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let applicant = fields.parse_if_set("applicant_subject_id", &wire.applicant_subject_id);
    let page = fields.page(wire.page_size, &wire.page_token);
    let service_name = Some(wire.service_name.clone()).filter(|name| !name.is_empty());
    let state = application_state(wire.state());
    fields.check(|| Some((ApplicationFilter { service_name, state, applicant: applicant? }, page?)))
}
