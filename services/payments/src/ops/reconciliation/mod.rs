//! Importing what banks say, and resolving where they and the books differ.

mod import;
mod known;
mod late;
mod payouts;
mod resolve;

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Page};
use tracing::instrument;
use uuid::Uuid;

use super::ledger;
use crate::{
    domain::{BankStatement, Break, BreakState, Occasion, ReconciliationRefusal as Refusal},
    error::Error,
    events::tell,
    store,
};

pub use import::import;
pub use payouts::came_back;
pub use resolve::{confirm, propose};

/// Who resolves a break when a later statement does, or a later record.
const BLOCK: &str = "payments";

/// Lists statements, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn statements(
    tx: &Tx,
    bank_code: Option<&str>,
    page: &Page<BankStatement>,
) -> Result<(Vec<BankStatement>, Option<Id<BankStatement>>), Error> {
    let mut statements = store::bank_statement::list(tx, bank_code, page).await?;
    let next = page.cut(&mut statements, |statement| statement.id);
    Ok((statements, next))
}

/// Lists breaks, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn breaks(
    tx: &Tx,
    state: Option<BreakState>,
    of: (Option<Id<BankStatement>>, bool),
    page: &Page<Break>,
) -> Result<(Vec<Break>, Option<Id<Break>>), Error> {
    let mut breaks = store::reconciliation_break::list(tx, state, of, page).await?;
    let next = page.cut(&mut breaks, |it| it.id);
    Ok((breaks, next))
}

/// Keeps a break that was resolved or settled, and tells so.
async fn keep(tx: &Tx, before: BreakState, it: &Break) -> Result<(), Error> {
    store::reconciliation_break::update(tx, it).await?;
    tx.changed("break", it.id.uuid());
    if it.state == BreakState::Resolved && before != BreakState::Resolved {
        tell::break_resolved(tx, it).await?;
    } else if it.settle_time.is_some() {
        tell::break_settled(tx, it).await?;
    }
    Ok(())
}

/// Posts a correction, unless the account at the bank does not hold as much.
async fn post(tx: &Tx, (occasion, amount): (Occasion, Money), source: Uuid) -> Result<(), Error> {
    match ledger::post(tx, occasion, amount, source).await {
        Err(Error::PastFloor { account, available_minor }) => {
            Err(Refusal::BankShort { account, amount, available_minor: Some(available_minor) }
                .into())
        }
        posted => posted,
    }
}
