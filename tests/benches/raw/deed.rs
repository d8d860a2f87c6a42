//! The statements of one transfer: the two accounts, the transfer, its entries, its fact, the audit
//! entry and the kept answer.

use chrono::{DateTime, Utc};
use rangkai_primitives::Clock;
use sqlx::{PgConnection, Row as _, SqliteConnection};
use uuid::Uuid;

use super::ANSWER;
use crate::fill::AGENCY;

const AMOUNT: i64 = 100_000;

const CHANGE: &str = "UPDATE account SET balance_minor = balance_minor + $3, \
    entry_count = entry_count + 1, entry_time = $4 WHERE agency = $1 AND account_id = $2 \
    RETURNING entry_count, balance_minor";
const TRANSFER: &str = "INSERT INTO transfer (transfer_id, agency, kind, debit_account_id, \
    credit_account_id, currency, amount_minor, description, create_time) \
    VALUES ($1, $2, 'posted', $3, $4, 'IDR', $5, 'bench.moved', $6)";
const ENTRIES: &str = "INSERT INTO entry (account_id, position, agency, entry_id, transfer_id, \
    direction, amount_minor, balance_after_minor, create_time) \
    VALUES ($1, $2, $9, $3, $10, 'debit', $11, $4, $12), \
           ($5, $6, $9, $7, $10, 'credit', $11, $8, $12)";
const FACT: &str = "INSERT INTO event (event_id, agency, subject, type, data, time) \
    VALUES ($1, $2, $3, 'rangkai.payments.v1.TransferPosted', $4, $5)";
const AUDIT: &str = "INSERT INTO audit (time, agency, caller, operation, request_id, digest, \
    subjects) VALUES ($1, $2, 'raw', $3, $4, $5, $6)";
const REQUEST: &str = "INSERT INTO request (agency, caller, method, request_id, digest, answer) \
    VALUES ($1, 'raw', $2, $3, $4, $5)";
const METHOD: &str = "rangkai.payments.v1.TransferService/PostTransfer";

/// What both databases do alike, written once: their connections have no type in common.
macro_rules! deed {
    ($name:ident, $connection:ty) => {
        pub(super) async fn $name(
            connection: &mut $connection,
            (debit, credit): (Uuid, Uuid),
        ) -> sqlx::Result<()> {
            let now: DateTime<Utc> = Clock::system().now();
            let (transfer, request) = (Uuid::now_v7(), Uuid::now_v7());
            // Whoever holds both accounts takes them in one order.
            let mut sides = [(debit, AMOUNT, 0, 0), (credit, -AMOUNT, 0, 0)];
            sides.sort_unstable();
            for (account, amount, position, balance) in &mut sides {
                let change =
                    sqlx::query(CHANGE).bind(AGENCY).bind(*account).bind(*amount).bind(now);
                let row = change.fetch_one(&mut *connection).await?;
                (*position, *balance) = (row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?);
            }
            sides.sort_unstable_by_key(|side| std::cmp::Reverse(side.1));
            let insert = sqlx::query(TRANSFER).bind(transfer).bind(AGENCY).bind(debit).bind(credit);
            insert.bind(AMOUNT).bind(now).execute(&mut *connection).await?;
            let mut insert = sqlx::query(ENTRIES);
            for (account, _, position, balance) in sides {
                insert = insert.bind(account).bind(position).bind(Uuid::now_v7()).bind(balance);
            }
            insert = insert.bind(AGENCY).bind(transfer).bind(AMOUNT).bind(now);
            insert.execute(&mut *connection).await?;
            let insert = sqlx::query(FACT).bind(Uuid::now_v7()).bind(AGENCY).bind(transfer);
            insert.bind(vec![7_u8; 150]).bind(now).execute(&mut *connection).await?;
            let insert = sqlx::query(AUDIT).bind(now).bind(AGENCY).bind(METHOD).bind(request);
            let insert = insert.bind(vec![7_u8; 32]).bind(format!("transfer:{transfer}"));
            insert.execute(&mut *connection).await?;
            let insert = sqlx::query(REQUEST).bind(AGENCY).bind(METHOD).bind(request);
            let insert = insert.bind(vec![7_u8; 32]).bind(vec![7_u8; ANSWER]);
            insert.execute(&mut *connection).await?;
            Ok(())
        }
    };
}

deed!(postgres, PgConnection);
deed!(sqlite, SqliteConnection);
