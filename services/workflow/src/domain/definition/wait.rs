//! Spans of time: fixed, or computed when they are needed.

use super::template::Template;
use serde_json::Value;
use std::time::Duration;

/// The longest span that is accepted: ten years.
pub const LONGEST: Duration = Duration::from_hours(24 * 3660);

/// A span of time.
#[derive(Clone, Debug)]
pub enum Span {
    /// Known from the document.
    Fixed(Duration),
    /// Evaluates to an ISO 8601 duration or an object of days, hours, minutes, seconds and
    /// milliseconds; read the result with [`read_span`].
    Computed(Template),
}

/// Reads a span from a value: an ISO 8601 duration or an object of units.
///
/// # Errors
///
/// What is wrong with it, for the author.
pub fn read_span(value: &Value) -> Result<Duration, String> {
    let span = match value {
        Value::String(text) => parse_iso8601(text)?,
        Value::Object(units) => {
            let mut total = Duration::ZERO;
            for (unit, amount) in units {
                let amount = amount.as_u64().ok_or_else(|| format!("{unit} is no whole number"))?;
                total = add(total, unit_seconds(unit)?, amount, unit == "milliseconds")?;
            }
            total
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            return Err("a duration is an object of units or an ISO 8601 text".to_owned());
        }
    };
    if span > LONGEST { Err("longer than ten years".to_owned()) } else { Ok(span) }
}

fn unit_seconds(unit: &str) -> Result<u64, String> {
    match unit {
        "days" => Ok(86_400),
        "hours" => Ok(3_600),
        "minutes" => Ok(60),
        "seconds" | "milliseconds" => Ok(1),
        _ => Err(format!("unknown unit {unit}")),
    }
}

fn add(total: Duration, seconds: u64, amount: u64, milliseconds: bool) -> Result<Duration, String> {
    let part = if milliseconds {
        Duration::from_millis(amount)
    } else {
        Duration::from_secs(
            seconds.checked_mul(amount).ok_or_else(|| "longer than ten years".to_owned())?,
        )
    };
    total.checked_add(part).ok_or_else(|| "longer than ten years".to_owned())
}

/// Reads an ISO 8601 duration; years and months are refused, since their length varies.
fn parse_iso8601(text: &str) -> Result<Duration, String> {
    let wrong = || "not an ISO 8601 duration such as P7D or PT1H30M".to_owned();
    let body = text.strip_prefix('P').ok_or_else(wrong)?;
    let (date, time) = match body.split_once('T') {
        Some((_, "")) => return Err(wrong()),
        Some((date, time)) => (date, time),
        None => (body, ""),
    };
    if date.is_empty() && time.is_empty() {
        return Err(wrong());
    }
    let date = parse_part(date, &[('W', 604_800), ('D', 86_400)])?;
    let time = parse_part(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    date.checked_add(time).ok_or_else(|| "longer than ten years".to_owned())
}

fn parse_part(mut text: &str, units: &[(char, u64)]) -> Result<Duration, String> {
    let mut units = units.iter();
    let mut total = Duration::ZERO;
    while !text.is_empty() {
        let end = text.find(|letter: char| letter.is_ascii_alphabetic());
        let end = end.ok_or_else(|| "a number without a unit".to_owned())?;
        let (number, rest) = text.split_at(end);
        let letter = rest.chars().next().unwrap_or_default();
        let seconds = units.find(|(unit, _)| *unit == letter).map(|(_, seconds)| *seconds);
        let seconds = seconds.ok_or_else(|| match letter {
            'Y' | 'M' => "years and months vary in length; use days".to_owned(),
            _ => format!("unit {letter} is unknown or out of order"),
        })?;
        total = total.checked_add(parse_amount(number, seconds)?).ok_or("too long")?;
        text = &rest[1..];
    }
    Ok(total)
}

fn parse_amount(number: &str, seconds: u64) -> Result<Duration, String> {
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 3 {
        return Err(format!("{number} is no number"));
    }
    if !fraction.is_empty() && seconds != 1 {
        return Err("only seconds may have a fraction".to_owned());
    }
    let amount = whole.parse::<u64>().map_err(|_| format!("{number} is too large"))?;
    let millis = format!("{fraction:0<3}").parse::<u64>().unwrap_or_default();
    let total = add(Duration::ZERO, seconds, amount, false)?;
    Ok(total + Duration::from_millis(millis))
}
