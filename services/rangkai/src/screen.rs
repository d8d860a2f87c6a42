//! What the command line prints: results on standard output, progress and failures beside it.

use std::{
    error::Error as _,
    fmt::Display,
    io::{self, IsTerminal as _, Write},
    time::Duration,
};

use indicatif::ProgressBar;
use owo_colors::{AnsiColors, OwoColorize as _, Stream};
use tonic::Code;
use tonic_types::StatusExt as _;

/// Where output goes.
pub struct Screen {
    out: Box<dyn Write + Send>,
    progress: Option<ProgressBar>,
    is_terminal: bool,
    hear: Option<Hear>,
}

/// Who is told each step.
type Hear = Box<dyn FnMut(Step<'_>) + Send>;

/// One step, just taken.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Whose step it was.
    pub block: Block,
    /// What was done.
    pub done: &'a str,
    /// The state that it led to.
    pub state: &'a str,
}

impl Screen {
    /// The terminal, or the pipe that stands in for it.
    #[must_use]
    pub fn of_the_terminal() -> Self {
        let is_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
        Self { out: Box::new(io::stdout()), progress: None, is_terminal, hear: None }
    }

    /// A screen that nobody sees; for tests.
    #[must_use]
    pub fn dark() -> Self {
        Self { out: Box::new(io::sink()), progress: None, is_terminal: false, hear: None }
    }

    /// A screen that nobody sees and that tells `hear` each step before the next is taken; for
    /// tests that do something in between.
    #[must_use]
    pub fn told_to(hear: impl FnMut(Step<'_>) + Send + 'static) -> Self {
        Self { hear: Some(Box::new(hear)), ..Self::dark() }
    }

    /// Prints one line.
    ///
    /// # Errors
    ///
    /// When standard output is gone.
    pub fn line(&mut self, text: impl Display) -> io::Result<()> {
        let Self { out, progress, .. } = self;
        let mut write = || writeln!(out, "{text}");
        match progress {
            Some(progress) => progress.suspend(write),
            None => write(),
        }
    }

    /// Prints a heading.
    ///
    /// # Errors
    ///
    /// When standard output is gone.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        self.line("")?;
        let bold = text.if_supports_color(Stream::Stdout, |text| text.bold()).to_string();
        self.line(bold)
    }

    /// Prints one step: the block, what was done, and the state that it led to.
    ///
    /// # Errors
    ///
    /// When standard output is gone.
    pub fn step(&mut self, block: Block, done: &str, state: &str) -> io::Result<()> {
        if let Some(hear) = &mut self.hear {
            hear(Step { block, done, state });
        }
        let name = format!("{:<12}", block.name());
        let name = name.if_supports_color(Stream::Stdout, |name| name.color(block.color()));
        let state = state.if_supports_color(Stream::Stdout, |state| state.bold());
        let line = format!("  {name} {done} → {state}");
        self.line(line)
    }

    /// Prints whether something holds.
    ///
    /// # Errors
    ///
    /// When standard output is gone.
    pub fn verdict(&mut self, holds: bool, claim: &str) -> io::Result<()> {
        let (mark, color) =
            if holds { ("✓", AnsiColors::Green) } else { ("✗", AnsiColors::Red) };
        let mark = mark.if_supports_color(Stream::Stdout, |mark| mark.color(color)).to_string();
        self.line(format!("  {mark} {claim}"))
    }

    /// Shows that something is awaited, until the next call of [`Screen::arrived`].
    pub fn waiting(&mut self, what: &str) {
        self.arrived();
        if self.is_terminal {
            let progress = ProgressBar::new_spinner().with_message(what.to_owned());
            progress.enable_steady_tick(Duration::from_millis(100));
            self.progress = Some(progress);
        }
    }

    /// Takes away what [`Screen::waiting`] shows.
    pub fn arrived(&mut self) {
        if let Some(progress) = self.progress.take() {
            progress.finish_and_clear();
        }
    }

    /// Prints why the program ends, on standard error: for a refusal of a block also its reason
    /// and each field that broke its contract.
    pub fn failure(&mut self, error: &anyhow::Error) {
        self.arrived();
        let refusal = error.chain().find_map(|cause| cause.downcast_ref::<tonic::Status>());
        let text =
            refusal.map_or_else(|| format!("error: {error:#}"), |status| told(error, status));
        // Nothing is left to be done when standard error is gone too.
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// A block's refusal: its message, its reason, and each field that broke the contract.
fn told(error: &anyhow::Error, status: &tonic::Status) -> String {
    // An error that is itself the refusal has nothing to add to it.
    let at = if error.is::<tonic::Status>() { String::new() } else { format!("{error}: ") };
    let mut lines = vec![format!("error: {at}{} ({:?})", status.message(), status.code())];
    if let Some(info) = status.get_details_error_info() {
        lines.push(format!("reason: {}", info.reason));
        lines.extend(info.metadata.iter().map(|(key, value)| format!("{key}: {value}")));
    }
    let broken = status.get_details_bad_request().map(|bad| bad.field_violations);
    let broken = broken.into_iter().flatten();
    // Descriptions begin with the field, as sentences do.
    lines.extend(broken.map(|broken| broken.description));
    if status.source().is_some() && status.code() == Code::Unavailable {
        lines.push("no block answers there; is `rangkai up` running?".to_owned());
    }
    lines.join("\n  ")
}

/// Whose step it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// Who a person is.
    Identity,
    /// Money.
    Payments,
    /// Applications, tasks, decisions, records.
    Registration,
    /// Messages.
    Messaging,
    /// The course of a case.
    Workflow,
}

impl Block {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Payments => "payments",
            Self::Registration => "registration",
            Self::Messaging => "messaging",
            Self::Workflow => "workflow",
        }
    }

    const fn color(self) -> AnsiColors {
        match self {
            Self::Identity => AnsiColors::Cyan,
            Self::Payments => AnsiColors::Green,
            Self::Registration => AnsiColors::Yellow,
            Self::Messaging => AnsiColors::Magenta,
            Self::Workflow => AnsiColors::Blue,
        }
    }
}
