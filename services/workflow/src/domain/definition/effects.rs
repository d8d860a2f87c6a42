//! Reading what `metadata` says of the effect of a task.

use super::effect::{Effect, EffectKind};
use super::finding::{Finding, Severity};
use super::model::{Flow, Input, Output, Task, Tasks, Work};
use super::reader::{Reader, Spot, child, nearest};
use super::yaml::Kind;
use serde_json::Map;
use std::sync::Arc;

impl Reader<'_> {
    /// Reads `effect`, `undo`, `undoes` and `notice` of a task's `metadata`; whatever else is there is
    /// the author's own.
    pub fn effect(&mut self, metadata: Option<&Spot<'_>>) -> Effect {
        let Some(metadata) = metadata else { return Effect::default() };
        let Kind::Map(members) = &metadata.node.kind else { return Effect::default() };
        let before = self.findings.len();
        let mut effect = Effect::default();
        for (key, node) in members {
            let spot = Spot { node, pointer: child(&metadata.pointer, &key.name) };
            match key.name.as_str() {
                "effect" => effect.kind = self.effect_kind(&spot),
                "undo" => effect.undo = self.undo(&spot),
                "undoes" => effect.undoes = self.text(&spot),
                "notice" => effect.notice = self.flag(&spot).unwrap_or_default(),
                _ => {}
            }
        }
        self.check_effect(metadata, &effect);
        // Before anybody knew these words, authors could mean something else by them.
        let wrong = |finding: &Finding| finding.severity == Severity::Error;
        if self.functions.trusts() && self.findings.iter().skip(before).any(wrong) {
            self.findings.truncate(before);
            return Effect::default();
        }
        effect
    }

    /// Reads a list of tasks, or the name of a function.
    fn undo(&mut self, spot: &Spot<'_>) -> Option<Tasks> {
        let Kind::Text(name, _) = &spot.node.kind else { return self.tasks(spot, false) };
        let Some(found) = self.names.functions.get(name).cloned() else {
            let known = self.names.functions.keys().map(String::as_str);
            let near = nearest(name, known).map(str::to_owned);
            self.unknown_name(spot, "function", "functions", near.as_deref());
            return None;
        };
        let task = Task {
            pointer: format!("{}/0/{name}", spot.pointer).into(),
            list: spot.pointer.as_str().into(),
            position: 0,
            name: name.clone(),
            condition: None,
            input: Input::default(),
            output: Output::default(),
            export: Output::default(),
            timeout: None,
            then: Flow::default(),
            metadata: Map::new(),
            effect: Effect::default(),
            work: Work::Call(found?),
            line: spot.node.mark.line,
        };
        let tasks: Tasks = vec![Arc::new(task)].into();
        self.lists.insert(spot.pointer.clone(), Arc::clone(&tasks));
        Some(tasks)
    }

    fn effect_kind(&mut self, spot: &Spot<'_>) -> EffectKind {
        match self.text(spot).as_deref() {
            Some("none") | None => EffectKind::None,
            Some("provisional") => EffectKind::Provisional,
            Some("final") => EffectKind::Final,
            Some(other) => {
                let message = format!("{other} is no kind of effect");
                self.wrong(spot, "effect.kind", message, "write none, provisional or final");
                EffectKind::None
            }
        }
    }

    fn check_effect(&mut self, metadata: &Spot<'_>, effect: &Effect) {
        let undone = effect.undo.is_some();
        if effect.kind == EffectKind::Provisional && !undone {
            let message = "nothing undoes what the task takes".to_owned();
            let mend = "add undo: a list of tasks that give it back";
            self.wrong(metadata, "effect.undo", message, mend);
        }
        if effect.kind != EffectKind::Provisional && undone {
            let message = "undo belongs to a task whose effect is provisional".to_owned();
            let mend = "write effect: provisional, or leave undo out";
            self.wrong(metadata, "effect.undo", message, mend);
        }
    }
}
