//! Checking a ledger.

use std::collections::BTreeMap;

use rangkai_primitives::Currency;

use super::AccountKind;

/// An account beside what its entries add up to.
#[derive(Clone, Copy, Debug)]
pub struct AccountSums {
    pub kind: AccountKind,
    pub currency: Currency,
    pub balance_minor: i64,
    pub floor_minor: i64,
    /// How many entries the account says it has.
    pub entry_count: i64,
    /// How many entries there are.
    pub found_count: i64,
    pub debits_minor: i128,
    pub credits_minor: i128,
    /// What the account says is reserved from it, and towards it.
    pub reserved_minor: [i64; 2],
    /// What open reservations would debit and credit it.
    pub open_minor: [i128; 2],
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
    pub wrong_reserved_count: i64,
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
            wrong_reserved_count: 0,
            below_floor_count: 0,
        }
    }

    /// Whether the ledger holds in this currency.
    pub const fn is_sound(&self) -> bool {
        self.imbalance_minor == 0
            && self.wrong_balance_count == 0
            && self.wrong_reserved_count == 0
            && self.below_floor_count == 0
    }

    fn add(&mut self, account: &AccountSums) {
        self.account_count += 1;
        self.entry_count += account.found_count;
        self.imbalance_minor += account.debits_minor - account.credits_minor;
        self.wrong_balance_count += i64::from(!account.is_right());
        self.wrong_reserved_count += i64::from(!account.is_rightly_reserved());
        self.below_floor_count += i64::from(account.is_below_floor());
    }
}

impl AccountSums {
    fn is_right(&self) -> bool {
        let net = self.debits_minor - self.credits_minor;
        let sum = if self.kind.grows_by_debit() { net } else { -net };
        sum == i128::from(self.balance_minor) && self.entry_count == self.found_count
    }

    fn is_rightly_reserved(&self) -> bool {
        let [debits, credits] = self.open_minor;
        let (out, within) =
            if self.kind.grows_by_debit() { (credits, debits) } else { (debits, credits) };
        self.reserved_minor.map(i128::from) == [out, within]
    }

    fn is_below_floor(&self) -> bool {
        let left = i128::from(self.balance_minor) - i128::from(self.reserved_minor[0]);
        left < i128::from(self.floor_minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(kind: AccountKind, balance_minor: i64, debits: i128, credits: i128) -> AccountSums {
        AccountSums {
            kind,
            currency: Currency::IDR,
            balance_minor,
            floor_minor: 0,
            entry_count: 2,
            found_count: 2,
            debits_minor: debits,
            credits_minor: credits,
            reserved_minor: [0, 0],
            open_minor: [0, 0],
        }
    }

    #[test]
    fn a_proof_sees_what_is_wrong() {
        let sound =
            [account(AccountKind::Asset, 70, 100, 30), account(AccountKind::Revenue, 70, 30, 100)];
        assert!(prove(&sound)[0].is_sound());

        let wrong = [
            account(AccountKind::Asset, 71, 100, 30),
            account(AccountKind::Revenue, -1, 30, 29),
            AccountSums { found_count: 1, ..account(AccountKind::Asset, 5, 5, 0) },
        ];
        let proof = prove(&wrong)[0];
        assert_eq!((proof.account_count, proof.entry_count), (3, 5));
        assert_eq!(proof.imbalance_minor, 76);
        assert_eq!((proof.wrong_balance_count, proof.below_floor_count), (2, 1));
    }

    #[test]
    fn reserved_money_counts() {
        let right = AccountSums {
            reserved_minor: [30, 5],
            open_minor: [5, 30],
            ..account(AccountKind::Asset, 70, 100, 30)
        };
        let forgotten = AccountSums { open_minor: [5, 31], ..right };
        let below = AccountSums { floor_minor: 41, ..right };

        let counts = |sums| {
            let proof = prove(&[sums])[0];
            (proof.wrong_reserved_count, proof.below_floor_count)
        };
        assert_eq!([right, forgotten, below].map(counts), [(0, 0), (1, 0), (0, 1)]);
    }
}
