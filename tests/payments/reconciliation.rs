//! What banks say beside what the books say, and how a difference is resolved by two people.

use rangkai_proto::{
    payments::v1::{
        self as wire, BankStatementLine, Break, BreakKind, BreakResolution, BreakState,
        ErrorReason, Flow, ImportStatementRequest, ProposeResolutionRequest,
        reconciliation_service_client::ReconciliationServiceClient,
    },
    r#type::v1::Date,
};
use rangkai_testkit::{Client, Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    books::Books,
    contract::once,
    support::{Desk, House, fields, person, reason, refused, rupiah},
};

type Clerk = ReconciliationServiceClient<Client>;

/// The statement of a bank with two lines that nobody here knows, for today.
fn statement(house: &House, lines: Vec<BankStatementLine>) -> ImportStatementRequest {
    let moved: i64 = lines
        .iter()
        .map(|line| {
            let units = line.amount.as_ref().map_or(0, |amount| amount.units);
            if line.flow() == Flow::In { units } else { -units }
        })
        .sum();
    ImportStatementRequest {
        request_id: fresh(),
        bank_code: "002".to_owned(),
        number: format!("S-{}", fresh()),
        day: Some(today(house)),
        opening: Some(rupiah(1_000_000)),
        closing: Some(rupiah(1_000_000 + moved)),
        line_count: i32::try_from(lines.len()).unwrap(),
        lines,
    }
}

pub fn today(house: &House) -> Date {
    rangkai_proto::date(rangkai_primitives::Zone::Wib.date(house.clock.now()))
}

fn line(reference: &str, flow: Flow, units: i64) -> BankStatementLine {
    let amount = Some(rupiah(units));
    BankStatementLine { reference: reference.to_owned(), flow: flow.into(), amount }
}

async fn import(clerk: &Clerk, request: ImportStatementRequest) -> Result<Vec<Break>, Status> {
    Ok(clerk.clone().import_statement(request).await?.into_inner().breaks)
}

async fn propose(clerk: &Clerk, it: &Break, what: BreakResolution) -> Result<(), Status> {
    let request = ProposeResolutionRequest {
        request_id: fresh(),
        break_id: it.break_id.clone(),
        resolution: what.into(),
        reason: "Sesuai rekening koran".to_owned(),
    };
    clerk.clone().propose_resolution(request).await.map(drop)
}

async fn confirm(clerk: &Clerk, it: &Break) -> Result<Break, Status> {
    let request =
        wire::ConfirmResolutionRequest { request_id: fresh(), break_id: it.break_id.clone() };
    Ok(clerk.clone().confirm_resolution(request).await?.into_inner().r#break.unwrap())
}

/// Two clerks of the traffic police.
fn clerks(house: &House) -> anyhow::Result<[Clerk; 2]> {
    let clerk = |name: &str| -> anyhow::Result<Clerk> {
        Ok(ReconciliationServiceClient::new(person(house, "korlantas", name)?.client))
    };
    Ok([clerk("tuti")?, clerk("joko")?])
}

/// Has two clerks put into suspense what bank 002 booked under `reference` and nobody reported.
pub async fn take_in(house: &House, reference: &str, rupiahs: i64) -> anyhow::Result<()> {
    let [tuti, joko] = clerks(house)?;
    let lines = vec![line(reference, Flow::In, rupiahs)];
    let breaks = import(&tuti, statement(house, lines)).await?;
    let found = breaks.iter().find(|it| it.reference == reference).unwrap();
    propose(&tuti, found, BreakResolution::Suspense).await?;
    confirm(&joko, found).await?;
    Ok(())
}

/// A bill that was paid today under `reference`.
async fn paid(house: &House, desk: &Desk, reference: &str) -> anyhow::Result<()> {
    let bill = desk.bill().await?;
    let payment = house.payment(&bill, "002");
    let payment = wire::RecordRemittanceRequest { bank_reference: reference.to_owned(), ..payment };
    house.bank("bank-bri")?.remittances.record_remittance(payment).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_statement_shows_what_fits_and_each_way_in_which_it_does_not(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let [clerk, _] = clerks(&house)?;
    for reference in ["FITS", "DIFFERS", "TWICE", "LACKS"] {
        paid(&house, &desk, reference).await?;
    }
    let lines = vec![
        line("FITS", Flow::In, 75_000),
        line("DIFFERS", Flow::In, 74_999),
        line("TWICE", Flow::In, 75_000),
        line("TWICE", Flow::In, 75_000),
        line("STRANGE", Flow::In, 5_000),
        line("FEE", Flow::Out, 6_500),
    ];

    let request = statement(&house, lines);
    let other = ImportStatementRequest { number: "OTHER".to_owned(), ..request.clone() };
    let send = |request| {
        let mut clerk = clerk.clone();
        async move { clerk.import_statement(request).await }
    };
    let answer = once(&request.request_id.clone(), [request.clone(), other], send).await?;

    let kept = answer.statement.unwrap();
    assert_eq!((kept.line_count, kept.matched_count, kept.break_count), (6, 2, 5));
    let found: Vec<_> = answer.breaks.iter().map(|it| (it.kind(), it.reference.as_str())).collect();
    let expected = [
        (BreakKind::AmountDiffers, "DIFFERS"),
        (BreakKind::BookedTwice, "TWICE"),
        (BreakKind::MissingHere, "STRANGE"),
        (BreakKind::MissingHere, "FEE"),
        (BreakKind::MissingThere, "LACKS"),
    ];
    assert_eq!(found, expected);

    // The same statement under another request id, and another one for the same day.
    let again = ImportStatementRequest { request_id: fresh(), ..request.clone() };
    let known = (ErrorReason::StatementImported, kept.statement_id.clone());
    assert_eq!(reason(import(&clerk, again).await, "statement_id"), known);
    let same_day = statement(&house, Vec::new());
    assert_eq!(reason(import(&clerk, same_day).await, "statement_id"), known);

    // Another agency knows nothing of all that.
    let mut stranger = ReconciliationServiceClient::new(house.agency("imigrasi")?.client);
    assert_eq!(
        stranger.list_breaks(wire::ListBreaksRequest::default()).await?.into_inner().breaks,
        []
    );
    let foreign = propose(&stranger, &answer.breaks[0], BreakResolution::Explained).await;
    assert_eq!(refused(foreign), ErrorReason::BreakNotFound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_statement_that_does_not_add_up_is_not_imported(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    house.korlantas().await?;
    let [clerk, _] = clerks(&house)?;
    let right = statement(&house, vec![line("A", Flow::In, 10), line("B", Flow::Out, 4)]);

    let off = ImportStatementRequest { closing: Some(rupiah(1_000_007)), ..right.clone() };
    let expected = (ErrorReason::StatementUnbalanced, "100000600".to_owned());
    assert_eq!(reason(import(&clerk, off).await, "expected_minor"), expected);
    let half = ImportStatementRequest { lines: right.lines[..1].to_vec(), ..right.clone() };
    assert_eq!(fields(clerk.clone().import_statement(half).await), ["line_count"]);
    for units in [0, -5] {
        let lines = vec![line("A", Flow::In, units)];
        let wrong = ImportStatementRequest { line_count: 1, lines, ..right.clone() };
        assert_eq!(fields(clerk.clone().import_statement(wrong).await), ["lines[0].amount"]);
    }

    import(&clerk, right.clone()).await?;
    house.clock.advance(super::support::DAY);
    let gap = ImportStatementRequest {
        opening: Some(rupiah(1)),
        closing: Some(rupiah(1)),
        ..statement(&house, Vec::new())
    };
    let expected = (ErrorReason::StatementGap, "100000600".to_owned());
    assert_eq!(reason(import(&clerk, gap).await, "expected_minor"), expected);
    let earlier = rangkai_proto::date(
        rangkai_primitives::Zone::Wib.date(house.clock.now()) - chrono::Days::new(9),
    );
    let late = ImportStatementRequest { day: Some(earlier), ..statement(&house, Vec::new()) };
    assert_eq!(refused(import(&clerk, late).await), ErrorReason::StatementOutOfOrder);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_break_is_resolved_by_two_people_and_the_books_say_so(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let [tuti, joko] = clerks(&house)?;
    paid(&house, &desk, "N-1").await?;
    let lines = vec![line("STRANGE", Flow::In, 80_000), line("FEE", Flow::Out, 6_500)];
    let breaks = import(&tuti, statement(&house, lines)).await?;
    let [strange, fee, lacks] = &breaks[..] else { panic!("{breaks:?}") };

    assert_eq!(refused(confirm(&joko, strange).await), ErrorReason::BreakNotProposed);
    let unfit = propose(&tuti, strange, BreakResolution::Charge).await;
    assert_eq!(refused(unfit), ErrorReason::ResolutionUnfit);
    let unmatched = propose(&tuti, strange, BreakResolution::Matched).await;
    assert_eq!(refused(unmatched), ErrorReason::StillUnmatched);

    propose(&tuti, strange, BreakResolution::Suspense).await?;
    propose(&tuti, fee, BreakResolution::Charge).await?;
    assert_eq!(refused(confirm(&tuti, strange).await), ErrorReason::SamePerson);
    let (one, two) = tokio::join!(confirm(&joko, strange), confirm(&joko, strange));
    let lost = [one, two].into_iter().find_map(Result::err).expect("one of two is refused");
    assert_eq!(refused(Err::<(), _>(lost)), ErrorReason::BreakResolved);
    let resolved = confirm(&joko, fee).await?;
    assert_eq!((resolved.state(), resolved.confirmed_by.as_str()), (BreakState::Resolved, "joko"));
    let late = propose(&tuti, fee, BreakResolution::Explained).await;
    assert_eq!(refused(late), ErrorReason::BreakResolved);

    // The bank books the payment a day later: nobody needs to look into it.
    house.clock.advance(super::support::DAY);
    let next = ImportStatementRequest {
        opening: Some(rupiah(1_073_500)),
        closing: Some(rupiah(1_148_500)),
        ..statement(&house, vec![line("N-1", Flow::In, 75_000)])
    };
    assert_eq!(import(&tuti, next).await?, []);
    let all = tuti.clone().list_breaks(wire::ListBreaksRequest::default()).await?.into_inner();
    let found = all.breaks.iter().find(|it| it.break_id == lacks.break_id).unwrap();
    assert_eq!(
        (found.state(), found.resolution()),
        (BreakState::Resolved, BreakResolution::Matched)
    );

    // A report that comes after all finds its money recorded, and makes no second of it.
    let bill = desk.bill().await?;
    let late = wire::RecordRemittanceRequest {
        bank_reference: "STRANGE".to_owned(),
        ..house.payment(&bill, "002")
    };
    let late = house.bank("bank-bri")?.remittances.record_remittance(late).await;
    assert_eq!(refused(late), ErrorReason::BankReferenceTaken);
    let waiting = wire::ListSuspenseRequest::default();
    let waiting = desk.suspense.clone().list_suspense(waiting).await?.into_inner();
    assert_eq!(waiting.items.len(), 1, "people can say what becomes of it");
    let books = Books::open(&house).await?;
    assert_eq!(books.balance("suspense").await?, 8_000_000);
    assert_eq!(books.balance("bank_charges").await?, 650_000);
    assert_eq!(books.balance("bank").await?, 14_850_000);
    Ok(())
}
