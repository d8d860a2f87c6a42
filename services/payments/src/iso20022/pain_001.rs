//! `pain.001.001.09`: asks a bank to pay a file of orders.

use rangkai_primitives::{Currency, Timestamp, Zone};

use super::{
    Writer,
    account::{cut, write_account, write_bank, write_creditor},
    decimal,
};
use crate::domain::Order;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

/// Whose money is paid out.
#[derive(Clone, Debug)]
pub struct Debtor {
    /// Whose account it is.
    pub name: String,
    /// Its bank: a BIC, or the three digits of the national bank code.
    pub institution: String,
    /// The number of the account.
    pub account: String,
    /// The three digits by which statements of it are imported; no bank is told.
    pub bank_code: String,
    /// Whether the bank is asked to book all orders of a file at once, rather than one by one.
    pub batch_booking: bool,
}

/// A file of orders: at least one.
#[derive(Clone, Copy, Debug)]
pub struct Initiation<'a> {
    /// What the bank's report calls the file: at most 35 letters and digits.
    pub file: &'a str,
    /// On whose behalf the orders are given.
    pub agency: &'a str,
    pub debtor: &'a Debtor,
    pub orders: &'a [Order],
    pub now: Timestamp,
}

impl Initiation<'_> {
    /// The file.
    pub fn write(&self) -> String {
        let mut message = Writer::new(NAMESPACE);
        message.within("CstmrCdtTrfInitn", |message| {
            message.within("GrpHdr", |message| {
                message.leaf("MsgId", self.file);
                message.moment("CreDtTm", self.now);
                count_and_sum(message, self.orders.iter());
                message.within("InitgPty", |message| {
                    message.leaf("Nm", &cut(&self.debtor.name, 140));
                });
            });
            // A payment has one currency, for its debtor's account has one.
            for (number, currency) in (1..).zip(currencies(self.orders)) {
                message.within("PmtInf", |message| self.payment(message, number, currency));
            }
        });
        message.finish()
    }

    fn payment(&self, message: &mut Writer, number: usize, currency: Currency) {
        let orders = || self.orders.iter().filter(|order| order.amount.currency() == currency);
        message.leaf("PmtInfId", &cut(&format!("{}{number}", cut(self.file, 32)), 35));
        message.leaf("PmtMtd", "TRF");
        message.leaf("BtchBookg", if self.debtor.batch_booking { "true" } else { "false" });
        count_and_sum(message, orders());
        message.within("ReqdExctnDt", |message| {
            message.leaf("Dt", &Zone::Wib.date(self.now).to_string());
        });
        message.within("Dbtr", |message| message.leaf("Nm", &cut(&self.debtor.name, 140)));
        write_account(message, "DbtrAcct", &self.debtor.account);
        write_bank(message, "DbtrAgt", &self.debtor.institution);
        message.within("UltmtDbtr", |message| message.leaf("Nm", self.agency));
        for order in orders() {
            message.within("CdtTrfTxInf", |message| write_order(message, order));
        }
    }
}

fn write_order(message: &mut Writer, order: &Order) {
    message.within("PmtId", |message| {
        message.leaf("InstrId", &order.id.simple().to_string());
        message.leaf("EndToEndId", &order.end_to_end);
    });
    message.within("Amt", |message| message.amount("InstdAmt", order.amount));
    write_creditor(message, &order.address, order.name.reveal());
    message.within("Purp", |message| message.leaf("Cd", "GOVT"));
    let narration = order.narration.reveal();
    if !narration.is_empty() {
        message.within("RmtInf", |message| message.leaf("Ustrd", &cut(narration, 140)));
    }
}

fn count_and_sum<'o>(message: &mut Writer, orders: impl Iterator<Item = &'o Order> + Clone) {
    message.leaf("NbOfTxs", &orders.clone().count().to_string());
    message.leaf("CtrlSum", &control_sum(orders));
}

/// The sum of all amounts as a decimal number.
pub fn control_sum<'o>(orders: impl Iterator<Item = &'o Order> + Clone) -> String {
    // Amounts of several currencies are added up as the numbers they are, so the places must agree.
    let places = orders.clone().map(|order| order.amount.currency().exponent()).max().unwrap_or(0);
    let scaled = |order: &Order| {
        let missing = places - order.amount.currency().exponent();
        i128::from(order.amount.minor()) * 10_i128.pow(missing)
    };
    decimal(orders.map(scaled).sum(), places)
}

fn currencies(orders: &[Order]) -> Vec<Currency> {
    let mut found = Vec::new();
    for order in orders {
        if !found.contains(&order.amount.currency()) {
            found.push(order.amount.currency());
        }
    }
    found
}
