//! Checking a ledger.

use std::collections::BTreeMap;

use rangkai_primitives::Currency;

use super::AccountCode;

/// An account beside what its entries add up to.
#[derive(Clone, Copy, Debug)]
pub struct AccountSums {
    pub code: AccountCode,
    pub currency: Currency,
    pub balance_minor: i64,
    pub floor_minor: i64,
    /// How many entries the account says it has.
    pub entry_count: i64,
    /// How many entries there are.
    pub found_count: i64,
    pub debits_minor: i128,
    pub credits_minor: i128,
}

/// The outcome of checking one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    pub currency: Currency,
    pub account_count: i64,
    pub entry_count: i64,
    /// Debits less credits.
    pub imbalance_minor: i128,
    pub wrong_balance_count: i64,
    pub below_floor_count: i64,
}

/// Checks a ledger, currency by currency.
pub fn prove(accounts: &[AccountSums]) -> Vec<Proof> {
    let mut proofs = BTreeMap::new();
    for account in accounts {
        let proof = proofs.entry(account.currency.to_string());
        proof.or_insert_with(|| Proof::empty(account.currency)).add(account);
    }
    proofs.into_values().collect()
}

impl Proof {
    const fn empty(currency: Currency) -> Self {
        Self {
            currency,
            account_count: 0,
            entry_count: 0,
            imbalance_minor: 0,
            wrong_balance_count: 0,
            below_floor_count: 0,
        }
    }

    /// Whether the ledger holds in this currency.
    pub const fn is_sound(&self) -> bool {
        self.imbalance_minor == 0 && self.wrong_balance_count == 0 && self.below_floor_count == 0
    }

    fn add(&mut self, account: &AccountSums) {
        self.account_count += 1;
        self.entry_count += account.found_count;
        self.imbalance_minor += account.debits_minor - account.credits_minor;
        self.wrong_balance_count += i64::from(!account.is_right());
        self.below_floor_count += i64::from(account.balance_minor < account.floor_minor);
    }
}

impl AccountSums {
    fn is_right(&self) -> bool {
        let net = self.debits_minor - self.credits_minor;
        let grows_by_debit = self.code.kind().grows_by_debit();
        let sum = if grows_by_debit { net } else { -net };
        sum == i128::from(self.balance_minor) && self.entry_count == self.found_count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(code: AccountCode, balance_minor: i64, debits: i128, credits: i128) -> AccountSums {
        AccountSums {
            code,
            currency: Currency::IDR,
            balance_minor,
            floor_minor: 0,
            entry_count: 2,
            found_count: 2,
            debits_minor: debits,
            credits_minor: credits,
        }
    }

    #[test]
    fn a_proof_sees_what_is_wrong() {
        let sound = [
            account(AccountCode::Receivable, 70, 100, 30),
            account(AccountCode::Revenue, 70, 30, 100),
        ];
        assert!(prove(&sound)[0].is_sound());

        let wrong = [
            account(AccountCode::Receivable, 71, 100, 30),
            account(AccountCode::Revenue, -1, 30, 29),
            AccountSums { found_count: 1, ..account(AccountCode::Bank, 5, 5, 0) },
        ];
        let proof = prove(&wrong)[0];
        assert_eq!((proof.account_count, proof.entry_count), (3, 5));
        assert_eq!(proof.imbalance_minor, 76);
        assert_eq!((proof.wrong_balance_count, proof.below_floor_count), (2, 1));
    }
}
