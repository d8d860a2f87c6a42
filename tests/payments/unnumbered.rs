//! What moved without a number of a bank is shown, until somebody finds the number.

use rangkai_proto::payments::v1::{
    BreakKind, BreakResolution, BreakState, CloseDayRequest, ErrorReason, Flow,
    ProposeResolutionRequest, day_service_client::DayServiceClient,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    books::Books,
    clerks::{Bank, again, clerks, confirm, line, paid, proposal, propose, resolve, today},
    moved::sweep,
    support::{DAY, House, fields, person, reason, refused},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_movement_without_a_number_is_shown_until_its_line_is_found(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let both = clerks(&house, "korlantas")?;
    let [tuti, joko] = &both;
    paid(&house, &desk, "IN").await?;
    let swept = sweep(&desk, 70_000, "").await?;
    let lines = [
        line("IN", Flow::In, 75_000),
        line("N-1", Flow::Out, 70_000),
        line("N-2", Flow::Out, 69_999),
    ];
    let found = Bank::bri().says(&house, tuti, &lines).await?.breaks;
    let [there, other, shown] = &found[..] else { panic!("{found:?}") };
    let kinds = [there, other, shown].map(|it| (it.kind(), it.reference.clone()));
    let unnumbered = (BreakKind::Unnumbered, swept.replace('-', ""));
    let missing = |number: &str| (BreakKind::MissingHere, number.to_owned());
    assert_eq!(kinds, [missing("N-1"), missing("N-2"), unnumbered]);

    let say = |number: &str| ProposeResolutionRequest {
        found_reference: number.to_owned(),
        ..proposal(shown, BreakResolution::Identified)
    };
    let unknown = tuti.clone().propose_resolution(say("N-9")).await;
    let less = tuti.clone().propose_resolution(say("N-2")).await;
    let used = tuti.clone().propose_resolution(say("IN")).await;
    let elsewhere = ProposeResolutionRequest { found_bank_code: "009".to_owned(), ..say("N-1") };
    let elsewhere = tuti.clone().propose_resolution(elsewhere).await;
    let matched = propose(tuti, shown, BreakResolution::Matched).await;
    let line_itself = ProposeResolutionRequest { break_id: there.break_id.clone(), ..say("N-1") };
    let line_itself = tuti.clone().propose_resolution(line_itself).await;
    assert_eq!(refused(unknown), ErrorReason::StillUnmatched);
    assert_eq!(refused(less), ErrorReason::StillUnmatched);
    assert_eq!(refused(elsewhere), ErrorReason::StillUnmatched);
    let taken = (ErrorReason::BankReferenceTaken, "IN".to_owned());
    assert_eq!(reason(used, "bank_reference"), taken);
    assert_eq!(refused(matched), ErrorReason::ResolutionUnfit);
    assert_eq!(refused(line_itself), ErrorReason::ResolutionUnfit);

    let before = Books::open(&house).await?.balance("bank").await?;
    tuti.clone().propose_resolution(say("N-1")).await?;
    let resolved = confirm(joko, shown).await?;
    assert_eq!(
        (resolved.found_reference.as_str(), resolved.found_bank_code.as_str()),
        ("N-1", "002")
    );
    let line = again(tuti, there).await?;
    assert_eq!((line.state(), line.confirmed_by.as_str()), (BreakState::Resolved, "payments"));
    assert_eq!(Books::open(&house).await?.balance("bank").await?, before);
    // From now on the number is used, and the same line again would be one too many.
    assert_eq!(refused(sweep(&desk, 1, "N-1").await), ErrorReason::BankReferenceTaken);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_day_is_not_closed_before_what_moved_without_a_number_is_explained(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let both = clerks(&house, "korlantas")?;
    let days = DayServiceClient::new(person(&house, "korlantas", "tuti")?.client);
    let mut bank = Bank::bri();
    paid(&house, &desk, "IN").await?;
    let first = today(&house);
    bank.shows(&house, &both[0], &[line("IN", Flow::In, 75_000)]).await?;
    // Recorded when the statement of its day was there already.
    sweep(&desk, 70_000, "").await?;
    let close = || {
        let mut days = days.clone();
        let request = CloseDayRequest { request_id: fresh(), day: Some(first) };
        async move { days.close_day(request).await }
    };

    house.clock.advance(2 * DAY);
    let nowhere = close().await;
    let answer = bank.says(&house, &both[0], &[]).await?;
    let open = close().await;
    let [shown] = &answer.breaks[..] else { panic!("{:?}", answer.breaks) };
    resolve(&both, shown, BreakResolution::Explained).await?;
    let closed = close().await;

    let missing = (ErrorReason::StatementMissing, String::new());
    assert_eq!(reason(nowhere, "bank_code"), missing);
    assert_eq!((shown.kind(), shown.day), (BreakKind::Unnumbered, Some(first)));
    assert_eq!(reason(open, "count"), (ErrorReason::BreaksOpen, "1".to_owned()));
    assert!(closed.is_ok());
    Ok(())
}

/// The rules are checked before any database is asked, so one kind of it is enough.
#[tokio::test]
async fn what_a_proposal_names_belongs_to_its_resolution() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    house.korlantas().await?;
    let [mut clerk, _] = clerks(&house, "korlantas")?;
    let ask = |resolution: BreakResolution| ProposeResolutionRequest {
        request_id: fresh(),
        break_id: fresh(),
        resolution: resolution.into(),
        reason: "R".to_owned(),
        ..ProposeResolutionRequest::default()
    };
    let everything = ProposeResolutionRequest {
        found_reference: "N".to_owned(),
        found_bank_code: "002".to_owned(),
        earlier_break_id: fresh(),
        ..ask(BreakResolution::Claim)
    };

    let everything = fields(clerk.propose_resolution(everything).await);
    let nothing = fields(clerk.propose_resolution(ask(BreakResolution::Identified)).await);
    let none = fields(clerk.propose_resolution(ask(BreakResolution::Corrected)).await);

    assert_eq!(everything, ["found_reference", "found_bank_code", "earlier_break_id"]);
    assert_eq!(nothing, ["found_reference"]);
    assert_eq!(none, ["earlier_break_id"]);
    Ok(())
}
