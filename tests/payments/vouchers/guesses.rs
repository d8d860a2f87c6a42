//! Those who guess.

use rangkai_primitives::Caller;
use rangkai_proto::{
    events::v1::{ReadEventsRequest, event_service_client::EventServiceClient},
    payments::v1::{ErrorReason, SuspendVoucherRequest, UnblockVoucherRequest, VoucherState},
};
use rangkai_testkit::{Kind, caller, fresh};
use rstest::rstest;

use super::{Shop, serial};
use crate::payments::{
    books::Books,
    support::{House, fields, reason, refused},
};

/// What a till may do.
const TILL: [&str; 1] = ["payments.vouchers.redeem"];
/// What the configuration says.
const GUESSES: usize = 20;

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_thousand_guesses_are_stopped_by_the_limit_and_so_is_the_right_number(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let voucher = shop.voucher(10_000, "").await?;
    let till =
        |name: &str| house.desk(&Caller { id: name.to_owned(), ..caller("kemensos", &TILL, &[]) });
    let (guesser, honest) = (till("till-1")?, till("till-2")?);

    let mut seen = Vec::new();
    for hundred in 0..10 {
        let guesses = (0..100).map(|one| {
            let number = number(hundred * 100 + one);
            let request = shop.redemption(&number, "", None);
            let guesser = guesser.clone();
            tokio::spawn(async move { refused(guesser.redeem(request).await) })
        });
        for guess in guesses.collect::<Vec<_>>() {
            seen.push(guess.await?);
        }
    }
    let right = guesser.redeem(shop.redemption(&voucher.number, "", Some(1_000))).await;
    let elsewhere = honest.redeem(shop.redemption(&voucher.number, "", Some(1_000))).await;
    house.clock.advance(std::time::Duration::from_hours(1));
    let later = guesser.redeem(shop.redemption(&voucher.number, "", Some(1_000))).await;

    let looked_up = seen.iter().filter(|reason| **reason == ErrorReason::VoucherRefused).count();
    let stopped = seen.iter().filter(|reason| **reason == ErrorReason::GuessesExhausted).count();
    assert_eq!((looked_up, stopped), (GUESSES, 1_000 - GUESSES));
    let (exhausted, retry_time) = reason(right, "retry_time");
    assert_eq!(exhausted, ErrorReason::GuessesExhausted);
    assert!(!retry_time.is_empty());
    assert!(elsewhere.is_ok());
    assert!(later.is_ok());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn unknown_foreign_and_wrong_are_answered_alike(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let theirs = Shop::of(house.agency("kemendikbud")?).await?;
    let locked = shop.voucher(10_000, "123456").await?;
    let foreign = theirs.voucher(10_000, "").await?;

    let mut answers = Vec::new();
    for (number, pin) in [
        (number(1), ""),
        (foreign.number.clone(), ""),
        (locked.number.clone(), "654321"),
        (locked.number.clone(), ""),
    ] {
        let status = shop.redeem(&number, pin, None).await.unwrap_err();
        assert!(!format!("{status:?}").contains(&number));
        answers.push((status.code(), status.message().to_owned(), status.details().to_owned()));
    }

    assert_eq!(
        reason(shop.redeem(&number(1), "", None).await, ""),
        (ErrorReason::VoucherRefused, String::new())
    );
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let suspend =
        SuspendVoucherRequest { request_id: fresh(), serial_number: serial(&foreign).to_owned() };
    let suspended = shop.desk.vouchers.clone().suspend_voucher(suspend).await;
    assert_eq!(refused(suspended), ErrorReason::VoucherNotFound);
    let get = shop.desk.show_voucher(serial(&foreign)).await;
    assert_eq!(refused(get), ErrorReason::VoucherNotFound);
    // A mistyped number is noticed before anything is looked up, and is no guess.
    let mut mistyped = locked.number.clone().into_bytes();
    mistyped[7] = b'0' + (mistyped[7] - b'0' + 1) % 10;
    let request = shop.redemption(&String::from_utf8(mistyped)?, "123456", None);
    let answer = shop.desk.vouchers.clone().redeem_voucher(request).await;
    assert_eq!(fields(answer), ["number"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn the_fifth_wrong_pin_blocks_a_voucher_until_an_officer_unblocks_it(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let voucher = shop.voucher(10_000, "123456").await?;
    let serial_number = serial(&voucher).to_owned();
    // Four are forgiven by a right one.
    for _ in 0..4 {
        refused(shop.redeem(&voucher.number, "000000", None).await);
    }
    shop.redeem(&voucher.number, "123456", Some(1_000)).await?;

    let tries = (0..8).map(|try_| {
        let request = shop.redemption(&voucher.number, &format!("00000{try_}"), None);
        let desk = shop.desk.clone();
        tokio::spawn(async move { refused(desk.redeem(request).await) })
    });
    for wrong in tries.collect::<Vec<_>>() {
        assert_eq!(wrong.await?, ErrorReason::VoucherRefused);
    }
    let blocked = shop.desk.show_voucher(&serial_number).await?;
    let right = shop.redeem(&voucher.number, "123456", None).await;
    let unblock = |pin: &str| UnblockVoucherRequest {
        request_id: fresh(),
        serial_number: serial_number.clone(),
        pin: pin.to_owned(),
    };
    let mut officer = shop.desk.vouchers.clone();
    officer.unblock_voucher(unblock("111111")).await?;
    let twice = officer.unblock_voucher(unblock("")).await;
    let old = shop.redeem(&voucher.number, "123456", None).await;
    shop.redeem(&voucher.number, "111111", None).await?;

    assert_eq!(blocked.state(), VoucherState::Blocked);
    assert_eq!(refused(right), ErrorReason::VoucherRefused);
    assert_eq!(refused(twice), ErrorReason::VoucherStateMismatch);
    assert_eq!(refused(old), ErrorReason::VoucherRefused);
    let told = told(&shop, &voucher.number).await?;
    let expected = [
        "VoucherPreactivated",
        "VoucherActivated",
        "VoucherRedeemed",
        "VoucherBlocked",
        "VoucherUnblocked",
        "VoucherRedeemed",
    ];
    assert_eq!(told, expected);
    Books::open(&house).await?.check_vouchers().await?;
    Ok(())
}

/// The facts about vouchers, none of which may hold the secret.
async fn told(shop: &Shop, number: &str) -> anyhow::Result<Vec<String>> {
    let mut events = EventServiceClient::new(shop.desk.client.clone());
    let mut stream = events.read_events(ReadEventsRequest::default()).await?.into_inner();
    let mut told = Vec::new();
    while let Some(answer) = stream.message().await? {
        let event = answer.event.unwrap();
        assert!(!format!("{event:?}").contains(number));
        let data = event.data.clone().unwrap().value;
        assert!(!String::from_utf8_lossy(&data).contains(number));
        let name = event.r#type.trim_start_matches("rangkai.payments.v1.").to_owned();
        told.extend(Some(name).filter(|name| name.starts_with("Voucher")));
    }
    Ok(told)
}

/// A number of the right shape that no voucher has.
fn number(seed: u32) -> String {
    let digits = format!("1{seed:022}");
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
