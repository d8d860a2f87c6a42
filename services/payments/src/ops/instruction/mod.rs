//! The payments of an envelope: taken to be sent, settled, asked about, looked at, given again,
//! put right, withdrawn.

mod add;
mod correct;
mod inquiry;
mod look;
mod person;
mod settle;
mod take;
mod withdraw;

pub use add::{Intake, Ready, Taken, add, intake};
pub use inquiry::{Inquiry, Silent, due_for_inquiry, fall_silent, put_off, silent};
pub use look::{Record, get, list};
pub use person::{resolve, retry};
pub use settle::settle;
pub use take::{released, take};
pub use withdraw::withdraw;
