//! The wire: requests in, answers out.

mod endpoint;
mod inbox;
mod message;
mod status;
mod template;
mod words;

use rangkai_rpc::Violations;

use crate::domain::Fault;

/// Keeps what is fit, or notes every field that is not.
fn fit<T>(fields: &mut Violations, checked: Result<T, Vec<Fault>>) -> Option<T> {
    let note = |faults: Vec<Fault>| {
        for Fault { field, rule } in faults {
            fields.add(&field, rule);
        }
    };
    checked.map_err(note).ok()
}
