//! The words that the wire and the house both have, and how each spells them.

use rangkai_proto::{messaging::v1 as wire, r#type::v1::Text};

use crate::domain::{
    Channel, Language, Message, Sensitivity, State, Template, Texts, Variable, VariableKind,
};

/// A channel as the house spells it; none when it is not specified.
pub fn channel(wire: wire::Channel) -> Option<Channel> {
    match wire {
        wire::Channel::Unspecified => None,
        wire::Channel::Sms => Some(Channel::Sms),
        wire::Channel::Email => Some(Channel::Email),
        wire::Channel::Inbox => Some(Channel::Inbox),
    }
}

/// A language as the house spells it; none when it is not specified.
pub fn language(wire: wire::Language) -> Option<Language> {
    match wire {
        wire::Language::Unspecified => None,
        wire::Language::Indonesian => Some(Language::Indonesian),
        wire::Language::English => Some(Language::English),
    }
}

/// A sensitivity as the house spells it; none when it is not specified.
pub fn sensitivity(wire: wire::Sensitivity) -> Option<Sensitivity> {
    match wire {
        wire::Sensitivity::Unspecified => None,
        wire::Sensitivity::Public => Some(Sensitivity::Public),
        wire::Sensitivity::Case => Some(Sensitivity::Case),
        wire::Sensitivity::Personal => Some(Sensitivity::Personal),
        wire::Sensitivity::Specific => Some(Sensitivity::Specific),
    }
}

/// A variable as the house spells it; none when its kind is not specified.
pub fn variable(wire: &wire::Variable) -> Option<Variable> {
    let kind = match wire.kind() {
        wire::VariableKind::Unspecified => return None,
        wire::VariableKind::Text => VariableKind::Text,
        wire::VariableKind::Moment => VariableKind::Moment,
        wire::VariableKind::Day => VariableKind::Day,
        wire::VariableKind::Amount => VariableKind::Amount,
    };
    Some(Variable { name: wire.name.clone(), kind })
}

/// A state as the house spells it; none when it is not specified.
pub fn state(wire: wire::MessageState) -> Option<State> {
    match wire {
        wire::MessageState::Unspecified => None,
        wire::MessageState::Queued => Some(State::Queued),
        wire::MessageState::Sending => Some(State::Sending),
        wire::MessageState::Delivered => Some(State::Delivered),
        wire::MessageState::Failed => Some(State::Failed),
        wire::MessageState::Expired => Some(State::Expired),
    }
}

impl From<Text> for Texts {
    fn from(text: Text) -> Self {
        Self { indonesian: text.id, english: text.en }
    }
}

impl From<Texts> for Text {
    fn from(texts: Texts) -> Self {
        Self { id: texts.indonesian, en: texts.english }
    }
}

impl From<Channel> for wire::Channel {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Sms => Self::Sms,
            Channel::Email => Self::Email,
            Channel::Inbox => Self::Inbox,
        }
    }
}

impl From<Sensitivity> for wire::Sensitivity {
    fn from(sensitivity: Sensitivity) -> Self {
        match sensitivity {
            Sensitivity::Public => Self::Public,
            Sensitivity::Case => Self::Case,
            Sensitivity::Personal => Self::Personal,
            Sensitivity::Specific => Self::Specific,
        }
    }
}

impl From<Variable> for wire::Variable {
    fn from(Variable { name, kind }: Variable) -> Self {
        let kind = match kind {
            VariableKind::Text => wire::VariableKind::Text,
            VariableKind::Moment => wire::VariableKind::Moment,
            VariableKind::Day => wire::VariableKind::Day,
            VariableKind::Amount => wire::VariableKind::Amount,
        };
        Self { name, kind: kind.into() }
    }
}

impl From<Template> for wire::Template {
    fn from(template: Template) -> Self {
        Self {
            template_id: template.id.to_string(),
            name: template.draft.name,
            version: i32::try_from(template.version).unwrap_or(i32::MAX),
            variables: template.draft.variables.into_iter().map(Into::into).collect(),
            sensitivity: wire::Sensitivity::from(template.draft.sensitivity).into(),
            subject: Some(template.draft.subject.into()),
            body: Some(template.draft.body.into()),
            create_time: Some(rangkai_proto::time(template.create_time)),
        }
    }
}

impl From<Message> for wire::Message {
    fn from(message: Message) -> Self {
        let state = match message.state {
            State::Queued => wire::MessageState::Queued,
            State::Sending => wire::MessageState::Sending,
            State::Delivered => wire::MessageState::Delivered,
            State::Failed => wire::MessageState::Failed,
            State::Expired => wire::MessageState::Expired,
        };
        let language = match message.language {
            Language::Indonesian => wire::Language::Indonesian,
            Language::English => wire::Language::English,
        };
        Self {
            message_id: message.id.to_string(),
            template_id: message.template.to_string(),
            template_name: message.template_name,
            channel: wire::Channel::from(message.channel).into(),
            language: language.into(),
            recipient_subject_id: message.recipient,
            case_id: message.case.map(|case| case.to_string()).unwrap_or_default(),
            state: state.into(),
            attempt_count: i32::try_from(message.attempts).unwrap_or(i32::MAX),
            failure_reason: message.failure.map(|why| why.to_string()).unwrap_or_default(),
            expire_time: Some(rangkai_proto::time(message.expire_time)),
            create_time: Some(rangkai_proto::time(message.create_time)),
            update_time: Some(rangkai_proto::time(message.update_time)),
        }
    }
}
