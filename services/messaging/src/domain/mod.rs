//! What is true of templates and messages.

mod address;
mod answer;
mod content;
mod fault;
mod jinja;
mod message;
mod refusal;
mod template;
mod variable;

pub use address::Address;
pub use answer::{Answer, Ladder, Reason};
pub use content::{Content, Values};
pub use fault::Fault;
pub use message::{Message, NewMessage, Parcel, State};
pub use refusal::Refusal;
pub use template::{Channel, Draft, Language, Sensitivity, Template, Texts};
pub use variable::{Variable, VariableKind};
