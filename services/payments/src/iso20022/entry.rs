//! The movements that statements and notices list.

use std::collections::HashSet;

use rangkai_primitives::{Currency, Sensitive, Timestamp, Zone};

use super::{Unreadable, xml::Element};
use crate::domain::{Direction, Movement};

/// Reads every booked entry below `parent`, and checks them against the totals that it gives.
pub(super) fn read_all(parent: &Element) -> Result<Vec<Movement>, Unreadable> {
    let mut entries = Vec::new();
    let mut references = HashSet::new();
    for entry in parent.all("Ntry") {
        for name in ["NtryRef", "AcctSvcrRef"] {
            let reference = entry.text_if(name, 35)?;
            if reference.is_some_and(|reference| !references.insert((name, reference))) {
                return Err(entry.wrong(name, "is there twice"));
            }
        }
        // What is not booked may still not happen.
        if status(entry)? == "BOOK" {
            read(entry, &mut entries)?;
        }
    }
    let mut references = HashSet::new();
    if !entries.iter().all(|entry| references.insert(&entry.reference)) {
        return Err(parent.wrong("AcctSvcrRef", "is there twice"));
    }
    check_totals(parent)?;
    Ok(entries)
}

/// Whether money came in or went out.
pub(super) fn direction(element: &Element) -> Result<Direction, Unreadable> {
    match element.text_of("CdtDbtInd", 4)?.as_str() {
        "CRDT" => Ok(Direction::Credit),
        "DBIT" => Ok(Direction::Debit),
        _ => Err(element.wrong("CdtDbtInd", "is neither CRDT nor DBIT")),
    }
}

/// One entry stands for one movement, or for several that are listed in it.
fn read(entry: &Element, entries: &mut Vec<Movement>) -> Result<(), Unreadable> {
    let amount = entry.positive("Amt")?;
    let direction = direction(entry)?;
    let booked = entry.date_or_time("BookgDt")?;
    let booked = booked.ok_or_else(|| entry.wrong("BookgDt", "is missing"))?;
    let details: Vec<_> = entry.all("NtryDtls").flat_map(|all| all.all("TxDtls")).collect();
    let several = details.len() > 1;
    let before = entries.len();
    if details.is_empty() {
        let reference = reference(entry, None, booked, 0)?;
        let returned = returned(entry, None)?;
        let remittance = Sensitive::new(entry.text_if("AddtlNtryInf", 500)?.unwrap_or_default());
        let (end_to_end, payment) = (None, payment(entry)?);
        entries.push(Movement {
            reference,
            end_to_end,
            payment,
            amount,
            direction,
            booked,
            remittance,
            returned,
        });
    }
    for (number, detail) in details.into_iter().enumerate() {
        let own = if several { detail.positive("Amt")? } else { amount };
        entries.push(Movement {
            reference: reference(
                entry,
                Some(detail),
                booked,
                if several { number + 1 } else { 0 },
            )?,
            end_to_end: end_to_end(detail)?,
            payment: None,
            amount: own,
            direction,
            booked,
            remittance: remittance(entry, detail)?,
            returned: returned(entry, Some(detail))?,
        });
    }
    let listed: i128 = entries[before..].iter().map(Movement::change).sum();
    if listed.unsigned_abs() != u128::from(amount.minor().unsigned_abs()) {
        return Err(entry.wrong("Amt", "is not the sum of the movements listed in the entry"));
    }
    Ok(())
}

/// The bank's number of a movement; of one among several, made from that of the entry if need be.
fn reference(
    entry: &Element,
    detail: Option<&Element>,
    booked: Timestamp,
    number: usize,
) -> Result<String, Unreadable> {
    let references = detail.and_then(|detail| detail.child("Refs"));
    if let Some(references) = references {
        for name in ["AcctSvcrRef", "TxId"] {
            if let Some(own) = references.text_if(name, 35)? {
                return Ok(own);
            }
        }
    }
    let whole = if let Some(reference) = entry.text_if("AcctSvcrRef", 35)? {
        reference
    } else {
        // Counted anew on each statement, so the day belongs to it.
        let day = Zone::Wib.date(booked).format("%Y%m%d");
        format!("{day}-{}", entry.text_of("NtryRef", 35)?)
    };
    Ok(if number == 0 { whole } else { format!("{whole}-{number}") })
}

/// What our file calls the payment that an entry books as a whole.
fn payment(entry: &Element) -> Result<Option<String>, Unreadable> {
    let batches: Vec<_> = entry.all("NtryDtls").flat_map(|all| all.all("Btch")).collect();
    // An entry that stands for several files is none of them.
    let [batch] = batches.as_slice() else { return Ok(None) };
    match batch.text_if("PmtInfId", 35)? {
        Some(payment) => Ok(Some(payment)),
        None => batch.text_if("MsgId", 35),
    }
}

fn end_to_end(detail: &Element) -> Result<Option<String>, Unreadable> {
    let Some(references) = detail.child("Refs") else { return Ok(None) };
    let found = references.text_if("EndToEndId", 35)?;
    Ok(found.filter(|found| found != "NOTPROVIDED"))
}

fn remittance(entry: &Element, detail: &Element) -> Result<Sensitive<String>, Unreadable> {
    let lines = detail.child("RmtInf").into_iter().flat_map(|info| info.all("Ustrd"));
    let lines: Vec<_> =
        lines.map(|line| line.text.trim()).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return Ok(Sensitive::new(entry.text_if("AddtlNtryInf", 500)?.unwrap_or_default()));
    }
    Ok(Sensitive::new(lines.join("\n")))
}

/// Why money came back: the reason, or only that it did.
fn returned(entry: &Element, detail: Option<&Element>) -> Result<Option<String>, Unreadable> {
    if let Some(info) = detail.and_then(|detail| detail.child("RtrInf")) {
        let code = match info.child("Rsn") {
            Some(reason) => reason.text_if("Cd", 4)?,
            None => None,
        };
        return Ok(Some(code.unwrap_or_else(|| "NARR".to_owned())));
    }
    let reversed = entry.text_if("RvslInd", 5)?;
    Ok(reversed.filter(|it| it == "true" || it == "1").map(|_| "NARR".to_owned()))
}

fn status(entry: &Element) -> Result<String, Unreadable> {
    let status = entry.need("Sts")?;
    match status.text_if("Cd", 4)? {
        Some(code) => Ok(code),
        None => status.text_of("Prtry", 35),
    }
}

/// The totals count every entry, booked or not.
fn check_totals(parent: &Element) -> Result<(), Unreadable> {
    let Some(summary) = parent.child("TxsSummry") else { return Ok(()) };
    for (name, wanted) in [
        ("TtlNtries", None),
        ("TtlCdtNtries", Some(Direction::Credit)),
        ("TtlDbtNtries", Some(Direction::Debit)),
    ] {
        let Some(total) = summary.child(name) else { continue };
        let (mut count, mut sum, mut currency) = (0, 0, Currency::IDR);
        for entry in parent.all("Ntry") {
            let side = direction(entry)?;
            if wanted.is_none_or(|wanted| wanted == side) {
                let amount = entry.positive("Amt")?;
                (count, sum) = (count + 1, sum + i128::from(amount.minor()));
                currency = amount.currency();
            }
        }
        if total.count_if("NbOfNtries")?.is_some_and(|said| said != count) {
            return Err(total.wrong("NbOfNtries", "is not how many entries there are"));
        }
        if total.sum_if("Sum", currency)?.is_some_and(|said| said != sum) {
            return Err(total.wrong("Sum", "is not the sum of the entries"));
        }
    }
    Ok(())
}
