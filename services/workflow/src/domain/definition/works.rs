//! Reading `switch` and `fork`.

use super::expressions::Scope;
use super::model::{Case, Fork, Work};
use super::reader::{Reader, Spot, child};
use super::tasks::Siblings;
use super::yaml::{Key, Node};

impl Reader<'_> {
    /// Reads the cases of a `switch`.
    pub fn cases(&mut self, spot: &Spot<'_>, siblings: &Siblings) -> Option<Work> {
        let items = self.items(spot)?;
        if items.is_empty() {
            let message = "the switch has no case".to_owned();
            self.wrong(spot, "value.empty", message, "give it at least one case");
        }
        let mut cases: Vec<Case> = Vec::with_capacity(items.len());
        for item in &items {
            let Some((key, node)) = self.single(item) else { continue };
            if cases.iter().any(|case| case.name == key.name) {
                let message = format!("two cases are called {}", key.name);
                let mend = "give each case a name of its own";
                self.error(key.mark, &item.pointer, "name.duplicate", message, mend);
            }
            if let Some(last) = cases.last().filter(|case| case.when.is_none()) {
                let message = format!("the case before, {}, always matches", last.name);
                let mend = "give that one a `when`, or move it to the end";
                self.warn(key.mark, &item.pointer, "flow.unreachable", message, mend);
            }
            let case = self.case(item, (key, node), siblings);
            cases.extend(case);
        }
        Some(Work::Switch(cases))
    }

    fn case(
        &mut self,
        item: &Spot<'_>,
        (key, node): (&Key, &Node),
        siblings: &Siblings,
    ) -> Option<Case> {
        let pointer = child(&item.pointer, &key.name);
        let mut fields = self.fields(&Spot { node, pointer })?;
        let when = fields.take("when");
        let given = when.is_some();
        let when = when.and_then(|spot| self.expression(&spot, Scope::Body));
        let then = self.need(&mut fields, "then");
        let then = then.map(|spot| self.flow(&spot, siblings));
        self.close(fields);
        (given == when.is_some()).then_some(Case {
            name: key.name.clone(),
            when,
            then: then.unwrap_or_default(),
        })
    }

    /// Reads a `fork`.
    pub fn fork(&mut self, spot: &Spot<'_>) -> Option<Work> {
        const MOST: usize = 64;
        let mut fields = self.fields(spot)?;
        let compete = fields.take("compete").and_then(|spot| self.flag(&spot)).unwrap_or(false);
        let branches = self.need(&mut fields, "branches");
        self.close(fields);
        let branches = branches?;
        let tasks = self.tasks(&branches, true)?;
        if tasks.len() > MOST {
            let message = format!("a fork has at most {MOST} branches");
            self.wrong(&branches, "limit.exceeded", message, "use fewer branches");
        }
        Some(Work::Fork(Fork { branches: tasks, compete }))
    }
}
