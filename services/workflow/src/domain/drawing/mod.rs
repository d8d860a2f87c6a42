//! Drawings of workflows: what a definition looks like, and where an instance stands in it.

mod chart;
mod mark;
mod mermaid;
mod svg;
mod text;

pub use chart::{Chart, Goal, Lane, Step, Way};
pub use mark::{MARKING, Mark, Marks};

use super::definition::Definition;

/// How a workflow is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As text in the language of Mermaid.
    Mermaid,
    /// As an SVG image.
    Svg,
}

/// Draws a workflow, with the marks of an instance if there are any.
#[must_use]
pub fn draw(definition: &Definition, marks: &Marks, format: Format) -> String {
    let chart = Chart::of(definition, marks);
    match format {
        Format::Mermaid => mermaid::write(&chart),
        Format::Svg => svg::write(&chart),
    }
}
