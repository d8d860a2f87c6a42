//! An office with calendars and deadlines. Every holiday in the tests is invented.

use std::time::Duration;

use chrono::{Datelike as _, Days, NaiveDate, Timelike as _};
use prost::{Message, Name};
use rangkai_primitives::{Timestamp, Zone};
use rangkai_proto::{
    date,
    events::v1::{ReadEventsRequest, event_service_client::EventServiceClient},
    r#type::v1::Text,
    workflow::v1::{
        Calendar, CalendarYear, ComputeDeadlineRequest, CountingRule, CreateCalendarRequest,
        DayKind, Deadline, GetDeadlineRequest, GetDeadlineResponse, NewDay, PublishDaysRequest,
        Silence, StartDeadlineRequest, TermUnit, WeeklyRest,
        calendar_service_client::CalendarServiceClient,
        deadline_service_client::DeadlineServiceClient,
    },
};
use rangkai_testkit::{Client, caller, every_scope, fresh};
use tokio::time::timeout;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::support::House;

/// A test that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// The services as the people of one agency use them.
#[derive(Clone)]
pub struct Office {
    pub calendars: CalendarServiceClient<Client>,
    pub deadlines: DeadlineServiceClient<Client>,
    events: EventServiceClient<Client>,
    now: Timestamp,
}

impl Office {
    pub fn of(house: &House, agency: &str) -> anyhow::Result<Self> {
        let caller = caller(agency, &every_scope()?, &[]);
        let client = house.keys.client(house.channel.clone(), &caller)?;
        Ok(Self {
            calendars: CalendarServiceClient::new(client.clone()),
            deadlines: DeadlineServiceClient::new(client.clone()),
            events: EventServiceClient::new(client),
            now: house.clock.now(),
        })
    }

    /// A zone in which no day ends soon, so that a test sees one day only.
    pub fn zone(&self) -> Zone {
        let late = |zone: Zone| self.now.hour() + hours_ahead(zone);
        let calm = |zone: &Zone| (1..22).contains(&(late(*zone) % 24));
        [Zone::Wib, Zone::Wita, Zone::Wit].into_iter().find(calm).unwrap_or_default()
    }

    /// Today, as the office began.
    pub fn today(&self) -> NaiveDate {
        self.zone().date(self.now)
    }

    /// So many days after today.
    pub fn day(&self, days: u64) -> NaiveDate {
        self.today() + Days::new(days)
    }

    /// The end of the day so many days after today, on the wire.
    pub fn end(&self, days: u64) -> Option<prost_types::Timestamp> {
        self.zone().start_of(self.day(days + 1)).map(rangkai_proto::time)
    }

    /// A calendar in which people work every day, with the years around this one.
    pub async fn calendar(&mut self, code: &str) -> Result<Calendar, Status> {
        self.calendars.create_calendar(self.create(code)).await?;
        let years = (self.today().year() - 1..).take(10).map(year).collect();
        self.publish(PublishDaysRequest { years, ..publish(code) }).await
    }

    pub fn create(&self, code: &str) -> CreateCalendarRequest {
        CreateCalendarRequest {
            request_id: fresh(),
            code: code.to_owned(),
            title: Some(text("Kantor", "Office")),
            zone: self.zone().iana().to_owned(),
            parent_code: String::new(),
            weekly_rest: Some(every_day()),
        }
    }

    pub async fn publish(&mut self, request: PublishDaysRequest) -> Result<Calendar, Status> {
        Ok(self.calendars.publish_days(request).await?.into_inner().calendar.unwrap())
    }

    pub async fn start(&mut self, request: StartDeadlineRequest) -> Result<Deadline, Status> {
        Ok(self.deadlines.start_deadline(request).await?.into_inner().deadline.unwrap())
    }

    pub async fn get(&mut self, deadline: &Deadline) -> Result<GetDeadlineResponse, Status> {
        let deadline_id = deadline.deadline_id.clone();
        let request = GetDeadlineRequest { deadline_id };
        Ok(self.deadlines.get_deadline(request).await?.into_inner())
    }

    /// The facts of one type about a subject, once there are at least so many of them.
    pub async fn facts<F: Message + Name + Default>(
        &self,
        subject: &str,
        least: usize,
    ) -> anyhow::Result<Vec<F>> {
        let request = ReadEventsRequest {
            after_position: 0,
            types: vec![F::full_name()],
            subject: subject.to_owned(),
            follow: least > 0,
        };
        let mut stream = self.events.clone().read_events(request).await?.into_inner();
        let mut facts = Vec::new();
        while least == 0 || facts.len() < least {
            let Some(answer) = timeout(PATIENCE, stream.message()).await?? else { break };
            let event = answer.event.unwrap();
            facts.push(F::decode(event.data.unwrap().value.as_slice())?);
        }
        Ok(facts)
    }
}

pub fn publish(code: &str) -> PublishDaysRequest {
    PublishDaysRequest {
        request_id: fresh(),
        calendar_code: code.to_owned(),
        ..PublishDaysRequest::default()
    }
}

pub fn year(year: i32) -> CalendarYear {
    CalendarYear { year, source: "Invented decree 1".to_owned() }
}

pub fn holiday(day: NaiveDate) -> NewDay {
    NewDay {
        date: Some(date(day)),
        kind: DayKind::Holiday.into(),
        name: Some(text("Hari rekaan", "Invented day")),
        source: "Invented decree 2".to_owned(),
    }
}

pub fn every_day() -> WeeklyRest {
    WeeklyRest { source: "Invented rule".to_owned(), ..WeeklyRest::default() }
}

pub fn text(id: &str, en: &str) -> Text {
    Text { id: id.to_owned(), en: en.to_owned() }
}

pub fn working_days(amount: i32) -> CountingRule {
    CountingRule {
        unit: TermUnit::WorkingDays.into(),
        amount,
        legal_basis: "Invented law 7".to_owned(),
        ..CountingRule::default()
    }
}

pub fn start(code: &str, rule: CountingRule, silence: Silence) -> StartDeadlineRequest {
    StartDeadlineRequest {
        request_id: fresh(),
        case_id: fresh(),
        name: "decision".to_owned(),
        calendar_code: code.to_owned(),
        rule: Some(rule),
        silence: silence.into(),
        silence_basis: "Invented law 8".to_owned(),
        start_time: None,
    }
}

/// The code, the reason and the metadata of a refusal.
pub fn refused<T>(answer: Result<T, Status>) -> (Code, String, Vec<(String, String)>) {
    let Err(status) = answer else { panic!("it was not refused") };
    let info = status.get_details_error_info();
    let Some(info) = info else { panic!("it has no reason: {status:?}") };
    let mut metadata: Vec<_> = info.metadata.into_iter().collect();
    metadata.sort();
    (status.code(), info.reason, metadata)
}

/// The fields that a refusal names, in order.
pub fn broken<T>(answer: Result<T, Status>) -> Vec<String> {
    let Err(status) = answer else { panic!("it was not refused") };
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_details_bad_request().unwrap();
    let mut fields: Vec<_> = details.field_violations.into_iter().map(|it| it.field).collect();
    fields.sort();
    fields
}

pub fn with(metadata: &[(&str, &str)]) -> Vec<(String, String)> {
    metadata.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub fn compute(code: &str, rule: CountingRule) -> ComputeDeadlineRequest {
    let calendar_code = code.to_owned();
    ComputeDeadlineRequest { request_id: fresh(), calendar_code, rule: Some(rule), from_time: None }
}

fn hours_ahead(zone: Zone) -> u32 {
    match zone {
        Zone::Wib => 7,
        Zone::Wita => 8,
        Zone::Wit => 9,
    }
}
