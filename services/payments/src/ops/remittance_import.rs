//! Importing a bank's file of payments.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id};
use tracing::instrument;

use super::remittance;
use crate::{
    channel::{Batch, Line},
    domain::{BillingCode, ChannelRefusal, Import, Refusal, Remittance},
    error::Error,
    events::tell,
    store,
};

/// Records every payment of a file whose SHA-256 is `hash`, or none of them.
#[instrument(skip_all, fields(bank.code = batch.bank_code, count = batch.lines.len()))]
pub async fn run(tx: &Tx, batch: Batch, hash: [u8; 32]) -> Result<Import, Error> {
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
    for line in in_order(tx, lines).await? {
        let recorded = remittance::record_or_know(tx, line.payment).await;
        let (remittance, known) = recorded.map_err(|error| at(line.number, error))?;
        count_one(&mut import, &remittance, known);
    }
    tx.changed("remittance_import", import.id.uuid());
    tell::remittances_imported(tx, &import).await?;
    Ok(import)
}

/// The lines of one agency after those of another, each agency's as they stand in the file. All
/// bills are held first and by their ids, then the accounts of one agency after those of another: two
/// files never wait for each other in a circle, nor for a single payment, which is of one agency.
async fn in_order(tx: &Tx, lines: Vec<Line>) -> Result<Vec<Line>, Error> {
    let code = |line: &Line| line.payment.code.parse::<BillingCode>().ok();
    let codes: Vec<_> = lines.iter().filter_map(code).collect();
    let owners = store::bill::hold_all(tx, &codes).await?;
    let owner = |line: &Line| {
        let owner = code(line).and_then(|code| owners.get(&code).cloned());
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
