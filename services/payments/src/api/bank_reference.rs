//! How requests name what a bank did.

use rangkai_rpc::Violations;

use crate::domain::BankReference;

/// Reads the number of a bank, which comes with its code or not at all: half of it is noted as a
/// violation, and then there is none.
pub fn read_bank(fields: &mut Violations, bank_code: &str, number: &str) -> Option<BankReference> {
    let halves = [("bank_code", bank_code, number), ("bank_reference", number, bank_code)];
    for (field, half, other) in halves {
        if half.is_empty() && !other.is_empty() {
            fields.add(field, "is required");
        }
    }
    let (bank_code, number) = (bank_code.to_owned(), number.to_owned());
    (!bank_code.is_empty() && !number.is_empty()).then_some(BankReference { bank_code, number })
}
