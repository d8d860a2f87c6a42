//! The directory of payees.

use rangkai_proto::payments::v1::{
    ErrorReason, LinkPayeesRequest, PayeeState, UnlinkPayeeRequest, UpdatePayeeRequest,
    ValidatePayeeRequest, ValidatePayeeResponse,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    super::support::{House, refused},
    office::{Office, account, functional_id, link, payee},
};

fn ask(source: &str, person: u32, name: &str) -> ValidatePayeeRequest {
    let (source, name) = (source.to_owned(), name.to_owned());
    ValidatePayeeRequest { source, functional_id: functional_id(person), name }
}

fn unlink(person: u32) -> UnlinkPayeeRequest {
    let (request_id, source) = (fresh(), "pkh".to_owned());
    UnlinkPayeeRequest { request_id, source, functional_id: functional_id(person) }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_source_knows_a_person_once_and_an_address_is_one_persons(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = Office::of(&house.agency("kemensos")?);
    let linked = desk.payees.link_payee(link("pkh", 1)).await?.into_inner().payee.unwrap();
    desk.payees.link_payee(link("pkh", 2)).await?;

    let again = desk.payees.link_payee(link("pkh", 1)).await;
    let mut shared = link("pkh", 3);
    shared.account = account(1);
    let taken = desk.payees.link_payee(shared).await;
    let elsewhere = desk.payees.link_payee(link("sembako", 1)).await;
    let moved = payee(1);
    let moved = UpdatePayeeRequest {
        request_id: fresh(),
        source: "pkh".to_owned(),
        functional_id: functional_id(2),
        institution: moved.institution,
        account: moved.account,
        name: moved.name,
    };
    let moved = desk.payees.update_payee(moved).await;

    assert_eq!((linked.state(), linked.institution.as_str()), (PayeeState::Linked, "002"));
    assert_eq!(refused(again), ErrorReason::PayeeTaken);
    assert_eq!(refused(taken), ErrorReason::AddressTaken);
    assert_eq!(refused(moved), ErrorReason::AddressTaken);
    assert!(elsewhere.is_ok());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn who_was_unlinked_is_known_but_not_paid_until_linked_again(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = Office::of(&house.agency("kemensos")?);
    desk.payees.link_payee(link("pkh", 1)).await?;

    let known = desk.payees.validate_payee(ask("pkh", 1, "Hj. SITI AMINAH 1")).await?.into_inner();
    let other = desk.payees.validate_payee(ask("pkh", 1, "Rahayu")).await?.into_inner();
    desk.payees.unlink_payee(unlink(1)).await?;
    desk.payees.unlink_payee(unlink(1)).await?;
    let gone = desk.payees.validate_payee(ask("pkh", 1, "Siti")).await?.into_inner();
    let unknown = desk.payees.validate_payee(ask("pkh", 9, "")).await?.into_inner();
    // The address is free for somebody else, and then taken for the one who had it.
    let mut heir = link("pkh", 2);
    heir.account = account(1);
    desk.payees.link_payee(heir).await?;
    let back = desk.payees.link_payee(link("pkh", 1)).await;
    let nobody = desk.payees.unlink_payee(unlink(9)).await;

    let says =
        |known, active, name_plausible| ValidatePayeeResponse { known, active, name_plausible };
    assert_eq!(known, says(true, true, Some(true)));
    assert_eq!(other, says(true, true, Some(false)));
    assert_eq!(gone, says(true, false, None));
    assert_eq!(unknown, says(false, false, None));
    assert_eq!(refused(back), ErrorReason::AddressTaken);
    assert_eq!(refused(nobody), ErrorReason::PayeeNotFound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn many_are_linked_at_once_and_the_same_stream_again_changes_nothing(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = Office::of(&house.agency("kemensos")?);
    let batch = |people: std::ops::Range<u32>| LinkPayeesRequest {
        source: "pkh".to_owned(),
        payees: people.map(payee).collect(),
    };
    let batches = vec![batch(0..3), batch(3..5)];

    let first = desk.payees.link_payees(tokio_stream::iter(batches.clone())).await?.into_inner();
    let mut second = batches;
    second[1].payees[1].account = account(0);
    second.push(batch(5..6));
    let second = desk.payees.link_payees(tokio_stream::iter(second)).await?.into_inner();
    let mut other = Office::of(&house.agency("kemendikbud")?);
    let foreign = other.payees.validate_payee(ask("pkh", 1, "")).await?.into_inner();

    assert_eq!((first.linked, first.unchanged, first.refused), (5, 0, 0));
    assert_eq!((second.linked, second.unchanged, second.refused), (1, 4, 1));
    assert_eq!(second.refused_places, [4]);
    assert!(!foreign.known);
    Ok(())
}
