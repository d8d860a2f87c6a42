//! Templates: texts with places for variables, in both languages.

use std::{collections::BTreeSet, fmt, str::FromStr};

use rangkai_primitives::{Id, Timestamp};

use super::{Fault, Variable, jinja};

/// One version of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: Id<Template>,
    pub version: i64,
    pub draft: Draft,
    pub create_time: Timestamp,
}

/// What an agency publishes; holding one that [`Draft::check`] returned means that it was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    pub variables: Vec<Variable>,
    pub sensitivity: Sensitivity,
    pub subject: Texts,
    pub body: Texts,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    pub indonesian: String,
    pub english: String,
}

/// A way to reach a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Sms,
    Email,
    Inbox,
}

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Indonesian,
    English,
}

/// How much a text tells about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    Public,
    Case,
    Personal,
    Specific,
}

impl Sensitivity {
    /// Whether a text that tells so much may travel by `channel`.
    pub fn allows(self, channel: Channel) -> bool {
        match self {
            Self::Public | Self::Case => true,
            Self::Personal | Self::Specific => channel == Channel::Inbox,
        }
    }
}

impl Texts {
    /// The text in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Indonesian => &self.indonesian,
            Language::English => &self.english,
        }
    }
}

impl Draft {
    /// The draft if it keeps every rule, or all that it breaks.
    pub fn check(self) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        for (position, Variable { name, .. }) in self.variables.iter().enumerate() {
            let field = format!("variables[{position}].name");
            if !jinja::is_name(name) {
                let rule = "must be a name of small letters, digits and _, such as nomor_sim";
                faults.push(Fault::new(field, rule));
            } else if self.variables[..position].iter().any(|earlier| earlier.name == *name) {
                faults.push(Fault::new(field, "is there twice"));
            }
        }
        let indonesian = self.language(Language::Indonesian, "id", &mut faults);
        let english = self.language(Language::English, "en", &mut faults);
        for (position, Variable { name, .. }) in self.variables.iter().enumerate() {
            // A text that is no template uses nothing that could be told.
            let missing = |used: &Option<BTreeSet<String>>| {
                used.as_ref().is_some_and(|used| !used.contains(name))
            };
            if missing(&indonesian) || missing(&english) {
                let field = format!("variables[{position}]");
                faults.push(Fault::new(field, "must be used in the texts of both languages"));
            }
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// Checks the two texts of a language; answers the variables that they use.
    fn language(
        &self,
        language: Language,
        ending: &str,
        faults: &mut Vec<Fault>,
    ) -> Option<BTreeSet<String>> {
        let subject = self.text("subject", self.subject.get(language), ending, faults);
        let body = self.text("body", self.body.get(language), ending, faults);
        Some(subject?.union(&body?).cloned().collect())
    }

    fn text(
        &self,
        name: &str,
        text: &str,
        ending: &str,
        faults: &mut Vec<Fault>,
    ) -> Option<BTreeSet<String>> {
        let field = format!("{name}.{ending}");
        if name == "subject" && text.chars().any(char::is_control) {
            faults.push(Fault::new(field, "must be one line"));
            return None;
        }
        if text.chars().any(|letter| letter.is_control() && letter != '\n') {
            faults.push(Fault::new(field, "must hold no control character but line feeds"));
            return None;
        }
        let used = match jinja::variables(text) {
            Ok(used) => used,
            Err(rule) => {
                faults.push(Fault::new(field, rule));
                return None;
            }
        };
        let declared: BTreeSet<_> = self.variables.iter().map(|it| it.name.as_str()).collect();
        let unknown: Vec<_> =
            used.iter().map(String::as_str).filter(|name| !declared.contains(name)).collect();
        if !unknown.is_empty() {
            let rule = format!("uses what is not declared: {}", unknown.join(", "));
            faults.push(Fault::new(field, rule));
        }
        Some(used)
    }
}

macro_rules! words {
    ($type:ident: $($variant:ident = $word:literal),+) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }

        impl FromStr for $type {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(concat!("is not a ", stringify!($type))),
                }
            }
        }
    };
}
pub(super) use words;

words!(Channel: Sms = "sms", Email = "email", Inbox = "inbox");
words!(Language: Indonesian = "indonesian", English = "english");
words!(Sensitivity: Public = "public", Case = "case", Personal = "personal", Specific = "specific");
