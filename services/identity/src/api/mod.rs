//! The wire: reads a request, calls one operation, writes the answer.

mod access;
mod client;
mod person;
mod purpose;
mod status;
mod token;
mod words;
