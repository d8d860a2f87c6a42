//! Scalars of YAML by its core schema: what is quoted is a text.

use super::yaml::{Kind, Mark, mark_of};
use granit_parser::{ScalarStyle, Span};
use serde_json::Number;

/// Where the letters of a text stand.
#[derive(Clone, Copy, Debug)]
pub enum TextPlace {
    /// On one line, from here on.
    Line(Mark),
    /// On lines of their own, indented, from this one on.
    Block(Mark),
    /// Folded over several lines.
    Folded(Mark),
}

impl TextPlace {
    /// Where the letter at an offset of the text stands, as well as can be told.
    pub fn of(self, text: &str, offset: usize) -> Mark {
        let before = text.get(..offset).unwrap_or(text);
        let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        match self {
            Self::Line(mark) => Mark { column: mark.column.saturating_add(count(before)), ..mark },
            Self::Block(mark) => {
                let line = u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX);
                let last = before.rsplit('\n').next().unwrap_or_default();
                Mark {
                    line: mark.line.saturating_add(line),
                    column: mark.column.saturating_add(count(last)),
                }
            }
            Self::Folded(mark) => mark,
        }
    }
}

/// Reads a scalar.
pub fn read(text: &str, style: ScalarStyle, text_only: bool, span: Span, source: &str) -> Kind {
    let one_line = span.start.line() == span.end.line();
    let text_at = |ahead: usize| {
        let mark = mark_of(span.start.line(), span.start.col() + ahead);
        let place = if one_line { TextPlace::Line(mark) } else { TextPlace::Folded(mark) };
        Kind::Text(text.to_owned(), place)
    };
    match style {
        ScalarStyle::Plain if text_only => text_at(0),
        ScalarStyle::Plain => plain(text).unwrap_or_else(|| text_at(0)),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => text_at(1),
        ScalarStyle::Literal => {
            // The span begins with the content, on the line after the bar.
            let line = span.start.line();
            let first = source.lines().nth(line.saturating_sub(1)).unwrap_or_default();
            let indent = first.len() - first.trim_start_matches(' ').len();
            let mark = mark_of(line, indent);
            Kind::Text(text.to_owned(), TextPlace::Block(mark))
        }
        ScalarStyle::Folded => {
            let mark = mark_of(span.start.line(), span.start.col());
            Kind::Text(text.to_owned(), TextPlace::Folded(mark))
        }
    }
}

fn plain(text: &str) -> Option<Kind> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Kind::Null),
        "true" | "True" | "TRUE" => return Some(Kind::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Kind::Bool(false)),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.') {
        return None;
    }
    if let Ok(whole) = text.trim_start_matches('+').parse::<i64>() {
        return Some(Kind::Number(whole.into()));
    }
    let numeric = digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let number = if numeric { text.parse::<f64>().ok() } else { None };
    number.and_then(Number::from_f64).map(Kind::Number)
}
