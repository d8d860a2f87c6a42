//! Stub.
#[derive(Clone, Copy, Debug)]
pub struct Envelope;
