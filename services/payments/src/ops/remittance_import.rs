//! Importing a bank's file of payments.

use std::collections::BTreeMap;

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id};
use tracing::instrument;

use super::{inquiry, remittance};
use crate::{
    channel::{Batch, Channels, Line},
    domain::{
        BillingCode, ChannelRefusal, Collection, CollectionState, Import, Refusal, Remittance,
    },
    error::Error,
    events::tell,
    store,
};

/// What stands for bills at the bank of a file, by the number that payers give.
type Shown = BTreeMap<String, (Agency, Collection)>;

/// Records every payment of a file whose SHA-256 is `hash`, or none of them.
#[instrument(skip_all, fields(bank.code = batch.bank_code, count = batch.lines.len()))]
pub async fn run(
    tx: &Tx,
    channels: &Channels,
    batch: Batch,
    hash: [u8; 32],
) -> Result<Import, Error> {
    let Batch { bank_code, day, total, lines } = batch;
    let count = lines.len();
    let mut import = Import {
        id: Id::generate(),
        hash,
        bank_code,
        day,
        count,
        total,
        known: 0,
        paid: 0,
        credited: 0,
        suspended: 0,
    };
    if !store::remittance_import::insert(tx, &import).await? {
        let earlier = store::remittance_import::find(tx, &hash).await?.unwrap_or_default();
        return Err(ChannelRefusal::FileRepeated { import: earlier }.into());
    }
    let mut shown = hold_shown(tx, channels, &import.bank_code, &lines).await?;
    for line in in_order(tx, &shown, lines).await? {
        let (remittance, known) = record(tx, &mut shown, line).await?;
        count_one(&mut import, &remittance, known);
    }
    tx.changed("remittance_import", import.id.uuid());
    tell::remittances_imported(tx, &import).await?;
    Ok(import)
}

/// Records one payment. The number of an account stands for its bill, as it does where the bank tells
/// of the payment by itself, and is known to be paid from here on.
async fn record(tx: &Tx, shown: &mut Shown, line: Line) -> Result<(Remittance, bool), Error> {
    let Line { number, mut payment } = line;
    let way = shown.get_mut(&payment.code);
    if let Some((owner, collection)) = &way {
        collection.code().clone_into(&mut payment.code);
        payment.owner = Some(owner.clone());
    }
    let recorded = remittance::record_or_know(tx, payment).await;
    let (remittance, known) = recorded.map_err(|error| at(number, error))?;
    if let Some((owner, collection)) = way {
        // What waits in suspense did not pay its bill: what became of that is asked on.
        let same = remittance.bill == collection.bill.as_ref().map(|(bill, _)| *bill);
        if same && collection.state != CollectionState::Paid {
            *collection = inquiry::paid_for(&tx.within(owner.clone()), collection).await?;
        }
    }
    Ok((remittance, known))
}

/// Holds what stands for bills at a bank and is named in its file. As where a provider tells of a
/// payment, they are held before the bills.
async fn hold_shown(
    tx: &Tx,
    channels: &Channels,
    bank_code: &str,
    lines: &[Line],
) -> Result<Shown, Error> {
    let providers = channels.at_bank(bank_code);
    if providers.is_empty() {
        return Ok(Shown::new());
    }
    let numbers: Vec<_> = lines.iter().map(|line| line.payment.code.as_str()).collect();
    let held = store::collection::hold_all(tx, &providers, &numbers).await?;
    Ok(held.into_iter().map(|held| (held.1.number.clone(), held)).collect())
}

/// The lines of one agency after those of another, each agency's as they stand in the file. All
/// bills are held first and by their ids, then the accounts of one agency after those of another: two
/// files never wait for each other in a circle, nor for a single payment, which is of one agency.
async fn in_order(tx: &Tx, shown: &Shown, lines: Vec<Line>) -> Result<Vec<Line>, Error> {
    let way = |line: &Line| shown.get(&line.payment.code);
    let code = |line: &Line| {
        let code =
            way(line).map_or(line.payment.code.as_str(), |(_, collection)| collection.code());
        code.parse::<BillingCode>().ok()
    };
    let codes: Vec<_> = lines.iter().filter_map(code).collect();
    let owners = store::bill::hold_all(tx, &codes).await?;
    let owner = |line: &Line| {
        let owner = code(line).and_then(|code| owners.get(&code).cloned());
        let owner = owner.or_else(|| way(line).map(|(owner, _)| owner.clone()));
        owner.or_else(|| line.payment.owner.clone()).unwrap_or_else(Agency::platform)
    };
    let mut lines = lines;
    lines.sort_by_cached_key(|line| owner(line).to_string());
    Ok(lines)
}

const fn count_one(import: &mut Import, remittance: &Remittance, known: bool) {
    import.known += known as usize;
    match remittance.misfit {
        _ if remittance.paid => import.paid += 1,
        Some((_, kind)) if kind.is_credit() => import.credited += 1,
        _ => import.suspended += 1,
    }
}

/// The refusal of a payment as that of its line.
fn at(line: usize, error: Error) -> Error {
    if let Error::Refused(Refusal::BankReferenceTaken(number)) = error {
        return ChannelRefusal::FileReferenceTaken { line, number }.into();
    }
    error
}
