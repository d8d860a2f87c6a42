//! What deadlines are and what happens to them, in the words under which it is kept.

use std::{fmt, str::FromStr};

/// What silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// What was asked for counts as granted.
    Grant,
    /// It goes to the superior.
    Escalate,
    /// Nothing.
    Nothing,
}

/// Where a deadline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its time runs.
    Running,
    /// Its time stands still.
    Stopped,
    /// Its time was over without an answer.
    Passed,
    /// It was answered.
    Closed,
}

/// Whether an answer came in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did.
    InTime,
    /// It came after the end.
    Late,
}

/// What happened to a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It began.
    Started,
    /// Its clock was stopped.
    Stopped,
    /// Its clock went on.
    Restarted,
    /// It was extended.
    Extended,
    /// A calendar changed and its end with it.
    Moved,
    /// Its time was over without an answer.
    Passed,
    /// It was answered.
    Closed,
}

const STATES: [(State, &str); 4] = [
    (State::Running, "running"),
    (State::Stopped, "stopped"),
    (State::Passed, "passed"),
    (State::Closed, "closed"),
];
const SILENCES: [(Silence, &str); 3] =
    [(Silence::Grant, "grant"), (Silence::Escalate, "escalate"), (Silence::Nothing, "nothing")];
const OUTCOMES: [(Outcome, &str); 2] = [(Outcome::InTime, "in_time"), (Outcome::Late, "late")];
const CHANGES: [(Change, &str); 7] = [
    (Change::Started, "started"),
    (Change::Stopped, "stopped"),
    (Change::Restarted, "restarted"),
    (Change::Extended, "extended"),
    (Change::Moved, "moved"),
    (Change::Passed, "passed"),
    (Change::Closed, "closed"),
];

/// A word that is none of those.
pub type NoSuchWord = &'static str;

impl State {
    /// The word for it.
    pub fn word(self) -> &'static str {
        word(&STATES, &self)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for State {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, NoSuchWord> {
        read(&STATES, text).ok_or("not a state of a deadline")
    }
}

impl Silence {
    /// The word for it.
    pub fn word(self) -> &'static str {
        word(&SILENCES, &self)
    }
}

impl FromStr for Silence {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, NoSuchWord> {
        read(&SILENCES, text).ok_or("not what silence means")
    }
}

impl Outcome {
    /// The word for it.
    pub fn word(self) -> &'static str {
        word(&OUTCOMES, &self)
    }
}

impl FromStr for Outcome {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, NoSuchWord> {
        read(&OUTCOMES, text).ok_or("not an outcome of a deadline")
    }
}

impl Change {
    /// The word for it.
    pub fn word(self) -> &'static str {
        word(&CHANGES, &self)
    }
}

impl FromStr for Change {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, NoSuchWord> {
        read(&CHANGES, text).ok_or("not a change of a deadline")
    }
}

fn word<T: PartialEq>(words: &[(T, &'static str)], of: &T) -> &'static str {
    words.iter().find(|(it, _)| it == of).map_or("", |(_, word)| word)
}

fn read<T: Copy>(words: &[(T, &'static str)], text: &str) -> Option<T> {
    words.iter().find(|(_, word)| *word == text).map(|(it, _)| *it)
}
