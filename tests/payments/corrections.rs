//! A break is corrected in the books, until the bank has mended what it did.

use rangkai_proto::payments::v1::{
    BankAccount, Break, BreakKind, BreakResolution, BreakState, ErrorReason, Flow,
    ListBreaksRequest, ProposeResolutionRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    books::Books,
    clerks::{Bank, Clerk, again, clerks, confirm, line, paid, proposal, propose, resolve},
    events::types,
    moved::sweep,
    support::{DAY, House, reason, refused},
};

/// What accounts of the ledger hold, in rupiah.
async fn balances<const N: usize>(house: &House, codes: [&str; N]) -> anyhow::Result<[i64; N]> {
    let books = Books::open(house).await?;
    let mut found = [0; N];
    for (place, code) in codes.iter().enumerate() {
        found[place] = books.balance(code).await? / 100;
    }
    Ok(found)
}

/// One clerk says that a break mends an earlier one.
async fn mend(clerk: &Clerk, it: &Break, earlier: &Break) -> Result<(), tonic::Status> {
    let request = ProposeResolutionRequest {
        earlier_break_id: earlier.break_id.clone(),
        ..proposal(it, BreakResolution::Corrected)
    };
    clerk.clone().propose_resolution(request).await.map(drop)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_amount_is_a_fee_a_claim_or_money_of_somebody_else(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let both = clerks(&house, "korlantas")?;
    for number in ["FEE", "LESS", "MORE"] {
        paid(&house, &desk, number).await?;
    }
    let lines = [
        line("FEE", Flow::In, 72_500),
        line("LESS", Flow::In, 70_000),
        line("MORE", Flow::In, 76_000),
    ];
    let found = Bank::bri().says(&house, &both[0], &lines).await?.breaks;
    let [fee, less, more] = &found[..] else { panic!("{found:?}") };
    assert!(found.iter().all(|it| it.kind() == BreakKind::AmountDiffers));

    for (it, unfit) in [
        (fee, BreakResolution::Suspense),
        (less, BreakResolution::Excess),
        (more, BreakResolution::Charge),
        (more, BreakResolution::Claim),
    ] {
        let unfit = propose(&both[0], it, unfit).await;
        assert_eq!(refused(unfit), ErrorReason::ResolutionUnfit);
    }
    resolve(&both, fee, BreakResolution::Charge).await?;
    let claimed = resolve(&both, less, BreakResolution::Claim).await?;
    let held = resolve(&both, more, BreakResolution::Excess).await?;

    // Two fees of Rp2,500 and Rp5,000, and Rp1,000 too much: the bank has Rp218,500.
    let codes = ["bank", "bank_charges", "bank_claims", "bank_excess"];
    assert_eq!(balances(&house, codes).await?, [218_500, 2_500, 5_000, 1_000]);
    assert_eq!((claimed.settle_time, held.settle_time), (None, None));
    // What is not the agency's cannot be handed on.
    assert_eq!(refused(sweep(&desk, 217_501, "").await), ErrorReason::SweepTooLarge);
    sweep(&desk, 217_500, "").await?;
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_was_booked_twice_is_claimed_and_mended_by_another_line(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let both = clerks(&house, "korlantas")?;
    let (mut bank, clerk) = (Bank::bri(), both[0].clone());
    for number in ["A", "B"] {
        paid(&house, &desk, number).await?;
    }
    sweep(&desk, 50_000, "OUT").await?;
    let lines = [
        line("A", Flow::In, 75_000),
        line("B", Flow::In, 75_000),
        line("OUT", Flow::Out, 50_000),
        line("OUT", Flow::Out, 50_000),
    ];
    let twice = bank.says(&house, &clerk, &lines).await?.breaks.remove(0);
    assert_eq!(twice.kind(), BreakKind::BookedTwice);
    assert_eq!(
        refused(propose(&clerk, &twice, BreakResolution::Charge).await),
        ErrorReason::ResolutionUnfit
    );
    resolve(&both, &twice, BreakResolution::Claim).await?;
    assert_eq!(balances(&house, ["bank", "bank_claims"]).await?, [50_000, 50_000]);

    // The next day the bank books a remittance again, and gives half of the other back, then all.
    house.clock.advance(DAY);
    let lines = [
        line("A", Flow::In, 75_000),
        line("HALF", Flow::In, 25_000),
        line("BACK", Flow::In, 50_000),
        line("B", Flow::Out, 75_000),
    ];
    let found = bank.says(&house, &clerk, &lines).await?.breaks;
    let [more, half, back, taken] = &found[..] else { panic!("{found:?}") };
    let kinds = [more, half, back, taken].map(Break::kind);
    let missing = BreakKind::MissingHere;
    assert_eq!(kinds, [BreakKind::BookedTwice, missing, missing, missing]);
    let [unknown, fresh_one] = [&Break { break_id: fresh(), ..twice.clone() }, more];
    assert_eq!(refused(mend(&clerk, half, &twice).await), ErrorReason::ResolutionUnfit);
    assert_eq!(refused(mend(&clerk, back, unknown).await), ErrorReason::BreakNotFound);
    assert_eq!(refused(mend(&clerk, back, fresh_one).await), ErrorReason::ResolutionUnfit);
    assert_eq!(refused(mend(&clerk, more, &twice).await), ErrorReason::ResolutionUnfit);
    mend(&clerk, back, &twice).await?;
    assert_eq!(refused(confirm(&clerk, back).await), ErrorReason::SamePerson);
    let mended = confirm(&both[1], back).await?;
    assert_eq!(mended.earlier_break_id, twice.break_id);
    assert!(again(&clerk, &twice).await?.settle_time.is_some());
    assert_eq!(balances(&house, ["bank", "bank_claims"]).await?, [100_000, 0]);
    let late = mend(&clerk, half, &twice).await;
    assert_eq!(refused(late), ErrorReason::ResolutionUnfit);
    let told = types(desk.client.clone(), &twice.break_id).await?;
    assert_eq!(told, ["BreakFound", "ResolutionProposed", "BreakResolved", "BreakSettled"]);

    // What the bank booked too much it takes back some day, and what it took it owes.
    resolve(&both, more, BreakResolution::Excess).await?;
    resolve(&both, taken, BreakResolution::Claim).await?;
    let codes = ["bank", "bank_claims", "bank_excess"];
    assert_eq!(balances(&house, codes).await?, [100_000, 75_000, 75_000]);
    let unsettled = ListBreaksRequest { unsettled: true, ..ListBreaksRequest::default() };
    let open = clerk.clone().list_breaks(unsettled).await?.into_inner().breaks;
    let open: Vec<_> = open.iter().map(|it| it.reference.as_str()).collect();
    assert_eq!(open, ["B", "HALF", "A"]);
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_was_missing_and_comes_takes_its_correction_back(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let both = clerks(&house, "korlantas")?;
    let mut bank = Bank::bri();
    for number in ["CAME", "LATE", "SHORT"] {
        paid(&house, &desk, number).await?;
    }
    sweep(&desk, 60_000, "OUT").await?;
    let lines = [line("CAME", Flow::In, 75_000)];
    let found = bank.says(&house, &both[0], &lines).await?.breaks;
    let [late, out, short] = ["LATE", "OUT", "SHORT"]
        .map(|number| found.iter().find(|it| it.reference == number).unwrap());
    assert!(found.iter().all(|it| it.kind() == BreakKind::MissingThere));
    for (it, unfit) in [(late, BreakResolution::Excess), (out, BreakResolution::Claim)] {
        assert_eq!(refused(propose(&both[0], it, unfit).await), ErrorReason::ResolutionUnfit);
    }
    resolve(&both, late, BreakResolution::Claim).await?;
    resolve(&both, short, BreakResolution::Claim).await?;
    resolve(&both, out, BreakResolution::Excess).await?;
    let codes = ["bank", "bank_claims", "bank_excess"];
    assert_eq!(balances(&house, codes).await?, [75_000, 150_000, 60_000]);
    assert_eq!(refused(sweep(&desk, 15_001, "").await), ErrorReason::SweepTooLarge);

    let lines = [
        line("OUT", Flow::Out, 60_000),
        line("LATE", Flow::In, 75_000),
        line("SHORT", Flow::In, 74_000),
    ];
    let rest = bank.shows_next_day(&house, &both[0], &lines).await?;

    assert_eq!(rest, [(BreakKind::AmountDiffers, "SHORT".to_owned())]);
    for it in [late, out, short] {
        let settled = again(&both[0], it).await?;
        assert_eq!(settled.state(), BreakState::Resolved);
        assert!(settled.settle_time.is_some(), "{settled:?}");
    }
    // As if nothing had been claimed; the thousand that is still missing has a break of its own.
    assert_eq!(balances(&house, codes).await?, [165_000, 0, 0]);
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_line_that_is_recorded_later_fits_or_shows_how_it_differs(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let both = clerks(&house, "korlantas")?;
    let mut bank = Bank::bri();
    let lines = [line("FITS", Flow::In, 75_000), line("DIFFERS", Flow::In, 74_000)];
    let found = bank.says(&house, &both[0], &lines).await?.breaks;
    let [fits, differs] = &found[..] else { panic!("{found:?}") };
    propose(&both[0], fits, BreakResolution::Suspense).await?;
    propose(&both[0], differs, BreakResolution::Suspense).await?;
    for number in ["FITS", "DIFFERS"] {
        paid(&house, &desk, number).await?;
    }
    // Whoever confirms now would take the money in a second time.
    assert_eq!(refused(confirm(&both[1], fits).await), ErrorReason::ResolutionUnfit);

    assert_eq!(bank.shows_next_day(&house, &both[0], &[]).await?, []);

    let fits = again(&both[0], fits).await?;
    let matched = (BreakState::Resolved, BreakResolution::Matched, "payments");
    assert_eq!((fits.state(), fits.resolution(), fits.confirmed_by.as_str()), matched);
    let differs = again(&both[0], differs).await?;
    assert_eq!((differs.kind(), differs.state()), (BreakKind::AmountDiffers, BreakState::Open));
    resolve(&both, &differs, BreakResolution::Charge).await?;
    assert_eq!(balances(&house, ["bank", "bank_charges"]).await?, [149_000, 1_000]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn no_account_passes_its_floor_for_a_correction(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let both = clerks(&house, "korlantas")?;
    paid(&house, &desk, "IN").await?;
    let mut collecting = Bank::account(BankAccount::Collection);
    let lines = [line("IN", Flow::In, 75_000), line("FEE", Flow::Out, 75_001)];
    let fee = collecting.says(&house, &both[0], &lines).await?.breaks.remove(0);
    let mut paying = Bank::account(BankAccount::Disbursement);
    let lines = [line("PAYING", Flow::Out, 1), line("STRANGE", Flow::In, 5)];
    let found = paying.says(&house, &both[0], &lines).await?.breaks;
    let [of_payer, strange] = &found[..] else { panic!("{found:?}") };
    let mut redeeming = Bank::account(BankAccount::Vouchers);
    let lines = [line("REDEEMING", Flow::Out, 2)];
    let of_vouchers = redeeming.says(&house, &both[0], &lines).await?.breaks.remove(0);

    for (it, resolution, account, amount, available) in [
        (&fee, BreakResolution::Charge, "bank", "7500100", "7500000"),
        (of_payer, BreakResolution::Charge, "disbursement", "100", "0"),
        (&of_vouchers, BreakResolution::Claim, "voucher_pool", "200", "0"),
    ] {
        propose(&both[0], it, resolution).await?;
        for (key, value) in [
            ("account_code", account),
            ("amount_minor", amount),
            ("available_minor", available),
            ("currency_code", "IDR"),
        ] {
            let short = (ErrorReason::BankShort, value.to_owned());
            assert_eq!(reason(confirm(&both[1], it).await, key), short, "{account}: {key}");
        }
    }
    // Suspense is money of payers: it lies where they pay it to.
    let suspense = propose(&both[0], strange, BreakResolution::Suspense).await;
    assert_eq!(refused(suspense), ErrorReason::ResolutionUnfit);
    resolve(&both, strange, BreakResolution::Excess).await?;

    assert_eq!(again(&both[0], &fee).await?.state(), BreakState::Proposed);
    let codes = ["bank", "disbursement", "disbursement_excess", "bank_charges"];
    assert_eq!(balances(&house, codes).await?, [75_000, 5, 5, 0]);
    // A charge of one rupiah would come out of what is not the agency's.
    assert_eq!(refused(confirm(&both[1], of_payer).await), ErrorReason::BankShort);
    Ok(())
}
