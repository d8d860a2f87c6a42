//! What the database crate promises, on `SQLite` and, where there is one, on PostgreSQL.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod cancel;
#[cfg(test)]
mod conflict;
#[cfg(test)]
mod group;
#[cfg(test)]
mod lease;
#[cfg(test)]
mod many;
#[cfg(test)]
mod request;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod support;
#[cfg(test)]
mod together;
