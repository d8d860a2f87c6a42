//! Reading `listen`.

use super::emits::RESERVED;
use super::event::{Consume, Correlation, EventFilter, Listen, Match, Read, Until};
use super::expressions::Scope;
use super::model::Work;
use super::reader::{Fields, Reader, Spot, child, nearest};
use super::template::Template;
use super::yaml::Kind;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Reader<'_> {
    /// Reads a `listen`.
    pub fn listen(&mut self, fields: &mut Fields<'_>) -> Option<Work> {
        let foreach = fields.take("foreach");
        let foreach = foreach.map(|spot| self.foreach(&spot));
        let spot = fields.take("listen")?;
        let mut fields = self.fields(&spot)?;
        let read = fields.take("read").and_then(|spot| self.read(&spot)).unwrap_or_default();
        let to = self.need(&mut fields, "to");
        self.close(fields);
        let (to, until) = to.and_then(|spot| self.strategy(&spot))?;
        let foreach = match foreach {
            Some(foreach) => Some(foreach?),
            None => None,
        };
        Some(Work::Listen(Arc::new(Listen { to, until, read, foreach })))
    }

    fn read(&mut self, spot: &Spot<'_>) -> Option<Read> {
        match self.text(spot)?.as_str() {
            "data" => Some(Read::Data),
            "envelope" => Some(Read::Envelope),
            "raw" => Some(Read::Raw),
            other => {
                let message = format!("events are not read as {other}");
                self.wrong(spot, "value.choice", message, "write data, envelope or raw");
                None
            }
        }
    }

    /// Reads which events are taken, and what ends that.
    fn strategy(&mut self, spot: &Spot<'_>) -> Option<(Consume, Option<Until>)> {
        let mut fields = self.fields(spot)?;
        let until = fields.take("until");
        let to = self.consume(spot, fields)?;
        let Some(until) = until else { return Some((to, None)) };
        if !matches!(to, Consume::Any(_)) {
            let message = "until belongs to any: one and all end by themselves".to_owned();
            self.wrong(&until, "value.choice", message, "listen to any, or leave until out");
            return None;
        }
        let until = if let Kind::Map(_) = &until.node.kind {
            let fields = self.fields(&until)?;
            Until::Happens(self.consume(&until, fields)?)
        } else {
            Until::Holds(self.expression(&until, Scope::Body)?)
        };
        Some((to, Some(until)))
    }

    /// Reads how many of which events are taken.
    pub fn consume(&mut self, spot: &Spot<'_>, mut fields: Fields<'_>) -> Option<Consume> {
        let (one, any, all) = (fields.take("one"), fields.take("any"), fields.take("all"));
        self.close(fields);
        match (one, any, all) {
            (Some(one), None, None) => self.filter(&one).map(Consume::One),
            (None, Some(any), None) => self.any(&any).map(Consume::Any),
            (None, None, Some(all)) => self.filters(&all).map(Consume::All),
            _ => {
                let message = "one of one, any and all says what to listen to".to_owned();
                self.wrong(spot, "value.choice", message, "keep one of them");
                None
            }
        }
    }

    /// Reads the filters of `any`; without one, every event is taken.
    fn any(&mut self, spot: &Spot<'_>) -> Option<Vec<EventFilter>> {
        let none = matches!(&spot.node.kind, Kind::List(items) if items.is_empty());
        if none { Some(vec![EventFilter::default()]) } else { self.filters(spot) }
    }

    fn filters(&mut self, spot: &Spot<'_>) -> Option<Vec<EventFilter>> {
        let items = self.items(spot)?;
        if items.is_empty() {
            let message = "there is no event to listen to".to_owned();
            self.wrong(spot, "value.empty", message, "add a filter");
        }
        let read: Vec<_> = items.iter().map(|item| self.filter(item)).collect();
        read.into_iter().collect()
    }

    fn filter(&mut self, spot: &Spot<'_>) -> Option<EventFilter> {
        let mut fields = self.fields(spot)?;
        let with = self.need(&mut fields, "with");
        let correlate = fields.take("correlate");
        self.close(fields);
        let correlate = correlate.map(|spot| self.correlations(&spot)).unwrap_or_default();
        let with = with?;
        let members = self.members(&with)?;
        if members.is_empty() {
            let message = "the filter names no attribute".to_owned();
            self.wrong(&with, "value.empty", message, "name at least the type of the event");
        }
        let (mut event_type, mut attributes) = (None, BTreeMap::new());
        for (key, node) in members {
            let spot = Spot { node, pointer: child(&with.pointer, &key.name) };
            let Some(wanted) = self.wanted(&spot) else { continue };
            match wanted {
                Match::Exactly(Value::String(name)) if key.name == "type" => {
                    self.check_event(&spot, &name);
                    event_type = Some(name);
                }
                wanted @ (Match::Exactly(_) | Match::Computed(_)) => {
                    attributes.insert(key.name.clone(), wanted);
                }
            }
        }
        Some(EventFilter { event_type, attributes, correlate })
    }

    fn wanted(&mut self, spot: &Spot<'_>) -> Option<Match> {
        match self.template(spot, Scope::Body)? {
            Template::Constant(value) => Some(Match::Exactly(value)),
            Template::Expression(expression) => Some(Match::Computed(expression)),
            Template::Array(_) | Template::Object(_) => {
                self.kind(spot, "a value, or one expression for the whole of it");
                None
            }
        }
    }

    fn check_event(&mut self, spot: &Spot<'_>, name: &str) {
        let known: Vec<String> = self.functions.events().collect();
        // What else there is, workflows and systems of the agency tell of.
        if !name.starts_with(RESERVED) || known.iter().any(|event| event == name) {
            return;
        }
        let mend = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => {
                "name a message of an event.proto, as in rangkai.payments.v1.BillPaid".to_owned()
            }
        };
        self.wrong(spot, "event.unknown", format!("no block tells of {name}"), &mend);
    }

    fn correlations(&mut self, spot: &Spot<'_>) -> BTreeMap<String, Correlation> {
        let mut found = BTreeMap::new();
        for (key, node) in self.members(spot).unwrap_or_default() {
            let spot = Spot { node, pointer: child(&spot.pointer, &key.name) };
            let Some(mut fields) = self.fields(&spot) else { continue };
            let from = self.need(&mut fields, "from");
            let from = from.and_then(|spot| self.expression(&spot, Scope::Body));
            let expect = fields.take("expect").and_then(|spot| self.template(&spot, Scope::Body));
            self.close(fields);
            found.extend(from.map(|from| (key.name.clone(), Correlation { from, expect })));
        }
        found
    }
}
