//! Finding instances by what is known of them.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page};
use sea_orm::Value;

use super::{
    attribute,
    instance::{COLUMNS, read},
};
use crate::domain::instance::{Instance, Wanted};

/// The conditions of a query, and their values.
struct Query {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Query {
    /// Adds a condition that ends with a value, if there is one.
    fn add(&mut self, condition: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.values.push(value.into());
            self.conditions.push(format!("AND {condition} ${}", self.values.len()));
        }
    }

    fn add_attribute(&mut self, tx: &Tx, workflow: &str, (name, value): (&String, &String)) {
        let first = self.values.len() + 1;
        self.values.extend([
            workflow.into(),
            name.as_str().into(),
            attribute::hash(tx, name, value).into(),
        ]);
        self.conditions.push(format!(
            "AND id IN (SELECT instance_id FROM attribute WHERE agency = $1 \
             AND workflow = ${first} AND name = ${} AND value = ${})",
            first + 1,
            first + 2
        ));
    }
}

/// Lists the instances that an error ended and nobody settled, newest first.
pub async fn list_unsettled(tx: &Tx, page: &Page<Instance>) -> Result<Vec<Instance>, DbErr> {
    let values = vec![tx.agency().as_str().into()];
    let mut query = Query { conditions: Vec::new(), values };
    query.add("id <", page.after.map(Id::uuid));
    // The state is written out, so that the index of those that failed serves.
    let list = format!(
        "SELECT {COLUMNS} FROM instance WHERE agency = $1 AND state = 'faulted' AND NOT EXISTS \
         (SELECT 1 FROM settlement WHERE settlement.instance_id = instance.id \
          AND settlement.confirm_time IS NOT NULL) {} ORDER BY id DESC LIMIT {}",
        query.conditions.join(" "),
        page.limit()
    );
    sql::query(tx, &list, query.values).await?.iter().map(read).collect()
}

/// Lists instances, newest first, without what they were given.
pub async fn list(tx: &Tx, wanted: &Wanted, page: &Page<Instance>) -> Result<Vec<Instance>, DbErr> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let values = vec![tx.agency().as_str().into()];
    let mut query = Query { conditions: Vec::new(), values };
    query.add("namespace =", given(&wanted.namespace));
    query.add("name =", given(&wanted.name));
    query.add("version =", given(&wanted.version));
    query.add("state =", wanted.state.map(|state| state.to_string()));
    query.add("case_id =", wanted.case_id);
    query.add("create_time >=", wanted.from);
    query.add("create_time <", wanted.until);
    query.add("id <", page.after.map(Id::uuid));
    for attribute in &wanted.attributes {
        query.add_attribute(tx, &wanted.name, attribute);
    }
    let list = format!(
        "SELECT {COLUMNS} FROM instance WHERE agency = $1 {} ORDER BY id DESC LIMIT {}",
        query.conditions.join(" "),
        page.limit()
    );
    sql::query(tx, &list, query.values).await?.iter().map(read).collect()
}
