//! `pain.002.001.12`: what became of the orders of a file.

use std::collections::HashSet;

use rangkai_primitives::{Currency, Money, Timestamp};

use super::{Unreadable, is_retry_safe, xml::Element};
use crate::domain::{OrderStatus, Outcome, StatusReport};

pub(super) const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.12";

/// What the report says where it does not say it of a single order.
struct Said<'a> {
    report: &'a str,
    time: Timestamp,
}

pub(super) fn read(root: &Element) -> Result<StatusReport, Unreadable> {
    let report = root.need("CstmrPmtStsRpt")?;
    let header = report.need("GrpHdr")?;
    let id = header.text_of("MsgId", 35)?;
    let said = Said { report: &id, time: header.moment("CreDtTm")? };
    let group = report.need("OrgnlGrpInfAndSts")?;
    if !group.text_of("OrgnlMsgNmId", 35)?.starts_with("pain.001") {
        return Err(group.wrong("OrgnlMsgNmId", "is not a pain.001"));
    }
    let mut others = said.outcome(group, "GrpSts")?;
    let mut orders = Vec::new();
    for payment in report.all("OrgnlPmtInfAndSts") {
        let of_payment = said.outcome(payment, "PmtInfSts")?;
        if of_payment.is_some() && others.is_some() && of_payment != others {
            return Err(payment.wrong("PmtInfSts", "differs from another status of the file"));
        }
        others = of_payment.or(others);
        for transaction in payment.all("TxInfAndSts") {
            orders.extend(said.order(transaction)?);
        }
        check_counts(payment)?;
    }
    check_counts(group)?;
    check_unique(report, &orders)?;
    Ok(StatusReport {
        file: group.text_of("OrgnlMsgId", 35)?,
        order_count: group.count_if("OrgnlNbOfTxs")?,
        sum: group.decimal_if("OrgnlCtrlSum")?,
        others,
        orders,
        id: id.clone(),
    })
}

impl Said<'_> {
    fn order(&self, transaction: &Element) -> Result<Option<OrderStatus>, Unreadable> {
        let end_to_end = transaction.text_of("OrgnlEndToEndId", 35)?;
        let amount = transaction.at(&["OrgnlTxRef", "Amt"]);
        let amount = match amount.filter(|amount| amount.child("InstdAmt").is_some()) {
            Some(amount) => Some(amount.positive("InstdAmt")?),
            None => None,
        };
        let outcome = self.outcome(transaction, "TxSts")?;
        Ok(outcome.map(|outcome| OrderStatus { end_to_end, outcome, amount }))
    }

    /// What the status `name` of `element` says, if there is one.
    fn outcome(
        &self,
        element: &Element,
        name: &'static str,
    ) -> Result<Option<Outcome>, Unreadable> {
        let Some(status) = element.text_if(name, 4)? else { return Ok(None) };
        let outcome = match status.as_str() {
            "ACSC" | "ACCC" => {
                let reference = element.text_if("AcctSvcrRef", 35)?;
                Outcome::Paid {
                    reference: reference.unwrap_or_else(|| self.report.to_owned()),
                    time: element.moment_if("AccptncDtTm")?.unwrap_or(self.time),
                }
            }
            "RJCT" | "CANC" => {
                let reason = reason(element)?;
                let retry_safe = is_retry_safe(&reason);
                Outcome::Failed { reason, retry_safe }
            }
            // It was received, found well-formed, put aside or is on its way.
            "RCVD" | "ACTC" | "ACCP" | "ACSP" | "ACWC" | "ACFC" | "PATC" | "PDNG" | "PRES" => {
                Outcome::Pending
            }
            // The file was taken in part: the orders say for themselves which.
            "PART" if name != "TxSts" => return Ok(None),
            _ => return Err(element.wrong(name, "is not a status that is known")),
        };
        Ok(Some(outcome))
    }
}

fn reason(element: &Element) -> Result<String, Unreadable> {
    let Some(reason) = element.at(&["StsRsnInf", "Rsn"]) else { return Ok("NARR".to_owned()) };
    match reason.text_if("Cd", 4)? {
        Some(code) => Ok(code),
        // Banks put their own words there; the code for words of one's own stands for them.
        None => Ok("NARR".to_owned()),
    }
}

/// Where a status is counted and its orders are listed, the list must be whole.
fn check_counts(element: &Element) -> Result<(), Unreadable> {
    for counted in element.all("NbOfTxsPerSts") {
        let status = counted.text_of("DtldSts", 4)?;
        let listed: Vec<_> = element
            .all("TxInfAndSts")
            .filter(|order| order.child("TxSts").is_some_and(|found| found.text.trim() == status))
            .collect();
        let count = counted.count_if("DtldNbOfTxs")?;
        if !listed.is_empty() && count != u64::try_from(listed.len()).ok() {
            return Err(counted.wrong("DtldNbOfTxs", "is not how many orders are listed"));
        }
        let amounts: Option<Vec<Money>> = listed.iter().map(|order| listed_amount(order)).collect();
        let Some(amounts) = amounts.filter(|amounts| !amounts.is_empty()) else { continue };
        let currency = amounts.first().map_or(Currency::IDR, |amount| amount.currency());
        let sum: i128 = amounts.iter().map(|amount| i128::from(amount.minor())).sum();
        if counted.sum_if("DtldCtrlSum", currency)?.is_some_and(|said| said != sum) {
            return Err(counted.wrong("DtldCtrlSum", "is not the sum of the orders listed"));
        }
    }
    Ok(())
}

fn listed_amount(order: &Element) -> Option<Money> {
    order.at(&["OrgnlTxRef", "Amt"])?.amount("InstdAmt").ok()
}

fn check_unique(report: &Element, orders: &[OrderStatus]) -> Result<(), Unreadable> {
    let mut seen = HashSet::new();
    if orders.iter().all(|order| seen.insert(&order.end_to_end)) {
        return Ok(());
    }
    Err(report.wrong("OrgnlEndToEndId", "is there twice"))
}
