//! Settling what became of instances that ended by an error.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};

use crate::{
    domain::{
        instance::Instance,
        refusal::Refusal,
        settlement::{DeadLetter, Settlement},
    },
    error::Error,
    store,
};

/// Lists the instances that ended by an error and are not settled, newest first; answers what to
/// continue after. Who saw which instance is kept.
pub async fn list(
    tx: &Tx,
    page: &Page<Instance>,
) -> Result<(Vec<DeadLetter>, Option<Id<Instance>>), Error> {
    let mut found = store::search::list_unsettled(tx, page).await?;
    let next = page.cut(&mut found, |instance| instance.id);
    let ids: Vec<_> = found.iter().map(|instance| instance.id).collect();
    let mut problems = store::history::list_faults(tx, &ids).await?;
    let proposals = store::settlement::list(tx, &ids).await?;
    let letters = found.into_iter().map(|instance| {
        tx.changed("instance", instance.id.uuid());
        let problem = problems.remove(&instance.id.uuid());
        let proposed = proposals.iter().find(|it| it.instance == instance.id).cloned();
        DeadLetter { instance, problem, proposed }
    });
    Ok((letters.collect(), next))
}

/// Proposes what is done about an instance that ended by an error.
pub async fn propose(tx: &Tx, id: Id<Instance>, reason: String) -> Result<Settlement, Error> {
    // Whoever else proposes or confirms waits for this.
    let whole = store::instance::lock(tx, id).await?.ok_or(Refusal::InstanceNotFound(id))?;
    let earlier = store::settlement::list(tx, &[id]).await?.pop();
    let by = &tx.caller().id;
    let proposed = Settlement::propose(&whole.instance, earlier.as_ref(), by, reason, tx.now())?;
    store::settlement::put(tx, &proposed).await?;
    tx.changed("instance", id.uuid());
    Ok(proposed)
}

/// Confirms what another person proposed: the instance is settled.
pub async fn confirm(tx: &Tx, id: Id<Settlement>) -> Result<Settlement, Error> {
    let found = store::settlement::lock(tx, id).await?.ok_or(Refusal::SettlementNotFound(id))?;
    let confirmed = found.confirm(&tx.caller().id, tx.now())?;
    store::settlement::update(tx, &confirmed).await?;
    tx.changed("instance", confirmed.instance.uuid());
    Ok(confirmed)
}
