//! What happened to an instance, in sentences for those whom it is about.

use rangkai_primitives::Timestamp;

use super::{
    definition::{Definition, Language, Task, Told, Work},
    instance::Kind,
};

/// What may be told; all else is technical.
pub const TOLD: [Kind; 6] = [
    Kind::InstanceStarted,
    Kind::TaskWaiting,
    Kind::TaskCompleted,
    Kind::InstanceCompleted,
    Kind::InstanceFaulted,
    Kind::InstanceCancelled,
];

/// The longest name of a task in a sentence, in characters.
const LONGEST_NAME: usize = 80;

/// One thing that happened, without its details: those may be personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Its place in the history.
    pub sequence: i64,
    /// What happened.
    pub kind: Kind,
    /// The task; empty when it is about the whole instance.
    pub task: String,
    /// When it happened.
    pub time: Timestamp,
}

/// One sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The place in the history of what it tells; of the last, where it tells several.
    pub sequence: i64,
    /// When that happened.
    pub time: Timestamp,
    /// The sentence.
    pub sentence: String,
    /// How often it happened, one after the other.
    pub times: u32,
}

/// Whoever tells what happened to an instance.
#[derive(Debug)]
pub struct Teller<'d> {
    definition: &'d Definition,
    language: Language,
    lines: Vec<Line>,
}

impl<'d> Teller<'d> {
    /// Begins to tell.
    #[must_use]
    pub fn new(definition: &'d Definition, language: Language) -> Self {
        Self { definition, language, lines: Vec::new() }
    }

    /// What was told so far.
    #[must_use]
    pub fn lines(self) -> Vec<Line> {
        self.lines
    }

    /// Tells one thing, if it is one to tell; not if that would make more than `most` lines. Answers
    /// whether it is dealt with.
    pub fn tell(&mut self, happened: &Happened, most: usize) -> bool {
        let Some(sentence) = self.sentence(happened) else { return true };
        if let Some(last) = self.lines.last_mut().filter(|last| last.sentence == sentence) {
            (last.sequence, last.time) = (happened.sequence, happened.time);
            last.times += 1;
            return true;
        }
        if self.lines.len() >= most {
            return false;
        }
        let (sequence, time) = (happened.sequence, happened.time);
        self.lines.push(Line { sequence, time, sentence, times: 1 });
        true
    }

    fn sentence(&self, happened: &Happened) -> Option<String> {
        let (indonesian, english) = match happened.kind {
            Kind::InstanceStarted => ("Proses dimulai.", "The process began."),
            Kind::InstanceCompleted => ("Proses selesai.", "The process is complete."),
            Kind::InstanceFaulted => (
                "Proses terhenti karena kendala teknis.",
                "The process stopped because of a technical problem.",
            ),
            Kind::InstanceCancelled => ("Proses dibatalkan.", "The process was cancelled."),
            Kind::TaskWaiting | Kind::TaskCompleted => return self.of_task(happened),
            Kind::TaskStarted
            | Kind::CallAnnounced
            | Kind::CallAnswered
            | Kind::EventTaken
            | Kind::TaskFaulted
            | Kind::TaskRetried
            | Kind::TaskCancelled
            | Kind::EventEmitted
            | Kind::ChildStarted
            | Kind::TaskUndone
            | Kind::UndoFailed => return None,
        };
        Some(self.speak(indonesian, english).to_owned())
    }

    fn of_task(&self, happened: &Happened) -> Option<String> {
        let task = self.definition.task(&happened.task)?;
        if self.is_hidden(&task.pointer) {
            return None;
        }
        let told = Told::of(&task.metadata);
        let waits = happened.kind == Kind::TaskWaiting;
        let written = if waits { &told.waiting } else { &told.done };
        if let Some(sentence) = written.get(self.language) {
            return Some(sentence.to_owned());
        }
        if !waits && !is_worth_telling(task) {
            return None;
        }
        let title = told.title.get(self.language).map(str::to_owned);
        let title = title.unwrap_or_else(|| humanised(&task.name));
        let said =
            if waits { self.speak("Menunggu", "Waiting") } else { self.speak("Selesai", "Done") };
        Some(format!("{said}: {title}."))
    }

    /// Whether the task, or one around it, is hidden.
    fn is_hidden(&self, pointer: &str) -> bool {
        let ends = pointer.match_indices('/').map(|(end, _)| end).chain([pointer.len()]);
        let around = ends.filter_map(|end| self.definition.task(&pointer[..end]));
        around.into_iter().any(|task| Told::of(&task.metadata).hidden)
    }

    fn speak(&self, indonesian: &'static str, english: &'static str) -> &'static str {
        match self.language {
            Language::Indonesian => indonesian,
            Language::English => english,
        }
    }
}

/// Whether the end of a task is told although its author wrote no sentence: whether it dealt with
/// somebody outside.
fn is_worth_telling(task: &Task) -> bool {
    match &task.work {
        Work::Call(_) | Work::Listen(_) | Work::Run(_) => true,
        Work::Do(_)
        | Work::Set(_)
        | Work::Switch(_)
        | Work::Try(_)
        | Work::For(_)
        | Work::Fork(_)
        | Work::Emit(_)
        | Work::Wait(_)
        | Work::Raise(_) => false,
    }
}

/// A name such as `issueBill` as people write it: `Issue bill`.
fn humanised(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for part in name.split(|letter: char| !letter.is_alphanumeric()) {
        let mut before = ' ';
        for letter in part.chars() {
            let begins = before == ' ' || (letter.is_uppercase() && !before.is_uppercase());
            match words.last_mut() {
                Some(word) if !begins => word.push(letter),
                _ => words.push(letter.to_string()),
            }
            before = letter;
        }
    }
    let spelled = words.iter().map(|word| {
        let is_short_form = word.chars().count() > 1 && word.chars().all(char::is_uppercase);
        if is_short_form { word.clone() } else { word.to_lowercase() }
    });
    let text = spelled.collect::<Vec<_>>().join(" ");
    let mut letters = text.chars().take(LONGEST_NAME);
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    first.into_iter().chain(letters.map(String::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_as_people_write_it() {
        for (name, told) in [
            ("issueBill", "Issue bill"),
            ("tunggu_pembayaran-2", "Tunggu pembayaran 2"),
            ("cekNIK", "Cek NIK"),
            ("a<b>\n\u{202E}c", "A b c"),
            ("", ""),
        ] {
            assert_eq!(humanised(name), told);
        }
        assert_eq!(humanised(&"x".repeat(200)).len(), 80);
    }
}
