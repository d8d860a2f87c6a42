//! Parsing an expression, bounded before the parser recurses.

use crate::ExpressionError;
use jaq_core::load::lex::{StrPart, Tok, Token};
use jaq_core::load::parse::Term;
use jaq_core::load::{self, Lexer, Parser};

/// The most words and signs of an expression.
const MAX_TOKENS: usize = 2_000;
/// The deepest nesting of brackets.
const MAX_BRACKETS: usize = 100;

/// Parses a text into its term.
pub fn parse(text: &str) -> Result<Term<&str>, ExpressionError> {
    let at = |offset, message| ExpressionError { message, offset };
    if brackets(text) > MAX_BRACKETS {
        return Err(at(0, "the brackets are nested deeper than 100 levels".to_owned()));
    }
    let tokens = Lexer::new(text).lex().map_err(|errors| match errors.into_iter().next() {
        Some((expected, rest)) => {
            let message = format!("expected {}", expected.as_str());
            at(load::span(text, rest).start, message)
        }
        None => at(0, "not an expression".to_owned()),
    })?;
    if count(&tokens) > MAX_TOKENS {
        return Err(at(0, "an expression has at most 2,000 words and signs".to_owned()));
    }
    Parser::new(&tokens).parse(Parser::term).map_err(|errors| match errors.into_iter().next() {
        Some((expected, found)) => {
            let offset = found.map_or(text.len(), |token| load::span(text, token.as_str()).start);
            at(offset, format!("expected {}", expected.as_str()))
        }
        None => at(0, "not an expression".to_owned()),
    })
}

/// How deep brackets are nested, those in strings included: a bound for the lexer, no more.
fn brackets(text: &str) -> usize {
    let (mut level, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => level += 1,
            b')' | b']' | b'}' => level = level.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(level);
    }
    deepest
}

fn count(tokens: &[Token<&str>]) -> usize {
    let inner = |token: &Token<&str>| match &token.1 {
        Tok::Block(tokens) => 1 + count(tokens),
        Tok::Str(parts) => parts.iter().map(part).sum::<usize>() + 1,
        Tok::Word | Tok::Var | Tok::Fmt | Tok::Num | Tok::Sym => 1,
    };
    tokens.iter().map(inner).sum()
}

fn part(part: &StrPart<&str, Token<&str>>) -> usize {
    match part {
        StrPart::Term(token) => count(std::slice::from_ref(token)),
        StrPart::Str(_) | StrPart::Char(_) => 1,
    }
}
