//! Reading `for`, and what a `listen` does about each event.

use super::event::Foreach;
use super::expressions::Scope;
use super::model::{For, TurnNames, Work};
use super::reader::{Fields, Reader, Spot};

impl Reader<'_> {
    /// Reads a `for` with its `while` and `do`.
    pub fn for_task(&mut self, fields: &mut Fields<'_>) -> Option<Work> {
        let spot = fields.take("for")?;
        let mut each = self.fields(&spot)?;
        let items = self.need(&mut each, "in");
        let items = items.and_then(|spot| self.expression(&spot, Scope::Body));
        let names = self.turn_names(&mut each, "each");
        self.close(each);
        let condition = fields.take("while");
        let tasks = self.need(fields, "do");
        let given = condition.is_some();
        let (condition, tasks) = self.in_turn(&names, |this| {
            let condition = condition.and_then(|spot| this.expression(&spot, Scope::Body));
            (condition, tasks.and_then(|spot| this.tasks(&spot, false)))
        });
        if given && condition.is_none() {
            return None;
        }
        Some(Work::For(Box::new(For { items: items?, names, condition, tasks: tasks? })))
    }

    /// Reads the `foreach` of a `listen`.
    pub fn foreach(&mut self, spot: &Spot<'_>) -> Option<Foreach> {
        let mut fields = self.fields(spot)?;
        let names = self.turn_names(&mut fields, "item");
        let (tasks, output, export) =
            (fields.take("do"), fields.take("output"), fields.take("export"));
        self.close(fields);
        let (tasks, output, export) = self.in_turn(&names, |this| {
            let tasks = tasks.and_then(|spot| this.tasks(&spot, false));
            (tasks, this.output(output, Scope::Body), this.output(export, Scope::Export))
        });
        Some(Foreach { names, tasks, output, export })
    }

    /// The variables of a turn; that of the item is named under `item_key`.
    fn turn_names(&mut self, fields: &mut Fields<'_>, item_key: &'static str) -> TurnNames {
        let item = fields.take(item_key).and_then(|spot| self.variable(&spot));
        let index = fields.take("at").and_then(|spot| self.variable(&spot));
        TurnNames {
            item: item.unwrap_or_else(|| "item".to_owned()),
            index: index.unwrap_or_else(|| "index".to_owned()),
        }
    }

    /// Reads what may use the variables of a turn.
    fn in_turn<T>(&mut self, names: &TurnNames, read: impl FnOnce(&mut Self) -> T) -> T {
        self.variables.extend([names.item.clone(), names.index.clone()]);
        let value = read(self);
        self.variables.truncate(self.variables.len() - 2);
        value
    }
}
