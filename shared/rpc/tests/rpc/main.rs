//! The server, its client and its reading of requests, from outside.

#[cfg(test)]
mod client;
#[cfg(test)]
mod encrypted;
#[cfg(test)]
mod health;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod stop;
#[cfg(test)]
mod support;
