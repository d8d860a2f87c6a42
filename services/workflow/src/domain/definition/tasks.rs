//! Reading lists of tasks, and what all tasks have in common.

use super::expressions::Scope;
use super::flow::unreachable;
use super::model::{Flow, Task, Tasks, Work};
use super::reader::{Fields, Reader, Spot, child, nearest};
use super::yaml::{Key, Kind, Node};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The words that say what a task does; `do` comes last because `for` has one too.
const KEYWORDS: [&str; 12] =
    ["call", "emit", "for", "fork", "listen", "raise", "run", "set", "switch", "try", "wait", "do"];

/// A list that a task stands in.
#[derive(Clone, Debug)]
pub struct Siblings {
    /// The pointer of the list.
    pub pointer: Arc<str>,
    /// The names of its tasks, by position.
    pub names: Vec<String>,
    /// Whether the tasks run at the same time, so that none can lead to another.
    pub branches: bool,
}

impl Reader<'_> {
    /// Reads a list of tasks.
    pub fn tasks(&mut self, spot: &Spot<'_>, branches: bool) -> Option<Tasks> {
        let items = self.items(spot)?;
        let count = items.len();
        let read: Vec<_> = items.iter().map(|item| self.single(item)).collect();
        let named: Vec<(&Key, &Node, &Spot<'_>)> = read
            .into_iter()
            .zip(&items)
            .filter_map(|(single, item)| single.map(|(key, node)| (key, node, item)))
            .collect();
        let all = named.iter().map(|(key, ..)| key.name.clone()).collect();
        let siblings = Siblings { pointer: spot.pointer.as_str().into(), names: all, branches };
        let mut tasks = Vec::with_capacity(count);
        for (position, (key, node, item)) in named.into_iter().enumerate() {
            let pointer = child(&item.pointer, &key.name);
            if siblings.names[..position].contains(&key.name) {
                let message = format!("two tasks of this list are called {}", key.name);
                let mend = "give each task of a list a name of its own";
                self.error(key.mark, &pointer, "name.duplicate", message, mend);
            }
            let task = self.task(&Spot { node, pointer }, key, position, &siblings);
            tasks.extend(task.map(Arc::new));
        }
        if tasks.len() == count && !branches {
            self.warn_unreachable(&tasks);
        }
        let tasks: Tasks = tasks.into();
        self.lists.insert(spot.pointer.clone(), Arc::clone(&tasks));
        Some(tasks)
    }

    fn warn_unreachable(&mut self, tasks: &[Arc<Task>]) {
        for task in unreachable(tasks) {
            let mark = super::yaml::Mark { line: task.line, column: 1 };
            let message = format!("nothing leads to the task {}", task.name);
            let mend = "remove it, or correct the `then` of the tasks before it";
            let pointer = task.pointer.to_string();
            self.warn(mark, &pointer, "flow.unreachable", message, mend);
        }
    }

    /// Opens an item that must be an object of one member: the name and what it names.
    pub fn single<'n>(&mut self, item: &Spot<'n>) -> Option<(&'n Key, &'n Node)> {
        let members = self.members(item)?;
        let [(key, node)] = members else {
            let message = format!("an item holds one name, found {}", members.len());
            let mend = "begin each with a dash; indent what belongs to it below its name";
            self.wrong(item, "task.single", message, mend);
            return None;
        };
        Some((key, node))
    }

    fn task(
        &mut self,
        spot: &Spot<'_>,
        key: &Key,
        position: usize,
        siblings: &Siblings,
    ) -> Option<Task> {
        let mut fields = self.fields(spot)?;
        let before = self.findings.len();
        let condition = fields.take("if").and_then(|spot| self.expression(&spot, Scope::Start));
        let input = fields.take("input");
        let input = self.input(input, Scope::Start);
        let output = fields.take("output");
        let output = self.output(output, Scope::Body);
        let export = fields.take("export");
        let export = self.output(export, Scope::Export);
        let timeout = fields.take("timeout");
        let timeout = self.timeout(timeout, Scope::Body);
        let then = fields.take("then").map(|spot| self.flow(&spot, siblings));
        let metadata = fields.take("metadata");
        let effect = self.effect(metadata.as_ref());
        let metadata = self.task_metadata(metadata);
        let work = self.work(spot, &mut fields, siblings);
        // Keys of a task whose kind is unknown cannot be judged.
        if work.is_some() || self.findings.len() == before {
            self.close(fields);
        }
        Some(Task {
            pointer: spot.pointer.as_str().into(),
            list: Arc::clone(&siblings.pointer),
            position,
            name: key.name.clone(),
            condition,
            input,
            output,
            export,
            timeout,
            then: then.unwrap_or_default(),
            metadata,
            effect,
            work: work?,
            line: key.mark.line,
        })
    }

    fn work(
        &mut self,
        spot: &Spot<'_>,
        fields: &mut Fields<'_>,
        siblings: &Siblings,
    ) -> Option<Work> {
        let present: Vec<&str> = KEYWORDS.into_iter().filter(|word| fields.has(word)).collect();
        let keyword = match present.as_slice() {
            [keyword] | [keyword @ "for", "do"] => *keyword,
            [] => {
                let message = "the task does nothing".to_owned();
                let mend = format!("give it one of {}", KEYWORDS.join(", "));
                self.wrong(spot, "task.kind", message, &mend);
                return None;
            }
            several => {
                let message = format!("the task has {} at once", several.join(" and "));
                self.wrong(spot, "task.kind", message, "make a task of its own of each");
                return None;
            }
        };
        match keyword {
            "do" => {
                let spot = fields.take("do")?;
                self.tasks(&spot, false).map(Work::Do)
            }
            "set" => {
                let spot = fields.take("set")?;
                self.set(&spot)
            }
            "switch" => {
                let spot = fields.take("switch")?;
                self.cases(&spot, siblings)
            }
            "try" => self.try_task(fields),
            "fork" => {
                let spot = fields.take("fork")?;
                self.fork(&spot)
            }
            "listen" => self.listen(fields),
            "wait" => {
                let spot = fields.take("wait")?;
                self.duration(&spot, Scope::Body).map(Work::Wait)
            }
            "raise" => {
                let spot = fields.take("raise")?;
                self.raise(&spot)
            }
            "call" => self.call(fields),
            "for" => self.for_task(fields),
            "emit" => {
                let spot = fields.take("emit")?;
                self.emit(&spot)
            }
            "run" => {
                let spot = fields.take("run")?;
                self.run(&spot)
            }
            _ => None,
        }
    }

    /// Reads `then`.
    pub fn flow(&mut self, spot: &Spot<'_>, siblings: &Siblings) -> Flow {
        let Some(target) = self.text(spot) else { return Flow::Continue };
        match target.as_str() {
            "continue" => return Flow::Continue,
            "exit" => return Flow::Exit,
            "end" => return Flow::End,
            _ => {}
        }
        let position = siblings.names.iter().position(|name| *name == target);
        if let Some(position) = position.filter(|_| !siblings.branches) {
            return Flow::To(position);
        }
        let message = if siblings.branches {
            "branches run at the same time; none leads to another".to_owned()
        } else {
            format!("there is no task {target} in this list")
        };
        let known = siblings.names.iter().map(String::as_str).chain(["continue", "exit", "end"]);
        let mend = match nearest(&target, known) {
            Some(near) if !siblings.branches => format!("did you mean {near}?"),
            _ => "name a task of the same list, or write continue, exit or end".to_owned(),
        };
        self.wrong(spot, "flow.target", message, &mend);
        Flow::Continue
    }

    /// Reads an object of the author's own.
    pub fn object(&mut self, spot: Option<Spot<'_>>) -> Map<String, Value> {
        let Some(spot) = spot else { return Map::new() };
        match spot.node.value() {
            Value::Object(members) => members,
            Value::Null => Map::new(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.kind(&spot, "an object");
                Map::new()
            }
        }
    }

    fn set(&mut self, spot: &Spot<'_>) -> Option<Work> {
        match &spot.node.kind {
            Kind::Map(members) if members.is_empty() => {
                let message = "nothing is set".to_owned();
                self.wrong(spot, "value.empty", message, "give it at least one member");
                None
            }
            Kind::Map(_) => self.template(spot, Scope::Body).map(Work::Set),
            Kind::Text(..) => self.shape(spot, Scope::Body).map(Work::Set),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) => {
                self.kind(spot, "an object or an expression");
                None
            }
        }
    }
}
