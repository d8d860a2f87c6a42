//! The expressions of a definition.

use rangkai_expression::Expression;

use super::parts;
use crate::domain::yaml::{Findings, Place};

/// Compiles the expression that stands here.
pub fn compile(at: &Place<'_>, found: &mut Findings) -> Option<Expression> {
    let text = at.text(found)?;
    match Expression::compile(text, &[]) {
        Ok(expression) => Some(expression),
        Err(error) => {
            let position = text.get(..error.offset).map_or(1, |before| before.chars().count() + 1);
            let message = format!("{} (at character {position} of the expression)", error.message);
            found.add(at, message);
            None
        }
    }
}

/// Compiles the expressions that stand here, by their names.
pub fn compile_all(at: &Place<'_>, found: &mut Findings) -> Option<Vec<(String, Expression)>> {
    let entries = parts::some(at, at.entries(found)?, found)?;
    let read = |(name, place): &(&str, Place<'_>)| {
        let name = parts::name(place, name, '_', found);
        let expression = compile(place, found);
        Some((name?, expression?))
    };
    entries.iter().map(read).collect::<Vec<_>>().into_iter().collect()
}
