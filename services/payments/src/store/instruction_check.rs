//! The `instruction` table while instructions are validated: some thousands in one statement.

use rangkai_db::{DbErr, Tx, sql};
use uuid::Uuid;

use super::word;
use crate::domain::{Envelope, Finding, Findings, Tallies, Tally};

/// The last of the next `limit` instructions after one; none after the last.
pub async fn last_of_next(
    tx: &Tx,
    envelope: &Envelope,
    after: Uuid,
    limit: u64,
) -> Result<Option<Uuid>, DbErr> {
    let find = "SELECT instruction_id FROM (\
                    SELECT instruction_id FROM instruction \
                    WHERE agency = $1 AND envelope_id = $2 AND instruction_id > $3 \
                    ORDER BY instruction_id LIMIT $4) AS next \
                ORDER BY instruction_id DESC LIMIT 1";
    let values = [
        tx.agency().as_str().into(),
        envelope.id.uuid().into(),
        after.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let rows = sql::query(tx, find, values).await?;
    rows.first().map(|row| row.try_get("", "instruction_id")).transpose()
}

/// Notes what there is to find about the instructions after one and up to another. Whoever calls this
/// holds the cycle.
pub async fn check(tx: &Tx, envelope: &Envelope, after: Uuid, last: Uuid) -> Result<(), DbErr> {
    let announced = &envelope.announced;
    let values = [
        tx.agency().as_str().into(),
        envelope.id.uuid().into(),
        after.into(),
        last.into(),
        announced.source.as_str().into(),
        announced.limits.instruction_minor.into(),
        announced.cycle.as_str().into(),
        announced.programme.as_str().into(),
        format!(" {} ", announced.incompatible.join(" ")).into(),
    ];
    sql::execute(tx, &check_sql(), values).await.map(drop)
}

/// How many of the instructions after one and up to another are in each state now.
pub async fn tallies(
    tx: &Tx,
    envelope: &Envelope,
    after: Uuid,
    last: Uuid,
) -> Result<Tallies, DbErr> {
    let sums = "SELECT state, COUNT(*) AS found, CAST(SUM(amount_minor) AS bigint) AS minor \
                FROM instruction WHERE agency = $1 AND envelope_id = $2 \
                AND instruction_id > $3 AND instruction_id <= $4 GROUP BY state";
    let values =
        [tx.agency().as_str().into(), envelope.id.uuid().into(), after.into(), last.into()];
    let mut tallies = Tallies::default();
    for row in sql::query(tx, sums, values).await? {
        let (count, minor) = (row.try_get("", "found")?, row.try_get("", "minor")?);
        tallies.add(word("state", &row.try_get::<String>("", "state")?)?, Tally { count, minor });
    }
    Ok(tallies)
}

/// Every look-up in it goes by an index: the payee by person, the duplicates by person too. Who was
/// validated first is paid, so others count only once they were found valid. What failed counts while the
/// rail says that it was paid after all.
fn check_sql() -> String {
    let [unknown, unlinked, limit, name, duplicate, excluded, elsewhere] = [
        Finding::PayeeUnknown,
        Finding::PayeeUnlinked,
        Finding::OverLimit,
        Finding::NameMismatch,
        Finding::Duplicate,
        Finding::Excluded,
        Finding::PaidElsewhere,
    ]
    .map(Finding::bit);
    format!(
        "UPDATE instruction SET findings = judged.findings, \
                state = CASE WHEN judged.findings & {invalid} = 0 THEN 'valid' ELSE 'invalid' END \
         FROM (SELECT own.instruction_id, \
                      CASE WHEN payee.payee_id IS NULL THEN {unknown} \
                           WHEN payee.state = 'unlinked' THEN {unlinked} ELSE 0 END \
                      + CASE WHEN own.amount_minor > $6 THEN {limit} ELSE 0 END \
                      + CASE WHEN own.name_key <> payee.name_key THEN {name} ELSE 0 END \
                      + CASE WHEN EXISTS (SELECT 1 FROM instruction AS earlier \
                             WHERE earlier.person_key = own.person_key AND earlier.agency = $1 \
                             AND earlier.envelope_id = $2 \
                             AND earlier.instruction_id < own.instruction_id) \
                        THEN {duplicate} ELSE 0 END \
                      + COALESCE((SELECT MIN(CASE WHEN envelope.programme = $8 \
                                  OR envelope.incompatible LIKE '% ' || $8 || ' %' \
                                  OR $9 LIKE '% ' || envelope.programme || ' %' \
                                  THEN {excluded} ELSE {elsewhere} END) \
                             FROM instruction AS other JOIN envelope \
                                  ON envelope.envelope_id = other.envelope_id \
                             WHERE other.person_key = own.person_key AND other.agency = $1 \
                             AND other.envelope_id <> $2 AND (other.contradicted \
                             OR other.state IN ('valid', 'sent', 'unknown', 'needs_person', 'paid')) \
                             AND envelope.agency = $1 AND envelope.cycle = $7 \
                             AND envelope.state <> 'cancelled'), 0) AS findings \
               FROM instruction AS own LEFT JOIN payee ON payee.agency = $1 \
                    AND payee.source = $5 AND payee.person_key = own.person_key \
               WHERE own.agency = $1 AND own.envelope_id = $2 \
               AND own.instruction_id > $3 AND own.instruction_id <= $4) AS judged \
         WHERE instruction.agency = $1 AND instruction.envelope_id = $2 \
         AND instruction.instruction_id = judged.instruction_id",
        invalid = Findings::INVALID,
    )
}
