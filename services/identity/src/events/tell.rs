//! The facts that this block records for others. None holds personal data.

use rangkai_db::{DbErr, Tx};
use rangkai_proto::identity::v1::{ClientCreated, ClientDisabled, PeopleImported};
use uuid::Uuid;

use crate::domain::{Client, Imported};

/// People were brought in.
pub async fn people_imported(tx: &Tx, imported: Imported) -> Result<(), DbErr> {
    let import = Uuid::now_v7();
    tx.changed("import", import);
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let fact = PeopleImported {
        created_count: count(imported.created),
        updated_count: count(imported.updated),
    };
    rangkai_events::record(tx, import, &fact).await
}

/// A client was made; the fact belongs to its agency, even if the operator made it.
pub async fn client_created(tx: &Tx, client: &Client) -> Result<(), DbErr> {
    let fact = ClientCreated { client_id: client.id.to_string() };
    rangkai_events::record(&tx.within(client.agency.clone()), client.id.uuid(), &fact).await
}

/// A client was disabled; the fact belongs to its agency.
pub async fn client_disabled(tx: &Tx, client: &Client) -> Result<(), DbErr> {
    let fact = ClientDisabled { client_id: client.id.to_string() };
    rangkai_events::record(&tx.within(client.agency.clone()), client.id.uuid(), &fact).await
}
