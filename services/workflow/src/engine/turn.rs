//! Taking a turn of the interpreter where it may take its time.

use std::{collections::BTreeMap, sync::Arc};

use rangkai_primitives::Timestamp;
use uuid::Uuid;

use crate::domain::{
    attribute,
    definition::Definition,
    run::{self, Happening, Setting, Turn, continuation::Continuation},
};

/// A turn, and the search attributes that it changed.
pub type Taken = (Turn, BTreeMap<String, String>);

/// Takes a turn. One that breaks off ends the instance: the same turn would break off again, for
/// ever.
pub async fn take(
    definition: &Arc<Definition>,
    (instance, now): (Uuid, Timestamp),
    stand: &Continuation,
    happenings: Vec<Happening>,
) -> Taken {
    let (runs, stand_now, given) = (Arc::clone(definition), stand.clone(), happenings.clone());
    let turn = tokio::task::spawn_blocking(move || {
        let setting = Setting { definition: &runs, instance, now };
        // Most workflows name no attributes, and then nothing is looked at twice.
        let before = (!runs.attributes.is_empty()).then(|| stand_now.clone());
        let turn = run::turn(setting, stand_now, given);
        let changed = |before| attribute::changed(&runs, &before, &turn.continuation);
        let changed = before.map(changed).unwrap_or_default();
        (turn, changed)
    });
    turn.await.unwrap_or_else(|_| {
        tracing::error!(instance.id = %instance, "the interpreter broke off");
        let setting = Setting { definition, instance, now };
        let happened = ("a turn broke off", happenings);
        (run::give_up(setting, stand.clone(), happened), BTreeMap::new())
    })
}
