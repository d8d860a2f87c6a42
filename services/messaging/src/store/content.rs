//! The `content` table: everything in it is sealed.

use std::collections::{BTreeMap, HashMap};

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Id, Sensitive};
use rangkai_vault::{Vault, VaultError};
use sea_orm::{IntoActiveModel as _, entity::prelude::*};

use crate::{
    domain::{Address, Channel, Content, Message},
    error::Error,
};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "content")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: Uuid,
    pub agency: String,
    pub address: Option<Vec<u8>>,
    pub variables: Vec<u8>,
    pub subject: Vec<u8>,
    pub body: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds the content of a message.
pub async fn insert(tx: &Tx, id: Id<Message>, content: &Content) -> Result<(), Error> {
    let seal = |text: &str| tx.vault().seal(text.as_bytes());
    let variables = serde_json::to_string(content.values.reveal()).map_err(|_| Error::Sealed)?;
    let row = Model {
        message_id: id.uuid(),
        agency: tx.agency().to_string(),
        address: content.address.text().map(|text| seal(text.reveal())).transpose()?,
        variables: seal(&variables)?,
        subject: seal(content.subject.reveal())?,
        body: seal(content.body.reveal())?,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds the contents of messages, in their order. The outer error is the database's; an inner one
/// says that a content does not open, which concerns its message alone.
pub async fn find_all(tx: &Tx, messages: &[Message]) -> Result<Vec<Result<Content, Error>>, DbErr> {
    let ids = messages.iter().map(|message| message.id.uuid());
    let query = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.message_id.is_in(ids));
    let mut rows: HashMap<Uuid, Model> =
        query.all(tx).await?.into_iter().map(|row| (row.message_id, row)).collect();
    let contents = messages.iter().map(|message| {
        let row = rows.remove(&message.id.uuid()).ok_or(Error::Sealed)?;
        row.open(tx.vault(), message.channel)
    });
    Ok(contents.collect())
}

impl Model {
    fn open(self, vault: &Vault, channel: Channel) -> Result<Content, Error> {
        let address = self.address.map(|sealed| text(vault, &sealed)).transpose()?;
        let address = Address::read(channel, &address.unwrap_or_default());
        let variables: BTreeMap<String, String> =
            serde_json::from_str(&text(vault, &self.variables)?).map_err(|_| Error::Sealed)?;
        Ok(Content {
            address: address.map_err(|_| Error::Sealed)?,
            values: Sensitive::new(variables),
            subject: Sensitive::new(text(vault, &self.subject)?),
            body: Sensitive::new(text(vault, &self.body)?),
        })
    }
}

fn text(vault: &Vault, sealed: &[u8]) -> Result<String, Error> {
    String::from_utf8(vault.open(sealed)?).map_err(|_| VaultError::Refused.into())
}
