//! The money that may be paid out.

use rangkai_proto::payments::v1::{
    ErrorReason, GetFundsRequest, RecordFundsRequest, ReturnFundsRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    super::support::{House, reason, refused, rupiah},
    office::{Office, People, announce, pay},
};

fn give_back(rupiahs: i64) -> ReturnFundsRequest {
    let (request_id, reference) = (fresh(), fresh());
    ReturnFundsRequest {
        request_id,
        amount: Some(rupiah(rupiahs)),
        reference,
        ..ReturnFundsRequest::default()
    }
}

async fn funds(office: &Office) -> anyhow::Result<(i64, i64)> {
    let request = GetFundsRequest { currency_code: "IDR".to_owned() };
    let funds = office.funds.clone().get_funds(request).await?.into_inner();
    Ok((funds.balance.unwrap().units, funds.reserved.unwrap().units))
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_envelope_is_released_with_money_that_no_other_has_spoken_for(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    people.maker.link(1..5).await?;
    let first = people.approved(&house, announce(2, 200), vec![pay(1, 100), pay(2, 100)]).await?;
    let second = people.approved(&house, announce(2, 200), vec![pay(3, 100), pay(4, 100)]).await?;

    let without = people.releaser.release(&first).await;
    people.maker.fund(399).await?;
    let (one, two) =
        tokio::join!(people.releaser.release(&first), people.releaser.release(&second));
    let spoken_for = people.maker.funds.clone().return_funds(give_back(200)).await;
    people.maker.funds.clone().return_funds(give_back(199)).await?;

    assert_eq!(reason(without, "available_minor"), (ErrorReason::FundsShort, "0".to_owned()));
    let short = if one.is_ok() { two } else { one };
    assert_eq!(reason(short, "available_minor"), (ErrorReason::FundsShort, "19900".to_owned()));
    assert_eq!(refused(spoken_for), ErrorReason::FundsShort);
    assert_eq!(funds(&people.maker).await?, (200, 200));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_document_of_the_treasury_counts_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut office = Office::of(&house.agency("kemensos")?);
    let request = RecordFundsRequest {
        request_id: fresh(),
        amount: Some(rupiah(1_000)),
        reference: "SP2D-1".to_owned(),
        ..RecordFundsRequest::default()
    };
    let another = |rupiahs| RecordFundsRequest {
        request_id: fresh(),
        amount: Some(rupiah(rupiahs)),
        ..request.clone()
    };

    let first = office.funds.record_funds(request.clone()).await?.into_inner();
    let again = office.funds.record_funds(another(1_000)).await?.into_inner();
    let other = office.funds.record_funds(another(999)).await;

    assert_eq!(first, again);
    assert_eq!(refused(other), ErrorReason::FundsReferenceTaken);
    assert_eq!(funds(&office).await?, (1_000, 0));
    Ok(())
}
