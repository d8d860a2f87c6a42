//! Accounts and banks, as messages name them.

use super::{Unreadable, Writer, xml::Element};
use crate::domain::FinancialAddress;

/// Writes whose account it is at which number.
pub(super) fn write_account(message: &mut Writer, name: &'static str, number: &str) {
    message.nested(&[name, "Id", "Othr"], |message| message.leaf("Id", &cut(number, 34)));
}

/// Writes a bank: by its BIC, or else by its code in the national clearing.
pub(super) fn write_bank(message: &mut Writer, name: &'static str, institution: &str) {
    message.nested(&[name, "FinInstnId"], |message| {
        if is_bic(institution) {
            message.leaf("BICFI", institution);
        } else {
            message.within("ClrSysMmbId", |message| message.leaf("MmbId", &cut(institution, 35)));
        }
    });
}

/// Writes the one who is paid: the bank and the name, as far as anybody said them, and the account.
/// An empty code or name would make the whole message invalid.
pub(super) fn write_creditor(message: &mut Writer, address: &FinancialAddress, name: &str) {
    if !address.institution.is_empty() {
        write_bank(message, "CdtrAgt", &address.institution);
    }
    if !name.is_empty() {
        message.within("Cdtr", |message| message.leaf("Nm", &cut(name, 140)));
    }
    write_account(message, "CdtrAcct", address.account.reveal());
}

/// Reads the number of the account that a statement is about.
pub(super) fn read_account(parent: &Element) -> Result<String, Unreadable> {
    let id = parent.need("Acct")?.need("Id")?;
    match id.child("Othr") {
        Some(other) => other.text_of("Id", 34),
        None => id.text_of("IBAN", 34),
    }
}

/// The first `max` characters; messages hold no more.
pub(super) fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

/// Eight or eleven characters: bank, country, place and perhaps branch.
fn is_bic(text: &str) -> bool {
    let kinds = text.bytes().enumerate().all(|(place, byte)| match place {
        4 | 5 => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
    });
    kinds && matches!(text.len(), 8 | 11)
}
