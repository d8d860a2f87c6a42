//! What holds at the end of every story, whatever happened on the way.

/// Something that holds for every row that a query looks at.
pub(super) struct Invariant {
    /// Whose rows they are.
    pub(super) blocks: &'static [&'static str],
    /// What holds.
    pub(super) claim: &'static str,
    /// Answers how many rows were looked at, and how many are against it.
    pub(super) query: &'static str,
}

const ALL: &[&str] = &["identity", "payments", "registration", "messaging", "workflow"];

pub(super) const INVARIANTS: [Invariant; 18] = [
    Invariant {
        blocks: &["payments"],
        claim: "the entries of each currency sum to zero",
        query: "SELECT (SELECT count(*) FROM entry), count(*) FROM (
                    SELECT currency FROM entry JOIN account USING (account_id) GROUP BY currency
                    HAVING sum(CASE direction WHEN 'debit' THEN amount_minor
                                              ELSE -amount_minor END) <> 0) AS unequal",
    },
    Invariant {
        blocks: &["payments"],
        claim: "each balance is the sum of its entries, and not below its floor",
        query: "SELECT count(*), count(CASE WHEN balance_minor <> total
                                              OR balance_minor < floor_minor THEN 1 END)
                FROM (SELECT balance_minor, floor_minor, COALESCE((
                          SELECT sum(CASE WHEN (direction = 'debit') = (kind = 'asset')
                                          THEN amount_minor ELSE -amount_minor END)
                          FROM entry WHERE entry.account_id = account.account_id), 0) AS total
                      FROM account) AS sums",
    },
    Invariant {
        blocks: &["payments"],
        claim: "nobody owes anything",
        query: "SELECT count(*), count(CASE WHEN balance_minor <> 0 THEN 1 END) FROM account
                WHERE code IN ('receivable', 'refunds_payable')",
    },
    Invariant {
        blocks: &["payments"],
        claim: "each bill is in a final state, and paid by one remittance or none",
        query:
            "SELECT count(*), count(CASE WHEN state = 'open' OR (state = 'paid') <> (payments = 1)
                                            THEN 1 END)
                FROM (SELECT state, (SELECT count(*) FROM remittance
                                     WHERE remittance.bill_id = bill.bill_id
                                     AND remittance.paid) AS payments
                      FROM bill) AS paid",
    },
    Invariant {
        blocks: &["registration"],
        claim: "each application is in a final state, with a record where it was granted",
        query: "SELECT count(*), count(CASE WHEN state IN ('draft', 'submitted', 'approved')
                                              OR (state = 'granted') <> (records = 1) THEN 1 END)
                FROM (SELECT state, (SELECT count(*) FROM record
                                     WHERE record.application_id = application.id) AS records
                      FROM application) AS issued",
    },
    Invariant {
        blocks: &["registration"],
        claim: "each task is completed or cancelled",
        query: "SELECT count(*), count(CASE WHEN state IN ('open', 'claimed') THEN 1 END) FROM task",
    },
    Invariant {
        blocks: &["registration"],
        claim: "each decision was decided by somebody other than who proposed it",
        query: "SELECT count(*), count(CASE WHEN decided_by IS NULL OR decided_by = proposed_by
                                            THEN 1 END) FROM decision",
    },
    Invariant {
        blocks: &["messaging"],
        claim: "each message is delivered",
        query: "SELECT count(*), count(CASE WHEN state <> 'delivered' THEN 1 END) FROM message",
    },
    Invariant {
        blocks: &["messaging"],
        claim: "a case is told each thing once on each channel",
        query: "SELECT (SELECT count(*) FROM message), count(*) FROM (
                    SELECT 1 FROM message GROUP BY case_id, template_name, channel
                    HAVING count(*) > 1) AS repeated",
    },
    Invariant {
        blocks: &["workflow"],
        claim: "each instance is completed",
        query: "SELECT count(*), count(CASE WHEN state <> 'completed' THEN 1 END) FROM instance",
    },
    Invariant {
        blocks: &["workflow"],
        claim: "each call that was announced was answered, well",
        query: "SELECT count(*), count(CASE WHEN state <> 'answered' THEN 1 END) FROM intent",
    },
    Invariant {
        blocks: &["workflow"],
        claim: "each call has a request id of its own",
        query: "SELECT count(*), count(*) - count(DISTINCT request_id) FROM intent",
    },
    Invariant {
        blocks: &["workflow"],
        claim: "each history is without a gap",
        query: "SELECT (SELECT count(*) FROM history), count(*) FROM (
                    SELECT 1 FROM history GROUP BY instance_id
                    HAVING max(sequence) <> count(*) OR min(sequence) <> 1) AS gaps",
    },
    Invariant {
        blocks: &["payments"],
        claim: "no row refers to another agency's row",
        query: "SELECT count(*), count(CASE WHEN entry.agency <> account.agency THEN 1 END)
                FROM entry JOIN account USING (account_id)",
    },
    Invariant {
        blocks: &["registration"],
        claim: "no row refers to another agency's row",
        query: "SELECT count(*), count(CASE WHEN task.agency <> application.agency
                                              OR application.agency <> service.agency THEN 1 END)
                FROM task JOIN application ON application.id = task.application_id
                JOIN service ON service.id = application.service_id",
    },
    Invariant {
        blocks: &["messaging"],
        claim: "no row refers to another agency's row",
        query: "SELECT count(*), count(CASE WHEN message.agency <> template.agency THEN 1 END)
                FROM message JOIN template USING (template_id)",
    },
    Invariant {
        blocks: &["workflow"],
        claim: "no row refers to another agency's row",
        query: "SELECT count(*), count(CASE WHEN instance.agency <> definition.agency
                                              OR intent.agency <> instance.agency THEN 1 END)
                FROM intent JOIN instance ON instance.id = intent.instance_id
                JOIN definition ON definition.id = instance.definition_id",
    },
    Invariant {
        blocks: ALL,
        claim: "each request is kept with its answer",
        query: "SELECT count(*), count(CASE WHEN answer IS NULL THEN 1 END) FROM request",
    },
];

/// Methods whose every request has one row as its effect: block, methods, table.
pub(super) const EFFECTS: [(&str, &[&str], &str); 13] = [
    ("identity", &["CreateClient"], "client"),
    ("payments", &["PublishTariff"], "tariff"),
    ("payments", &["IssueBill"], "bill"),
    ("payments", &["RecordRemittance"], "remittance"),
    ("payments", &["IssueRefund", "RefundCredit"], "refund"),
    ("registration", &["PublishService"], "service"),
    ("registration", &["CreateApplication"], "application"),
    ("registration", &["CreateTask"], "task"),
    ("registration", &["ProposeDecision"], "decision"),
    ("registration", &["IssueRecord"], "record"),
    ("messaging", &["PublishTemplate"], "template"),
    ("messaging", &["SendMessage"], "message"),
    ("workflow", &["StartInstance"], "instance"),
];
