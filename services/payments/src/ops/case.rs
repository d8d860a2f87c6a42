//! The money of a whole case.

use rangkai_db::Tx;
use tracing::instrument;
use uuid::Uuid;

use crate::{domain::OpenItem, error::Error, store};

/// What of a case's money is not resolved, oldest first.
#[instrument(skip_all, fields(case.id = %case))]
pub async fn open_items(tx: &Tx, case: Uuid) -> Result<Vec<OpenItem>, Error> {
    Ok(store::case::open_items(tx, case).await?)
}
