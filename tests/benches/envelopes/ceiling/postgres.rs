//! On PostgreSQL: each column as one array, prepared once.

use sqlx::{Executor as _, PgConnection};
use uuid::Uuid;

use super::{
    ADDRESS, DETAILS, DIGEST, NAME, NARRATION, PERSON, Rows, Step, ends, order, reference,
};
use crate::fill::AGENCY;

const ENVELOPE: &str = "INSERT INTO envelope (envelope_id, agency, programme, cycle, source, \
    currency, declared_count, control_minor, instruction_limit_minor, limit_source, pause_percent, \
    pause_after, incompatible, narration_key, state, content, created_by, create_time, update_time) \
    VALUES ($1, $2, 'pkh', '2026-q4', 'pkh', 'IDR', 1, 1, 1, 'raw', 10, 100, ' ', ''::bytea, \
    'open', ''::bytea, 'raw', now(), now())";
const PAYEES: &str = "INSERT INTO payee (payee_id, agency, source, person_key, address_key, \
    name_key, institution, details, state, create_time, update_time) \
    SELECT id, $1, 'pkh', person, address, name, '002', $2, 'linked', now(), now() \
    FROM UNNEST($3::uuid[], $4::bytea[], $5::bytea[], $6::bytea[]) \
    AS given (id, person, address, name)";
const INSTRUCTIONS: &str = "INSERT INTO instruction (agency, envelope_id, instruction_id, \
    reference, person_key, name_key, amount_minor, narration, digest) \
    SELECT $1, $2, id, reference, person, name, 90000000, narration, digest \
    FROM UNNEST($3::uuid[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[]) \
    AS given (id, reference, person, name, narration, digest)";
const VALID: &str = "UPDATE instruction SET state = 'valid' FROM payee \
    WHERE instruction.agency = $1 AND envelope_id = $2 AND instruction_id >= $3 \
    AND instruction_id <= $4 AND payee.agency = $1 AND payee.source = 'pkh' \
    AND payee.person_key = instruction.person_key";
const ORDERS: &str = "INSERT INTO sandbox_order (agency, end_to_end, order_id, envelope_id, \
    behaviour, currency, amount_minor, given_count, inquiry_count, told, give_time) \
    SELECT $1, name, id, $2, 'pays', 'IDR', 90000000, 1, 0, false, now() \
    FROM UNNEST($3::uuid[], $4::text[]) AS given (id, name)";
const PAID: &str = "UPDATE instruction SET state = 'paid', rail_reference = name, \
    outcome_time = now() FROM UNNEST($3::uuid[], $4::text[]) AS given (id, name) \
    WHERE agency = $1 AND envelope_id = $2 AND instruction_id = id";

pub(super) async fn announce(connection: &mut PgConnection, envelope: Uuid) -> anyhow::Result<()> {
    sqlx::query(ENVELOPE).bind(envelope).bind(AGENCY).execute(connection).await?;
    Ok(())
}

/// Writes one batch, in a transaction of its own.
pub(super) async fn write(
    connection: &mut PgConnection,
    step: Step,
    rows: &Rows,
) -> anyhow::Result<()> {
    let places = || rows.places.clone();
    connection.execute("BEGIN").await?;
    let own = |sql| sqlx::query(sql).bind(AGENCY).bind(rows.envelope);
    match step {
        Step::Payees => {
            let insert = sqlx::query(PAYEES).bind(AGENCY).bind(vec![7_u8; DETAILS]);
            let insert = insert.bind(rows.ids()).bind(rows.hashes(PERSON));
            let insert = insert.bind(rows.hashes(ADDRESS)).bind(rows.hashes(NAME));
            insert.execute(&mut *connection).await?;
        }
        Step::Intake => {
            let references: Vec<_> = places().map(reference).collect();
            let narrations: Vec<_> = places().map(|_| vec![7_u8; NARRATION]).collect();
            let insert = own(INSTRUCTIONS).bind(rows.ids()).bind(references);
            let insert = insert.bind(rows.hashes(PERSON)).bind(rows.hashes(NAME));
            insert.bind(narrations).bind(rows.hashes(DIGEST)).execute(&mut *connection).await?;
        }
        Step::Validation => {
            let [first, last] = ends(rows);
            own(VALID).bind(first).bind(last).execute(&mut *connection).await?;
        }
        Step::Posting => {
            let orders: Vec<_> = places().map(order).collect();
            let insert = own(ORDERS).bind(rows.ids()).bind(orders.clone());
            insert.execute(&mut *connection).await?;
            own(PAID).bind(rows.ids()).bind(orders).execute(&mut *connection).await?;
        }
    }
    connection.execute("COMMIT").await?;
    Ok(())
}
