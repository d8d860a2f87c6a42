//! The `access` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Id, Page};
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*};

use super::{corrupt, parted};
use crate::domain::{Access, Person, Purpose};

/// How many rows one statement writes.
const BATCH: usize = 500;

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub access_id: Uuid,
    pub agency: String,
    pub caller: String,
    pub person_id: Uuid,
    pub kind: String,
    pub attributes: String,
    pub purpose: Option<String>,
    pub legal_basis: Option<String>,
    pub case_id: Option<Uuid>,
    pub time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds looks.
pub async fn insert(tx: &Tx, accesses: &[Access]) -> Result<(), DbErr> {
    for batch in accesses.chunks(BATCH) {
        let rows = batch.iter().map(|access| Model::from(access).into_active_model());
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Lists the looks of every agency at a person, newest first: one more than the page, if there is
/// one.
pub async fn list(tx: &Tx, person: Id<Person>, page: &Page<Access>) -> Result<Vec<Access>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.person_id.eq(person.uuid()));
    if let Some(after) = page.after {
        query = query.filter(COLUMN.access_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.access_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(Access::try_from).collect()
}

impl From<&Access> for Model {
    fn from(access: &Access) -> Self {
        let words: Vec<_> = access.attributes.iter().map(|it| it.as_str()).collect();
        let purpose = access.purpose.as_ref();
        Self {
            access_id: access.id.uuid(),
            agency: access.agency.to_string(),
            caller: access.caller.clone(),
            person_id: access.person.uuid(),
            kind: access.kind.as_str().to_owned(),
            attributes: words.join(" "),
            purpose: purpose.map(|it| it.name.clone()),
            legal_basis: purpose.map(|it| it.legal_basis.clone()),
            case_id: purpose.map(|it| it.case),
            time: access.time,
        }
    }
}

impl TryFrom<Model> for Access {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let wrong = |column| corrupt("access", column);
        let attributes = parted(&row.attributes);
        let attributes = attributes.iter().map(|word| word.parse());
        let purpose = match (row.purpose, row.legal_basis, row.case_id) {
            (Some(name), Some(legal_basis), Some(case)) => {
                Some(Purpose { name, legal_basis, case })
            }
            _ => None,
        };
        Ok(Self {
            id: row.access_id.into(),
            agency: row.agency.parse().map_err(|_| wrong("agency"))?,
            caller: row.caller,
            person: row.person_id.into(),
            kind: row.kind.parse().map_err(|_| wrong("kind"))?,
            attributes: attributes.collect::<Result<_, _>>().map_err(|_| wrong("attributes"))?,
            purpose,
            time: row.time,
        })
    }
}
