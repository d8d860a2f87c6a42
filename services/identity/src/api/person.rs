//! `rangkai.identity.v1.PersonService`.

use std::sync::Arc;

use rangkai_auth::caller;
use rangkai_db::Call;
use rangkai_primitives::Zone;
use rangkai_proto::identity::v1::{self as wire, person_service_server::PersonService};
use rangkai_rpc::Violations;
use tonic::{Request, Response, Status};

use super::{
    purpose::{read_purpose, read_subject},
    words::read_attribute,
};
use crate::{
    Identity,
    domain::{self, Attribute, Claim, Mistake, Nik, Purpose, Registered, SubjectId},
    error::Error,
    ops,
};

/// The most mistakes of a CSV that are listed one by one.
const MOST_MISTAKES: usize = 100;

#[tonic::async_trait]
impl PersonService for Identity {
    async fn import_people(
        &self,
        request: Request<wire::ImportPeopleRequest>,
    ) -> Result<Response<wire::ImportPeopleResponse>, Status> {
        let today = Zone::Wib.date(self.db.clock().now());
        let (call, people) = read_import(&request, today)?;
        let people = Arc::new(people);
        let answer = self.db.once(call, move |tx| {
            let people = Arc::clone(&people);
            async move {
                let imported = ops::person::import(&tx, &people).await?;
                Ok::<_, Error>(wire::ImportPeopleResponse {
                    created_count: i32::try_from(imported.created).unwrap_or(i32::MAX),
                    updated_count: i32::try_from(imported.updated).unwrap_or(i32::MAX),
                })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn resolve_subject(
        &self,
        request: Request<wire::ResolveSubjectRequest>,
    ) -> Result<Response<wire::ResolveSubjectResponse>, Status> {
        let caller = caller(&request)?;
        let asked = read_resolve(request.into_inner())?;
        let subject = self.db.act(caller, "identity: resolve a person", move |tx| {
            let (nik, purpose) = asked.clone();
            async move { ops::person::resolve(&tx, &nik, purpose).await }
        });
        let subject_id = subject.await?.to_string();
        Ok(Response::new(wire::ResolveSubjectResponse { subject_id }))
    }

    async fn match_attributes(
        &self,
        request: Request<wire::MatchAttributesRequest>,
    ) -> Result<Response<wire::MatchAttributesResponse>, Status> {
        let caller = caller(&request)?;
        let asked = Arc::new(read_match(request.into_inner())?);
        let claims = Arc::clone(&asked);
        let answers = self.db.act(caller, "identity: match attributes", move |tx| {
            let asked = Arc::clone(&asked);
            async move {
                let (subject, claims, purpose) = &*asked;
                ops::person::match_attributes(&tx, subject, claims, purpose.clone()).await
            }
        });
        let answers = answers.await?;
        let matches = claims.1.iter().zip(&answers).map(|(claim, matches)| wire::AttributeMatch {
            attribute: wire::Attribute::from(claim.attribute).into(),
            matches: *matches,
        });
        Ok(Response::new(wire::MatchAttributesResponse {
            matches: matches.collect(),
            all_match: answers.iter().all(|matches| *matches),
        }))
    }

    async fn prove_age(
        &self,
        request: Request<wire::ProveAgeRequest>,
    ) -> Result<Response<wire::ProveAgeResponse>, Status> {
        let caller = caller(&request)?;
        let asked = read_prove(request.into_inner())?;
        let reached = self.db.act(caller, "identity: prove an age", move |tx| {
            let (subject, years, day, purpose) = asked.clone();
            async move { ops::person::prove_age(&tx, &subject, years, day, purpose).await }
        });
        Ok(Response::new(wire::ProveAgeResponse { reached: reached.await? }))
    }

    async fn read_attributes(
        &self,
        request: Request<wire::ReadAttributesRequest>,
    ) -> Result<Response<wire::ReadAttributesResponse>, Status> {
        let caller = caller(&request)?;
        let asked = read_read(request.into_inner())?;
        let disclosed = self.db.act(caller, "identity: read attributes", move |tx| {
            let (subject, attributes, purpose) = asked.clone();
            async move { ops::person::read_attributes(&tx, &subject, &attributes, purpose).await }
        });
        let attributes = Some(disclosed.await?.into());
        Ok(Response::new(wire::ReadAttributesResponse { attributes }))
    }
}

fn read_import(
    request: &Request<wire::ImportPeopleRequest>,
    today: chrono::NaiveDate,
) -> Result<(Call, Vec<Registered>), Status> {
    const METHOD: &str = "rangkai.identity.v1.PersonService/ImportPeople";
    let message = request.get_ref();
    let mut fields = Violations::of(message);
    let call = rangkai_rpc::call(METHOD, request, &mut fields, &message.request_id);
    let people = domain::read_register(&message.csv, today);
    let people = people.map_err(|mistakes| name_mistakes(&mut fields, &mistakes)).ok();
    fields.check(|| Some((call?, people?)))
}

/// Names each mistake by its place; the last one that is named says how many are not.
fn name_mistakes(fields: &mut Violations, mistakes: &[Mistake]) {
    let unnamed = mistakes.len().saturating_sub(MOST_MISTAKES);
    for (count, mistake) in mistakes.iter().take(MOST_MISTAKES).enumerate() {
        let place = match (mistake.line, mistake.column) {
            (None, _) => "csv".to_owned(),
            (Some(line), None) => format!("csv[{line}]"),
            (Some(line), Some(column)) => format!("csv[{line}].{}", column.as_str()),
        };
        let rule = &mistake.rule;
        if unnamed > 0 && count + 1 == MOST_MISTAKES {
            fields.add(&place, format_args!("{rule}; {unnamed} more mistakes are not listed"));
        } else {
            fields.add(&place, rule);
        }
    }
}

fn read_resolve(request: wire::ResolveSubjectRequest) -> Result<(Nik, Purpose), Status> {
    let mut fields = Violations::of(&request);
    let nik = fields.parse("nik", &request.nik);
    let purpose = read_purpose(&mut fields, request.purpose);
    fields.check(|| Some((nik?, purpose?)))
}

fn read_match(
    request: wire::MatchAttributesRequest,
) -> Result<(SubjectId, Vec<Claim>, Purpose), Status> {
    let mut fields = Violations::of(&request);
    let subject = read_subject(&mut fields, &request.subject_id);
    let purpose = read_purpose(&mut fields, request.purpose);
    let named: Vec<_> = request.claims.iter().map(|claim| claim.attribute).collect();
    let mut claims = Vec::with_capacity(named.len());
    for (index, claim) in request.claims.into_iter().enumerate() {
        let place = |field| format!("claims[{index}].{field}");
        if named.iter().take(index).any(|before| *before == claim.attribute) {
            fields.add(&place("attribute"), "names an attribute that was named before");
        }
        let Some(attribute) = read_attribute(claim.attribute) else { continue };
        claims.extend(fields.keep(&place("value"), Claim::new(attribute, claim.value)));
    }
    fields.check(|| Some((subject?, claims, purpose?)))
}

type AgeQuestion = (SubjectId, i32, Option<chrono::NaiveDate>, Purpose);

fn read_prove(request: wire::ProveAgeRequest) -> Result<AgeQuestion, Status> {
    let mut fields = Violations::of(&request);
    let subject = read_subject(&mut fields, &request.subject_id);
    let day = request.on_date.as_ref().map(rangkai_proto::read_date).transpose();
    let day = fields.keep("on_date", day);
    let purpose = read_purpose(&mut fields, request.purpose);
    fields.check(|| Some((subject?, request.age_years, day?, purpose?)))
}

fn read_read(
    request: wire::ReadAttributesRequest,
) -> Result<(SubjectId, Vec<Attribute>, Purpose), Status> {
    let mut fields = Violations::of(&request);
    let subject = read_subject(&mut fields, &request.subject_id);
    let purpose = read_purpose(&mut fields, request.purpose);
    let mut attributes = Vec::with_capacity(request.attributes.len());
    for (index, number) in request.attributes.into_iter().enumerate() {
        let place = format!("attributes[{index}]");
        match read_attribute(number) {
            None => fields.add(&place, "must name an attribute"),
            Some(named) if attributes.contains(&named) => {
                fields.add(&place, "names an attribute that was named before");
            }
            Some(named) => attributes.push(named),
        }
    }
    fields.check(|| Some((subject?, attributes, purpose?)))
}
