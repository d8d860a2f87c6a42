//! Fees that the law sets, from one day on.

use rangkai_proto::{
    payments::v1::{ErrorReason, ListTariffsRequest, PublishTariffRequest, QuoteFeeRequest},
    r#type::v1::{Date, Money},
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::support::{House, fields, item, reason, refused, rupiah, tariff};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn the_tariff_of_the_day_applies_and_a_fee_of_nothing_shows(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let day = |year| Some(Date { year, month: 6, day: 1 });
    let raised =
        PublishTariffRequest { effective_from: day(2030), ..tariff("sim.c.renew", 90_000) };
    desk.tariffs.publish_tariff(raised).await?;

    let mut totals = Vec::new();
    for on_date in [None, day(2029), day(2030)] {
        let items = vec![item("sim.c.renew", 2), item("letter", 0)];
        let quote = desk.tariffs.quote_fee(QuoteFeeRequest { items, on_date }).await?.into_inner();
        assert_eq!(quote.lines.len(), 2);
        assert_eq!((quote.lines[1].units, &quote.lines[1].amount), (1, &Some(rupiah(0))));
        assert_eq!(quote.lines[0].legal_basis, "PP 76/2020, lampiran I.A");
        totals.push(quote.total.unwrap().units);
    }

    assert_eq!(totals, [150_000, 150_000, 180_000]);
    let before = QuoteFeeRequest { items: vec![item("sim.c.renew", 1)], on_date: day(2020) };
    let refusal = reason(desk.tariffs.quote_fee(before).await, "tariff_code");
    assert_eq!(refusal, (ErrorReason::TariffNotFound, "sim.c.renew".to_owned()));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_tariff_that_cannot_be_is_refused(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let money = |currency_code: &str, units, nanos| {
        Some(Money { currency_code: currency_code.to_owned(), units, nanos })
    };

    for amount in [
        money("IDR", 75_000, 500_000_000),
        money("IDR", -1, 0),
        money("IDR", 10_000_000_000_001, 0),
        money("XXZ", 1, 0),
        money("USD", 1, 1),
        None,
    ] {
        let wrong = PublishTariffRequest { amount: amount.clone(), ..tariff("x", 1) };
        assert_eq!(fields(desk.tariffs.publish_tariff(wrong).await), ["amount"], "{amount:?}");
    }
    let no_day = Some(Date { year: 2026, month: 2, day: 30 });
    let wrong = PublishTariffRequest { effective_from: no_day, ..tariff("x", 1) };
    assert_eq!(fields(desk.tariffs.publish_tariff(wrong).await), ["effective_from"]);

    let again = desk.tariffs.publish_tariff(tariff("letter", 5)).await;
    assert_eq!(reason(again, "tariff_code"), (ErrorReason::TariffTaken, "letter".to_owned()));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_cannot_be_added_up_has_no_quote(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let dollars = Money { currency_code: "USD".to_owned(), units: 35, nanos: 500_000_000 };
    let visa = PublishTariffRequest { amount: Some(dollars), ..tariff("visa", 0) };
    desk.tariffs.publish_tariff(visa).await?;

    let mixed = QuoteFeeRequest { items: vec![item("letter", 1), item("visa", 1)], on_date: None };
    let large = QuoteFeeRequest { items: vec![item("sim.c.renew", 1_000_000); 50], on_date: None };
    let mixed = desk.tariffs.quote_fee(mixed).await;
    assert_eq!(reason(mixed, "tariff_code"), (ErrorReason::CurrenciesMixed, "visa".to_owned()));
    assert!(desk.tariffs.quote_fee(large.clone()).await.is_ok());

    desk.tariffs.publish_tariff(tariff("huge", 10_000_000_000_000)).await?;
    let items = vec![item("huge", 1), item("letter", 1), item("huge", 1)];
    let huge = desk.tariffs.quote_fee(QuoteFeeRequest { items, on_date: None }).await;
    assert_eq!(refused(huge), ErrorReason::AmountTooLarge);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_agency_lists_its_own_tariffs_newest_first(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    house.agency("imigrasi")?.tariffs.publish_tariff(tariff("paspor", 350_000)).await?;

    let mut request = ListTariffsRequest { page_size: 1, ..ListTariffsRequest::default() };
    let first = desk.tariffs.list_tariffs(request.clone()).await?.into_inner();
    request.page_token = first.next_page_token;
    let second = desk.tariffs.list_tariffs(request.clone()).await?.into_inner();
    request.code = "letter".to_owned();
    let of_another_list = desk.tariffs.list_tariffs(request.clone()).await;
    request.page_token = fresh();
    let of_no_list = desk.tariffs.list_tariffs(request).await;

    let codes = [&first.tariffs[0].code, &second.tariffs[0].code];
    assert_eq!(codes, ["letter", "sim.c.renew"]);
    assert_eq!(second.next_page_token, "");
    assert_eq!(fields(of_another_list), ["page_token"]);
    assert_eq!(fields(of_no_list), ["page_token"]);
    Ok(())
}
