//! A field that breaks a rule.

/// A field of a request that breaks a rule which only the whole can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The path of the field, such as `body.id`.
    pub field: String,
    /// The rule, read on from the field: `must be one line`.
    pub rule: String,
}

impl Fault {
    /// Notes that `field` breaks `rule`.
    pub fn new(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { field: field.into(), rule: rule.into() }
    }
}
