//! What must hold in the books of vouchers whatever happened.

use crate::payments::books::Books;

/// What must never be found, each with the rows it looks at.
const INVARIANTS: [(&str, &str, &str); 9] = [
    (
        "a pool holds what was put in, less what was taken out",
        "SELECT COUNT(*) FROM voucher_pool",
        "SELECT COUNT(*) FROM voucher_pool WHERE funded_minor <> available_minor \
         + outstanding_minor + redeemed_minor OR funded_minor <> COALESCE((SELECT SUM(CASE direction \
         WHEN 'funded' THEN amount_minor ELSE -amount_minor END) FROM pool_movement \
         WHERE pool_movement.pool_id = voucher_pool.pool_id), 0)",
    ),
    (
        "what a pool promises is what is left of its vouchers",
        "SELECT COUNT(*) FROM voucher_pool",
        "SELECT COUNT(*) FROM voucher_pool WHERE outstanding_minor <> COALESCE((SELECT \
         SUM(amount_minor - redeemed_minor - returned_minor) FROM voucher \
         WHERE voucher.pool_id = voucher_pool.pool_id), 0) OR redeemed_minor <> COALESCE((SELECT \
         SUM(redeemed_minor) FROM voucher WHERE voucher.pool_id = voucher_pool.pool_id), 0)",
    ),
    (
        "what was redeemed of a voucher is the sum of its redemptions",
        "SELECT COUNT(*) FROM voucher",
        "SELECT COUNT(*) FROM voucher WHERE redeemed_minor <> COALESCE((SELECT SUM(amount_minor) \
         FROM redemption WHERE redemption.voucher_id = voucher.voucher_id), 0)",
    ),
    (
        "a voucher that ended holds nothing",
        "SELECT COUNT(*) FROM voucher",
        "SELECT COUNT(*) FROM voucher WHERE state IN ('redeemed', 'cancelled', 'expired', 'purged') \
         AND amount_minor <> redeemed_minor + returned_minor",
    ),
    (
        "a merchant is owed what it redeemed, less what it was paid",
        "SELECT COUNT(*) FROM merchant",
        "SELECT COUNT(*) FROM merchant WHERE \
         COALESCE((SELECT SUM(owed_minor) FROM merchant_balance \
         WHERE merchant_balance.merchant_id = merchant.merchant_id), 0) <> \
         COALESCE((SELECT SUM(amount_minor) FROM redemption \
         WHERE redemption.merchant_id = merchant.merchant_id), 0) - \
         COALESCE((SELECT SUM(amount_minor) FROM merchant_settlement \
         WHERE merchant_settlement.merchant_id = merchant.merchant_id), 0)",
    ),
    (
        "the ledger's pool account holds the pools less what merchants were paid",
        "SELECT COUNT(*) FROM account WHERE code = 'voucher_pool'",
        "SELECT COUNT(*) FROM account WHERE code = 'voucher_pool' AND balance_minor <> \
         COALESCE((SELECT SUM(funded_minor) FROM voucher_pool \
         WHERE voucher_pool.agency = account.agency \
         AND voucher_pool.currency = account.currency), 0) - \
         COALESCE((SELECT SUM(amount_minor) FROM merchant_settlement WHERE merchant_settlement.agency = account.agency \
         AND merchant_settlement.currency = account.currency), 0)",
    ),
    (
        "the ledger's outstanding vouchers are those of the pools",
        "SELECT COUNT(*) FROM account WHERE code = 'vouchers_outstanding'",
        "SELECT COUNT(*) FROM account WHERE code = 'vouchers_outstanding' AND balance_minor <> \
         COALESCE((SELECT SUM(outstanding_minor) FROM voucher_pool \
         WHERE voucher_pool.agency = account.agency \
         AND voucher_pool.currency = account.currency), 0)",
    ),
    (
        "the ledger owes merchants what they are owed",
        "SELECT COUNT(*) FROM account WHERE code = 'merchants_payable'",
        "SELECT COUNT(*) FROM account WHERE code = 'merchants_payable' AND balance_minor <> \
         COALESCE((SELECT SUM(owed_minor) FROM merchant_balance \
         WHERE merchant_balance.agency = account.agency \
         AND merchant_balance.currency = account.currency), 0)",
    ),
    (
        "nothing refers to another agency's",
        "SELECT COUNT(*) FROM redemption",
        "SELECT COUNT(*) FROM redemption JOIN voucher USING (voucher_id) \
         JOIN merchant ON merchant.merchant_id = redemption.merchant_id \
         WHERE redemption.agency <> voucher.agency OR redemption.agency <> merchant.agency",
    ),
];

impl Books {
    /// Sees that nothing about vouchers is wrong; answers how many rows were looked at.
    pub async fn check_vouchers(&self) -> anyhow::Result<i64> {
        let mut all = 0;
        for (name, rows, wrong) in INVARIANTS {
            let (rows, wrong) = (self.count(rows).await?, self.count(wrong).await?);
            eprintln!("{rows:>5} rows: {name}");
            assert!(rows > 0, "nothing was looked at: {name}");
            assert_eq!(wrong, 0, "{name}");
            all += rows;
        }
        Ok(all)
    }
}
