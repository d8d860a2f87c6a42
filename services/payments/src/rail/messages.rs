//! What the sandbox writes of the orders that it remembers, as a bank would.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Currency, Money, Timestamp, Zone};

use super::{
    behaviour::{Behaviour, reference},
    block,
};
use crate::{
    Payments,
    domain::Outcome,
    error::Error,
    iso20022::{Writer, decimal},
    store::{self, sandbox_order::Remembered},
};

const PAIN_002: &str = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.12";
const CAMT_053: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
const CAMT_054: &str = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08";
/// The account that the sandbox keeps for every agency.
const ACCOUNT: &str = "9990000001";

/// What the sandbox says of everything that an agency gave it, as a bank would write it.
#[derive(Clone, Debug)]
pub struct SandboxMessages {
    /// A status report about every order.
    pub pain_002: String,
    /// A statement of the account with everything that was paid.
    pub camt_053: String,
    /// A notice of everything that was paid.
    pub camt_054: String,
}

impl Payments {
    /// What the sandbox says of everything that `agency` gave it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn sandbox_messages(&self, agency: Agency) -> anyhow::Result<SandboxMessages> {
        let caller = block(&agency);
        let reading = |tx: Tx| async move {
            let orders = store::sandbox_order::list(&tx).await?;
            Ok::<_, Error>((orders, tx.now()))
        };
        let (orders, now) = self.db.read(caller, reading).await?;
        Ok(SandboxMessages {
            pain_002: status_report(&orders, now),
            camt_053: statement(&orders, now),
            camt_054: notice(&orders, now),
        })
    }
}

fn status_report(orders: &[Remembered], now: Timestamp) -> String {
    let mut message = Writer::new(PAIN_002);
    message.within("CstmrPmtStsRpt", |message| {
        header(message, "STATUS", now);
        message.within("OrgnlGrpInfAndSts", |message| {
            message.leaf("OrgnlMsgId", "SANDBOX");
            message.leaf("OrgnlMsgNmId", "pain.001.001.09");
        });
        message.within("OrgnlPmtInfAndSts", |message| {
            message.leaf("OrgnlPmtInfId", "SANDBOX");
            for order in orders {
                message.within("TxInfAndSts", |message| write_status(message, order));
            }
        });
    });
    message.finish()
}

fn write_status(message: &mut Writer, order: &Remembered) {
    message.leaf("OrgnlEndToEndId", &order.end_to_end);
    match Behaviour::named(&order.behaviour).when_asked(order) {
        Outcome::Paid { reference, time } => {
            message.leaf("TxSts", "ACSC");
            message.moment("AccptncDtTm", time);
            message.leaf("AcctSvcrRef", &reference);
        }
        Outcome::Failed { reason, .. } => {
            message.leaf("TxSts", "RJCT");
            message.nested(&["StsRsnInf", "Rsn"], |message| message.leaf("Cd", &reason));
        }
        Outcome::Pending | Outcome::Unknown => message.leaf("TxSts", "PDNG"),
    }
    message.nested(&["OrgnlTxRef", "Amt"], |message| message.amount("InstdAmt", order.amount));
}

fn notice(orders: &[Remembered], now: Timestamp) -> String {
    let mut message = Writer::new(CAMT_054);
    message.within("BkToCstmrDbtCdtNtfctn", |message| {
        header(message, "NOTICE", now);
        message.within("Ntfctn", |message| {
            message.leaf("Id", "SANDBOX-NOTICE");
            message.nested(&["Acct", "Id", "Othr"], |message| message.leaf("Id", ACCOUNT));
            paid(orders).for_each(|order| write_entry(message, order));
        });
    });
    message.finish()
}

/// The account opens with what was paid from it, and so closes with nothing.
fn statement(orders: &[Remembered], now: Timestamp) -> String {
    let mut message = Writer::new(CAMT_053);
    let first = paid(orders).next().map(|order| order.amount.currency());
    let same = || paid(orders).filter(|order| Some(order.amount.currency()) == first);
    let sum = same().map(|order| i128::from(order.amount.minor())).sum::<i128>();
    message.within("BkToCstmrStmt", |message| {
        header(message, "STATEMENT", now);
        message.within("Stmt", |message| {
            message.leaf("Id", &format!("SANDBOX-{}", Zone::Wib.date(now)));
            message.nested(&["Acct", "Id", "Othr"], |message| message.leaf("Id", ACCOUNT));
            let currency = first.unwrap_or(Currency::IDR);
            let opening = Money::new(currency, i64::try_from(sum).unwrap_or(i64::MAX));
            write_balance(message, "OPBD", opening, now);
            write_balance(message, "CLBD", Money::new(currency, 0), now);
            message.nested(&["TxsSummry", "TtlNtries"], |message| {
                message.leaf("NbOfNtries", &same().count().to_string());
                message.leaf("Sum", &decimal(sum, currency.exponent()));
            });
            same().for_each(|order| write_entry(message, order));
        });
    });
    message.finish()
}

fn paid(orders: &[Remembered]) -> impl Iterator<Item = &Remembered> {
    orders.iter().filter(|order| Behaviour::named(&order.behaviour).pays())
}

fn header(message: &mut Writer, name: &str, now: Timestamp) {
    message.within("GrpHdr", |message| {
        message.leaf("MsgId", &format!("SANDBOX-{name}-{}", now.timestamp()));
        message.moment("CreDtTm", now);
    });
}

fn write_balance(message: &mut Writer, kind: &str, amount: Money, now: Timestamp) {
    message.within("Bal", |message| {
        message.nested(&["Tp", "CdOrPrtry"], |message| message.leaf("Cd", kind));
        message.amount("Amt", amount);
        message.leaf("CdtDbtInd", "CRDT");
        message.within("Dt", |message| message.leaf("Dt", &Zone::Wib.date(now).to_string()));
    });
}

fn write_entry(message: &mut Writer, order: &Remembered) {
    message.within("Ntry", |message| {
        message.amount("Amt", order.amount);
        message.leaf("CdtDbtInd", "DBIT");
        message.within("Sts", |message| message.leaf("Cd", "BOOK"));
        message.within("BookgDt", |message| message.moment("DtTm", order.give_time));
        message.leaf("AcctSvcrRef", &reference(order));
        message.within("BkTxCd", |_| ());
        message.nested(&["NtryDtls", "TxDtls", "Refs"], |message| {
            message.leaf("EndToEndId", &order.end_to_end);
        });
    });
}
