//! The rules that the contracts put on fields, read once.

use std::{collections::HashMap, sync::LazyLock};

use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, MessageDescriptor, Value,
};
use regex::Regex;

use crate::kind::{Kind, Shape};

const OPTION: &str = "rangkai.options.v1.field";

static ALL: LazyLock<Result<Contracts, RuleError>> =
    LazyLock::new(|| Contracts::of(rangkai_proto::pool()));

/// The rules of every message of the house.
#[derive(Debug)]
pub(crate) struct Contracts {
    messages: Vec<Contract>,
    /// Where each message stands among them, by its full name.
    places: HashMap<String, usize>,
}

#[derive(Debug)]
struct Contract {
    fields: Vec<Field>,
    asks_for_a_page: bool,
}

/// A field, what it holds, and its rules.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) descriptor: FieldDescriptor,
    pub(crate) name: String,
    pub(crate) number: u32,
    pub(crate) shape: Shape,
    pub(crate) kind: Kind,
    pub(crate) rules: Rules,
}

/// What the value of one field must be.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) required: bool,
    pub(crate) uuid: bool,
    pub(crate) min_len: Option<usize>,
    pub(crate) max_len: Option<usize>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
}

/// A pattern as the contract writes it, and as it is matched: against the whole text.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    pub(crate) whole: Regex,
}

/// Why the rules of the contracts cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The descriptors do not know the field option at all.
    #[error("the contracts do not define {OPTION}")]
    NoOption,
    /// A pattern is not a regular expression.
    #[error("the pattern of {0} is not a regular expression")]
    Pattern(String),
}

impl Contracts {
    /// The rules of all contracts of the house.
    pub(crate) fn all() -> Result<&'static Self, RuleError> {
        ALL.as_ref().map_err(Clone::clone)
    }

    /// Where the rules of `message` stand; none when it is not a message of the house.
    pub(crate) fn place(&self, message: &str) -> Option<usize> {
        self.places.get(message).copied()
    }

    /// The fields of the message at `place`, to look at.
    pub(crate) fn fields(&self, place: usize) -> &[Field] {
        self.messages.get(place).map(|it| it.fields.as_slice()).unwrap_or_default()
    }

    /// Whether the message at `place` asks for a page of a list.
    pub(crate) fn asks_for_a_page(&self, place: usize) -> bool {
        self.messages.get(place).is_some_and(|it| it.asks_for_a_page)
    }

    fn of(pool: &DescriptorPool) -> Result<Self, RuleError> {
        let option = pool.get_extension_by_name(OPTION).ok_or(RuleError::NoOption)?;
        let ours: Vec<_> =
            pool.all_messages().filter(|it| it.full_name().starts_with("rangkai.")).collect();
        let names = ours.iter().map(|message| message.full_name().to_owned());
        let places: HashMap<_, _> = names.zip(0..).collect();
        let contract = |message: &MessageDescriptor| {
            let field = |field| Field::of(field, &option, &places);
            let fields = message.fields().map(field).collect::<Result<_, _>>()?;
            let asks_for_a_page = message.get_field_by_name("page_token").is_some();
            Ok(Contract { fields, asks_for_a_page })
        };
        let messages = ours.iter().map(contract).collect::<Result<_, _>>()?;
        Ok(Self { messages, places })
    }
}

impl Field {
    fn of(
        descriptor: FieldDescriptor,
        option: &ExtensionDescriptor,
        places: &HashMap<String, usize>,
    ) -> Result<Self, RuleError> {
        let options = descriptor.options();
        let rules = match options.get_extension(option).as_message() {
            Some(rules) if options.has_extension(option) => Rules::of(rules, &descriptor)?,
            _ => Rules::default(),
        };
        let (shape, kind) = (Shape::of(&descriptor), Kind::of(&descriptor, places));
        let (name, number) = (descriptor.name().to_owned(), descriptor.number());
        Ok(Self { descriptor, name, number, shape, kind, rules })
    }
}

impl Rules {
    fn of(option: &DynamicMessage, field: &FieldDescriptor) -> Result<Self, RuleError> {
        let flag = |name| get(option, name).and_then(|value| value.as_bool()).unwrap_or_default();
        let length = |name| get(option, name).and_then(|value| value.as_u32()).map(wide);
        let number = |name| get(option, name).and_then(|value| value.as_i64());
        let text = get(option, "pattern").and_then(|value| value.as_str().map(str::to_owned));
        let pattern = text.map(|text| Pattern::of(text, field)).transpose()?;
        Ok(Self {
            required: flag("required"),
            uuid: flag("uuid"),
            min_len: length("min_len"),
            max_len: length("max_len"),
            pattern,
            min: number("min"),
            max: number("max"),
            min_items: length("min_items"),
            max_items: length("max_items"),
        })
    }
}

impl Pattern {
    fn of(text: String, field: &FieldDescriptor) -> Result<Self, RuleError> {
        let whole = Regex::new(&format!(r"\A(?:{text})\z"))
            .map_err(|_| RuleError::Pattern(field.full_name().to_owned()))?;
        Ok(Self { text, whole })
    }
}

/// A part of the option, if it is there.
fn get(option: &DynamicMessage, name: &str) -> Option<Value> {
    let there = option.has_field_by_name(name);
    option.get_field_by_name(name).filter(|_| there).map(std::borrow::Cow::into_owned)
}

fn wide(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
