//! Nobody learns from the block where people are paid.

use rangkai_proto::{
    events::v1::{ReadEventsRequest, event_service_client::EventServiceClient},
    payments::v1::{ListEnvelopesRequest, ListInstructionsRequest},
};
use rangkai_testkit::Kind;
use rstest::rstest;

use super::{
    super::support::{House, reason},
    office::{Office, People, account, announce, functional_id, link, name, pay},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn no_answer_refusal_or_fact_says_who_is_paid_where(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.person("kemensos", "ani")?;
    let (mut office, people) = (Office::of(&desk), People::of(&house)?);
    let mut said = vec![format!("{:?}", office.payees.link_payee(link("pkh", 1)).await?)];
    said.push(format!("{:?}", office.payees.link_payee(link("pkh", 1)).await.unwrap_err()));
    let mut unnamed = pay(1, 100);
    unnamed.name = name(1);
    let envelope = people.released(&house, announce(1, 100), vec![unnamed.clone()]).await?;
    let envelope_id = envelope.envelope_id.clone();
    let list = ListInstructionsRequest { envelope_id, ..ListInstructionsRequest::default() };
    said.push(format!("{:?}", office.instructions.list_instructions(list).await?.into_inner()));
    said.push(format!("{:?}", office.report(&envelope).await?));
    let all = office.envelopes.list_envelopes(ListEnvelopesRequest::default()).await?;
    said.push(format!("{:?}", all.into_inner()));
    let late = office.add(&envelope, vec![unnamed]).await;
    said.push(format!("{late:?}{:?}", reason(late.clone(), "reference")));
    let log = EventServiceClient::new(desk.client.clone());
    let mut log = log.clone().read_events(ReadEventsRequest::default()).await?.into_inner();
    let mut facts = 0;
    while let Some(answer) = log.message().await? {
        let data = answer.event.unwrap().data.unwrap().value;
        said.push(String::from_utf8_lossy(&data).into_owned());
        facts += 1;
    }

    let said = said.concat();
    assert!(facts > 5 && said.contains(&envelope.envelope_id));
    for hidden in [functional_id(1), account(1), name(1), "Aminah".to_owned()] {
        assert!(!said.contains(&hidden), "{hidden}");
    }
    Ok(())
}
