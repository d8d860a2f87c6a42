//! `rangkai.workflow.v1.CalendarService`.

use rangkai_db::Call;
use rangkai_primitives::Id;
use rangkai_proto::workflow::v1::{self as wire, calendar_service_server::CalendarService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::{
    calendar_wire::{read_new_day, read_week, read_withdrawn_day, write_day},
    term::{read_moment, read_rule},
};
use crate::{
    Workflow,
    domain::{
        calendar::{NewCalendar, Publication, repeated},
        term::Computation,
    },
    ops,
};

#[tonic::async_trait]
impl CalendarService for Workflow {
    async fn create_calendar(
        &self,
        request: Request<wire::CreateCalendarRequest>,
    ) -> Result<Response<wire::CreateCalendarResponse>, Status> {
        let (call, new) = read_create(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let calendar = ops::calendar::create(&tx, new).await?;
                Ok(wire::CreateCalendarResponse { calendar: Some(calendar.into()) })
            }
        })
        .await
    }

    async fn publish_days(
        &self,
        request: Request<wire::PublishDaysRequest>,
    ) -> Result<Response<wire::PublishDaysResponse>, Status> {
        let (call, publication) = read_publish(&request)?;
        let answer = self.change(call, move |tx| {
            let publication = publication.clone();
            async move {
                let calendar = ops::calendar::publish(&tx, publication).await?;
                Ok(wire::PublishDaysResponse { calendar: Some(calendar.into()) })
            }
        });
        answer.await
    }

    async fn get_calendar(
        &self,
        request: Request<wire::GetCalendarRequest>,
    ) -> Result<Response<wire::GetCalendarResponse>, Status> {
        Violations::of(request.get_ref()).check(|| Some(()))?;
        let (code, version) = (request.get_ref().calendar_code.clone(), request.get_ref().version);
        let find = move |tx| {
            let code = code.clone();
            async move { ops::calendar::get(&tx, &code, version).await }
        };
        let found = self.read_as(&request, find).await?;
        Ok(Response::new(wire::GetCalendarResponse { calendar: Some(found.into()) }))
    }

    async fn list_calendars(
        &self,
        request: Request<wire::ListCalendarsRequest>,
    ) -> Result<Response<wire::ListCalendarsResponse>, Status> {
        let wire = request.get_ref();
        let mut fields = Violations::of(wire);
        let page = fields.page(wire.page_size, &wire.page_token);
        let page = fields.check(|| page)?;
        let list = move |tx| {
            let page = page.clone();
            async move { ops::calendar::list(&tx, &page).await }
        };
        let (found, next) = self.read_as(&request, list).await?;
        Ok(Response::new(wire::ListCalendarsResponse {
            calendars: found.into_iter().map(Into::into).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn list_days(
        &self,
        request: Request<wire::ListDaysRequest>,
    ) -> Result<Response<wire::ListDaysResponse>, Status> {
        Violations::of(request.get_ref()).check(|| Some(()))?;
        let wire = request.get_ref();
        let (code, version, year) = (wire.calendar_code.clone(), wire.version, wire.year);
        let all = wire.include_withdrawn;
        let list = move |tx| {
            let code = code.clone();
            async move { ops::calendar::list_days(&tx, (&code, version), year).await }
        };
        let mut found = self.read_as(&request, list).await?;
        found.retain(|(_, published)| all || published.withdrawn.is_none());
        let days = found.into_iter().map(write_day).collect();
        Ok(Response::new(wire::ListDaysResponse { days }))
    }

    async fn compute_deadline(
        &self,
        request: Request<wire::ComputeDeadlineRequest>,
    ) -> Result<Response<wire::ComputeDeadlineResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.workflow.v1.CalendarService/ComputeDeadline";
        let mut fields = Violations::of(wire);
        let call = call(method, &request, &mut fields, &wire.request_id);
        let rule = read_rule(wire.rule.clone(), &mut fields);
        let from = read_moment("from_time", wire.from_time, &mut fields);
        let code = wire.calendar_code.clone();
        let (call, rule, from) = fields.check(|| Some((call?, rule?, from)))?;
        self.change(call, move |tx| {
            let (code, rule) = (code.clone(), rule.clone());
            async move {
                let computation = ops::computation::deadline(&tx, &code, rule, from).await?;
                Ok(wire::ComputeDeadlineResponse { computation: Some(computation.into()) })
            }
        })
        .await
    }

    async fn compute_lead_time(
        &self,
        request: Request<wire::ComputeLeadTimeRequest>,
    ) -> Result<Response<wire::ComputeLeadTimeResponse>, Status> {
        let wire = request.get_ref();
        let method = "rangkai.workflow.v1.CalendarService/ComputeLeadTime";
        let mut fields = Violations::of(wire);
        let call = call(method, &request, &mut fields, &wire.request_id);
        let rule = read_rule(wire.rule.clone(), &mut fields);
        let event = read_moment("event_time", wire.event_time, &mut fields);
        let code = wire.calendar_code.clone();
        let (call, rule, event) = fields.check(|| Some((call?, rule?, event?)))?;
        self.change(call, move |tx| {
            let (code, rule) = (code.clone(), rule.clone());
            async move {
                let computation = ops::computation::lead_time(&tx, &code, rule, event).await?;
                Ok(wire::ComputeLeadTimeResponse { computation: Some(computation.into()) })
            }
        })
        .await
    }

    async fn get_computation(
        &self,
        request: Request<wire::GetComputationRequest>,
    ) -> Result<Response<wire::GetComputationResponse>, Status> {
        let mut fields = Violations::of(request.get_ref());
        let id = fields.parse("computation_id", &request.get_ref().computation_id);
        let id: Id<Computation> = fields.check(|| id)?;
        let find = move |tx| async move { ops::computation::find(&tx, id).await };
        let found = self.read_as(&request, find).await?;
        Ok(Response::new(wire::GetComputationResponse {
            text: Some(found.text().into()),
            computation: Some(found.into()),
        }))
    }
}

fn read_create(
    request: &Request<wire::CreateCalendarRequest>,
) -> Result<(Call, NewCalendar), Status> {
    let wire = request.get_ref();
    let method = "rangkai.workflow.v1.CalendarService/CreateCalendar";
    let mut fields = Violations::of(wire);
    let call = call(method, request, &mut fields, &wire.request_id);
    let title = fields.require("title", wire.title.clone());
    let zone = fields.parse("zone", &wire.zone);
    let week = read_week(wire.weekly_rest.clone(), false, &mut fields);
    if wire.parent_code.is_empty() && wire.weekly_rest.is_none() {
        fields.add("weekly_rest", "is required where there is no parent");
    }
    fields.check(|| {
        let new = NewCalendar {
            code: wire.code.clone(),
            title: title?.into(),
            zone: zone?,
            parent_code: wire.parent_code.clone(),
            week,
        };
        Some((call?, new))
    })
}

fn read_publish(
    request: &Request<wire::PublishDaysRequest>,
) -> Result<(Call, Publication), Status> {
    let wire = request.get_ref();
    let method = "rangkai.workflow.v1.CalendarService/PublishDays";
    let mut fields = Violations::of(wire);
    let call = call(method, request, &mut fields, &wire.request_id);
    let added = wire.added_days.iter().cloned().enumerate();
    let added: Vec<_> = added.map(|(at, day)| read_new_day(at, day, &mut fields)).collect();
    let withdrawn = wire.withdrawn_days.iter().enumerate();
    let withdrawn: Vec<_> =
        withdrawn.map(|(at, day)| read_withdrawn_day(at, day, &mut fields)).collect();
    let week = read_week(wire.weekly_rest.clone(), true, &mut fields);
    let publication = move || {
        Some(Publication {
            code: wire.calendar_code.clone(),
            etag: wire.etag.clone(),
            years: wire.years.iter().cloned().map(Into::into).collect(),
            added: added.into_iter().collect::<Option<_>>()?,
            withdrawn: withdrawn.into_iter().collect::<Option<_>>()?,
            week,
        })
    };
    let publication = publication();
    for (list, days) in publication.iter().flat_map(Publication::lists) {
        if let Some((date, kind)) = repeated(days) {
            fields.add(list, format_args!("must not hold {date} twice as {}", kind.word()));
        }
    }
    if publication.as_ref().is_some_and(Publication::is_empty) {
        fields.add("added_days", "is required where nothing else is published");
    }
    fields.check(|| Some((call?, publication?)))
}
