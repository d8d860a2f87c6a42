//! What people see of the looks at their data.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use crate::{
    domain::{Access, Refusal, SubjectId},
    error::Error,
    store,
};

/// Lists the looks of every agency at a person; answers the id to continue after, if there is more.
#[instrument(skip_all, fields(%subject))]
pub async fn list(
    tx: &Tx,
    subject: &SubjectId,
    page: &Page<Access>,
) -> Result<(Vec<Access>, Option<Id<Access>>), Error> {
    let found = store::subject::find(tx, subject).await?.ok_or(Refusal::PersonNotFound)?;
    // The log is personal data too: whoever reads it is in the audit log.
    tx.changed("person", found.person.id.uuid());
    let mut accesses = store::access::list(tx, found.person.id, page).await?;
    let next = page.cut(&mut accesses, |access| access.id);
    Ok((accesses, next))
}
