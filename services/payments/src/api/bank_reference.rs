//! How requests name what a bank did.

use rangkai_rpc::Violations;

use crate::domain::BankReference;

/// Reads the number of a bank, which comes with its code or not at all.
pub fn read_bank(
    fields: &mut Violations,
    bank_code: &str,
    number: &str,
) -> Option<Option<BankReference>> {
    match (bank_code, number) {
        ("", "") => Some(None),
        ("", _) => fields.require("bank_code", None),
        (_, "") => fields.require("bank_reference", None),
        (bank_code, number) => {
            let (bank_code, number) = (bank_code.to_owned(), number.to_owned());
            Some(Some(BankReference { bank_code, number }))
        }
    }
}
