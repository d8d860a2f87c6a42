//! How a bank names what it did, and who may speak for it.

use std::collections::BTreeMap;

use super::Refusal;

/// A bank's transaction number: used once by that bank, for money in or for money out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankReference {
    /// The bank's three-digit code.
    pub bank_code: String,
    /// Its number for the transaction (NTB).
    pub number: String,
}

/// The codes of the banks that each client may speak for; while no client is listed, whoever may report
/// payments at all speaks for every bank.
#[derive(Clone, Debug, Default)]
pub struct Spokesmen(BTreeMap<String, Vec<String>>);

impl Spokesmen {
    /// Each client with the codes of its banks.
    pub const fn new(clients: BTreeMap<String, Vec<String>>) -> Self {
        Self(clients)
    }

    /// Says no unless `client` may speak for the bank that `field` names.
    pub fn expect(
        &self,
        client: &str,
        (field, bank_code): (&'static str, &str),
    ) -> Result<(), Refusal> {
        let own = self.0.get(client).is_some_and(|codes| codes.iter().any(|own| own == bank_code));
        if self.0.is_empty() || own {
            return Ok(());
        }
        Err(Refusal::BankNotYours { field, bank_code: bank_code.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_somebody_is_listed_nobody_else_speaks_and_nobody_for_other_banks() {
        let listed = [("bri", vec!["002", "494"]), ("bni", vec!["009"]), ("retired", vec![])];
        let listed = listed.map(|(client, codes)| {
            (client.to_owned(), codes.into_iter().map(str::to_owned).collect())
        });
        let some = Spokesmen::new(listed.into());
        let may = |client, code| some.expect(client, ("bank_code", code)).is_ok();

        assert!(may("bri", "002") && may("bri", "494") && may("bni", "009"));
        for (client, code) in
            [("bri", "009"), ("bni", "002"), ("retired", "002"), ("other", "002"), ("bri", "")]
        {
            assert!(!may(client, code), "{client} for {code}");
        }
        assert!(Spokesmen::default().expect("other", ("bank_code", "002")).is_ok());
    }
}
