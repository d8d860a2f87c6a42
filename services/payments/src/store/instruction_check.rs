//! The `instruction` table while instructions are validated: some thousands in one statement.
//!
//! An instruction with nothing to be found about it is not written: that it was looked at, and so is
//! valid, follows from how far the envelope was worked through.

use rangkai_db::{DbErr, Tx, sql};
use sea_orm::Value;
use uuid::Uuid;

use crate::domain::{Envelope, Finding, Findings, InstructionState, Tally};

/// What was found about an instruction that is not simply valid, or was not when it was last looked at.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    pub minor: i64,
    pub findings: Findings,
    id: Uuid,
    /// Whether it says otherwise so far.
    changed: bool,
}

/// Another envelope of the cycle, some of whose instructions were found valid before.
struct Other {
    id: Uuid,
    /// What it means for whoever is paid there.
    finding: i64,
    checked_after: Uuid,
}

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

/// How many instructions there are after one and up to another.
pub async fn tally(tx: &Tx, envelope: &Envelope, [after, last]: [Uuid; 2]) -> Result<Tally, DbErr> {
    let sums = "SELECT COUNT(*) AS found, CAST(COALESCE(SUM(amount_minor), 0) AS bigint) AS minor \
                FROM instruction WHERE agency = $1 AND envelope_id = $2 \
                AND instruction_id > $3 AND instruction_id <= $4";
    let values =
        [tx.agency().as_str().into(), envelope.id.uuid().into(), after.into(), last.into()];
    let rows = sql::query(tx, sums, values).await?;
    let Some(row) = rows.first() else { return Ok(Tally::default()) };
    Ok(Tally { count: row.try_get("", "found")?, minor: row.try_get("", "minor")? })
}

/// Looks at the instructions after one and up to another; answers those that there is something to
/// say about. Whoever calls this holds the cycle.
pub async fn judge(
    tx: &Tx,
    envelope: &Envelope,
    [after, last]: [Uuid; 2],
) -> Result<Vec<Judged>, DbErr> {
    let others = others(tx, envelope).await?;
    let announced = &envelope.announced;
    let values: [Value; 6] = [
        tx.agency().as_str().into(),
        envelope.id.uuid().into(),
        after.into(),
        last.into(),
        announced.source.as_str().into(),
        announced.limits.instruction_minor.into(),
    ];
    let judge = judge_sql(tx.is_postgres(), !others.is_empty());
    let rows = if others.is_empty() {
        sql::query(tx, &judge, values).await?
    } else {
        let row = |it: &Other| vec![it.id.into(), it.finding.into(), it.checked_after.into()];
        let rows = others.iter().map(row).collect();
        sql::query_many_with(tx, &values, &["id", "finding", "checked"], rows, &judge).await?
    };
    rows.iter()
        .map(|row| {
            let findings = Findings(row.try_get("", "found")?);
            let state: String = row.try_get("", "state")?;
            let invalid = state == InstructionState::Invalid.as_str();
            Ok(Judged {
                minor: row.try_get("", "amount_minor")?,
                findings,
                id: row.try_get("", "instruction_id")?,
                changed: Findings(row.try_get("", "findings")?) != findings
                    || invalid == findings.are_harmless(),
            })
        })
        .collect()
}

/// Writes down what was found about instructions after one and up to another.
pub async fn update(
    tx: &Tx,
    envelope: &Envelope,
    [after, last]: [Uuid; 2],
    judged: &[Judged],
) -> Result<u64, DbErr> {
    let row = |judged: &Judged| -> Vec<Value> {
        let harmless = judged.findings.are_harmless();
        let state = if harmless { InstructionState::Received } else { InstructionState::Invalid };
        vec![judged.id.into(), judged.findings.0.into(), state.as_str().into()]
    };
    let update = "UPDATE instruction SET findings = many.found, state = many.verdict FROM many \
                  WHERE instruction.agency = $1 AND instruction.envelope_id = $2 \
                  AND instruction.instruction_id > $3 AND instruction.instruction_id <= $4 \
                  AND instruction.instruction_id = many.id";
    let values: [Value; 4] =
        [tx.agency().as_str().into(), envelope.id.uuid().into(), after.into(), last.into()];
    let rows = judged.iter().filter(|judged| judged.changed).map(row).collect();
    sql::execute_many_with(tx, &values, &["id", "found", "verdict"], rows, update).await
}

/// The other envelopes of the cycle. Who was validated first is paid, so others count only as far as
/// they were validated.
async fn others(tx: &Tx, envelope: &Envelope) -> Result<Vec<Other>, DbErr> {
    let find = format!(
        "SELECT envelope_id, checked_after, CAST(CASE WHEN programme = $4 \
         OR incompatible LIKE '% ' || $4 || ' %' OR $5 LIKE '% ' || programme || ' %' \
         THEN {} ELSE {} END AS bigint) AS finding FROM envelope \
         WHERE agency = $1 AND cycle = $2 AND envelope_id <> $3 AND state <> 'cancelled' \
         AND checked_after IS NOT NULL",
        Finding::Excluded.bit(),
        Finding::PaidElsewhere.bit()
    );
    let announced = &envelope.announced;
    let values = [
        tx.agency().as_str().into(),
        announced.cycle.as_str().into(),
        envelope.id.uuid().into(),
        announced.programme.as_str().into(),
        format!(" {} ", announced.incompatible.join(" ")).into(),
    ];
    let rows = sql::query(tx, &find, values).await?;
    rows.iter()
        .map(|row| {
            Ok(Other {
                id: row.try_get("", "envelope_id")?,
                finding: row.try_get("", "finding")?,
                checked_after: row.try_get("", "checked_after")?,
            })
        })
        .collect()
}

/// Every look-up in it goes by an index, one row at a time, whatever the planner knows of the tables
/// yet: the payee by person, who else is the same person by envelope and person.
fn judge_sql(postgres: bool, others: bool) -> String {
    let [unknown, unlinked, limit, name, duplicate] = [
        Finding::PayeeUnknown,
        Finding::PayeeUnlinked,
        Finding::OverLimit,
        Finding::NameMismatch,
        Finding::Duplicate,
    ]
    .map(Finding::bit);
    let payee = if postgres {
        "LEFT JOIN LATERAL (SELECT state, name_key FROM payee WHERE payee.agency = $1 \
         AND payee.source = $5 AND payee.person_key = own.person_key LIMIT 1) AS payee ON true"
    } else {
        "LEFT JOIN payee ON payee.agency = $1 AND payee.source = $5 \
         AND payee.person_key = own.person_key"
    };
    let elsewhere = if others {
        "COALESCE((SELECT MIN(many.finding) FROM many WHERE \
         (SELECT 1 FROM instruction AS other WHERE other.envelope_id = many.id \
          AND other.person_key = own.person_key AND other.agency = $1 \
          AND (other.contradicted OR other.state IN ('valid', 'sent', 'unknown', 'needs_person', 'paid') \
               OR other.state = 'received' AND other.instruction_id <= many.checked) \
          LIMIT 1) = 1), 0)"
    } else {
        "0"
    };
    format!(
        "SELECT instruction_id, amount_minor, state, findings, found FROM (\
             SELECT own.instruction_id, own.amount_minor, own.state, own.findings, CAST(\
                 CASE WHEN payee.state IS NULL THEN {unknown} \
                      WHEN payee.state = 'unlinked' THEN {unlinked} ELSE 0 END \
                 + CASE WHEN own.amount_minor > $6 THEN {limit} ELSE 0 END \
                 + CASE WHEN own.name_key <> payee.name_key THEN {name} ELSE 0 END \
                 + CASE WHEN (SELECT 1 FROM instruction AS earlier \
                       WHERE earlier.envelope_id = $2 AND earlier.person_key = own.person_key \
                       AND earlier.agency = $1 AND earlier.instruction_id < own.instruction_id \
                       LIMIT 1) = 1 THEN {duplicate} ELSE 0 END \
                 + {elsewhere} AS bigint) AS found \
             FROM instruction AS own {payee} \
             WHERE own.agency = $1 AND own.envelope_id = $2 \
             AND own.instruction_id > $3 AND own.instruction_id <= $4) AS judged \
         WHERE found <> 0 OR findings <> 0 OR state <> 'received'"
    )
}
