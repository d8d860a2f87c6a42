//! The wire: reads a request, calls one operation, writes the answer.

mod application;
mod catalogue;
mod decision;
mod json;
mod record;
mod status;
mod task;
mod words;
