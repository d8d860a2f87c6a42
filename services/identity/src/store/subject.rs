//! The `subject` table: the names by which each agency knows people.

use rangkai_db::{DbErr, Tx, sql};
use sea_orm::entity::prelude::*;

use super::person;
use crate::{domain::SubjectId, error::Error};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subject")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: String,
    pub person_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}

/// The subject id of a person at the caller's agency, kept so that it leads back to the person.
pub async fn insert(tx: &Tx, found: &person::Found) -> Result<SubjectId, DbErr> {
    // A key of its own for each agency: no agency can work out what another calls the same person.
    let context = format!("identity.subject.{}", tx.agency());
    let id = SubjectId::of(&tx.vault().keyed_hash(&context, found.root.as_bytes()));
    let insert = "INSERT INTO subject (agency, subject_id, person_id) VALUES ($1, $2, $3) \
                  ON CONFLICT DO NOTHING";
    let values = [tx.agency().as_str().into(), id.as_str().into(), found.person.id.uuid().into()];
    sql::execute(tx, insert, values).await?;
    Ok(id)
}

/// Finds the person whom the caller's agency knows by `id`.
pub async fn find(tx: &Tx, id: &SubjectId) -> Result<Option<person::Found>, Error> {
    let key = (tx.agency().to_string(), id.to_string());
    match Entity::find_by_id(key).one(tx).await? {
        Some(row) => person::find(tx, row.person_id).await,
        None => Ok(None),
    }
}
