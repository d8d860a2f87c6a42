//! The `template` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Page;
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*};

use crate::domain::{Draft, Template, Texts, Variable};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub template_id: Uuid,
    pub agency: String,
    pub name: String,
    pub version: i64,
    pub newest: bool,
    pub variables: String,
    pub sensitivity: String,
    pub subject_indonesian: String,
    pub subject_english: String,
    pub body_indonesian: String,
    pub body_english: String,
    pub create_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Finds the newest version of a name, and holds the name until the transaction ends.
pub async fn lock_newest(tx: &Tx, name: &str) -> Result<Option<Template>, DbErr> {
    let hold = "INSERT INTO template_name (agency, name) VALUES ($1, $2) \
                ON CONFLICT (agency, name) DO UPDATE SET name = excluded.name";
    sql::execute(tx, hold, [tx.agency().as_str().into(), name.into()]).await?;
    find_newest(tx, name).await
}

/// Finds the newest version of a name.
pub async fn find_newest(tx: &Tx, name: &str) -> Result<Option<Template>, DbErr> {
    let query = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.name.eq(name))
        .filter(COLUMN.newest.eq(true));
    query.one(tx).await?.map(Template::try_from).transpose()
}

/// Adds a version, which is the newest from now on. The name must be held.
pub async fn insert(tx: &Tx, template: &Template) -> Result<(), DbErr> {
    let retire = "UPDATE template SET newest = false WHERE agency = $1 AND name = $2 AND newest";
    let name = template.draft.name.as_str();
    sql::execute(tx, retire, [tx.agency().as_str().into(), name.into()]).await?;
    let row = row(tx, template).into_active_model();
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Lists the newest versions, newest first: one more than the page, if there is one.
pub async fn list(tx: &Tx, page: &Page<Template>) -> Result<Vec<Template>, DbErr> {
    let mut query = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.newest.eq(true));
    if let Some(after) = page.after {
        query = query.filter(COLUMN.template_id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.template_id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(Template::try_from).collect()
}

fn row(tx: &Tx, template: &Template) -> Model {
    let Draft { name, variables, sensitivity, subject, body } = template.draft.clone();
    Model {
        template_id: template.id.uuid(),
        agency: tx.agency().to_string(),
        name,
        version: template.version,
        newest: true,
        variables: spell(&variables),
        sensitivity: sensitivity.to_string(),
        subject_indonesian: subject.indonesian,
        subject_english: subject.english,
        body_indonesian: body.indonesian,
        body_english: body.english,
        create_time: template.create_time,
    }
}

/// The variables as they are kept: `amount:amount valid_until:day`.
fn spell(variables: &[Variable]) -> String {
    let pairs: Vec<_> = variables.iter().map(|it| format!("{}:{}", it.name, it.kind)).collect();
    pairs.join(" ")
}

/// The variables as they were kept; none when they are not spelled like that.
fn read(kept: &str) -> Option<Vec<Variable>> {
    let pairs = kept.split_whitespace().map(|pair| {
        let (name, kind) = pair.split_once(':')?;
        Some(Variable { name: name.to_owned(), kind: kind.parse().ok()? })
    });
    pairs.collect()
}

impl TryFrom<Model> for Template {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let corrupt = |column: &str| DbErr::Type(format!("template {}: {column}", row.template_id));
        let draft = Draft {
            sensitivity: row.sensitivity.parse().map_err(|_| corrupt("sensitivity"))?,
            variables: read(&row.variables).ok_or_else(|| corrupt("variables"))?,
            name: row.name,
            subject: Texts { indonesian: row.subject_indonesian, english: row.subject_english },
            body: Texts { indonesian: row.body_indonesian, english: row.body_english },
        };
        let (id, create_time) = (row.template_id.into(), row.create_time);
        Ok(Self { id, version: row.version, draft, create_time })
    }
}
