//! Setting money aside, moving it later, and letting go of it.

use rangkai_proto::payments::v1::{
    CaptureReservationRequest, ErrorReason, GetReservationRequest, ListReservationsRequest,
    ReleaseReservationRequest, ReservationState, ReserveTransferRequest, TransferKind,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    contract::once,
    events::read,
    purse::{Purse, transfer},
    support::{DAY, House, fields, reason, refused, rupiah},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn reserved_money_counts_as_gone_until_it_moves_or_is_let_go(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;

    let reservation = purse.reserve(70, None).await?;
    assert_eq!(purse.standing().await?, [100, 0, 70, 70]);
    let more = purse.reserve(31, None).await;
    let spent = purse.post(&purse.shop, &purse.purse, 31).await;
    assert_eq!(reason(more, "available_minor"), (ErrorReason::FloorPassed, "3000".to_owned()));
    assert_eq!(refused(spent), ErrorReason::FloorPassed);

    let part = purse.capture(&reservation, Some(20), false).await?;
    assert_eq!(purse.standing().await?, [80, 20, 50, 50]);
    assert_eq!(part.transfer.unwrap().kind(), TransferKind::Captured);
    assert_eq!(part.reservation.unwrap().remaining, Some(rupiah(50)));
    let too_much = purse.capture(&reservation, Some(51), false).await;
    let too_much = reason(too_much, "remaining_minor");
    assert_eq!(too_much, (ErrorReason::ReservationExceeded, "5000".to_owned()));

    let last = purse.capture(&reservation, Some(10), true).await?.reservation.unwrap();
    assert_eq!(purse.standing().await?, [70, 30, 0, 0]);
    assert_eq!((last.state(), last.captured), (ReservationState::Captured, Some(rupiah(30))));

    let used_up = purse.reserve(70, None).await?;
    let used_up = purse.capture(&used_up, None, false).await?.reservation.unwrap();
    assert_eq!(used_up.state(), ReservationState::Captured);
    assert_eq!(purse.standing().await?, [0, 100, 0, 0]);
    let again = purse.capture(&used_up, Some(1), false).await;
    assert_eq!(reason(again, "state"), (ErrorReason::ReservationNotOpen, "captured".to_owned()));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_expired_reservation_is_dead_before_the_sweep_and_freed_by_it(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;
    let partly = purse.reserve(40, Some(60)).await?;
    let kept = purse.reserve(30, None).await?;
    let later = purse.reserve(20, Some(2 * 24 * 60 * 60)).await?;
    purse.capture(&partly, Some(15), false).await?;
    assert_eq!(house.payments.expire_reservations().await?, 0);
    house.clock.advance(DAY);

    let capture = purse.capture(&partly, Some(1), false).await;
    let release = purse.release(&partly).await;
    assert_eq!(refused(capture), ErrorReason::ReservationExpired);
    assert_eq!(refused(release), ErrorReason::ReservationExpired);
    assert_eq!(purse.standing().await?, [85, 15, 75, 75]);
    let listed = list(&purse, ReservationState::Expired).await?;
    assert_eq!(listed, std::slice::from_ref(&partly.reservation_id));

    let (one, two) =
        tokio::join!(house.payments.expire_reservations(), house.payments.expire_reservations());
    assert_eq!(one? + two?, 1);
    assert_eq!(purse.standing().await?, [85, 15, 50, 50]);
    let get = GetReservationRequest { reservation_id: partly.reservation_id.clone() };
    let expired = purse.desk.reservations.clone().get_reservation(get).await?.into_inner();
    let expired = expired.reservation.unwrap();
    assert_eq!((expired.state(), expired.captured), (ReservationState::Expired, Some(rupiah(15))));
    let open = list(&purse, ReservationState::Open).await?;
    assert_eq!(open, [later.reservation_id, kept.reservation_id]);

    let events = read(purse.desk.client.clone(), &partly.reservation_id).await?;
    let told: Vec<_> = events.iter().map(|it| it.r#type.rsplit('.').next().unwrap()).collect();
    assert_eq!(told, ["TransferReserved", "ReservationCaptured", "ReservationExpired"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_capture_and_a_release_that_meet_leave_one_end(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;

    for _ in 0..5 {
        let reservation = purse.reserve(10, None).await?;
        let before = purse.standing().await?;
        let (captured, released) =
            tokio::join!(purse.capture(&reservation, None, false), purse.release(&reservation));
        let moved = i64::from(captured.is_ok()) * 10;

        assert_ne!(captured.is_ok(), released.is_ok());
        assert_eq!(purse.standing().await?, [before[0] - moved, before[1] + moved, 0, 0]);
        if let Err(status) = captured {
            assert_eq!(refused::<()>(Err(status)), ErrorReason::ReservationNotOpen);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn captures_at_once_take_no_more_than_was_set_aside(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;
    let reservation = purse.reserve(50, None).await?;

    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut reservations = purse.desk.reservations.clone();
        let request = CaptureReservationRequest {
            request_id: fresh(),
            reservation_id: reservation.reservation_id.clone(),
            amount: Some(rupiah(10)),
            r#final: false,
        };
        asking.spawn(async move { reservations.capture_reservation(request).await });
    }
    let done = asking.join_all().await.iter().filter(|outcome| outcome.is_ok()).count();

    assert_eq!(done, 5);
    assert_eq!(purse.standing().await?, [50, 50, 0, 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agencys_reservations_do_not_exist(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;
    let reservation = purse.reserve(10, None).await?;
    let other = Purse::open(&house, "imigrasi").await?;

    for reservation_id in [reservation.reservation_id.clone(), fresh()] {
        let unknown = rangkai_proto::payments::v1::Reservation {
            reservation_id: reservation_id.clone(),
            ..reservation.clone()
        };
        let get = GetReservationRequest { reservation_id };
        let get = other.desk.reservations.clone().get_reservation(get).await;
        assert_eq!(refused(get), ErrorReason::ReservationNotFound);
        let capture = other.capture(&unknown, None, false).await;
        assert_eq!(refused(capture), ErrorReason::ReservationNotFound);
        assert_eq!(refused(other.release(&unknown).await), ErrorReason::ReservationNotFound);
    }
    assert!(list(&other, ReservationState::Unspecified).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_reservation_that_cannot_be_is_refused() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let purse = Purse::filled(&house, 100).await?;
    let request = |seconds, rupiahs| ReserveTransferRequest {
        request_id: fresh(),
        transfer: Some(transfer(&purse.shop, &purse.purse, rupiahs)),
        valid_for: Some(prost_types::Duration { seconds, nanos: 0 }),
    };

    for seconds in [0, -1, 366 * 24 * 60 * 60 + 1] {
        let answer = purse.desk.reservations.clone().reserve_transfer(request(seconds, 1)).await;
        assert_eq!(fields(answer), ["valid_for"]);
    }
    let answer = purse.desk.reservations.clone().reserve_transfer(request(60, 0)).await;
    assert_eq!(fields(answer), ["transfer.amount"]);
    let reservation = purse.reserve(10, None).await?;
    for rupiahs in [0, -1] {
        let request = CaptureReservationRequest {
            request_id: fresh(),
            reservation_id: reservation.reservation_id.clone(),
            amount: Some(rupiah(rupiahs)),
            r#final: false,
        };
        let answer = purse.desk.reservations.clone().capture_reservation(request).await;
        assert_eq!(fields(answer), ["amount"]);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_step_of_a_reservation_is_taken_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;

    let request = ReserveTransferRequest {
        request_id: fresh(),
        transfer: Some(transfer(&purse.shop, &purse.purse, 50)),
        valid_for: None,
    };
    let valid_for = Some(prost_types::Duration { seconds: 1, nanos: 0 });
    let other = ReserveTransferRequest { valid_for, ..request.clone() };
    let send = |request| {
        let mut reservations = purse.desk.reservations.clone();
        async move { reservations.reserve_transfer(request).await }
    };
    let reserved = once(&request.request_id.clone(), [request, other], send).await?;
    let reservation_id = reserved.reservation.unwrap().reservation_id;

    let request = CaptureReservationRequest {
        request_id: fresh(),
        reservation_id: reservation_id.clone(),
        amount: Some(rupiah(20)),
        r#final: false,
    };
    let other = CaptureReservationRequest { r#final: true, ..request.clone() };
    let send = |request| {
        let mut reservations = purse.desk.reservations.clone();
        async move { reservations.capture_reservation(request).await }
    };
    once(&request.request_id.clone(), [request, other], send).await?;

    let request = ReleaseReservationRequest { request_id: fresh(), reservation_id };
    let other = ReleaseReservationRequest { reservation_id: fresh(), ..request.clone() };
    let send = |request| {
        let mut reservations = purse.desk.reservations.clone();
        async move { reservations.release_reservation(request).await }
    };
    once(&request.request_id.clone(), [request, other], send).await?;

    assert_eq!(purse.standing().await?, [80, 20, 0, 0]);
    Ok(())
}

/// The ids of the reservations in a state, newest first, read one at a time.
async fn list(purse: &Purse, state: ReservationState) -> anyhow::Result<Vec<String>> {
    let mut request = ListReservationsRequest { state: state.into(), ..Default::default() };
    request.page_size = 1;
    let mut found = Vec::new();
    loop {
        let page = purse.desk.reservations.clone().list_reservations(request.clone()).await?;
        let page = page.into_inner();
        found.extend(page.reservations.into_iter().map(|it| it.reservation_id));
        if page.next_page_token.is_empty() {
            return Ok(found);
        }
        request.page_token = page.next_page_token;
    }
}
