//! What the books and earlier statements know of the lines of a statement.

use std::collections::{HashMap, HashSet};

use rangkai_db::Tx;
use rangkai_primitives::Money;
use uuid::Uuid;

use crate::{
    domain::{About, BankStatementLine, Flow, Recorded, Sighting},
    error::Error,
    store,
};

/// How long the names of files are; what follows in the name of a payment counts within the file.
const NAME: usize = 32;

/// What is known of each line of a bank's statement, in their order.
pub async fn of_lines(
    tx: &Tx,
    bank_code: &str,
    lines: &[BankStatementLine],
) -> Result<Vec<Sighting>, Error> {
    let about = about(tx, lines).await?;
    let unique: HashSet<_> = about.iter().collect();
    let unique: Vec<_> = unique.into_iter().collect();
    let recorded = recorded(tx, bank_code, &unique).await?;
    let mut before = HashMap::<About, Vec<Flow>>::new();
    for (about, flow) in store::bank_statement_line::booked(tx, bank_code, &unique).await? {
        before.entry(about).or_default().push(flow);
    }
    let sighting = |(about, line): (About, &BankStatementLine)| Sighting {
        recorded: choose(recorded.get(&about), line.flow, Some(line.amount)).cloned(),
        before: before.get(&about).cloned().unwrap_or_default(),
        about,
    };
    Ok(about.into_iter().zip(lines).map(sighting).collect())
}

/// Of what is recorded, that with which a line is compared: the same, or else the same way, or any in
/// its currency.
pub fn choose(
    recorded: Option<&Vec<Recorded>>,
    flow: Flow,
    amount: Option<Money>,
) -> Option<&Recorded> {
    let currency = amount?.currency();
    let fitting = || recorded.into_iter().flatten().filter(|it| it.amount.currency() == currency);
    let same_way = || fitting().filter(|it| it.flow == flow);
    let same = same_way().find(|it| Some(it.amount) == amount);
    same.or_else(|| same_way().next()).or_else(|| fitting().next())
}

/// What is recorded at a bank of what some lines are about.
pub async fn recorded(
    tx: &Tx,
    bank_code: &str,
    about: &[&About],
) -> Result<HashMap<About, Vec<Recorded>>, Error> {
    let (mut numbers, mut orders, mut files) = (Vec::new(), Vec::new(), Vec::new());
    for about in about {
        match about {
            About::Number(number) => numbers.push(number.as_str()),
            About::Order(id) => orders.push(*id),
            About::File(id) => files.push(*id),
        }
    }
    let mut found = HashMap::new();
    for (number, recorded) in store::bank_movement::recorded(tx, bank_code, &numbers).await? {
        found.insert(About::Number(number), vec![recorded]);
    }
    let orders = store::payout::orders(tx, &orders).await?.into_iter();
    let files = store::payout::files(tx, &files).await?.into_iter();
    let orders = orders.map(|given| (About::Order(given.id), given));
    for (about, given) in orders.chain(files.map(|given| (About::File(given.id), given))) {
        // What one bank was asked to pay, another one did not.
        if given.bank_code.is_empty() || given.bank_code == bank_code {
            found.insert(about, given.recorded);
        }
    }
    Ok(found)
}

/// What each line is about: an order or a file of ours, or else whatever the bank calls it.
async fn about(tx: &Tx, lines: &[BankStatementLine]) -> Result<Vec<About>, Error> {
    let orders: Vec<_> = lines.iter().filter_map(order).collect();
    let orders = store::payout::orders(tx, &orders).await?;
    let orders: HashSet<_> = orders.into_iter().map(|given| given.id).collect();
    let names: HashSet<_> = lines.iter().filter_map(file).collect();
    let names: Vec<_> = names.into_iter().collect();
    let files: HashMap<_, _> = store::payout::files_named(tx, &names).await?.into_iter().collect();
    let about = |line: &BankStatementLine| {
        let order = order(line).filter(|id| orders.contains(id)).map(About::Order);
        let file = file(line).and_then(|name| files.get(name)).map(|id| About::File(*id));
        order.or(file).unwrap_or_else(|| About::Number(line.reference.clone()))
    };
    Ok(lines.iter().map(about).collect())
}

/// The order that a line may be about.
fn order(line: &BankStatementLine) -> Option<Uuid> {
    let name = line.end_to_end.as_ref().filter(|name| name.len() == NAME)?;
    Uuid::try_parse(name).ok()
}

/// The name of the file that a line may be about.
fn file(line: &BankStatementLine) -> Option<&str> {
    line.payment.as_ref().map(|name| name.get(..NAME).unwrap_or(name))
}
