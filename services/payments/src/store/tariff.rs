//! The `tariff` table.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rangkai_db::{DbErr, Tx};
use rangkai_primitives::Page;
use sea_orm::{
    IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*,
    sea_query::OnConflict,
};

use super::{money, terms, word};
use crate::domain::{Tariff, Text};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tariff")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tariff_id: Uuid,
    pub agency: String,
    pub code: String,
    pub title_id: String,
    pub title_en: String,
    pub currency: String,
    pub amount_minor: i64,
    pub legal_basis: String,
    pub effective_from: String,
    pub create_time: ChronoDateTimeUtc,
    pub terms: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a tariff; false if its code has one from the same day on.
pub async fn insert(tx: &Tx, tariff: &Tariff) -> Result<bool, DbErr> {
    let row = Model {
        tariff_id: tariff.id.uuid(),
        agency: tx.agency().to_string(),
        code: tariff.code.clone(),
        title_id: tariff.title.id.clone(),
        title_en: tariff.title.en.clone(),
        currency: tariff.amount.currency().to_string(),
        amount_minor: tariff.amount.minor(),
        legal_basis: tariff.legal_basis.clone(),
        effective_from: tariff.effective_from.to_string(),
        create_time: tariff.create_time,
        terms: terms::write(&tariff.terms)?,
    };
    let insert = Entity::insert(row.into_active_model()).on_conflict(unless_taken());
    Ok(insert.exec_without_returning(tx).await? == 1)
}

/// The tariffs of `codes` that are in effect on `day`, by code.
pub async fn in_effect(
    tx: &Tx,
    codes: Vec<String>,
    day: NaiveDate,
) -> Result<BTreeMap<String, Tariff>, DbErr> {
    let rows = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.code.is_in(codes))
        .filter(COLUMN.effective_from.lte(day.to_string()))
        .order_by_asc(COLUMN.effective_from)
        .all(tx)
        .await?;
    // A later first day takes the place of an earlier one.
    rows.into_iter().map(|row| Ok((row.code.clone(), row.try_into()?))).collect()
}

/// Lists tariffs, newest first: one more than the page, if there is one.
pub async fn list(tx: &Tx, code: Option<&str>, page: &Page<Tariff>) -> Result<Vec<Tariff>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(code) = code {
        query = query.filter(COLUMN.code.eq(code));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.tariff_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.tariff_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(Tariff::try_from).collect()
}

fn unless_taken() -> OnConflict {
    let mut conflict = OnConflict::new();
    conflict.do_nothing();
    conflict
}

impl TryFrom<Model> for Tariff {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.tariff_id.into(),
            code: row.code,
            title: Text { id: row.title_id, en: row.title_en },
            amount: money(&row.currency, row.amount_minor)?,
            legal_basis: row.legal_basis,
            effective_from: word("effective_from", &row.effective_from)?,
            terms: terms::read(&row.terms)?,
            create_time: row.create_time,
        })
    }
}
