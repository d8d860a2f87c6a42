//! Writes XML, element by element.

use std::fmt::{Arguments, Write as _};

use quick_xml::escape::escape;
use rangkai_primitives::{Money, Timestamp};

/// A message being written.
#[derive(Debug)]
pub struct Writer {
    text: String,
    open: Vec<&'static str>,
}

impl Writer {
    /// A message of `namespace`, with its `Document` open.
    pub fn new(namespace: &str) -> Self {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"{}\">",
            escape(namespace)
        );
        Self { text, open: vec!["Document"] }
    }

    /// Writes an element and what is in it.
    pub fn within(&mut self, name: &'static str, inside: impl FnOnce(&mut Self)) {
        self.begin(name);
        inside(self);
        self.end();
    }

    /// Writes elements, each the only child of the one before, and what is in the last.
    pub fn nested(&mut self, names: &[&'static str], inside: impl FnOnce(&mut Self)) {
        for name in names {
            self.begin(name);
        }
        inside(self);
        for _ in names {
            self.end();
        }
    }

    /// Writes an element that only holds text.
    pub fn leaf(&mut self, name: &'static str, text: &str) {
        self.line();
        self.write(format_args!("<{name}>{}</{name}>", escape(clean(text))));
    }

    /// Writes an amount with its currency.
    pub fn amount(&mut self, name: &'static str, amount: Money) {
        self.line();
        let text = decimal(amount.minor().into(), amount.currency().exponent());
        let currency = amount.currency();
        self.write(format_args!("<{name} Ccy=\"{currency}\">{text}</{name}>"));
    }

    /// Writes a moment.
    pub fn moment(&mut self, name: &'static str, moment: Timestamp) {
        self.leaf(name, &moment.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
    }

    /// The whole message.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        self.text.push('\n');
        self.text
    }

    fn begin(&mut self, name: &'static str) {
        self.line();
        self.write(format_args!("<{name}>"));
        self.open.push(name);
    }

    fn end(&mut self) {
        if let Some(name) = self.open.pop() {
            self.line();
            self.write(format_args!("</{name}>"));
        }
    }

    /// Begins a line of its own, without an indent: it would be a third of a large file.
    fn line(&mut self) {
        self.text.push('\n');
    }

    fn write(&mut self, text: Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(text);
    }
}

/// A number of minor units as a decimal number: without decimals where there are none.
pub fn decimal(minor: i128, exponent: u32) -> String {
    let per_unit = 10_u128.pow(exponent);
    let (sign, minor) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    let (units, fraction) = (minor / per_unit, minor % per_unit);
    if fraction == 0 {
        return format!("{sign}{units}");
    }
    let places = usize::try_from(exponent).unwrap_or_default();
    format!("{sign}{units}.{fraction:0places$}")
}

/// Text without the characters that XML cannot hold, which a form may have let through.
fn clean(text: &str) -> String {
    let clean = |letter: char| match letter {
        letter if letter.is_control() => ' ',
        '\u{fffe}' | '\u{ffff}' => ' ',
        letter => letter,
    };
    text.chars().map(clean).collect()
}
