//! What the logs of facts promise, on `SQLite` and, where there is one, on PostgreSQL.

#[cfg(test)]
mod follow;
#[cfg(test)]
mod log;
#[cfg(test)]
mod support;
