//! What an author says for the timeline of an instance, under a task's `metadata.timeline`.

use super::reader::{Reader, Spot, child, nearest};
use super::yaml::{Key, Kind, Node};
use serde_json::{Map, Value};

/// The longest sentence, in characters.
const LONGEST: usize = 300;
/// The languages of a timeline.
const LANGUAGES: [&str; 2] = ["id", "en"];
/// What else may be said of a task.
const KEYS: [&str; 5] = ["id", "en", "hidden", "title", "waiting"];

/// A language of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Indonesian.
    Indonesian,
    /// English.
    English,
}

/// A text in the languages that its author speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    indonesian: Option<String>,
    english: Option<String>,
}

/// What an author says of a task to those whom the instance is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The sentence when the task is done.
    pub done: Words,
    /// The sentence while it waits.
    pub waiting: Words,
    /// What the task is called where there is no sentence.
    pub title: Words,
    /// Whether it and everything within it stay untold.
    pub hidden: bool,
}

impl Words {
    /// The text in a language; in the other one, if that is all there is.
    #[must_use]
    pub fn get(&self, language: Language) -> Option<&str> {
        let (first, second) = match language {
            Language::Indonesian => (&self.indonesian, &self.english),
            Language::English => (&self.english, &self.indonesian),
        };
        first.as_deref().or(second.as_deref())
    }

    fn of(value: Option<&Value>) -> Self {
        let text = |language| {
            let text = value.and_then(|value| value.get(language)).and_then(Value::as_str)?;
            fault(text).is_none().then(|| text.to_owned())
        };
        Self { indonesian: text("id"), english: text("en") }
    }
}

impl Told {
    /// Reads the metadata of a task; what cannot be read counts as not written.
    #[must_use]
    pub fn of(metadata: &Map<String, Value>) -> Self {
        let Some(told) = metadata.get("timeline") else { return Self::default() };
        Self {
            done: Words::of(Some(told)),
            waiting: Words::of(told.get("waiting")),
            title: Words::of(told.get("title")),
            hidden: told.get("hidden").and_then(Value::as_bool).unwrap_or_default(),
        }
    }
}

/// Why a text is no sentence of a timeline, if it is none.
fn fault(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("the sentence is empty")
    } else if text.chars().count() > LONGEST {
        Some("the sentence has more than 300 characters")
    } else if text.contains("${") {
        Some("a sentence is told as it is written; ${ } in it is no expression")
    } else if text.chars().any(char::is_control) {
        Some("a sentence is one line")
    } else {
        None
    }
}

impl Reader<'_> {
    /// Reads the metadata of a task. It is the author's own, so what the engine cannot read of it is
    /// no error.
    pub fn task_metadata(&mut self, spot: Option<Spot<'_>>) -> Map<String, Value> {
        if let Some(spot) = &spot
            && let Kind::Map(members) = &spot.node.kind
            && let Some((_, node)) = members.iter().find(|(key, _)| key.name == "timeline")
        {
            self.check_told(&Spot { node, pointer: child(&spot.pointer, "timeline") });
        }
        self.object(spot)
    }

    fn check_told(&mut self, spot: &Spot<'_>) {
        for (key, node) in self.told_members(spot, &KEYS) {
            let spot = Spot { node, pointer: child(&spot.pointer, &key.name) };
            match key.name.as_str() {
                "hidden" if !matches!(node.kind, Kind::Bool(_)) => {
                    self.untold(&spot, "hidden is true or false");
                }
                "id" | "en" => self.check_sentence(&spot),
                "title" | "waiting" => {
                    for (key, node) in self.told_members(&spot, &LANGUAGES) {
                        let pointer = child(&spot.pointer, &key.name);
                        self.check_sentence(&Spot { node, pointer });
                    }
                }
                _ => {}
            }
        }
    }

    fn check_sentence(&mut self, spot: &Spot<'_>) {
        match &spot.node.kind {
            Kind::Text(text, _) => {
                if let Some(fault) = fault(text) {
                    self.untold(spot, fault);
                }
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) | Kind::Map(_) => {
                self.untold(spot, "a sentence is a text");
            }
        }
    }

    /// The members whose names are known; the others are found.
    fn told_members<'n>(&mut self, spot: &Spot<'n>, known: &[&str]) -> Vec<(&'n Key, &'n Node)> {
        let Kind::Map(members) = &spot.node.kind else {
            self.untold(spot, "what is said for the timeline is an object");
            return Vec::new();
        };
        let mut found = Vec::new();
        for (key, node) in members {
            if known.contains(&key.name.as_str()) {
                found.push((key, node));
                continue;
            }
            let mend = match nearest(&key.name, known.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the keys here are {}", known.join(", ")),
            };
            let message = format!("the timeline knows no {}", key.name);
            let pointer = child(&spot.pointer, &key.name);
            self.warn(key.mark, &pointer, "timeline.unknown", message, &mend);
        }
        found
    }

    fn untold(&mut self, spot: &Spot<'_>, message: &str) {
        let mend = "correct it; as it is, the timeline goes without";
        self.warn(spot.node.mark, &spot.pointer, "timeline.value", message.to_owned(), mend);
    }
}
