//! The payments of an envelope: taken to be sent, settled, asked about, looked at, given again, put right.

mod add;
mod correct;
mod inquiry;
mod look;
mod person;
mod settle;
mod take;

pub use add::{Taken, add};
pub use inquiry::{Inquiry, due_for_inquiry};
pub use look::{Record, get, list};
pub use person::{resolve, retry};
pub use settle::settle;
pub use take::{released, take};
