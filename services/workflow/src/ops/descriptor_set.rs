//! Importing descriptors and finding them again.

use std::collections::BTreeSet;

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};

use crate::{
    domain::{
        descriptor_set::{DescriptorSet, NewSet},
        refusal::{Elsewhere, Refusal},
    },
    error::Error,
    store,
};

/// Imports a set; the same name with the same content changes nothing.
pub async fn import(tx: &Tx, new: NewSet) -> Result<DescriptorSet, Error> {
    let set = DescriptorSet::import(new, tx.now());
    if store::descriptor_set::insert(tx, &set).await? {
        tx.changed("descriptor_set", set.id.uuid());
        return Ok(set);
    }
    let kept = find(tx, &set.name).await?;
    if kept.digest == set.digest {
        return Ok(kept);
    }
    Err(Refusal::from(Elsewhere::NameTaken(set.name)).into())
}

/// Finds a set by its name.
pub async fn find(tx: &Tx, name: &str) -> Result<DescriptorSet, Error> {
    let found = store::descriptor_set::find(tx, name).await?;
    found.ok_or_else(|| Refusal::from(Elsewhere::NotFound(name.to_owned())).into())
}

/// Lists the sets of these names, as far as there are some.
pub async fn list_named(tx: &Tx, names: &BTreeSet<String>) -> Result<Vec<DescriptorSet>, Error> {
    Ok(store::descriptor_set::list_named(tx, names).await?)
}

/// Lists the agency's sets, newest first; answers what to continue after.
pub async fn list(
    tx: &Tx,
    page: &Page<DescriptorSet>,
) -> Result<(Vec<DescriptorSet>, Option<Id<DescriptorSet>>), Error> {
    let mut found = store::descriptor_set::list(tx, page).await?;
    let next = page.cut(&mut found, |set| set.id);
    Ok((found, next))
}
