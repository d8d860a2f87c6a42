//! The `signing_key` table.

use rangkai_db::{Tx, sql};
use rangkai_primitives::Sensitive;
use sea_orm::{QueryOrder as _, entity::prelude::*};

use crate::{domain::SigningKey, error::Error};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i64,
    pub agency: String,
    pub private_key: Vec<u8>,
    pub create_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a key, unless another replica was first with one of the same generation.
pub async fn insert(tx: &Tx, key: &SigningKey) -> Result<(), Error> {
    let insert = "INSERT INTO signing_key (generation, agency, private_key, create_time) \
                  VALUES ($1, $2, $3, $4) ON CONFLICT (generation) DO NOTHING";
    let values = [
        key.generation.into(),
        tx.agency().as_str().into(),
        tx.vault().seal(key.private_key.reveal())?.into(),
        key.create_time.into(),
    ];
    sql::execute(tx, insert, values).await?;
    Ok(())
}

/// Lists the keys, oldest first.
pub async fn list(tx: &Tx) -> Result<Vec<SigningKey>, Error> {
    let rows = Entity::find().order_by_asc(COLUMN.generation).all(tx).await?;
    rows.into_iter()
        .map(|row| {
            Ok(SigningKey {
                generation: row.generation,
                private_key: Sensitive::new(tx.vault().open(&row.private_key)?),
                create_time: row.create_time,
            })
        })
        .collect()
}

/// Destroys every key older than `generation`.
pub async fn delete_before(tx: &Tx, generation: i64) -> Result<(), Error> {
    let delete = "DELETE FROM signing_key WHERE generation < $1";
    sql::execute(tx, delete, [generation.into()]).await?;
    Ok(())
}
