//! Publishing tariffs and computing fees.

use chrono::NaiveDate;
use rangkai_db::Tx;
use rangkai_primitives::{Id, Page, Zone};
use tracing::instrument;

use crate::{
    domain::{FeeItem, NewTariff, Quote, Refusal, Tariff},
    error::Error,
    events::tell,
    store,
};

/// Publishes a tariff.
#[instrument(skip_all, fields(tariff.code = new.code))]
pub async fn publish(tx: &Tx, new: NewTariff) -> Result<Tariff, Error> {
    let tariff = Tariff::publish(Id::generate(), new, tx.now());
    if !store::tariff::insert(tx, &tariff).await? {
        return Err(Refusal::TariffTaken(tariff.code).into());
    }
    tx.changed("tariff", tariff.id.uuid());
    tell::tariff_published(tx, &tariff).await?;
    Ok(tariff)
}

/// Lists tariffs, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    code: Option<&str>,
    page: &Page<Tariff>,
) -> Result<(Vec<Tariff>, Option<Id<Tariff>>), Error> {
    let mut tariffs = store::tariff::list(tx, code, page).await?;
    let next = page.cut(&mut tariffs, |tariff| tariff.id);
    Ok((tariffs, next))
}

/// Computes a fee by the tariffs of a day; today in Jakarta if none is named.
#[instrument(skip_all)]
pub async fn quote(tx: &Tx, items: &[FeeItem], day: Option<NaiveDate>) -> Result<Quote, Error> {
    let day = day.unwrap_or_else(|| Zone::Wib.date(tx.now()));
    let codes = items.iter().map(|item| item.code.clone()).collect();
    let tariffs = store::tariff::in_effect(tx, codes, day).await?;
    Ok(Quote::of(items, &tariffs, day)?)
}
