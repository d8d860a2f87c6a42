//! What must hold in the books of mass payments whatever the rail and people said.

use crate::payments::books::Books;

/// What must never be found, each with the rows it looks at.
const PAYOUTS: &[(&str, &str, &str)] = &[
    (
        "the tallies of an envelope are its payments, each counted once, as paid if any attempt was",
        "SELECT COUNT(*) FROM tally",
        "SELECT COUNT(*) FROM tally WHERE (item_count, amount_minor) <> \
         (SELECT COUNT(*), CAST(COALESCE(SUM(amount_minor), 0) AS bigint) FROM instruction \
         WHERE instruction.envelope_id = tally.envelope_id AND replaced_by IS NULL \
         AND tally.state = CASE WHEN instruction.state = 'failed' AND EXISTS (SELECT 1 \
         FROM instruction AS earlier WHERE earlier.envelope_id = instruction.envelope_id \
         AND earlier.reference = instruction.reference AND earlier.state = 'paid') \
         THEN 'paid' WHEN instruction.state NOT IN ('received', 'valid') THEN instruction.state \
         ELSE (SELECT CASE WHEN instruction.instruction_id <= taken_after THEN 'sent' \
             WHEN stop_time IS NOT NULL THEN 'failed' WHEN instruction.state = 'valid' OR instruction.instruction_id <= checked_after \
             THEN 'valid' ELSE 'received' END FROM envelope \
             WHERE envelope.envelope_id = instruction.envelope_id) END)",
    ),
    (
        "the tallies of an envelope add up to what it announced",
        "SELECT COUNT(*) FROM envelope WHERE state IN ('released', 'paused', 'completed')",
        "SELECT COUNT(*) FROM envelope WHERE state IN ('released', 'paused', 'completed') \
         AND (declared_count, control_minor) <> (SELECT CAST(SUM(item_count) AS bigint), \
         CAST(SUM(amount_minor) AS bigint) FROM tally \
         WHERE tally.envelope_id = envelope.envelope_id)",
    ),
    (
        "what settled and was put right is what is recorded of the instructions",
        "SELECT COUNT(*) FROM settlement",
        "SELECT COUNT(*) FROM (SELECT envelope_id, \
         COALESCE((SELECT SUM(paid_count) FROM settlement \
         WHERE settlement.envelope_id = envelope.envelope_id), 0) AS paid, \
         COALESCE((SELECT SUM(failed_count) FROM settlement \
         WHERE settlement.envelope_id = envelope.envelope_id), 0) AS failed, \
         (SELECT COUNT(*) FROM ruling WHERE ruling.envelope_id = envelope.envelope_id \
         AND confirms AND recorded = 'failed' AND outcome = 'paid') AS up, \
         (SELECT COUNT(*) FROM ruling WHERE ruling.envelope_id = envelope.envelope_id \
         AND confirms AND recorded = 'paid' AND outcome = 'failed') AS down \
         FROM envelope) AS sums WHERE paid + up - down <> (SELECT COUNT(*) FROM instruction \
         WHERE instruction.envelope_id = sums.envelope_id AND state = 'paid') \
         OR failed - up + down <> (SELECT COUNT(*) FROM instruction \
         WHERE instruction.envelope_id = sums.envelope_id AND (state = 'failed' \
         OR state IN ('received', 'valid') AND EXISTS (SELECT 1 FROM envelope \
             WHERE envelope.envelope_id = sums.envelope_id AND stop_time IS NOT NULL \
             AND (instruction_id <= taken_after) IS NOT TRUE)))",
    ),
    (
        "each settlement is posted, to the last rupiah",
        "SELECT COUNT(*) FROM settlement",
        "SELECT COUNT(*) FROM settlement WHERE paid_minor <> COALESCE((SELECT SUM(amount_minor) \
         FROM transfer WHERE source_id = settlement_id AND description = 'payments.settled'), 0)",
    ),
    (
        "each ruling that puts an instruction right is posted once, and no other",
        "SELECT COUNT(*) FROM ruling",
        "SELECT COUNT(*) FROM ruling JOIN instruction \
         ON instruction.instruction_id = ruling.instruction_id WHERE \
         (SELECT COUNT(*) FROM transfer WHERE source_id = ruling_id) <> \
         CASE WHEN confirms AND recorded <> outcome AND recorded <> 'needs_person' \
         THEN 1 ELSE 0 END \
         OR EXISTS (SELECT 1 FROM transfer WHERE source_id = ruling_id \
         AND (transfer.amount_minor <> instruction.amount_minor OR transfer.description <> \
         CASE outcome WHEN 'paid' THEN 'payments.settled' ELSE 'payments.returned' END))",
    ),
    (
        "nothing else is posted for payments",
        "SELECT COUNT(*) FROM transfer",
        "SELECT COUNT(*) FROM transfer \
         WHERE description IN ('payments.settled', 'payments.returned') \
         AND NOT EXISTS (SELECT 1 FROM settlement WHERE settlement_id = source_id) \
         AND NOT EXISTS (SELECT 1 FROM ruling WHERE ruling_id = source_id)",
    ),
    (
        "the account that pays holds what came in, less what went back and what is paid",
        "SELECT COUNT(*) FROM account WHERE code = 'disbursement'",
        "SELECT COUNT(*) FROM account WHERE code = 'disbursement' AND balance_minor <> \
         COALESCE((SELECT SUM(CASE direction WHEN 'received' THEN amount_minor \
         ELSE -amount_minor END) FROM funding WHERE funding.agency = account.agency \
         AND funding.currency = account.currency), 0) \
         - COALESCE((SELECT SUM(amount_minor) FROM instruction \
         JOIN envelope ON envelope.envelope_id = instruction.envelope_id \
         WHERE instruction.state = 'paid' AND envelope.agency = account.agency \
         AND envelope.currency = account.currency), 0)",
    ),
    (
        "what is spoken for is there, and is what is on its way",
        "SELECT COUNT(*) FROM fund",
        "SELECT COUNT(*) FROM fund JOIN account ON account.agency = fund.agency \
         AND account.currency = fund.currency AND code = 'disbursement' \
         WHERE fund.reserved_minor > balance_minor OR fund.reserved_minor <> \
         COALESCE((SELECT SUM(tally.amount_minor) FROM tally \
         JOIN envelope ON envelope.envelope_id = tally.envelope_id \
         WHERE envelope.agency = fund.agency AND envelope.currency = fund.currency \
         AND envelope.state IN ('released', 'paused') \
         AND tally.state IN ('valid', 'sent', 'unknown', 'needs_person')), 0)",
    ),
    (
        "what took effect two people said alike, one right after the other",
        "SELECT COUNT(*) FROM ruling WHERE confirms",
        "SELECT COUNT(*) FROM ruling WHERE confirms AND NOT EXISTS (SELECT 1 FROM ruling AS first \
         WHERE first.instruction_id = ruling.instruction_id AND first.number = ruling.number - 1 \
         AND NOT first.confirms AND first.recorded = ruling.recorded \
         AND first.outcome = ruling.outcome AND first.evidence = ruling.evidence \
         AND first.person <> ruling.person)",
    ),
    (
        "no envelope completed while it was to be decided what is true, unless the rail spoke later",
        "SELECT COUNT(*) FROM envelope",
        "SELECT COUNT(*) FROM envelope WHERE state = 'completed' AND EXISTS (SELECT 1 \
         FROM instruction WHERE instruction.envelope_id = envelope.envelope_id \
         AND contradicted AND NOT EXISTS (SELECT 1 FROM late_answer \
         WHERE late_answer.instruction_id = instruction.instruction_id AND contradicts \
         AND late_answer.create_time >= envelope.update_time))",
    ),
];

impl Books {
    /// Sees that nothing about mass payments is wrong; answers how many rows were looked at.
    pub async fn check_payouts(&self) -> anyhow::Result<i64> {
        self.check_these(PAYOUTS).await
    }
}
