//! Publishing and showing templates.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use crate::{
    domain::{Draft, Refusal, Template},
    error::Error,
    store,
};

/// Publishes a version; the content of the newest one again changes nothing.
#[instrument(skip_all, fields(template.name = draft.name))]
pub async fn publish(tx: &Tx, draft: Draft) -> Result<Template, Error> {
    let newest = store::template::lock_newest(tx, &draft.name).await?;
    let version = newest.as_ref().map_or(1, |newest| newest.version + 1);
    if let Some(newest) = newest.filter(|newest| newest.draft == draft) {
        return Ok(newest);
    }
    let template = Template { id: Id::generate(), version, draft, create_time: tx.now() };
    store::template::insert(tx, &template).await?;
    tx.changed("template", template.id.uuid());
    Ok(template)
}

/// Gets the newest version of a template.
#[instrument(skip_all)]
pub async fn get(tx: &Tx, name: &str) -> Result<Template, Error> {
    let newest = store::template::find_newest(tx, name).await?;
    Ok(newest.ok_or_else(|| Refusal::TemplateNotFound(name.to_owned()))?)
}

/// Lists the newest versions, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    page: &Page<Template>,
) -> Result<(Vec<Template>, Option<Id<Template>>), Error> {
    let mut templates = store::template::list(tx, page).await?;
    let next = page.cut(&mut templates, |template| template.id);
    Ok((templates, next))
}
