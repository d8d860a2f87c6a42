//! Calendars: creating and publishing them, and looking up what they have.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};

use crate::{
    domain::{
        calendar::{
            ALWAYS, Almanac, Calendar, DEEPEST, Entry, Layer, NewCalendar, Publication, Published,
            Week, What,
        },
        clock_refusal::ClockRefusal,
    },
    error::Error,
    events::tell_time,
    store,
};

/// A day of a calendar, and the code of the calendar that has it.
pub type Listed = (String, Published);

/// Creates a calendar: its first version.
pub async fn create(tx: &Tx, new: NewCalendar) -> Result<Layer, Error> {
    let line = if new.parent_code.is_empty() {
        Vec::new()
    } else {
        let parent = find(tx, &new.parent_code).await?;
        line(tx, parent).await?
    };
    let calendar = Calendar::create(tx.agency().clone(), &new, &line, tx.now())?;
    if !store::calendar::insert(tx, &calendar).await? {
        return Err(ClockRefusal::CalendarTaken(new.code).into());
    }
    let always = new.week.map(|week| What::Week(Week { from: ALWAYS, ..week }));
    let entries: Vec<_> = always.map(|what| Entry { version: 1, what }).into_iter().collect();
    store::calendar::insert_entries(tx, &calendar, &entries).await?;
    tx.changed("calendar", calendar.id.uuid());
    tell_time::calendar_published(tx, &calendar).await?;
    Ok(Layer::of(calendar, entries))
}

/// Publishes the next version of a calendar of the agency; what runs by it is looked at anew.
pub async fn publish(tx: &Tx, publication: Publication) -> Result<Layer, Error> {
    store::calendar::hold_alone(tx).await?;
    let calendar = find(tx, &publication.code).await?;
    if calendar.agency != *tx.agency() {
        return Err(ClockRefusal::CalendarNotFound(publication.code).into());
    }
    calendar.expect_etag(&publication.etag)?;
    let before = layer(tx, calendar).await?;
    let entries = publication.entries(&before)?;
    let calendar = before.calendar.publish(tx.now());
    store::calendar::update(tx, &calendar).await?;
    store::calendar::insert_entries(tx, &calendar, &entries).await?;
    store::deadline::wake(tx, calendar.id).await?;
    tx.changed("calendar", calendar.id.uuid());
    tell_time::calendar_published(tx, &calendar).await?;
    layer(tx, calendar).await
}

/// Gets a calendar in a version, or in its newest if that is 0.
pub async fn get(tx: &Tx, code: &str, version: i32) -> Result<Layer, Error> {
    let calendar = find(tx, code).await?;
    if version == 0 {
        return layer(tx, calendar).await;
    }
    let found = store::calendar::find_version(tx, calendar, version).await?;
    let found = found.ok_or_else(|| ClockRefusal::CalendarNotFound(code.to_owned()))?;
    layer(tx, found).await
}

/// Lists the calendars of the agency and of the platform, newest first; answers what to continue
/// after.
pub async fn list(
    tx: &Tx,
    page: &Page<Calendar>,
) -> Result<(Vec<Calendar>, Option<Id<Calendar>>), Error> {
    let mut found = store::calendar::list(tx, page).await?;
    let next = page.cut(&mut found, |calendar| calendar.id);
    Ok((found, next))
}

/// Lists the days of a year: in the newest version with those of the calendars above.
pub async fn list_days(
    tx: &Tx,
    (code, version): (&str, i32),
    year: i32,
) -> Result<Vec<Listed>, Error> {
    let layers = if version == 0 {
        let calendar = find(tx, code).await?;
        almanac(tx, calendar).await?.layers().to_vec()
    } else {
        vec![get(tx, code, version).await?]
    };
    let mut days = Vec::new();
    for layer in layers {
        layer.expect_year(year)?;
        let code = layer.calendar.code.clone();
        days.extend(layer.days_of(year).map(|day| (code.clone(), day.clone())));
    }
    days.sort_by_key(|(_, published)| (published.day.date, published.added));
    Ok(days)
}

/// What days are counted by, looked up by the code of a calendar.
pub async fn almanac_of(tx: &Tx, code: &str) -> Result<Almanac, Error> {
    let calendar = find(tx, code).await?;
    almanac(tx, calendar).await
}

/// What days are counted by of a deadline that runs by this calendar.
pub async fn almanac_by(tx: &Tx, calendar: Id<Calendar>) -> Result<Almanac, Error> {
    let found = store::calendar::get(tx, calendar).await?;
    let found = found.ok_or_else(|| ClockRefusal::CalendarNotFound(calendar.to_string()))?;
    almanac(tx, found).await
}

async fn almanac(tx: &Tx, calendar: Calendar) -> Result<Almanac, Error> {
    let line = line(tx, calendar).await?;
    Ok(Almanac::of(layers(tx, line).await?))
}

async fn find(tx: &Tx, code: &str) -> Result<Calendar, Error> {
    let found = store::calendar::find(tx, code).await?;
    found.ok_or_else(|| ClockRefusal::CalendarNotFound(code.to_owned()).into())
}

/// A calendar and those above it.
async fn line(tx: &Tx, calendar: Calendar) -> Result<Vec<Calendar>, Error> {
    let (mut line, mut parent) = (Vec::new(), calendar.parent);
    line.push(calendar);
    while let Some(id) = parent.filter(|_| line.len() < DEEPEST) {
        let Some(found) = store::calendar::get(tx, id).await? else { break };
        parent = found.parent;
        line.push(found);
    }
    Ok(line)
}

/// What a calendar has of its own.
async fn layer(tx: &Tx, calendar: Calendar) -> Result<Layer, Error> {
    let entries = store::calendar::list_entries(tx, std::slice::from_ref(&calendar)).await?;
    Ok(Layer::of(calendar, entries.into_iter().map(|(_, entry)| entry)))
}

/// What each of these calendars has, in their order.
async fn layers(tx: &Tx, calendars: Vec<Calendar>) -> Result<Vec<Layer>, Error> {
    let entries = store::calendar::list_entries(tx, &calendars).await?;
    let layer = |calendar: Calendar| {
        let own = entries.iter().filter(|(id, _)| *id == calendar.id);
        let own: Vec<_> = own.map(|(_, entry)| entry.clone()).collect();
        Layer::of(calendar, own)
    };
    Ok(calendars.into_iter().map(layer).collect())
}
