//! Writing files of orders, showing them, and taking what banks report about them.

use std::collections::BTreeMap;

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page, Sensitive};
use tracing::instrument;
use uuid::Uuid;

use super::instruction;
use crate::{
    domain::{
        Direction, Exception, ExceptionKind, Imported, Instruction, Movement, Notice, Order,
        Outcome, RailFile, RailRefusal, RailReport, ReportKind, StatusReport, Unresolved, Word,
        weigh, words,
    },
    error::Error,
    events::tell,
    iso20022::{Debtor, Initiation, Message, control_sum, is_retry_safe},
    store,
};

/// Writes a file of orders, each of which is in no other file.
#[instrument(skip_all, fields(envelope.id = %envelope, orders = orders.len()))]
pub async fn write_file(
    tx: &Tx,
    envelope: Uuid,
    orders: &[Order],
    debtor: &Debtor,
) -> Result<RailFile, Error> {
    let id = Id::<RailFile>::generate();
    let file = RailFile {
        id,
        name: id.uuid().simple().to_string(),
        envelope,
        order_count: u64::try_from(orders.len()).unwrap_or(u64::MAX),
        control_sum: control_sum(orders.iter()),
        create_time: tx.now(),
    };
    let initiation = Initiation {
        file: &file.name,
        agency: tx.agency().as_str(),
        debtor,
        orders,
        now: tx.now(),
    };
    store::rail_file::insert(tx, &file, &initiation.write()).await?;
    store::rail_order::insert(tx, file.id, orders).await?;
    tx.changed("rail_file", file.id.uuid());
    tell::rail_file_written(tx, &file).await?;
    Ok(file)
}

/// Lists files, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn files(
    tx: &Tx,
    page: &Page<RailFile>,
) -> Result<(Vec<RailFile>, Option<Id<RailFile>>), Error> {
    let mut files = store::rail_file::list(tx, page).await?;
    let next = page.cut(&mut files, |file| file.id);
    Ok((files, next))
}

/// Gets a file and what is in it; that somebody did is recorded.
#[instrument(skip_all, fields(rail_file.id = %id))]
pub async fn file(tx: &Tx, id: Id<RailFile>) -> Result<(RailFile, Sensitive<Vec<u8>>), Error> {
    let found = store::rail_file::find(tx, id).await?.ok_or(RailRefusal::FileNotFound)?;
    tx.changed("rail_file", id.uuid());
    Ok(found)
}

/// Lists the orders of which nobody knows what became, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn unresolved(
    tx: &Tx,
    page: &Page<Instruction>,
) -> Result<(Vec<Unresolved>, Option<Id<Instruction>>), Error> {
    let mut orders = store::unresolved::list(tx, page).await?;
    let next = page.cut(&mut orders, |order| order.instruction);
    Ok((orders, next))
}

/// Takes what a bank reports of orders. A message is taken once; what it says of an order that came
/// to its end before changes nothing. Notices must be about the account `own`, which pays.
#[instrument(skip_all)]
pub async fn import(
    tx: &Tx,
    content_hash: [u8; 32],
    message: &Message,
    own: &str,
) -> Result<Imported, Error> {
    if let Message::Notices(notices) = message
        && notices.iter().any(|notice| notice.account != own)
    {
        return Err(RailRefusal::AccountWrong.into());
    }
    let (kind, name) = match message {
        Message::Status(report) => (ReportKind::Pain002, report.id.clone()),
        Message::Notices(notices) => {
            let first = notices.first().map(|notice| notice.id.clone());
            (ReportKind::Camt054, first.unwrap_or_default())
        }
    };
    let report = RailReport { id: Id::generate(), kind, message: name, create_time: tx.now() };
    if let Some(earlier) = store::rail_report::insert(tx, &report, content_hash).await? {
        return Err(RailRefusal::ReportTaken(earlier).into());
    }
    let (words, exceptions) = match message {
        Message::Status(status) => said_of_file(tx, status).await?,
        Message::Notices(notices) => said_of_account(tx, notices).await?,
    };
    let mut imported = Imported { report, settled_count: 0, pending_count: 0, exceptions };
    hear(tx, words, &mut imported).await?;
    tx.changed("rail_report", imported.report.id.uuid());
    tell::rail_report_imported(tx, &imported).await?;
    Ok(imported)
}

/// What a status report says of the orders of its file, once its totals are those of the file.
async fn said_of_file(
    tx: &Tx,
    report: &StatusReport,
) -> Result<(Vec<Word>, Vec<Exception>), Error> {
    let file = store::rail_file::find_named(tx, &report.file).await?;
    let file = file.ok_or(RailRefusal::FileNotFound)?;
    let differs = |element| RailRefusal::ReportMismatch { file: file.id, element };
    if report.order_count.is_some_and(|count| count != file.order_count) {
        return Err(differs("OrgnlNbOfTxs").into());
    }
    if report.sum.as_ref().is_some_and(|sum| *sum != file.control_sum) {
        return Err(differs("OrgnlCtrlSum").into());
    }
    let orders = store::rail_order::of_file(tx, file.id).await?;
    Ok(words(report, &orders))
}

/// What notices say of orders: what went out was paid, what came back was not.
async fn said_of_account(
    tx: &Tx,
    notices: &[Notice],
) -> Result<(Vec<Word>, Vec<Exception>), Error> {
    let entries: Vec<(&str, &Movement)> = notices
        .iter()
        .flat_map(|notice| &notice.entries)
        // Money that came in by itself is no answer to an order.
        .filter(|entry| entry.direction == Direction::Debit || entry.returned.is_some())
        .filter_map(|entry| Some((entry.end_to_end.as_deref()?, entry)))
        .collect();
    let names: Vec<_> = entries.iter().map(|(name, _)| *name).collect();
    let orders = store::rail_order::named(tx, &names).await?;
    let orders: BTreeMap<_, _> =
        orders.iter().map(|order| (order.end_to_end.as_str(), order)).collect();
    let (mut words, mut exceptions) = (Vec::new(), Vec::new());
    for (name, entry) in entries {
        match weigh(orders.get(name).copied(), Some(entry.amount)) {
            Ok(order) => words.push(Word { order: order.clone(), outcome: outcome(entry) }),
            Err(kind) => exceptions.push(Exception { end_to_end: name.to_owned(), kind }),
        }
    }
    Ok((words, exceptions))
}

fn outcome(entry: &Movement) -> Outcome {
    match &entry.returned {
        Some(reason) => {
            Outcome::Failed { reason: reason.clone(), retry_safe: is_retry_safe(reason) }
        }
        None => Outcome::Paid { reference: entry.reference.clone(), time: entry.booked },
    }
}

/// Records the words, envelope by envelope. All of them are held first, in the order of their ids:
/// settling one holds the fund and accounts, for which whoever holds the next may be waiting.
async fn hear(tx: &Tx, words: Vec<Word>, imported: &mut Imported) -> Result<(), Error> {
    let mut envelopes = BTreeMap::<_, Vec<Word>>::new();
    for word in words {
        envelopes.entry(word.order.envelope).or_default().push(word);
    }
    for envelope in envelopes.keys() {
        store::envelope::lock(tx, (*envelope).into()).await?;
    }
    for (envelope, words) in envelopes {
        let outcomes: Vec<_> =
            words.iter().map(|word| (word.order.id, word.outcome.clone())).collect();
        let settled = instruction::settle(tx, envelope.into(), &outcomes).await?;
        imported.settled_count += u64::try_from(settled.ended).unwrap_or_default();
        imported.pending_count += u64::try_from(settled.waiting).unwrap_or_default();
        let late = store::late_answer::of_now(tx, envelope.into()).await?;
        for word in words {
            // A repeated "under way" is no news.
            let Some(contradicts) = late.get(&word.order.id) else { continue };
            let kind =
                if *contradicts { ExceptionKind::Contradicts } else { ExceptionKind::Repeated };
            let end_to_end = word.order.end_to_end;
            imported.exceptions.push(Exception { end_to_end, kind });
        }
    }
    Ok(())
}
