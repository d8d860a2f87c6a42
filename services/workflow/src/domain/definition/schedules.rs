//! Reading `schedule`.

use super::event::{Consume, EventFilter};
use super::expressions::Scope;
use super::model::Document;
use super::reader::{Reader, Spot};
use super::schedule::{Schedule, Times, Timetable};
use super::wait::Span;
use chrono_tz::Tz;
use serde_json::Value;
use std::time::Duration;

/// The shortest interval: what is to happen more often is a loop.
const SHORTEST: Duration = Duration::from_secs(1);

impl Reader<'_> {
    /// Reads `schedule`, with what the document says of it in its `metadata.schedule`: the time zone
    /// of `cron`, and whether what was missed is made up for.
    pub fn schedule(&mut self, spot: &Spot<'_>, document: Option<&Document>) -> Option<Schedule> {
        let (zone, all_missed) = self.about_schedule(spot, document)?;
        let mut fields = self.fields(spot)?;
        let every = fields.take("every");
        let cron = fields.take("cron");
        let after = fields.take("after");
        let on = fields.take("on");
        self.close(fields);
        if [&every, &cron, &after].into_iter().flatten().count() > 1 || {
            every.is_none() && cron.is_none() && after.is_none() && on.is_none()
        } {
            let message = "one of every, cron and after says when instances start".to_owned();
            self.wrong(spot, "value.choice", message, "keep one of them, or listen on an event");
            return None;
        }
        let time = match (every, cron, after) {
            (Some(spot), ..) => Some(Times::Every(self.interval(&spot)?)),
            (_, Some(spot), _) => Some(self.cron(&spot, zone)?),
            (.., Some(spot)) => Some(Times::After(self.fixed(&spot)?)),
            (None, None, None) => None,
        };
        let on = match on {
            Some(spot) => self.starters(&spot)?,
            None => Vec::new(),
        };
        Some(Schedule { time, on, all_missed })
    }

    fn cron(&mut self, spot: &Spot<'_>, zone: Tz) -> Option<Times> {
        let pattern = self.text(spot)?;
        match Timetable::parse(&pattern, zone) {
            Ok(timetable) => Some(Times::Cron(Box::new(timetable))),
            Err(reason) => {
                let message = format!("this is no cron pattern: {reason}");
                self.wrong(spot, "value.cron", message, "write five fields, as in 0 8 * * MON-FRI");
                None
            }
        }
    }

    fn interval(&mut self, spot: &Spot<'_>) -> Option<Duration> {
        let span = self.fixed(spot)?;
        if span < SHORTEST {
            let message = "the interval is shorter than a second".to_owned();
            self.wrong(spot, "value.duration", message, "write a longer one");
            return None;
        }
        Some(span)
    }

    fn fixed(&mut self, spot: &Spot<'_>) -> Option<Duration> {
        match self.duration(spot, Scope::WorkflowInput)? {
            Span::Fixed(span) => Some(span),
            Span::Computed(_) => {
                self.kind(spot, "a duration without an expression: there is no instance yet");
                None
            }
        }
    }

    fn starters(&mut self, spot: &Spot<'_>) -> Option<Vec<EventFilter>> {
        let fields = self.fields(spot)?;
        let filters = match self.consume(spot, fields)? {
            Consume::One(filter) => vec![filter],
            Consume::Any(filters) => filters,
            Consume::All(_) => {
                let message = "a start by several events together is not supported yet".to_owned();
                let mend = "start on one of them, and listen to the others in the first task";
                self.wrong(spot, "feature.unsupported", message, mend);
                return None;
            }
        };
        if filters.iter().any(starts_itself) && !self.functions.trusts() {
            let message = "each instance would start another: it begins and ends by such an event";
            let mend = "name a type of event that instances do not tell of themselves";
            self.wrong(spot, "schedule.endless", message.to_owned(), mend);
            return None;
        }
        Some(filters)
    }

    fn about_schedule(
        &mut self,
        spot: &Spot<'_>,
        document: Option<&Document>,
    ) -> Option<(Tz, bool)> {
        let about = document.and_then(|document| document.metadata.get("schedule"));
        let word = |name: &str| about.and_then(|about| about.get(name));
        let zone = match word("timeZone") {
            None => Some(chrono_tz::Asia::Jakarta),
            Some(name) => name.as_str().and_then(|name| name.parse::<Tz>().ok()),
        };
        let all_missed = match word("missed").map(Value::as_str) {
            None | Some(Some("last")) => Some(false),
            Some(Some("all")) => Some(true),
            Some(_) => None,
        };
        if zone.is_none() {
            let message = "document.metadata.schedule.timeZone names no time zone".to_owned();
            self.wrong(spot, "value.timezone", message, "write one such as Asia/Makassar");
        }
        if all_missed.is_none() {
            let message = "document.metadata.schedule.missed is neither last nor all".to_owned();
            self.wrong(spot, "value.choice", message, "write last or all");
        }
        zone.zip(all_missed)
    }
}

/// Whether a filter takes what every instance tells of itself.
fn starts_itself(filter: &EventFilter) -> bool {
    let own = ["rangkai.workflow.v1.Instance", "rangkai.workflow.v1.EventEmitted"];
    filter.event_type.as_ref().is_none_or(|kind| own.iter().any(|own| kind.starts_with(own)))
}
