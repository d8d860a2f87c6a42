//! The facts that others can follow.

use rangkai_proto::{
    events::v1::{Event, ReadEventsRequest, event_service_client::EventServiceClient},
    identity::v1::{
        ClientCreated, ClientDisabled, CreateClientRequest, DisableClientRequest, PeopleImported,
    },
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::block::{Block, NIK, block, import, row};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_change_tells_its_owner_a_fact(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let people = import(&[row(NIK, "Siti Aminah", "2009-11-22")]);
    block.people("dukcapil").import_people(people).await?;
    let client = CreateClientRequest {
        request_id: fresh(),
        agency: "bpjs".to_owned(),
        display_name: "Loket 3".to_owned(),
        scopes: vec!["payments.bills.read".to_owned()],
        ..Default::default()
    };
    let made = block.clients("platform").create_client(client).await?.into_inner();
    let client_id = made.client.unwrap().client_id;
    let disable = DisableClientRequest { request_id: fresh(), client_id: client_id.clone() };
    block.clients("bpjs").disable_client(disable).await?;

    let imported = told(&block, "dukcapil").await?;
    assert_eq!(imported.len(), 1);
    let fact = rangkai_events::read::<PeopleImported>(&imported[0])?;
    assert_eq!(fact, Some(PeopleImported { created_count: 1, updated_count: 0 }));
    let [created, disabled] = told(&block, "bpjs").await?.try_into().unwrap();
    assert_eq!((&created.subject, &disabled.subject), (&client_id, &client_id));
    let fact = rangkai_events::read::<ClientCreated>(&created)?;
    assert_eq!(fact, Some(ClientCreated { client_id: client_id.clone() }));
    let fact = rangkai_events::read::<ClientDisabled>(&disabled)?;
    assert_eq!(fact, Some(ClientDisabled { client_id }));
    Ok(())
}

/// The facts that `agency` may read.
async fn told(block: &Block, agency: &str) -> anyhow::Result<Vec<Event>> {
    let caller = rangkai_testkit::caller(agency, &["events.read"], &[]);
    let client = block.keys.client(block.channel.clone(), &caller)?;
    let mut events = EventServiceClient::new(client);
    let mut stream = events.read_events(ReadEventsRequest::default()).await?.into_inner();
    let mut told = Vec::new();
    while let Some(answer) = stream.message().await? {
        told.extend(answer.event);
    }
    Ok(told)
}
