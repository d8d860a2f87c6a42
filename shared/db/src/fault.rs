//! Telling apart what went wrong in the database.

use sea_orm::{DbErr, RuntimeErr};

/// Whether an error is the database being out of reach or too busy, now: it says nothing of what
/// was asked for, which may have happened, and which may be asked for again.
#[must_use]
pub fn is_passing(error: &DbErr) -> bool {
    Fault::of(error) != Fault::Plain
}

/// What to do about a failed statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The statement was wrong, or a constraint refused it.
    Plain,
    /// Waiting was in vain: for a lock, for a connection, for the turn to write. Waiting again at
    /// once would only make the queue longer.
    Busy,
    /// The connection is gone; nothing of an uncommitted transaction remains.
    Lost,
    /// Another transaction was in the way; the same work may succeed next time.
    Conflict,
}

impl Fault {
    pub(crate) fn of(error: &DbErr) -> Self {
        if matches!(error, DbErr::ConnectionAcquire(_)) {
            return Self::Busy;
        }
        let (DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))) = error
        else {
            return Self::Plain;
        };
        let error = error.as_ref();
        if matches!(error, sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed) {
            return Self::Lost;
        }
        if matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) {
            return Self::Busy;
        }
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.map_or(Self::Plain, |code| coded(&code))
    }
}

/// SQLSTATE has five characters; `SQLite`'s codes are numbers whose low byte is the kind.
fn coded(code: &str) -> Fault {
    match code {
        "40001" | "40P01" => Fault::Conflict,
        // Waited too long, too many connections, a full disk or memory, a disk that fails, a standby.
        "55P03" | "57014" | "53300" | "53100" | "53200" | "58030" | "25006" => Fault::Busy,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => Fault::Lost,
        code if code.len() == 5 => {
            if code.starts_with("08") {
                Fault::Lost
            } else {
                Fault::Plain
            }
        }
        code => match code.parse::<u32>().map(|code| code & 0xff) {
            Ok(5 | 6) => Fault::Conflict,
            // The disk fails or is full.
            Ok(10 | 13) => Fault::Busy,
            Ok(_) | Err(_) => Fault::Plain,
        },
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnAcquireErr;

    use super::*;

    #[test]
    fn only_what_may_succeed_next_time_is_a_conflict() {
        for code in ["40001", "40P01", "5", "517", "261", "6"] {
            assert_eq!(coded(code), Fault::Conflict, "{code}");
        }
        for code in ["23505", "2067", "1", "25P02"] {
            assert_eq!(coded(code), Fault::Plain, "{code}");
        }
        for code in ["55P03", "53300"] {
            assert_eq!(coded(code), Fault::Busy, "{code}");
        }
        for code in ["57P01", "57P03", "08006"] {
            assert_eq!(coded(code), Fault::Lost, "{code}");
        }
    }

    #[test]
    fn a_database_out_of_reach_is_told_from_one_that_says_no() {
        let reset = sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        let query = |error: sqlx::Error| DbErr::Query(RuntimeErr::SqlxError(error.into()));

        assert!(is_passing(&query(reset)));
        assert!(is_passing(&query(sqlx::Error::PoolTimedOut)));
        assert!(is_passing(&DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)));
        assert!(!is_passing(&query(sqlx::Error::ColumnNotFound("agency".to_owned()))));
        assert!(!is_passing(&DbErr::Custom("a read wrote".to_owned())));
    }
}
