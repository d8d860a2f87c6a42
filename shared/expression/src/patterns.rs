//! Regular expressions: in linear time, on bounded texts, with bounded automata.

use crate::budget::{self, Bound};
use crate::value::{Value, exhausted};
use jaq_core::native::{Filter, bome};
use jaq_core::{Bind, Ctx, Error, RunPtr, ValR};
use regex::{Captures, Regex, RegexBuilder};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::natives::Data;

/// What is said of a text that is too long for its pattern.
pub const TOO_LONG: &str =
    "the string is too long to search: 16 KiB at most, 1 KiB for a large regular expression";
/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 512;
/// The largest automaton that searches longer texts, and the longest text, both in bytes.
const SMALL: (usize, usize) = (16 * 1024, 16 * 1024);
/// The largest automaton of all, and the longest text that it searches: classes such as `\w` are
/// large, and the two together decide how long a search takes.
const LARGE: (usize, usize) = (256 * 1024, 1024);

/// The three functions that jq's definitions of `test`, `match`, `sub` and so on rest on.
pub fn functions() -> Box<[Filter<RunPtr<Data>>]> {
    let arguments = || [Bind::Var(()), Bind::Var(())].into();
    Box::new([
        ("matches", arguments(), |cv| bome(search(cv.0, &cv.1, false, true))),
        ("split_matches", arguments(), |cv| bome(search(cv.0, &cv.1, true, true))),
        ("split_", arguments(), |cv| bome(search(cv.0, &cv.1, true, false))),
    ])
}

/// Finds the parts of a text that match, those between, or both, in order.
fn search(mut ctx: Ctx<'_, Data>, text: &Value, between: bool, matched: bool) -> ValR<Value> {
    let (flags, pattern) = (ctx.pop_var(), ctx.pop_var());
    let (Value::Text(text), Value::Text(pattern), Value::Text(flags)) = (text, &pattern, &flags)
    else {
        return Err(Error::str("a regular expression needs strings"));
    };
    if text.len() > SMALL.1 {
        return Err(Error::str(TOO_LONG));
    }
    let regex = build(pattern, flags, text.len()).map_err(Error::str)?;
    // Building and searching cost more than a step; what they cost is known to this extent.
    if !budget::step(1_000 + text.len() / 16) {
        return Err(exhausted());
    }
    let (mut found, mut end, mut positions) = (Vec::new(), 0, Positions::new(text));
    for captures in regex.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        if flags.contains('n') && whole.is_empty() {
            continue;
        }
        if !budget::step(16) {
            return Err(exhausted());
        }
        if between {
            found.push(Value::text(&text[end..whole.start()]));
            end = whole.end();
        }
        if matched {
            found.push(describe(&regex, &captures, &mut positions));
        }
        if !flags.contains('g') {
            break;
        }
    }
    if between {
        found.push(Value::text(&text[end..]));
    }
    Value::list(found).checked()
}

fn build(pattern: &str, flags: &str, searched: usize) -> Result<Regex, &'static str> {
    if pattern.len() > MAX_PATTERN {
        return Err("a regular expression has at most 512 bytes");
    }
    if !flags.chars().all(|flag| "gnimslxp".contains(flag)) {
        return Err("unknown flag of a regular expression");
    }
    let limit = if searched > LARGE.1 { SMALL.0 } else { LARGE.0 };
    let has = |flag| flags.contains(flag);
    RegexBuilder::new(pattern)
        .case_insensitive(has('i'))
        .multi_line(has('m') || has('p'))
        .dot_matches_new_line(has('s') || has('p'))
        .swap_greed(has('l'))
        .ignore_whitespace(has('x'))
        .size_limit(limit)
        .dfa_size_limit(limit)
        .nest_limit(32)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) if limit == SMALL.0 => TOO_LONG,
            regex::Error::CompiledTooBig(_) => {
                budget::exhaust(Bound::Bytes);
                "the regular expression is too large"
            }
            regex::Error::Syntax(_) | _ => "the regular expression is wrong",
        })
}

fn describe(regex: &Regex, captures: &Captures<'_>, positions: &mut Positions<'_>) -> Value {
    let groups = captures.iter().zip(regex.capture_names()).filter_map(|(group, name)| {
        let group = group?;
        let mut members = BTreeMap::from([
            (Rc::from("offset"), Value::from(positions.of(group.start()))),
            (Rc::from("length"), Value::from(group.as_str().chars().count())),
            (Rc::from("string"), Value::text(group.as_str())),
        ]);
        members.extend(name.map(|name| (Rc::from("name"), Value::text(name))));
        Some(Value::object(members))
    });
    groups.collect()
}

/// Turns offsets in bytes into offsets in characters; whole matches come in rising order.
struct Positions<'a> {
    text: &'a str,
    bytes: usize,
    characters: usize,
}

impl<'a> Positions<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, bytes: 0, characters: 0 }
    }

    fn of(&mut self, offset: usize) -> usize {
        if offset < self.bytes {
            return self.text[..offset].chars().count();
        }
        self.characters += self.text[self.bytes..offset].chars().count();
        self.bytes = offset;
        self.characters
    }
}
