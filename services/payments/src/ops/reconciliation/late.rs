//! Lines that nobody had recorded when they came, and somebody has since.

use rangkai_db::Tx;
use rangkai_primitives::Id;

use super::{
    import::{Findings, settle},
    known, payouts,
};
use crate::{
    domain::{About, Break, BreakState},
    error::Error,
    store,
};

/// How many breaks are looked at together.
const MANY: usize = 1_000;

/// Resolves the breaks of earlier statements about lines that are recorded by now; those that are
/// recorded otherwise show how they differ. What a bank was said to owe for an order that was paid
/// after all is taken back.
pub async fn recorded(tx: &Tx, findings: &mut Findings) -> Result<(), Error> {
    let (statement, bank_code) = (findings.statement.id, findings.statement.bank_code.clone());
    let mut after = None::<Id<Break>>;
    loop {
        let waiting = store::waiting_break::lock_missing_here(tx, &bank_code, after, MANY).await?;
        let Some((last, _)) = waiting.last() else { return Ok(()) };
        after = Some(last.id);
        let about: Vec<_> = waiting.iter().map(|(_, about)| about).collect();
        let known = known::recorded(tx, &bank_code, &about).await?;
        for (it, about) in waiting {
            let recorded = known::choose(known.get(&about), it.what.flow, it.what.booked);
            let recorded = recorded.filter(|recorded| recorded.flow == it.what.flow);
            // A line under a bare number that people resolved is recorded by that itself.
            let resolved = it.state == BreakState::Resolved;
            let by_itself = resolved && matches!(about, About::Number(_));
            let Some(recorded) = recorded.filter(|_| it.statement != statement && !by_itself)
            else {
                continue;
            };
            if Some(recorded.amount) == it.what.booked {
                payouts::add(tx, recorded).await?;
                settle(tx, findings, it, None).await?;
            } else if !resolved {
                payouts::add(tx, recorded).await?;
                let it = it.differ(recorded, tx.now());
                store::reconciliation_break::update(tx, &it).await?;
                tx.changed("break", it.id.uuid());
            }
        }
    }
}
