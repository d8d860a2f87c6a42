//! Who pays less, and what says so.

use rangkai_proto::{
    payments::v1::{
        BillState, ErrorReason, Exemption, FeeItem, IssueBillRequest, PublishTariffRequest,
        QuoteFeeRequest,
    },
    r#type::v1::{Date, Text},
};
use rangkai_testkit::Kind;
use rstest::rstest;

use super::support::{House, fields, item, reason, refused, renewal, rupiah, tariff};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_exemption_shows_what_is_taken_off_and_by_which_article(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let exemptions = vec![exemption("student", 50), exemption("veteran", 100)];
    let fee = PublishTariffRequest { exemptions, ..tariff("test", 75_001) };
    desk.tariffs.publish_tariff(fee).await?;

    let items = vec![claim("student"), item("test", 1)];
    let quote = QuoteFeeRequest { items, on_date: None };
    let quote = desk.tariffs.quote_fee(quote).await?.into_inner();
    let free = IssueBillRequest { items: vec![claim("veteran")], ..renewal() };
    let bill = desk.issue(free).await?;

    let line = &quote.lines[0];
    let applied = line.exemption.clone().unwrap();
    assert_eq!(line.full_amount, Some(rupiah(75_001)));
    // Half of it is Rp37,500.50, and what is taken off is rounded down.
    assert_eq!((applied.reduction, &line.amount), (Some(rupiah(37_500)), &Some(rupiah(37_501))));
    assert_eq!(applied.legal_basis, "PP 76/2020, pasal 4");
    assert_eq!(quote.total, Some(rupiah(37_501 + 75_001)));
    assert_eq!((bill.state(), bill.amount.clone()), (BillState::Paid, Some(rupiah(0))));
    assert_eq!(desk.see(&bill).await?.lines, bill.lines);
    assert_eq!(bill.lines[0].full_amount, Some(rupiah(75_001)));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_exemption_that_does_not_apply_is_refused(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let until = |year| Some(Date { year, month: 12, day: 31 });
    let ended = Exemption { effective_until: until(2024), ..exemption("jubilee", 25) };
    let fee = PublishTariffRequest { exemptions: vec![ended.clone()], ..tariff("test", 75_000) };
    desk.tariffs.publish_tariff(fee.clone()).await?;
    let quote = |item, on_date| QuoteFeeRequest { items: vec![item], on_date };

    let unknown = desk.tariffs.quote_fee(quote(claim("pilot"), None)).await;
    let late = desk.tariffs.quote_fee(quote(claim("jubilee"), None)).await;
    let in_time = desk.tariffs.quote_fee(quote(claim("jubilee"), until(2024))).await;
    let bill = IssueBillRequest { items: vec![claim("pilot")], ..renewal() };

    assert_eq!(reason(unknown, "exemption_code"), (ErrorReason::ExemptionNotFound, "pilot".into()));
    assert_eq!(refused(late), ErrorReason::ExemptionNotInEffect);
    assert_eq!(in_time?.into_inner().total, Some(rupiah(56_250)));
    assert_eq!(refused(desk.issue(bill).await), ErrorReason::ExemptionNotFound);
    let twice = vec![exemption("a", 1), exemption("a", 2)];
    let twice = PublishTariffRequest { exemptions: twice, ..tariff("twice", 1) };
    assert_eq!(fields(desk.tariffs.publish_tariff(twice).await), ["exemptions[1].code"]);
    let first = Some(Date { year: 2025, month: 1, day: 1 });
    let never = Exemption { effective_from: first, ..ended };
    let never = PublishTariffRequest { exemptions: vec![never], ..tariff("never", 1) };
    let never = desk.tariffs.publish_tariff(never).await;
    assert_eq!(fields(never), ["exemptions[0].effective_until"]);
    Ok(())
}

fn exemption(code: &str, percent: i32) -> Exemption {
    Exemption {
        code: code.to_owned(),
        percent,
        title: Some(Text { id: "Keringanan".to_owned(), en: "Exemption".to_owned() }),
        legal_basis: "PP 76/2020, pasal 4".to_owned(),
        effective_from: None,
        effective_until: None,
    }
}

fn claim(code: &str) -> FeeItem {
    FeeItem { exemption_code: code.to_owned(), ..item("test", 1) }
}
