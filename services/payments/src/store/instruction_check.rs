//! The `instruction` table while instructions are validated: some thousands in one statement.
//!
//! An instruction with nothing to be found about it is not written: that it was looked at, and so is
//! valid, follows from how far the envelope was worked through.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::Value;
use uuid::Uuid;

use crate::domain::{Envelope, Finding, Findings, Instruction, InstructionState, Tally};

/// What was found about an instruction that is not simply valid, or was not when it was last looked at.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    pub minor: i64,
    pub findings: Findings,
    id: Uuid,
    /// Whether it says otherwise so far.
    changed: bool,
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
    let others = has_others(tx, envelope).await?;
    let announced = &envelope.announced;
    let mut values: Vec<Value> = vec![
        tx.agency().as_str().into(),
        envelope.id.uuid().into(),
        after.into(),
        last.into(),
        announced.source.as_str().into(),
        announced.limits.instruction_minor.into(),
    ];
    if others {
        values.extend(cycle(envelope));
    }
    let rows = sql::query(tx, &judge_sql(tx.is_postgres(), others), values).await?;
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

/// Whether somebody who is paid by an instruction is also paid, in the same cycle, by a programme that
/// excludes this one, or by this one in another envelope. Whoever calls this holds the cycle.
pub async fn is_excluded(
    tx: &Tx,
    envelope: &Envelope,
    instruction: Id<Instruction>,
) -> Result<bool, DbErr> {
    let find = format!(
        "{} SELECT {} AS found FROM instruction AS own \
         WHERE own.agency = $1 AND own.envelope_id = $2 AND own.instruction_id = $3",
        others_sql(4),
        elsewhere_sql()
    );
    let mut values: Vec<Value> =
        vec![tx.agency().as_str().into(), envelope.id.uuid().into(), instruction.uuid().into()];
    values.extend(cycle(envelope));
    let rows = sql::query(tx, &find, values).await?;
    let found = rows.first().map(|row| row.try_get::<i64>("", "found")).transpose()?;
    Ok(found == Some(Finding::Excluded.bit()))
}

/// Whether there are other envelopes of the cycle to look into.
async fn has_others(tx: &Tx, envelope: &Envelope) -> Result<bool, DbErr> {
    let find = "SELECT 1 AS found FROM envelope WHERE agency = $1 AND cycle = $2 \
                AND envelope_id <> $3 AND state <> 'cancelled' AND checked_after IS NOT NULL LIMIT 1";
    let values = [
        tx.agency().as_str().into(),
        envelope.announced.cycle.as_str().into(),
        envelope.id.uuid().into(),
    ];
    Ok(!sql::query(tx, find, values).await?.is_empty())
}

/// What [`others_sql`] compares other envelopes with.
fn cycle(envelope: &Envelope) -> [Value; 3] {
    let announced = &envelope.announced;
    [
        announced.cycle.as_str().into(),
        announced.programme.as_str().into(),
        format!(" {} ", announced.incompatible.join(" ")).into(),
    ]
}

/// The other envelopes of the cycle, and what each means for whoever is paid there. Who was validated
/// first is paid, so they count only as far as they were validated; those that two people stopped, only
/// as far as they were taken to be sent. The values of [`cycle`] begin at `$first`.
fn others_sql(first: usize) -> String {
    let (cycle, programme, incompatible) = (first, first + 1, first + 2);
    format!(
        "WITH other_envelope (id, finding, checked) AS MATERIALIZED (\
             SELECT envelope_id, CASE WHEN programme = ${programme} \
                 OR incompatible LIKE '% ' || ${programme} || ' %' \
                 OR ${incompatible} LIKE '% ' || programme || ' %' \
                 THEN {excluded} ELSE {elsewhere} END, \
                 CASE WHEN stop_time IS NULL THEN checked_after ELSE taken_after END FROM envelope \
             WHERE agency = $1 AND cycle = ${cycle} AND envelope_id <> $2 AND state <> 'cancelled' \
             AND checked_after IS NOT NULL)",
        excluded = Finding::Excluded.bit(),
        elsewhere = Finding::PaidElsewhere.bit()
    )
}

/// What is found about `own` in the other envelopes of the cycle.
const fn elsewhere_sql() -> &'static str {
    "CAST(COALESCE((SELECT MIN(other_envelope.finding) FROM other_envelope WHERE \
     (SELECT 1 FROM instruction AS other WHERE other.envelope_id = other_envelope.id \
      AND other.person_key = own.person_key AND other.agency = $1 \
      AND (other.contradicted OR other.state IN ('valid', 'sent', 'unknown', 'needs_person', 'paid') \
           OR other.state = 'received' AND other.instruction_id <= other_envelope.checked) \
      LIMIT 1) = 1), 0) AS bigint)"
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
    // SQLite would rather read all that came before than the same person's.
    let by_person = if postgres { "" } else { "INDEXED BY instruction_of_person" };
    let (others, elsewhere) =
        if others { (others_sql(7), elsewhere_sql()) } else { (String::new(), "0") };
    format!(
        "{others} SELECT instruction_id, amount_minor, state, findings, found FROM (\
             SELECT own.instruction_id, own.amount_minor, own.state, own.findings, CAST(\
                 CASE WHEN payee.state IS NULL THEN {unknown} \
                      WHEN payee.state = 'unlinked' THEN {unlinked} ELSE 0 END \
                 + CASE WHEN own.amount_minor > $6 THEN {limit} ELSE 0 END \
                 + CASE WHEN own.name_key <> payee.name_key THEN {name} ELSE 0 END \
                 + CASE WHEN (SELECT 1 FROM instruction AS earlier {by_person} \
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
