//! What banks book of the payments of envelopes: one by one, or a file at a time.

use std::time::Duration;

use rangkai_proto::payments::v1::{
    BankStatementLine, BreakKind, BreakResolution, BreakState, CloseDayRequest, ErrorReason, Flow,
    ImportStatementMessageRequest, ImportStatementRequest, day_service_client::DayServiceClient,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    reports::{Left, import, leave, pain_002},
    support::{EACH, accounts, official, release, sandbox},
};
use crate::payments::{
    books::Books,
    clerks::{Bank, Clerk, again, breaks, clerks, line, propose, resolve, statement, today},
    support::{DAY, House, person, reason, refused, rupiah},
};

/// The bank's line for an order.
pub fn order(number: &str, name: &str) -> BankStatementLine {
    BankStatementLine { end_to_end_id: name.to_owned(), ..line(number, Flow::Out, EACH) }
}

/// The bank's line for all orders of a file.
fn whole(number: &str, left: &Left, orders: i64) -> BankStatementLine {
    let payment_id = format!("{}1", left.file.name);
    BankStatementLine { payment_id, ..line(number, Flow::Out, EACH * orders) }
}

/// The bank reports that orders of a file were paid.
async fn report(house: &House, left: &Left, paid: &[&String]) -> anyhow::Result<()> {
    let orders: Vec<_> = paid.iter().map(|name| (name.as_str(), "ACSC", EACH)).collect();
    let count = i64::try_from(left.orders.len())?;
    let message = pain_002(&left.file.name, (count, EACH * count), &orders);
    let message = message.replace("2026-11-22T09:00:00Z", &house.clock.now().to_rfc3339());
    import(&mut official(house, "kemensos", "operator")?, &message).await?;
    Ok(())
}

/// The two clerks of the ministry, once the money that it was given is explained.
pub async fn ministry(house: &House, bank: &mut Bank) -> anyhow::Result<[Clerk; 2]> {
    let both = clerks(house, "kemensos")?;
    for it in bank.says(house, &both[0], &[]).await?.breaks {
        assert_eq!(it.kind(), BreakKind::Unnumbered, "{it:?}");
        resolve(&both, &it, BreakResolution::Explained).await?;
    }
    Ok(both)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_file_is_booked_at_once_or_order_by_order(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (first, second) = (leave(&house, 2).await?, leave(&house, 3).await?);
    let mut bank = Bank::bri();
    let [clerk, _] = ministry(&house, &mut bank).await?;
    assert!(first.content.contains("<BtchBookg>true</BtchBookg>"));
    house.clock.advance(DAY);
    report(&house, &first, &[&first.orders[0], &first.orders[1]]).await?;
    report(&house, &second, &second.orders.iter().collect::<Vec<_>>()).await?;

    let lines = [
        whole("N-1", &first, 2),
        order("N-2", &second.orders[0]),
        order("N-3", &second.orders[1]),
        order("N-3", &second.orders[2]),
    ];
    assert_eq!(bank.shows(&house, &clerk, &lines).await?, []);

    // The same once more, under whatever number, is one too many.
    let lines = [whole("N-4", &first, 2), order("N-5", &second.orders[0])];
    let twice = bank.shows_next_day(&house, &clerk, &lines).await?;
    assert_eq!(twice, ["N-4", "N-5"].map(|it| (BreakKind::BookedTwice, it.to_owned())));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_is_paid_and_not_booked_is_shown_until_it_is(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (whole_file, singly) = (leave(&house, 2).await?, leave(&house, 3).await?);
    let mut bank = Bank::bri();
    let both = ministry(&house, &mut bank).await?;
    let clerk = both[0].clone();
    house.clock.advance(DAY);
    report(&house, &whole_file, &whole_file.orders.iter().collect::<Vec<_>>()).await?;
    report(&house, &singly, &singly.orders.iter().collect::<Vec<_>>()).await?;

    // Nothing of one file, and one order of three of the other.
    let found = bank.says(&house, &clerk, &[order("N-1", &singly.orders[0])]).await?.breaks;
    let mut shown: Vec<_> =
        found.iter().map(|it| (it.reference.as_str(), it.order_count)).collect();
    shown.sort_unstable();
    let [_, b, c] = &singly.orders[..] else { panic!("{:?}", singly.orders) };
    let mut expected = [(whole_file.file.name.as_str(), 2), (b, 1), (c, 1)];
    expected.sort_unstable();
    assert_eq!(shown, expected);
    assert!(found.iter().all(|it| it.kind() == BreakKind::MissingThere));
    let of_file = found.iter().find(|it| it.order_count == 2).unwrap();
    assert_eq!(of_file.recorded, Some(rupiah(2 * EACH)));
    // The money is still there, and not the agency's: nobody can pay it out again.
    resolve(&both, of_file, BreakResolution::Excess).await?;
    let books = Books::open(&house).await?;
    assert_eq!(books.balance("disbursement_excess").await?, 200 * EACH);
    let matched = propose(&clerk, &found[1], BreakResolution::Matched).await;
    assert_eq!(refused(matched), ErrorReason::StillUnmatched);

    // Nothing new is shown while nothing happens, and each is settled when it comes.
    assert_eq!(bank.shows_next_day(&house, &clerk, &[]).await?, []);
    let lines = [whole("N-2", &whole_file, 2), order("N-3", b)];
    assert_eq!(bank.shows_next_day(&house, &clerk, &lines).await?, []);
    let open: Vec<_> = breaks(&clerk).await?;
    let open =
        open.iter().filter(|it| it.settle_time.is_none() && it.kind() != BreakKind::Unnumbered);
    assert_eq!(open.map(|it| it.reference.as_str()).collect::<Vec<_>>(), [c.as_str()]);
    assert_eq!(books.balance("disbursement_excess").await?, 0);
    assert_eq!(books.balance("disbursement").await?, 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_line_that_comes_before_its_report_waits_for_it(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (left, of_file) = (leave(&house, 2).await?, leave(&house, 2).await?);
    let mut bank = Bank::bri();
    let [clerk, _] = ministry(&house, &mut bank).await?;
    house.clock.advance(DAY);
    let lines = [order("N-1", &left.orders[0]), whole("N-2", &of_file, 2)];
    let found = bank.says(&house, &clerk, &lines).await?.breaks;
    assert!(found.iter().all(|it| it.kind() == BreakKind::MissingHere));

    house.clock.advance(Duration::from_hours(1));
    report(&house, &left, &[&left.orders[0]]).await?;
    report(&house, &of_file, &[&of_file.orders[0]]).await?;
    assert_eq!(bank.shows_next_day(&house, &clerk, &[]).await?, []);

    let [first, file] = [&found[0], &found[1]];
    assert_eq!(again(&clerk, first).await?.state(), BreakState::Resolved);
    let file = again(&clerk, file).await?;
    let half = (BreakKind::AmountDiffers, Some(rupiah(EACH)));
    assert_eq!((file.kind(), file.recorded.clone()), half);
    // The rest of the report: now both sides have it, and somebody may say so.
    report(&house, &of_file, &[&of_file.orders[1]]).await?;
    propose(&clerk, &file, BreakResolution::Matched).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn more_payments_than_people_can_look_at_are_one_break(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let block = sandbox(&house).await?;
    let mut bank = Bank::bri();
    let id = release(&house, &accounts(&["001"; 101])).await?;
    let both = ministry(&house, &mut bank).await?;
    let days = DayServiceClient::new(person(&house, "kemensos", "tuti")?.client);
    house.clock.advance(DAY);
    block.execute_due().await?;
    let day = today(&house);
    house.clock.advance(2 * DAY);
    let close = || {
        let mut days = days.clone();
        let request = CloseDayRequest { request_id: fresh(), day: Some(day) };
        async move { days.close_day(request).await }
    };
    let first = {
        let mut days = days.clone();
        let before = rangkai_proto::read_date(&day).unwrap() - chrono::TimeDelta::days(1);
        let day = Some(rangkai_proto::date(before));
        async move { days.close_day(CloseDayRequest { request_id: fresh(), day }).await }
    };
    first.await?;
    let unsaid = (ErrorReason::StatementMissing, "002".to_owned());
    assert_eq!(reason(close().await, "bank_code"), unsaid);

    let request = ImportStatementRequest { day: Some(day), ..statement(&house, Vec::new()) };
    let found = both[0].clone().import_statement(request).await?.into_inner().breaks;

    let [all] = &found[..] else { panic!("{found:?}") };
    let what = (all.kind(), all.reference.clone(), all.order_count);
    assert_eq!(what, (BreakKind::MissingThere, id.replace('-', ""), 101));
    let open = (ErrorReason::BreaksOpen, "1".to_owned());
    assert_eq!(reason(close().await, "count"), open);
    // One of them comes: what is left is few enough to be looked at.
    let orders = block.sandbox_messages("kemensos".parse()?).await?.camt_053;
    let tag = regex::Regex::new("<EndToEndId>([^<]+)<")?;
    let name = tag.captures(&orders).unwrap()[1].to_owned();
    bank.says(&house, &both[0], &[order("N-1", &name)]).await?;
    let now = breaks(&both[0]).await?;
    let waiting = now.iter().filter(|it| it.kind() == BreakKind::MissingThere);
    let waiting: Vec<_> = waiting.filter(|it| it.settle_time.is_none()).collect();
    assert_eq!(waiting.len(), 100);
    assert!(waiting.iter().all(|it| it.order_count == 1));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_statement_message_books_a_file_by_its_payment(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 2).await?;
    let mut bank = Bank::bri();
    let [mut clerk, _] = ministry(&house, &mut bank).await?;
    house.clock.advance(DAY);
    report(&house, &left, &left.orders.iter().collect::<Vec<_>>()).await?;
    let day = statement(&house, Vec::new()).day.unwrap();
    let day = format!("{:04}-{:02}-{:02}", day.year, day.month, day.day);
    let balance = |code: &str, amount: i64| {
        let (side, amount) = (if amount < 0 { "DBIT" } else { "CRDT" }, amount.abs());
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"IDR\">{amount}</Amt>\
             <CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )
    };
    // The bank names the number of the file, as our order did, and its sum.
    let sum = 2 * EACH;
    let content = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr>\
         <MsgId>M</MsgId><CreDtTm>{day}T09:00:00Z</CreDtTm></GrpHdr><Stmt><Id>S-9</Id><Acct><Id>\
         <Othr><Id>0019988776</Id></Othr></Id></Acct>{}{}<Ntry><Amt Ccy=\"IDR\">{sum}</Amt>\
         <CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>\
         <AcctSvcrRef>NTB-9</AcctSvcrRef><BkTxCd/><NtryDtls><Btch><MsgId>{}</MsgId>\
         <PmtInfId>{}1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch></NtryDtls></Ntry></Stmt>\
         </BkToCstmrStmt></Document>",
        balance("OPBD", 1_000_000),
        balance("CLBD", 1_000_000 - sum),
        left.file.name,
        left.file.name,
    );
    let request = ImportStatementMessageRequest {
        request_id: fresh(),
        bank_code: "002".to_owned(),
        content: content.into_bytes(),
        ..ImportStatementMessageRequest::default()
    };

    let answer = clerk.import_statement_message(request).await?.into_inner();

    assert_eq!(answer.breaks, []);
    assert_eq!(answer.statements[0].matched_count, 1);
    Ok(())
}
