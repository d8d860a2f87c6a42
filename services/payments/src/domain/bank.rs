//! How a bank names what it did.

/// A bank's transaction number: used once by that bank, for money in or for money out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankReference {
    /// The bank's three-digit code.
    pub bank_code: String,
    /// Its number for the transaction (NTB).
    pub number: String,
}
