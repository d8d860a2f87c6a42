//! The `person` table.

use std::collections::HashMap;

use aws_lc_rs::rand;
use chrono::NaiveDate;
use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Sensitive;
use rangkai_vault::WrappedKey;
use sea_orm::{IntoActiveModel as _, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};

use super::corrupt;
use crate::{
    domain::{Nik, Person, Registered},
    error::Error,
};

/// How many rows one statement writes or finds.
const BATCH: usize = 500;
/// Names the lock that imports take one after the other: "identity" in ASCII.
const IMPORTS: i64 = 0x6964_656e_7469_7479;

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    pub agency: String,
    pub nik_hash: Vec<u8>,
    pub root: Uuid,
    pub person_key: Vec<u8>,
    pub attributes: Vec<u8>,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// A person as found, with what subject ids are made of.
pub struct Found {
    pub person: Person,
    pub root: Uuid,
}

/// Makes imports wait for each other until the transaction ends.
pub async fn lock_imports(tx: &Tx) -> Result<(), DbErr> {
    // SQLite has one writer anyway.
    if tx.is_postgres() {
        sql::query(tx, "SELECT pg_advisory_xact_lock($1)", [IMPORTS.into()]).await?;
    }
    Ok(())
}

/// Finds the person who has a NIK.
pub async fn find_by_nik(tx: &Tx, nik: &Nik) -> Result<Option<Found>, Error> {
    let row = Entity::find().filter(COLUMN.nik_hash.eq(nik_hash(tx, nik))).one(tx).await?;
    row.map(|row| opened(tx, row)).transpose()
}

/// Finds a person by its row.
pub async fn find(tx: &Tx, id: Uuid) -> Result<Option<Found>, Error> {
    Entity::find_by_id(id).one(tx).await?.map(|row| opened(tx, row)).transpose()
}

/// Adds people, or brings those who are known up to date; answers their rows and how many are new.
pub async fn upsert(tx: &Tx, people: &[Registered]) -> Result<(Vec<Uuid>, usize), Error> {
    let (mut ids, mut created) = (Vec::with_capacity(people.len()), 0);
    for batch in people.chunks(BATCH) {
        let hashes: Vec<_> = batch.iter().map(|person| nik_hash(tx, &person.nik)).collect();
        let known = Entity::find().filter(Column::NikHash.is_in(hashes.clone())).all(tx).await?;
        let mut known: HashMap<_, _> =
            known.into_iter().map(|row| (row.nik_hash.clone(), row)).collect();
        created += batch.len() - known.len();
        let mut rows = Vec::with_capacity(batch.len());
        for (person, hash) in batch.iter().zip(hashes) {
            let before = known.remove(&hash).map_or_else(|| fresh(tx, hash), Ok)?;
            let attributes = sealed(tx, &WrappedKey::from(before.person_key.clone()), person)?;
            let agency = tx.agency().to_string();
            ids.push(before.person_id);
            rows.push(Model { agency, attributes, update_time: tx.now(), ..before });
        }
        let replace = OnConflict::column(Column::PersonId)
            .update_columns([Column::Agency, Column::Attributes, Column::UpdateTime])
            .to_owned();
        let rows = rows.into_iter().map(Model::into_active_model);
        Entity::insert_many(rows).on_conflict(replace).exec_without_returning(tx).await?;
    }
    Ok((ids, created))
}

fn fresh(tx: &Tx, nik_hash: Vec<u8>) -> Result<Model, Error> {
    Ok(Model {
        person_id: Uuid::now_v7(),
        agency: String::new(),
        nik_hash,
        // Random through and through: unlike the row's id, it tells nothing about when.
        root: random()?,
        person_key: tx.vault().new_key()?.into(),
        attributes: Vec::new(),
        create_time: tx.now(),
        update_time: tx.now(),
    })
}

fn random() -> Result<Uuid, Error> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

fn nik_hash(tx: &Tx, nik: &Nik) -> Vec<u8> {
    tx.vault().keyed_hash("identity.nik", nik.reveal().as_bytes()).to_vec()
}

/// What is inside the seal.
#[derive(Serialize, Deserialize)]
struct Content {
    nik: String,
    family_card_number: String,
    name: String,
    birth_date: NaiveDate,
    address: String,
    region_code: String,
}

fn sealed(tx: &Tx, key: &WrappedKey, person: &Registered) -> Result<Vec<u8>, Error> {
    let content = Content {
        nik: person.nik.reveal().to_owned(),
        family_card_number: person.family_card_number.reveal().clone(),
        name: person.name.reveal().clone(),
        birth_date: *person.birth_date.reveal(),
        address: person.address.reveal().clone(),
        region_code: person.region_code.reveal().clone(),
    };
    let json = serde_json::to_vec(&content).map_err(|_| corrupt("person", "attributes"))?;
    Ok(tx.vault().seal_with(key, &json)?)
}

fn opened(tx: &Tx, row: Model) -> Result<Found, Error> {
    let json = tx.vault().open_with(&WrappedKey::from(row.person_key), &row.attributes)?;
    // The reason would quote the value.
    let content: Content =
        serde_json::from_slice(&json).map_err(|_| corrupt("person", "attributes"))?;
    let registered = Registered {
        nik: content.nik.parse().map_err(|_| corrupt("person", "attributes"))?,
        family_card_number: Sensitive::new(content.family_card_number),
        name: Sensitive::new(content.name),
        birth_date: Sensitive::new(content.birth_date),
        address: Sensitive::new(content.address),
        region_code: Sensitive::new(content.region_code),
    };
    Ok(Found { person: Person { id: row.person_id.into(), registered }, root: row.root })
}
