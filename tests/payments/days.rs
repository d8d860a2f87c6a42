//! Days are closed in turn, each with a hash over the one before, and stay as they were.

use rangkai_proto::{
    payments::v1::{
        self as wire, CloseDayRequest, Day, ErrorReason, day_service_client::DayServiceClient,
        reconciliation_service_client::ReconciliationServiceClient,
    },
    r#type::v1::Date,
};
use rangkai_testkit::{Client, Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    books::Books,
    clerks::today,
    contract::once,
    support::{DAY, House, person, reason, refused, rupiah},
};

type Days = DayServiceClient<Client>;

async fn close(days: &Days, day: Date) -> Result<Day, Status> {
    let request = CloseDayRequest { request_id: fresh(), day: Some(day) };
    Ok(days.clone().close_day(request).await?.into_inner().day.unwrap())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn days_are_closed_in_turn_and_any_change_shows(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let days = DayServiceClient::new(person(&house, "korlantas", "tuti")?.client);
    desk.bill().await?;
    let first = today(&house);
    let early = close(&days, first).await;
    assert_eq!(refused(early), ErrorReason::DayNotOver);

    house.clock.advance(2 * DAY);
    desk.bill().await?;
    let request = CloseDayRequest { request_id: fresh(), day: Some(first) };
    let other = CloseDayRequest { day: Some(today(&house)), ..request.clone() };
    let send = |request| {
        let mut days = days.clone();
        async move { days.close_day(request).await }
    };
    let closed = once(&request.request_id.clone(), [request, other], send).await?.day.unwrap();
    assert_eq!(closed.previous_hash, "0".repeat(64));
    let total = &closed.totals[0];
    assert_eq!((total.entry_count, total.debits_minor.as_str()), (2, "7500000"));
    assert_eq!(total.debits_minor, total.credits_minor);
    assert_eq!(refused(close(&days, first).await), ErrorReason::DayClosed);

    house.clock.advance(DAY);
    let skipped = close(&days, before(today(&house))).await;
    let next = close(&days, after(first)).await?;
    assert_eq!(refused(skipped), ErrorReason::DayOutOfOrder);
    assert_eq!((next.previous_hash, next.totals), (closed.hash, vec![]));
    let third = close(&days, before(today(&house))).await?;
    assert_eq!(third.totals[0].entry_count, 2);

    let whole = days.clone().verify_days(wire::VerifyDaysRequest::default()).await?.into_inner();
    assert_eq!((whole.day_count, whole.sound, whole.first_broken), (3, true, None));
    let listed = days.clone().list_days(wire::ListDaysRequest::default()).await?.into_inner();
    assert_eq!(listed.days.len(), 3);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn nothing_is_closed_over_a_break_or_over_a_ledger_that_does_not_prove(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    desk.bill().await?;
    let tuti = person(&house, "korlantas", "tuti")?;
    let days = DayServiceClient::new(tuti.client.clone());
    let day = today(&house);
    let other_bank = house.payment(&desk.bill().await?, "009");
    let reference = other_bank.bank_reference.clone();
    house.bank("bank-bni")?.remittances.record_remittance(other_bank).await?;
    let mut clerk = ReconciliationServiceClient::new(tuti.client);
    let strange = statement("002", day, ("STRANGE", 5));
    let it = clerk.import_statement(strange).await?.into_inner().breaks.remove(0);

    house.clock.advance(2 * DAY);
    let missing = (ErrorReason::StatementMissing, "009".to_owned());
    assert_eq!(reason(close(&days, day).await, "bank_code"), missing);
    clerk.import_statement(statement("009", day, (&reference, 75_000))).await?;
    let open = (ErrorReason::BreaksOpen, "1".to_owned());
    assert_eq!(reason(close(&days, day).await, "count"), open);
    let propose = wire::ProposeResolutionRequest {
        request_id: fresh(),
        break_id: it.break_id.clone(),
        resolution: wire::BreakResolution::Explained.into(),
        reason: "Salah buku bank, dikoreksi hari berikutnya".to_owned(),
        ..wire::ProposeResolutionRequest::default()
    };
    clerk.propose_resolution(propose).await?;
    let mut joko = ReconciliationServiceClient::new(person(&house, "korlantas", "joko")?.client);
    let confirm = wire::ConfirmResolutionRequest { request_id: fresh(), break_id: it.break_id };
    joko.confirm_resolution(confirm).await?;

    let books = Books::open(&house).await?;
    let wrong = "UPDATE account SET balance_minor = balance_minor + 1 WHERE code = 'revenue'";
    books.change(wrong.to_owned()).await?;
    assert_eq!(refused(close(&days, day).await), ErrorReason::LedgerNotSound);
    books.change(wrong.replace('+', "-")).await?;
    close(&days, day).await?;
    let late = clerk.import_statement(statement("014", day, ("LATE", 1))).await;
    assert_eq!(refused(late), ErrorReason::DayClosed);
    Ok(())
}

/// A statement with one line of money that came in.
fn statement(
    bank: &str,
    day: Date,
    (reference, units): (&str, i64),
) -> wire::ImportStatementRequest {
    wire::ImportStatementRequest {
        request_id: fresh(),
        bank_code: bank.to_owned(),
        number: format!("S-{bank}"),
        day: Some(day),
        opening: Some(rupiah(0)),
        closing: Some(rupiah(units)),
        line_count: 1,
        lines: vec![wire::BankStatementLine {
            reference: reference.to_owned(),
            flow: wire::Flow::In.into(),
            amount: Some(rupiah(units)),
            ..wire::BankStatementLine::default()
        }],
        ..wire::ImportStatementRequest::default()
    }
}

fn before(day: Date) -> Date {
    moved(day, -1)
}

fn after(day: Date) -> Date {
    moved(day, 1)
}

fn moved(day: Date, days: i64) -> Date {
    let day = rangkai_proto::read_date(&day).unwrap();
    rangkai_proto::date(day + chrono::TimeDelta::days(days))
}
