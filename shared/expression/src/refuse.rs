//! What an expression may not contain, found by walking its parsed form.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern, Term};
use jaq_core::path::Part;
use std::collections::BTreeSet;

/// The deepest nesting of an expression.
const MAX_NESTING: usize = 100;

/// A refusal: the offending part, and why.
pub type Refused<'s> = (&'s str, String);

/// What an expression calls and reads.
#[derive(Default)]
pub struct Uses<'s> {
    /// The filters it calls, with how many arguments.
    pub calls: BTreeSet<(&'s str, usize)>,
    /// The variables it mentions, with the dollar sign.
    pub variables: BTreeSet<&'s str>,
    /// What it may not contain.
    pub refused: Vec<Refused<'s>>,
    /// Whether user code is walked, rather than the standard library.
    pub strict: bool,
}

impl<'s> Uses<'s> {
    /// Walks a term.
    pub fn walk(&mut self, term: &Term<&'s str>, level: usize) {
        if level > MAX_NESTING && self.strict {
            self.refused.push(("", "the expression is nested deeper than 100 levels".to_owned()));
            return;
        }
        let next = level + 1;
        match term {
            Term::Id | Term::Recurse | Term::Num(_) | Term::Break(_) | Term::Arr(None) => {}
            Term::Str(format, parts) => {
                self.calls.extend(format.map(|format| (format, 0)));
                for part in parts {
                    if let StrPart::Term(term) = part {
                        self.walk(term, next);
                    }
                }
            }
            Term::Arr(Some(term)) | Term::Neg(term) | Term::Label(_, term) => self.walk(term, next),
            Term::Obj(members) => {
                for (name, value) in members {
                    self.walk(name, next);
                    self.all(value, next);
                }
            }
            Term::BinOp(left, operator, right) => {
                self.walk(left, next);
                if let BinaryOp::Pipe(Some(pattern)) = operator {
                    self.pattern(pattern, next);
                }
                self.walk(right, next);
            }
            Term::Fold(_, source, pattern, steps) => {
                self.walk(source, next);
                self.pattern(pattern, next);
                self.all(steps, next);
            }
            Term::TryCatch(tried, caught) => {
                self.walk(tried, next);
                self.all(caught.as_deref(), next);
            }
            Term::IfThenElse(cases, otherwise) => {
                for (condition, then) in cases {
                    self.walk(condition, next);
                    self.walk(then, next);
                }
                self.all(otherwise.as_deref(), next);
            }
            Term::Def(definitions, body) => self.definitions(definitions, body, next),
            Term::Call(name, arguments) => self.call(name, arguments, next),
            Term::Var(name) => drop(self.variables.insert(name)),
            Term::Path(base, path) => {
                self.walk(base, next);
                for (part, _) in &path.0 {
                    self.part(part, next);
                }
            }
        }
    }

    fn all<'t>(&mut self, terms: impl IntoIterator<Item = &'t Term<&'s str>>, level: usize)
    where
        's: 't,
    {
        for term in terms {
            self.walk(term, level);
        }
    }

    fn pattern(&mut self, pattern: &Pattern<&'s str>, level: usize) {
        match pattern {
            Pattern::Var(_) => {}
            Pattern::Arr(parts) => {
                for part in parts {
                    self.pattern(part, level + 1);
                }
            }
            Pattern::Obj(parts) => {
                for (name, part) in parts {
                    self.walk(name, level + 1);
                    self.pattern(part, level + 1);
                }
            }
        }
    }

    fn part(&mut self, part: &Part<Term<&'s str>>, level: usize) {
        match part {
            Part::Index(index) => self.walk(index, level),
            Part::Range(start, end) => {
                self.all([start, end].into_iter().flatten(), level);
            }
        }
    }

    fn definitions(
        &mut self,
        definitions: &[jaq_core::load::parse::Def<&'s str>],
        body: &Term<&'s str>,
        level: usize,
    ) {
        for definition in definitions {
            if self.strict {
                let reason = "functions cannot be defined in an expression".to_owned();
                self.refused.push((definition.name, reason));
            }
            self.walk(&definition.body, level);
        }
        self.walk(body, level);
    }

    fn call(&mut self, name: &'s str, arguments: &[Term<&'s str>], level: usize) {
        if self.strict
            && let Some(reason) = refusal(name, arguments)
        {
            self.refused.push((name, format!("{name} cannot be used: {reason}")));
        }
        self.calls.insert((name, arguments.len()));
        self.all(arguments, level);
    }
}

fn refusal(name: &str, arguments: &[Term<&str>]) -> Option<&'static str> {
    match (name, arguments) {
        (
            "env" | "input" | "inputs" | "input_filename" | "get_search_list" | "input_line_number",
            _,
        ) => Some("an expression sees nothing but its input and its variables"),
        ("now" | "localtime" | "strflocaltime" | "mktime_local", _) => {
            Some("an expression gives the same result whenever it runs")
        }
        ("debug" | "stderr" | "halt" | "halt_error", _) => {
            Some("an expression does nothing but compute a value")
        }
        ("repeat" | "while" | "until" | "limit", _)
        | ("recurse", [_, ..])
        | ("combinations", [_])
        | ("range", []) => Some("it could run without end"),
        ("strftime" | "strptime", [Term::Str(None, parts)]) if plain_format(parts) => None,
        ("strftime" | "strptime", _) => {
            Some("its format must be a literal of plain fields such as \"%Y-%m-%d\"")
        }
        _ => None,
    }
}

/// Whether each field of a time format is one letter, without widths.
fn plain_format(parts: &[StrPart<&str, Term<&str>>]) -> bool {
    let plain = |text: &str| {
        text.len() <= 64
            && text.split('%').skip(1).all(|rest| {
                rest.is_empty() || rest.starts_with(|letter: char| letter.is_ascii_alphabetic())
            })
    };
    parts.iter().all(|part| match part {
        StrPart::Str(text) => plain(text),
        StrPart::Term(_) => false,
        StrPart::Char(_) => true,
    })
}
