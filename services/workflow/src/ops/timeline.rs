//! Telling what happened to an instance.

use rangkai_db::Tx;
use rangkai_primitives::Id;

use super::{definition, instance};
use crate::{
    domain::{
        definition::Language,
        instance::Instance,
        timeline::{Line, Teller},
    },
    error::Error,
    library::Library,
    store,
};

/// How much of a history to read at once, and how often for one answer.
const AT_ONCE: u64 = 500;
const LOOKS: u32 = 10;

/// Tells what happened to an instance after an entry of its history, in at most `size` lines;
/// answers after which entry to go on, if there may be more.
pub async fn tell(
    tx: &Tx,
    library: &Library,
    id: Id<Instance>,
    (after, size): (i64, u64),
    language: Language,
) -> Result<(Vec<Line>, Option<i64>), Error> {
    let whole = instance::find(tx, id).await?;
    tx.changed("instance", id.uuid());
    let definition = definition::load(tx, library, whole.instance.definition).await?;
    let most = usize::try_from(size).unwrap_or(usize::MAX);
    let (mut teller, mut after) = (Teller::new(&definition, language), after);
    for _ in 0..LOOKS {
        let happened = store::history::list_told(tx, id, after, AT_ONCE).await?;
        let is_last = happened.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        for happened in happened {
            if !teller.tell(&happened, most) {
                return Ok((teller.lines(), Some(after)));
            }
            after = happened.sequence;
        }
        if is_last {
            return Ok((teller.lines(), None));
        }
    }
    Ok((teller.lines(), Some(after)))
}
