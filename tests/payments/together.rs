//! What is compared with banks, and closed, at the same time ends as if one came after the other.

use std::sync::Arc;

use rangkai_proto::payments::v1::{
    BankStatementLine, CloseDayRequest, ErrorReason, Flow, ImportStatementRequest,
    ListStatementsRequest, day_service_client::DayServiceClient,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    clerks::{Bank, Clerk, breaks, clerks, import, line, paid, statement, today},
    support::{DAY, House, person, refused, rupiah},
};

const ROUNDS: usize = 8;
/// Enough that an import takes a while.
const LINES: i64 = 500;

/// Lines of a rupiah each that nobody here knows.
fn many(name: &str) -> Vec<BankStatementLine> {
    (0..LINES).map(|number| line(&format!("{name}{number}"), Flow::In, 1)).collect()
}

/// Imports two statements at the same time, by two people.
async fn both(
    [one, two]: &[Clerk; 2],
    first: ImportStatementRequest,
    second: ImportStatementRequest,
) -> [Result<(), Status>; 2] {
    let (one, two) = tokio::join!(import(one, first), import(two, second));
    [one.map(drop), two.map(drop)]
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_statements_at_once_are_imported_one_after_the_other(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let clerks = clerks(&house, "korlantas")?;
    let mut balance = 1_000_000;
    import(&clerks[0], statement(&house, Vec::new())).await?;
    house.clock.advance(DAY);
    for round in 0..ROUNDS {
        // Both go on where the last one ended, a day apart.
        let says = |name: &str| ImportStatementRequest {
            opening: Some(rupiah(balance)),
            closing: Some(rupiah(balance + LINES)),
            ..statement(&house, many(&format!("{name}{round}-")))
        };
        let first = says("A");
        house.clock.advance(DAY);
        let second = says("B");

        let [first, second] = both(&clerks, first, second).await;

        match (first, second) {
            (Ok(()), second) => assert_eq!(refused(second), ErrorReason::StatementGap),
            (first, Ok(())) => assert_eq!(refused(first), ErrorReason::StatementOutOfOrder),
            (first, second) => panic!("{first:?} {second:?}"),
        }
        balance += LINES;
        house.clock.advance(DAY);
    }
    let list = ListStatementsRequest { page_size: 100, ..ListStatementsRequest::default() };
    let list = clerks[0].clone().list_statements(list).await?.into_inner().statements;
    let mut days: Vec<_> = list.iter().collect();
    days.sort_by_key(|it| it.day.map(|day| (day.year, day.month, day.day)));
    assert_eq!(days.len(), ROUNDS + 1);
    assert!(days.windows(2).all(|pair| pair[0].closing == pair[1].opening));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_day_twice_at_once_is_imported_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let clerks = clerks(&house, "korlantas")?;
    for round in 0..ROUNDS {
        paid(&house, &desk, &format!("IN{round}")).await?;
        let lines = || vec![line(&format!("IN{round}"), Flow::In, 74_000)];
        let balance = Some(rupiah(74_000 * i64::try_from(round)?));
        let closing = Some(rupiah(74_000 * i64::try_from(round + 1)?));
        let one = ImportStatementRequest {
            opening: balance.clone(),
            closing: closing.clone(),
            ..statement(&house, lines())
        };
        let two =
            ImportStatementRequest { opening: balance, closing, ..statement(&house, lines()) };

        let answers = both(&clerks, one, two).await;

        let lost = answers.into_iter().find(Result::is_err).expect("one of two is refused");
        assert_eq!(refused(lost), ErrorReason::StatementImported);
        house.clock.advance(DAY);
    }
    assert_eq!(breaks(&clerks[0]).await?.len(), ROUNDS, "each line differs once");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_is_not_closed_while_its_statement_is_imported(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = Arc::new(House::open(kind).await?);
    let desk = house.korlantas().await?;
    let clerks = clerks(&house, "korlantas")?;
    let days = DayServiceClient::new(person(&house, "korlantas", "joko")?.client);
    desk.bill().await?;
    for round in 0..ROUNDS {
        let mut bank = Bank::bri();
        bank.code = ["002", "009", "014", "022", "008", "011", "013", "016"][round];
        let strange = bank.statement(&house, &many("STRANGE-"));
        let day = today(&house);
        house.clock.advance(2 * DAY);
        let close = CloseDayRequest { request_id: fresh(), day: Some(day) };
        let mut days = days.clone();

        let (imported, closed) = tokio::join!(import(&clerks[0], strange), days.close_day(close));

        // Whoever came second was told: the day is closed, or a break is open.
        match (imported, closed) {
            (Ok(_), Err(status)) => {
                assert_eq!(refused(Err::<(), _>(status)), ErrorReason::BreaksOpen);
                return Ok(());
            }
            (Err(status), Ok(_)) => {
                assert_eq!(refused(Err::<(), _>(status)), ErrorReason::DayClosed);
            }
            (imported, closed) => panic!("{imported:?} {closed:?}"),
        }
        let between = CloseDayRequest { request_id: fresh(), day: Some(after(day)) };
        days.close_day(between).await?;
    }
    Ok(())
}

fn after(day: rangkai_proto::r#type::v1::Date) -> rangkai_proto::r#type::v1::Date {
    let day = rangkai_proto::read_date(&day).unwrap();
    rangkai_proto::date(day + chrono::TimeDelta::days(1))
}
