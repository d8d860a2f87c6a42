//! Telling apart what went wrong in the database.

use sea_orm::{DbErr, RuntimeErr};

/// What to do about a failed statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The statement was wrong, or a constraint refused it.
    Plain,
    /// The connection is gone; nothing of an uncommitted transaction remains.
    Lost,
    /// Another transaction was in the way; the same work may succeed next time.
    Conflict,
}

impl Fault {
    pub(crate) fn of(error: &DbErr) -> Self {
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
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.map_or(Self::Plain, |code| coded(&code))
    }
}

/// SQLSTATE has five characters; `SQLite`'s codes are numbers whose low byte is the kind.
fn coded(code: &str) -> Fault {
    match code {
        "40001" | "40P01" => Fault::Conflict,
        "57P01" | "57P02" | "57P03" | "25P03" => Fault::Lost,
        code if code.len() == 5 => {
            if code.starts_with("08") {
                Fault::Lost
            } else {
                Fault::Plain
            }
        }
        code => match code.parse::<u32>().map(|code| code & 0xff) {
            Ok(5 | 6) => Fault::Conflict,
            Ok(_) | Err(_) => Fault::Plain,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_succeed_next_time_is_a_conflict() {
        for code in ["40001", "40P01", "5", "517", "261", "6"] {
            assert_eq!(coded(code), Fault::Conflict, "{code}");
        }
        for code in ["23505", "2067", "55P03", "1", "25P02"] {
            assert_eq!(coded(code), Fault::Plain, "{code}");
        }
        assert_eq!(coded("57P01"), Fault::Lost);
        assert_eq!(coded("08006"), Fault::Lost);
    }
}
