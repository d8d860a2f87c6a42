//! What a task does to the world, and what undoes it: said in its `metadata`.

use super::model::{Task, Tasks};

/// What a task does that somebody notices.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    /// Whether it can be undone.
    pub kind: EffectKind,
    /// What undoes it: the list `…/metadata/undo`. It is given `{input, output}` of the task.
    pub undo: Option<Tasks>,
    /// The name of an earlier task that it undoes itself.
    pub undoes: Option<String>,
    /// Whether it tells the person what became of the matter.
    pub notice: bool,
}

/// Whether what a task does can be undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EffectKind {
    /// It does nothing that lasts, or nobody said so.
    #[default]
    None,
    /// It takes or holds something that is given back unless a final step follows.
    Provisional,
    /// It decides the matter: from here on, things only go forward.
    Final,
}

impl Effect {
    /// Whether its author said anything about it.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.kind != EffectKind::None || self.undoes.is_some() || self.notice
    }
}

impl Task {
    /// The list that undoes the task.
    #[must_use]
    pub fn undo_list(&self) -> String {
        format!("{}/metadata/undo", self.pointer)
    }
}
