//! What a break can turn out to be, and what that posts.

use rangkai_primitives::Currency;

use super::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn rupiah(minor: i64) -> Money {
    Money::new(Currency::IDR, minor)
}

fn it(kind: BreakKind, flow: Flow, booked: Option<i64>, recorded: Option<i64>) -> Break {
    let zero = rupiah(0);
    let statement = BankStatement {
        id: Id::generate(),
        bank_code: "002".to_owned(),
        account: None,
        number: "S".to_owned(),
        day: NaiveDate::MIN,
        opening: zero,
        closing: zero,
        line_count: 0,
        matched_count: 0,
        break_count: 0,
        create_time: NOW,
    };
    let what = Difference {
        kind,
        account: Some(BankAccount::Collection),
        reference: "N".to_owned(),
        flow,
        booked: booked.map(rupiah),
        recorded: recorded.map(rupiah),
        recorded_flow: recorded.map(|_| flow),
        line: None,
        movement: None,
        payouts: None,
    };
    Break::find(what, &statement, NaiveDate::MIN)
}

fn as_a(resolution: BreakResolution) -> Proposal {
    Proposal { resolution, reason: "R".to_owned(), found: None, earlier: None }
}

fn resolved(it: Break, resolution: BreakResolution) -> Break {
    it.propose(as_a(resolution), "first", NOW).unwrap().confirm("second", NOW).unwrap()
}

#[test]
fn only_some_resolutions_fit_each_kind() {
    use BreakResolution::{
        Charge, Claim, Corrected, Excess, Explained, Identified, Matched, Suspense,
    };
    let cases = [
        (
            it(BreakKind::MissingHere, Flow::In, Some(5), None),
            vec![Matched, Suspense, Explained, Excess, Corrected],
        ),
        (
            it(BreakKind::MissingHere, Flow::Out, Some(5), None),
            vec![Matched, Charge, Explained, Claim, Corrected],
        ),
        (it(BreakKind::MissingThere, Flow::In, None, Some(5)), vec![Matched, Explained, Claim]),
        (it(BreakKind::MissingThere, Flow::Out, None, Some(5)), vec![Matched, Explained, Excess]),
        (
            it(BreakKind::AmountDiffers, Flow::In, Some(4), Some(5)),
            vec![Matched, Charge, Explained, Claim],
        ),
        (
            it(BreakKind::AmountDiffers, Flow::Out, Some(4), Some(5)),
            vec![Matched, Explained, Excess],
        ),
        (it(BreakKind::BookedTwice, Flow::Out, Some(5), Some(5)), vec![Explained, Claim]),
        (it(BreakKind::BookedTwice, Flow::In, Some(5), Some(5)), vec![Explained, Excess]),
        (it(BreakKind::Unnumbered, Flow::Out, None, Some(5)), vec![Explained, Excess, Identified]),
    ];
    let all = [Matched, Suspense, Charge, Explained, Claim, Excess, Corrected, Identified];
    for (it, fitting) in cases {
        for resolution in all {
            let proposed = it.clone().propose(as_a(resolution), "first", NOW);
            let (kind, flow) = (it.what.kind, it.what.flow);
            assert_eq!(
                proposed.is_ok(),
                fitting.contains(&resolution),
                "{kind:?} {flow:?} {resolution:?}"
            );
        }
    }
}

#[test]
fn what_a_claim_posts_is_taken_back_when_the_bank_has_mended_it() {
    let claimed = resolved(
        it(BreakKind::AmountDiffers, Flow::In, Some(40), Some(100)),
        BreakResolution::Claim,
    );
    let sixty = rupiah(60);
    let account = BankAccount::Collection;
    assert_eq!(claimed.posting(), Some((Occasion::BankClaimed(account), sixty)));
    assert_eq!(claimed.reversal(), Some((Occasion::BankClaimMet(account), sixty)));
    assert_eq!(claimed.settle_time, None);

    let line = |minor| it(BreakKind::MissingHere, Flow::In, Some(minor), None);
    assert!(line(60).mends(&claimed));
    assert!(!line(61).mends(&claimed));
    assert!(!it(BreakKind::MissingHere, Flow::Out, Some(60), None).mends(&claimed));
    assert!(!line(60).mends(&claimed.settle("payments", NOW)), "once is enough");
    let open = it(BreakKind::AmountDiffers, Flow::In, Some(40), Some(100));
    assert!(!line(60).mends(&open), "nobody claimed it");
}

#[test]
fn what_was_missing_may_come_before_or_after_people_said_what_it_is() {
    let missing = || it(BreakKind::MissingThere, Flow::Out, None, Some(5));
    let came = missing().settle("payments", NOW);
    assert_eq!(came.resolution, Some(BreakResolution::Matched));
    assert_eq!((came.posting(), came.reversal()), (None, None));

    let held = resolved(missing(), BreakResolution::Excess);
    let came = held.settle("payments", NOW);
    assert_eq!(
        (came.resolution, came.confirmed_by.as_str()),
        (Some(BreakResolution::Excess), "second")
    );
    let taken = Occasion::BankExcessTaken(BankAccount::Collection);
    assert_eq!(came.reversal(), Some((taken, rupiah(5))));
    assert_eq!(resolved(missing(), BreakResolution::Explained).settle_time, None);
}
