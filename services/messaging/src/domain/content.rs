//! What only the recipient of a message should read.

use std::collections::BTreeMap;

use rangkai_primitives::Sensitive;

use super::{Address, Channel, Fault, Language, Refusal, Template, Variable, jinja};

/// The most characters of a value.
const LONGEST_VALUE: usize = 1_000;
/// The most characters of a subject that is filled in.
const LONGEST_SUBJECT: usize = 1_000;
/// The most characters of a body that is filled in.
const LONGEST_BODY: usize = 20_000;
/// The same for an SMS, which is sent in parts of about 150 characters.
const LONGEST_SMS: usize = 1_600;

/// A message as it leaves: address and text, and the values that the text was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub address: Address,
    pub values: Sensitive<BTreeMap<String, String>>,
    pub subject: Sensitive<String>,
    pub body: Sensitive<String>,
}

/// Values for the variables of a template; holding them means that each by itself is fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values(Sensitive<BTreeMap<String, String>>);

impl Values {
    /// The values if each keeps the rules, or all that they break. No value is ever repeated.
    pub fn check(values: BTreeMap<String, String>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        for (name, value) in &values {
            if !jinja::is_name(name) {
                faults.push(Fault::new("variables", "must be named as the template names them"));
                continue;
            }
            let field = format!("variables[{name}]");
            if value.chars().count() > LONGEST_VALUE {
                let rule = format!("must have at most {LONGEST_VALUE} characters");
                faults.push(Fault::new(field, rule));
            } else if value.chars().any(|letter| letter.is_control() && letter != '\n') {
                faults.push(Fault::new(field, "must hold no control character but line feeds"));
            }
        }
        if faults.is_empty() { Ok(Self(Sensitive::new(values))) } else { Err(faults) }
    }

    /// Says no when the values are not those that `template` asks for.
    pub fn fit(&self, template: &Template) -> Result<(), Refusal> {
        let values = self.0.reveal();
        let declared = &template.draft.variables;
        if let Some(missing) = declared.iter().find(|it| !values.contains_key(&it.name)) {
            return Err(Refusal::VariableMissing(missing.name.clone()));
        }
        match values.keys().find(|name| declared.iter().all(|it| it.name != **name)) {
            Some(unknown) => Err(Refusal::VariableUnknown(unknown.clone())),
            None => Ok(()),
        }
    }

    /// The values as people read them, or all that are not of their variable's kind.
    fn show(
        &self,
        template: &Template,
        language: Language,
    ) -> Result<BTreeMap<String, String>, Vec<Fault>> {
        let (mut shown, mut faults) = (BTreeMap::new(), Vec::new());
        for Variable { name, kind } in &template.draft.variables {
            let Some(value) = self.0.reveal().get(name) else { continue };
            match kind.show(value, language) {
                Ok(text) => drop(shown.insert(name.clone(), text)),
                Err(rule) => faults.push(Fault::new(format!("variables[{name}]"), rule)),
            }
        }
        if faults.is_empty() { Ok(shown) } else { Err(faults) }
    }
}

impl Content {
    /// Fills in `template` with the values as people read them. Values that are not of their kind
    /// are told; a text that comes out unfit is told by its values, as nothing else could be
    /// mended; none at all means that the template cannot be filled in.
    pub fn compose(
        template: &Template,
        language: Language,
        channel: Channel,
        address: Address,
        values: Values,
    ) -> Result<Option<Self>, Vec<Fault>> {
        let shown = values.show(template, language)?;
        let (subject, body) =
            (template.draft.subject.get(language), template.draft.body.get(language));
        let filled = |text| jinja::render(text, &shown);
        let (Some(subject), Some(body)) = (filled(subject), filled(body)) else { return Ok(None) };
        let longest = if channel == Channel::Sms { LONGEST_SMS } else { LONGEST_BODY };
        let rule = if subject.chars().any(char::is_control) {
            Some("must not break the line of the subject".to_owned())
        } else if subject.chars().count() > LONGEST_SUBJECT {
            Some(format!("make the subject longer than {LONGEST_SUBJECT} characters"))
        } else if body.chars().count() > longest {
            Some(format!("make the text longer than {longest} characters"))
        } else {
            None
        };
        if let Some(rule) = rule {
            return Err(vec![Fault::new("variables", rule)]);
        }
        let (subject, body) = (Sensitive::new(subject), Sensitive::new(body));
        Ok(Some(Self { address, values: values.0, subject, body }))
    }
}
