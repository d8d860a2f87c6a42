//! Files of payments, as a bank hands them in after a day.
//!
//! A file is text of lines that end with a line feed (a carriage return before it is passed over),
//! with fields between vertical bars:
//!
//! ```text
//! H|<bank code>|<day, YYYY-MM-DD>|<number of payments>|<sum of their amounts>
//! D|<code that the payer gave>|<amount>|<bank's number (NTB)>|<when, RFC 3339>
//! T|<number of payments>|<sum of their amounts>
//! ```
//!
//! Amounts are whole rupiah, digits only. A number stands in one line. The header comes first, the
//! trailer last, and both count.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::NaiveDate;
use rangkai_primitives::{Currency, Money, Timestamp};

use super::moment;
use crate::domain::{BankReference, Channel, ChannelRefusal, NewRemittance};

/// The most payments of a file: what one transaction takes on without others waiting long.
const MOST: u64 = 10_000;
/// The largest payment in whole rupiah, the same as everywhere.
const LARGEST: i64 = 10_000_000_000_000;

/// A file that was read to its end.
#[derive(Clone, Debug)]
pub struct Batch {
    pub bank_code: String,
    pub day: NaiveDate,
    pub total: Money,
    pub lines: Vec<Line>,
}

/// One payment of a file.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where it stands, counted from 1.
    pub number: usize,
    pub payment: NewRemittance,
}

type Fields<'a> = Vec<&'a str>;

impl Batch {
    /// Reads a file that was handed in at `now`.
    ///
    /// # Errors
    ///
    /// [`ChannelRefusal`] names the line and what is wrong with it.
    pub fn read(content: &[u8], now: Timestamp) -> Result<Self, ChannelRefusal> {
        let text = str::from_utf8(content).map_err(|error| {
            let before = &content[..error.valid_up_to()];
            malformed(before.split(|byte| *byte == b'\n').count(), "is not text in UTF-8")
        })?;
        let rows: Vec<Fields<'_>> = text.lines().map(|line| line.split('|').collect()).collect();
        let ["H", bank_code, day, count, total] = rows.first().map_or(&[][..], Vec::as_slice)
        else {
            return Err(malformed(1, "is not a header: H, bank, day, number, sum"));
        };
        if bank_code.len() != 3 || !is_digits(bank_code) {
            return Err(malformed(1, "the bank is not three digits"));
        }
        let day = day.parse::<NaiveDate>().map_err(|_| malformed(1, "the day is none"))?;
        let expected = controls(1, count, total)?;
        // Half a trailer is a file cut in half, even where what is left of it could be read.
        let ends = text.ends_with('\n');
        let last = rows.last().filter(|row| row[0] == "T" && ends);
        let Some(trailer) = last else {
            return Err(ChannelRefusal::FileIncomplete { line: rows.len() });
        };
        let (mut lines, mut numbers) = (Vec::new(), BTreeMap::new());
        for (place, row) in rows.iter().enumerate().take(rows.len() - 1).skip(1) {
            let payment = payment(place + 1, row, bank_code, now)?;
            // The first would make the second known, and half of the sum would be booked.
            if let Some(earlier) = numbers.insert(row[3], place + 1) {
                let why = format!("the bank's number is that of line {earlier}").into();
                return Err(ChannelRefusal::FileMalformed { line: place + 1, why });
            }
            lines.push(Line { number: place + 1, payment });
        }
        let ["T", count, total] = trailer[..] else {
            return Err(malformed(rows.len(), "is not a trailer: T, number, sum"));
        };
        let found = sums(&lines);
        agree(expected, found)?;
        agree(controls(rows.len(), count, total)?, found)?;
        let total = i64::try_from(found.1).ok().map(|sum| Money::whole(Currency::IDR, sum));
        let total = total.and_then(Result::ok).ok_or(malformed(1, "the sum is too large"))?;
        Ok(Self { bank_code: (*bank_code).to_owned(), day, total, lines })
    }
}

fn payment(
    line: usize,
    row: &Fields<'_>,
    bank_code: &str,
    now: Timestamp,
) -> Result<NewRemittance, ChannelRefusal> {
    let ["D", code, amount, number, time] = row[..] else {
        return Err(malformed(line, "is not a payment: D, code, amount, number, when"));
    };
    // A code that reads badly is money all the same: it goes to suspense.
    if !(1..=25).contains(&code.len()) || !is_digits(code) {
        return Err(malformed(line, "the code is not 1 to 25 digits"));
    }
    let rupiahs = whole(amount).filter(|amount| (1..=i128::from(LARGEST)).contains(amount));
    let rupiahs = rupiahs.and_then(|rupiahs| i64::try_from(rupiahs).ok());
    let amount = rupiahs.and_then(|rupiahs| Money::whole(Currency::IDR, rupiahs).ok());
    let amount = amount.ok_or(malformed(line, "the amount is not 1 to 10^13 whole rupiah"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !(1..=40).contains(&number.len()) || !number.bytes().all(plain) {
        return Err(malformed(
            line,
            "the bank's number is not 1 to 40 letters, digits and hyphens",
        ));
    }
    let time = moment(time).ok_or(malformed(line, "the time is none"))?;
    if time > now {
        return Err(malformed(line, "the time is still to come"));
    }
    Ok(NewRemittance {
        code: code.to_owned(),
        amount,
        reference: BankReference { bank_code: bank_code.to_owned(), number: number.to_owned() },
        pay_time: time,
        channel: Channel::File,
        owner: None,
    })
}

fn controls(line: usize, count: &str, total: &str) -> Result<(u64, i128), ChannelRefusal> {
    let count = whole(count).and_then(|count| u64::try_from(count).ok());
    let count = count.filter(|count| (1..=MOST).contains(count));
    let count = count.ok_or(malformed(line, "the number of payments is not 1 to 10,000"))?;
    let total = whole(total).ok_or(malformed(line, "the sum is not whole rupiah"))?;
    Ok((count, total))
}

fn agree((count, total): (u64, i128), (lines, sum): (u64, i128)) -> Result<(), ChannelRefusal> {
    if count != lines {
        return Err(ChannelRefusal::FileCountWrong { expected: count, found: lines });
    }
    if total != sum {
        return Err(ChannelRefusal::FileTotalWrong { expected: total, found: sum });
    }
    Ok(())
}

fn sums(lines: &[Line]) -> (u64, i128) {
    let per_unit = 10_i128.pow(Currency::IDR.exponent());
    let minor: i128 = lines.iter().map(|line| i128::from(line.payment.amount.minor())).sum();
    (lines.len() as u64, minor / per_unit)
}

fn whole(text: &str) -> Option<i128> {
    // Eighteen digits are far more than all money, and no sum of them overflows.
    text.parse().ok().filter(|_| is_digits(text) && text.len() <= 18)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

const fn malformed(line: usize, why: &'static str) -> ChannelRefusal {
    ChannelRefusal::FileMalformed { line, why: Cow::Borrowed(why) }
}
