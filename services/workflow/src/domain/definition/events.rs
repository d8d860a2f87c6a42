//! Reading `listen`.

use super::event::{Consume, Correlation, EventFilter, Listen, Match, Read};
use super::expressions::Scope;
use super::model::Work;
use super::reader::{Fields, Reader, Spot, child, nearest};
use super::template::Template;
use serde_json::Value;
use std::collections::BTreeMap;

impl Reader<'_> {
    /// Reads a `listen`.
    pub fn listen(&mut self, fields: &mut Fields<'_>) -> Option<Work> {
        if let Some(spot) = fields.take("foreach") {
            let message = "foreach of a listen is not supported yet".to_owned();
            self.wrong(&spot, "feature.unsupported", message, "leave it out for now");
        }
        let spot = fields.take("listen")?;
        let mut fields = self.fields(&spot)?;
        let read = fields.take("read").and_then(|spot| self.read(&spot)).unwrap_or_default();
        let to = self.need(&mut fields, "to");
        self.close(fields);
        let to = to.and_then(|spot| self.consume(&spot))?;
        Some(Work::Listen(Listen { to, read }))
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

    fn consume(&mut self, spot: &Spot<'_>) -> Option<Consume> {
        let mut fields = self.fields(spot)?;
        let (one, any, all) = (fields.take("one"), fields.take("any"), fields.take("all"));
        if let Some(spot) = fields.take("until") {
            let message = "until is not supported yet".to_owned();
            self.wrong(&spot, "feature.unsupported", message, "leave it out for now");
        }
        self.close(fields);
        match (one, any, all) {
            (Some(one), None, None) => self.filter(&one).map(Consume::One),
            (None, Some(any), None) => self.filters(&any).map(Consume::Any),
            (None, None, Some(all)) => self.filters(&all).map(Consume::All),
            _ => {
                let message = "one of one, any and all says what to listen to".to_owned();
                self.wrong(spot, "value.choice", message, "keep one of them");
                None
            }
        }
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
        if known.iter().any(|event| event == name) {
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
