//! On `SQLite`: row by row with prepared statements, which is the fastest there.

use rangkai_primitives::Clock;
use sqlx::{Executor as _, SqliteConnection};
use uuid::Uuid;

use super::{
    ADDRESS, DETAILS, DIGEST, NAME, NARRATION, PERSON, Rows, Step, ends, hash, id, order, reference,
};
use crate::fill::AGENCY;

const ENVELOPE: &str = "INSERT INTO envelope (envelope_id, agency, programme, cycle, source, \
    currency, declared_count, control_minor, instruction_limit_minor, limit_source, pause_percent, \
    pause_after, incompatible, narration_key, state, content, created_by, create_time, update_time) \
    VALUES ($1, $2, 'pkh', '2026-q4', 'pkh', 'IDR', 1, 1, 1, 'raw', 10, 100, ' ', x'', 'open', \
    x'', 'raw', $3, $3)";
const PAYEE: &str = "INSERT INTO payee (payee_id, agency, source, person_key, address_key, \
    name_key, institution, details, state, create_time, update_time) \
    VALUES ($1, $2, 'pkh', $3, $4, $5, '002', $6, 'linked', $7, $7)";
const INSTRUCTION: &str = "INSERT INTO instruction (agency, envelope_id, instruction_id, \
    reference, person_key, name_key, amount_minor, narration, digest) \
    VALUES ($1, $2, $3, $4, $5, $6, 90000000, $7, $8)";
const VALID: &str = "UPDATE instruction SET state = 'valid' FROM payee \
    WHERE instruction.agency = $1 AND envelope_id = $2 AND instruction_id >= $3 \
    AND instruction_id <= $4 AND payee.agency = $1 AND payee.source = 'pkh' \
    AND payee.person_key = instruction.person_key";
const ORDER: &str = "INSERT INTO sandbox_order (agency, end_to_end, order_id, envelope_id, \
    behaviour, currency, amount_minor, given_count, inquiry_count, told, give_time) \
    VALUES ($1, $4, $3, $2, 'pays', 'IDR', 90000000, 1, 0, false, $5)";
const PAID: &str = "UPDATE instruction SET state = 'paid', rail_reference = $4, outcome_time = $5 \
    WHERE agency = $1 AND envelope_id = $2 AND instruction_id = $3";

pub(super) async fn announce(
    connection: &mut SqliteConnection,
    envelope: Uuid,
) -> anyhow::Result<()> {
    let insert = sqlx::query(ENVELOPE).bind(envelope).bind(AGENCY).bind(Clock::system().now());
    insert.execute(connection).await?;
    Ok(())
}

/// Writes one batch, in a transaction of its own.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    step: Step,
    rows: &Rows,
) -> anyhow::Result<()> {
    connection.execute("BEGIN IMMEDIATE").await?;
    if matches!(step, Step::Validation) {
        let [first, last] = ends(rows);
        let update = sqlx::query(VALID).bind(AGENCY).bind(rows.envelope).bind(first).bind(last);
        update.execute(&mut *connection).await?;
    } else {
        for place in rows.places.clone() {
            row(connection, step, rows.envelope, place).await?;
        }
    }
    connection.execute("COMMIT").await?;
    Ok(())
}

async fn row(
    connection: &mut SqliteConnection,
    step: Step,
    envelope: Uuid,
    place: i64,
) -> anyhow::Result<()> {
    let hash = |kind| hash(kind, place).to_vec();
    let own = |sql| sqlx::query(sql).bind(AGENCY).bind(envelope).bind(id(place));
    let now = Clock::system().now();
    match step {
        Step::Payees => {
            let insert = sqlx::query(PAYEE).bind(id(place)).bind(AGENCY).bind(hash(PERSON));
            let insert = insert.bind(hash(ADDRESS)).bind(hash(NAME)).bind(vec![7_u8; DETAILS]);
            insert.bind(now).execute(connection).await?;
        }
        Step::Intake => {
            let insert = own(INSTRUCTION).bind(reference(place)).bind(hash(PERSON));
            let insert = insert.bind(hash(NAME)).bind(vec![7_u8; NARRATION]).bind(hash(DIGEST));
            insert.execute(connection).await?;
        }
        Step::Validation => {}
        Step::Posting => {
            for sql in [ORDER, PAID] {
                let write = own(sql).bind(order(place)).bind(now);
                write.execute(&mut *connection).await?;
            }
        }
    }
    Ok(())
}
