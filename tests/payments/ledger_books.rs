//! What must hold in the tables of the ledger whatever happened, whoever posted.

/// What must never be found, each with the rows it looks at.
pub const LEDGER: &[(&str, &str, &str)] = &[
    (
        "what moved money is one debit and one credit of its amount, and nothing else has entries",
        "SELECT COUNT(*) FROM transfer",
        "SELECT COUNT(*) FROM transfer WHERE (SELECT COUNT(*) FROM entry \
         WHERE entry.transfer_id = transfer.transfer_id AND entry.agency = transfer.agency \
         AND entry.amount_minor = transfer.amount_minor \
         AND entry.account_id = CASE direction WHEN 'debit' THEN debit_account_id \
         ELSE credit_account_id END) \
         <> CASE WHEN kind IN ('posted', 'captured') THEN 2 ELSE 0 END",
    ),
    (
        "each entry is that of a transfer",
        "SELECT COUNT(*) FROM entry",
        "SELECT COUNT(*) - 2 * (SELECT COUNT(*) FROM transfer \
         WHERE kind IN ('posted', 'captured')) FROM entry",
    ),
    (
        "entries sum to zero in each currency",
        "SELECT COUNT(*) FROM entry",
        "SELECT COUNT(*) FROM (SELECT currency FROM entry JOIN account USING (account_id) \
         GROUP BY currency HAVING SUM(CASE direction WHEN 'debit' THEN amount_minor \
         ELSE -amount_minor END) <> 0) AS wrong",
    ),
    (
        "each entry continues the balance of the one before, and is not older",
        "SELECT COUNT(*) FROM entry",
        "SELECT COUNT(*) FROM entry JOIN account USING (account_id) \
         LEFT JOIN entry AS earlier ON earlier.account_id = entry.account_id \
         AND earlier.position = entry.position - 1 \
         WHERE entry.balance_after_minor - COALESCE(earlier.balance_after_minor, 0) \
         <> entry.amount_minor * (CASE WHEN (kind IN ('asset', 'expense')) \
         = (entry.direction = 'debit') THEN 1 ELSE -1 END) \
         OR entry.create_time < earlier.create_time \
         OR earlier.position IS NULL AND entry.position <> 1",
    ),
    (
        "an account is its last entry",
        "SELECT COUNT(*) FROM account",
        "SELECT COUNT(*) FROM account LEFT JOIN entry \
         ON entry.account_id = account.account_id AND position = entry_count \
         WHERE balance_minor <> COALESCE(balance_after_minor, 0) OR entry_count <> \
         (SELECT COUNT(*) FROM entry WHERE entry.account_id = account.account_id)",
    ),
    (
        "no account is below its floor or above its ceiling, reserved money included",
        "SELECT COUNT(*) FROM account",
        "SELECT COUNT(*) FROM account WHERE balance_minor - reserved_out_minor < floor_minor \
         OR balance_minor + reserved_in_minor > ceiling_minor",
    ),
    (
        "what an account says is reserved is the sum of its open reservations",
        "SELECT COUNT(*) FROM account",
        "SELECT COUNT(*) FROM (SELECT account_id, reserved_out_minor, reserved_in_minor, \
         COALESCE(SUM(CASE WHEN (kind IN ('asset', 'expense')) = (account_id = credit_account_id) \
         THEN amount_minor - captured_minor ELSE 0 END), 0) AS out, \
         COALESCE(SUM(CASE WHEN (kind IN ('asset', 'expense')) = (account_id = debit_account_id) \
         THEN amount_minor - captured_minor ELSE 0 END), 0) AS within \
         FROM account LEFT JOIN reservation \
         ON state = 'open' AND account_id IN (debit_account_id, credit_account_id) \
         GROUP BY account_id, reserved_out_minor, reserved_in_minor) AS sums \
         WHERE reserved_out_minor <> out OR reserved_in_minor <> within",
    ),
    (
        "every transfer, entry and reservation is between accounts of its own agency and currency",
        "SELECT COUNT(*) FROM transfer",
        "SELECT (SELECT COUNT(*) FROM transfer LEFT JOIN account AS debit \
         ON debit.account_id = debit_account_id LEFT JOIN account AS credit \
         ON credit.account_id = credit_account_id \
         WHERE transfer.agency <> debit.agency OR transfer.agency <> credit.agency \
         OR transfer.currency <> debit.currency OR transfer.currency <> credit.currency \
         OR debit.agency IS NULL OR credit.agency IS NULL) \
         + (SELECT COUNT(*) FROM entry LEFT JOIN account USING (account_id) \
         WHERE account.agency IS NULL OR account.agency <> entry.agency) \
         + (SELECT COUNT(*) FROM reservation LEFT JOIN transfer \
         ON transfer_id = reservation.reservation_id WHERE kind IS NULL OR kind <> 'reserved' \
         OR transfer.agency <> reservation.agency)",
    ),
    (
        "a reservation is what its transfers say, and ends once",
        "SELECT COUNT(*) FROM transfer",
        "SELECT COUNT(*) FROM reservation WHERE \
         captured_minor <> (SELECT COALESCE(SUM(transfer.amount_minor), 0) FROM transfer \
         WHERE transfer.reservation_id = reservation.reservation_id AND kind = 'captured') \
         OR CASE state WHEN 'open' THEN 0 ELSE amount_minor - captured_minor END \
         <> (SELECT COALESCE(SUM(transfer.amount_minor), 0) FROM transfer \
         WHERE transfer.reservation_id = reservation.reservation_id \
         AND kind IN ('released', 'expired'))",
    ),
];
