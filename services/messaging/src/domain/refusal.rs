//! Why a rule said no.

use rangkai_primitives::Id;

use super::{Channel, Message, Sensitivity};

/// A rule said no. Each variant has one reason in `messaging/v1/error_reason.proto`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The agency has no such template.
    #[error("there is no template {0}")]
    TemplateNotFound(String),
    /// A variable of the template got no value.
    #[error("the variable {0} has no value")]
    VariableMissing(String),
    /// A value is for a variable that the template does not have.
    #[error("the template has no variable {0}")]
    VariableUnknown(String),
    /// The text tells too much for the channel.
    #[error("a {sensitivity} text may not travel by {channel}")]
    ChannelNotAllowed {
        /// How it should have travelled.
        channel: Channel,
        /// How much it tells.
        sensitivity: Sensitivity,
    },
    /// The agency has no such message.
    #[error("there is no message {0}")]
    MessageNotFound(Id<Message>),
}
