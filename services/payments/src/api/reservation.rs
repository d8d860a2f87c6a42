//! `rangkai.payments.v1.ReservationService`.

use std::time::Duration;

use rangkai_db::Call;
use rangkai_primitives::{Id, Money, Page};
use rangkai_proto::payments::v1::{self as wire, reservation_service_server::ReservationService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::transfer::{read_amount, read_new};
use crate::{
    Payments,
    domain::{NewTransfer, Reservation, ReservationState},
    ops,
};

/// How long money can be set aside with an end in sight.
const LONGEST_VALIDITY: Duration = Duration::from_hours(366 * 24);

#[tonic::async_trait]
impl ReservationService for Payments {
    async fn reserve_transfer(
        &self,
        request: Request<wire::ReserveTransferRequest>,
    ) -> Result<Response<wire::ReserveTransferResponse>, Status> {
        let (call, new, valid_for) = read_reserve(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let reservation = ops::reservation::reserve(&tx, new, valid_for).await?;
                Ok(wire::ReserveTransferResponse { reservation: Some(reservation.into()) })
            }
        })
        .await
    }

    async fn capture_reservation(
        &self,
        request: Request<wire::CaptureReservationRequest>,
    ) -> Result<Response<wire::CaptureReservationResponse>, Status> {
        let (call, id, amount) = read_capture(&request)?;
        let last = request.get_ref().r#final;
        self.change(call, move |tx| async move {
            let (reservation, transfer) = ops::reservation::capture(&tx, id, amount, last).await?;
            Ok(wire::CaptureReservationResponse {
                reservation: Some(reservation.into()),
                transfer: Some(transfer.into()),
            })
        })
        .await
    }

    async fn release_reservation(
        &self,
        request: Request<wire::ReleaseReservationRequest>,
    ) -> Result<Response<wire::ReleaseReservationResponse>, Status> {
        let (call, id) = read_release(&request)?;
        self.change(call, move |tx| async move {
            let reservation = ops::reservation::release(&tx, id).await?;
            Ok(wire::ReleaseReservationResponse { reservation: Some(reservation.into()) })
        })
        .await
    }

    async fn get_reservation(
        &self,
        request: Request<wire::GetReservationRequest>,
    ) -> Result<Response<wire::GetReservationResponse>, Status> {
        let mut fields = Violations::of(request.get_ref());
        let id = fields.parse("reservation_id", &request.get_ref().reservation_id);
        let id: Id<Reservation> = fields.check(|| id)?;
        let getting = move |tx| async move { ops::reservation::get(&tx, id).await };
        let reservation = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetReservationResponse { reservation: Some(reservation.into()) }))
    }

    async fn list_reservations(
        &self,
        request: Request<wire::ListReservationsRequest>,
    ) -> Result<Response<wire::ListReservationsResponse>, Status> {
        let (state, page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::reservation::list(&tx, state, &page).await }
        };
        let (reservations, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListReservationsResponse {
            reservations: reservations.into_iter().map(wire::Reservation::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}

type Reserve = (Call, NewTransfer, Option<Duration>);

fn read_reserve(request: &Request<wire::ReserveTransferRequest>) -> Result<Reserve, Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.ReservationService/ReserveTransfer";
    let call = call(method, request, &mut fields, &wire.request_id);
    let new = read_new(&mut fields, "transfer", wire.transfer.as_ref());
    let valid_for = match &wire.valid_for {
        Some(span) => fields.keep("valid_for", read_validity(span)).map(Some),
        None => Some(None),
    };
    fields.check(|| Some((call?, new?, valid_for?)))
}

fn read_validity(span: &prost_types::Duration) -> Result<Duration, &'static str> {
    let span = Duration::try_from(*span).map_err(|_| "must not be negative")?;
    // Storage counts microseconds.
    let micros = Duration::new(span.as_secs(), span.subsec_micros() * 1_000);
    if micros.is_zero() {
        Err("must be more than nothing")
    } else if micros > LONGEST_VALIDITY {
        Err("must be at most 366 days")
    } else {
        Ok(micros)
    }
}

type Capture = (Call, Id<Reservation>, Option<Money>);

fn read_capture(request: &Request<wire::CaptureReservationRequest>) -> Result<Capture, Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.ReservationService/CaptureReservation";
    let call = call(method, request, &mut fields, &wire.request_id);
    let reservation = fields.parse("reservation_id", &wire.reservation_id);
    let amount = match &wire.amount {
        Some(amount) => read_amount(&mut fields, "amount", Some(amount.clone())).map(Some),
        None => Some(None),
    };
    fields.check(|| Some((call?, reservation?, amount?)))
}

fn read_release(
    request: &Request<wire::ReleaseReservationRequest>,
) -> Result<(Call, Id<Reservation>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.ReservationService/ReleaseReservation";
    let call = call(method, request, &mut fields, &wire.request_id);
    let reservation = fields.parse("reservation_id", &wire.reservation_id);
    fields.check(|| Some((call?, reservation?)))
}

type List = (Option<ReservationState>, Page<Reservation>);

fn read_list(wire: &wire::ListReservationsRequest) -> Result<List, Status> {
    use wire::ReservationState as Wire;
    let mut fields = Violations::of(wire);
    let state = match wire.state() {
        Wire::Unspecified => None,
        Wire::Open => Some(ReservationState::Open),
        Wire::Captured => Some(ReservationState::Captured),
        Wire::Released => Some(ReservationState::Released),
        Wire::Expired => Some(ReservationState::Expired),
    };
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((state, page?)))
}

impl From<Reservation> for wire::Reservation {
    fn from(reservation: Reservation) -> Self {
        let state = match reservation.state {
            ReservationState::Open => wire::ReservationState::Open,
            ReservationState::Captured => wire::ReservationState::Captured,
            ReservationState::Released => wire::ReservationState::Released,
            ReservationState::Expired => wire::ReservationState::Expired,
        };
        let money = |minor| Some(Money::new(reservation.amount.currency(), minor).into());
        Self {
            reservation_id: reservation.id.to_string(),
            debit_account_id: reservation.debit.to_string(),
            credit_account_id: reservation.credit.to_string(),
            amount: Some(reservation.amount.into()),
            captured: money(reservation.captured_minor),
            remaining: money(reservation.remaining_minor()),
            state: state.into(),
            expire_time: reservation.expire_time.map(rangkai_proto::time),
            create_time: Some(rangkai_proto::time(reservation.create_time)),
            update_time: Some(rangkai_proto::time(reservation.update_time)),
            description: reservation.description.into_owned(),
            reference: reservation.reference.unwrap_or_default(),
        }
    }
}
