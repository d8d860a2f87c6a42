//! Calendars and their days on the wire.

use chrono::{NaiveDate, Weekday};
use rangkai_proto::{date, read_date, time, workflow::v1 as wire};
use rangkai_rpc::Violations;

use crate::{
    domain::calendar::{ALWAYS, Calendar, Day, DayKind, Layer, Week, Withdrawal, Year},
    ops::calendar::Listed,
};

const WEEKDAYS: [(wire::Weekday, Weekday); 7] = [
    (wire::Weekday::Monday, Weekday::Mon),
    (wire::Weekday::Tuesday, Weekday::Tue),
    (wire::Weekday::Wednesday, Weekday::Wed),
    (wire::Weekday::Thursday, Weekday::Thu),
    (wire::Weekday::Friday, Weekday::Fri),
    (wire::Weekday::Saturday, Weekday::Sat),
    (wire::Weekday::Sunday, Weekday::Sun),
];

/// Reads weekly rest, which holds always or, where it `begins`, from its first day on.
pub fn read_week(
    week: Option<wire::WeeklyRest>,
    begins: bool,
    fields: &mut Violations,
) -> Option<Week> {
    let wire = week?;
    let field = "weekly_rest.effective_from";
    let from = match (&wire.effective_from, begins) {
        (None, false) => Some(ALWAYS),
        (Some(_), false) => {
            fields.keep(field, Err("must be absent: a first weekly rest holds always"))
        }
        (day, true) => read_day(field, day.as_ref(), fields),
    };
    let mut rest = Vec::new();
    for (place, day) in wire.weekdays().enumerate() {
        let field = format!("weekly_rest.weekdays[{place}]");
        match WEEKDAYS.iter().find(|(known, _)| *known == day) {
            Some((_, day)) if rest.contains(day) => fields.add(&field, "is there twice"),
            Some((_, day)) => rest.push(*day),
            None => fields.add(&field, "is required"),
        }
    }
    Some(Week { from: from?, rest, source: wire.source })
}

/// Reads a day to add.
pub fn read_new_day(place: usize, day: wire::NewDay, fields: &mut Violations) -> Option<Day> {
    let field = |name: &str| format!("added_days[{place}].{name}");
    let date = read_day(&field("date"), day.date.as_ref(), fields);
    let kind = read_kind(&field("kind"), day.kind(), fields);
    let name = fields.require(&field("name"), day.name);
    Some(Day { date: date?, kind: kind?, name: name?.into(), source: day.source })
}

/// Reads a day to take out.
pub fn read_withdrawn_day(
    place: usize,
    day: &wire::WithdrawnDay,
    fields: &mut Violations,
) -> Option<Withdrawal> {
    let field = |name: &str| format!("withdrawn_days[{place}].{name}");
    let date = read_day(&field("date"), day.date.as_ref(), fields);
    let kind = read_kind(&field("kind"), day.kind(), fields);
    Some(Withdrawal { date: date?, kind: kind?, source: day.source.clone() })
}

fn read_day(
    field: &str,
    day: Option<&rangkai_proto::r#type::v1::Date>,
    fields: &mut Violations,
) -> Option<NaiveDate> {
    let day = fields.require(field, day)?;
    fields.keep(field, read_date(day))
}

fn read_kind(field: &str, kind: wire::DayKind, fields: &mut Violations) -> Option<DayKind> {
    match kind {
        wire::DayKind::Holiday => Some(DayKind::Holiday),
        wire::DayKind::CollectiveLeave => Some(DayKind::CollectiveLeave),
        wire::DayKind::Unspecified => fields.require(field, None),
    }
}

impl From<wire::CalendarYear> for Year {
    fn from(year: wire::CalendarYear) -> Self {
        Self { year: year.year, source: year.source }
    }
}

impl From<Calendar> for wire::Calendar {
    fn from(calendar: Calendar) -> Self {
        Self {
            calendar_id: calendar.id.to_string(),
            etag: calendar.etag(),
            shared: calendar.is_shared(),
            code: calendar.code,
            title: Some(calendar.title.into()),
            zone: calendar.zone.iana().to_owned(),
            parent_code: calendar.parent_code,
            version: calendar.version,
            weekly_rest: Vec::new(),
            years: Vec::new(),
            create_time: Some(time(calendar.create_time)),
            version_time: Some(time(calendar.version_time)),
        }
    }
}

impl From<Layer> for wire::Calendar {
    fn from(layer: Layer) -> Self {
        let year = |year: Year| wire::CalendarYear { year: year.year, source: year.source };
        Self {
            weekly_rest: layer.weeks.into_values().map(Into::into).collect(),
            years: layer.years.into_values().map(year).collect(),
            ..layer.calendar.into()
        }
    }
}

impl From<Week> for wire::WeeklyRest {
    fn from(week: Week) -> Self {
        let known = |day: &Weekday| WEEKDAYS.iter().find(|(_, known)| known == day);
        let weekdays = week.rest.iter().filter_map(known).map(|(day, _)| (*day).into());
        Self {
            effective_from: (week.from != ALWAYS).then(|| date(week.from)),
            weekdays: weekdays.collect(),
            source: week.source,
        }
    }
}

/// A day, and the code of the calendar that has it.
pub fn write_day((calendar_code, published): Listed) -> wire::CalendarDay {
    let day = published.day;
    let kind = match day.kind {
        DayKind::Holiday => wire::DayKind::Holiday,
        DayKind::CollectiveLeave => wire::DayKind::CollectiveLeave,
    };
    let withdrawn = published.withdrawn;
    let (withdrawn_version, withdrawal_source) =
        withdrawn.map(|(version, it)| (version, it.source)).unwrap_or_default();
    wire::CalendarDay {
        date: Some(date(day.date)),
        kind: kind.into(),
        name: Some(day.name.into()),
        source: day.source,
        calendar_code,
        added_version: published.added,
        withdrawn_version,
        withdrawal_source,
    }
}
