//! What is true of templates and messages.

mod address;
mod answer;
mod content;
mod delivery;
mod endpoint;
mod fault;
mod jinja;
mod message;
mod plan;
mod refusal;
mod template;
mod variable;

pub use address::Address;
pub use answer::{Answer, Ladder, Reason};
pub use content::{Content, Values};
pub use delivery::{Delivery, DeliveryState, Occurrence, Shipment, Verdict, Webhook};
pub use endpoint::{
    DisableReason, Endpoint, EndpointRefusal, EndpointState, EventTypes, MOST_ENDPOINTS,
    NewEndpoint,
};
pub use fault::Fault;
pub use message::{Message, NewMessage, Parcel, State};
pub use plan::Plan;
pub use refusal::Refusal;
pub use template::{Channel, Draft, Language, Sensitivity, Template, Texts};
pub use variable::{Variable, VariableKind};
