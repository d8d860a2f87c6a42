//! The contracts under `proto/`, as Rust, and the few words they share with `rangkai-primitives`.

mod generated {
    #![expect(
        missing_docs,
        unused_qualifications,
        clippy::pedantic,
        clippy::allow_attributes,
        reason = "generated"
    )]
    include!(concat!(env!("OUT_DIR"), "/contracts.rs"));
}
mod calendar;
mod descriptors;
mod json;
mod money;

pub use calendar::{
    DateError, TimeError, date, duration, read_date, read_duration, read_time, time,
};
pub use descriptors::{DESCRIPTORS, pool};
pub use generated::rangkai::*;
pub use json::{JsonError, from_json, to_json};
