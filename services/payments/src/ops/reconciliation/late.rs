//! Lines that nobody had recorded when they came, and somebody has since.

use rangkai_db::Tx;
use rangkai_primitives::Id;

use super::{BLOCK, keep, known, payouts};
use crate::{
    domain::{BankStatement, Break},
    error::Error,
    store,
};

/// How many breaks are looked at together.
const MANY: usize = 1_000;

/// Resolves the breaks of earlier statements about lines that are recorded by now; those that are
/// recorded otherwise show how they differ.
pub async fn recorded(tx: &Tx, statement: &BankStatement) -> Result<(), Error> {
    let (bank_code, mut after) = (statement.bank_code.as_str(), None::<Id<Break>>);
    loop {
        let waiting = store::waiting_break::lock_missing_here(tx, bank_code, after, MANY).await?;
        let Some((last, _)) = waiting.last() else { return Ok(()) };
        after = Some(last.id);
        let about: Vec<_> = waiting.iter().map(|(_, about)| about).collect();
        let known = known::recorded(tx, bank_code, &about).await?;
        for (it, about) in waiting {
            let earlier = it.statement != statement.id;
            let one_way = known.get(&about).filter(|recorded| recorded.flow == it.what.flow);
            let Some(recorded) = one_way.filter(|_| earlier) else { continue };
            payouts::add(tx, recorded).await?;
            if Some(recorded.amount) == it.what.booked {
                keep(tx, it.state, &it.clone().settle(BLOCK, tx.now())).await?;
            } else {
                let it = it.differ(recorded, tx.now());
                store::reconciliation_break::update(tx, &it).await?;
                tx.changed("break", it.id.uuid());
            }
        }
    }
}
