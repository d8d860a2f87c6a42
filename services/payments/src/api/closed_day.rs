//! `rangkai.payments.v1.DayService`.

use chrono::NaiveDate;
use data_encoding::HEXLOWER;
use rangkai_db::Call;
use rangkai_proto::payments::v1::{self as wire, day_service_server::DayService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use crate::{
    Payments,
    domain::{ClosedDay, DayTotal},
    ops,
};

#[tonic::async_trait]
impl DayService for Payments {
    async fn close_day(
        &self,
        request: Request<wire::CloseDayRequest>,
    ) -> Result<Response<wire::CloseDayResponse>, Status> {
        let (call, day) = read_close(&request)?;
        self.change(call, move |tx| async move {
            let day = ops::closed_day::close(&tx, day).await?;
            Ok(wire::CloseDayResponse { day: Some(day.into()) })
        })
        .await
    }

    async fn list_days(
        &self,
        request: Request<wire::ListDaysRequest>,
    ) -> Result<Response<wire::ListDaysResponse>, Status> {
        let wire = request.get_ref();
        let mut fields = Violations::of(wire);
        let page = fields.page(wire.page_size, &wire.page_token);
        let page = fields.check(|| page)?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::closed_day::list(&tx, &page).await }
        };
        let (days, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListDaysResponse {
            days: days.into_iter().map(wire::Day::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn verify_days(
        &self,
        request: Request<wire::VerifyDaysRequest>,
    ) -> Result<Response<wire::VerifyDaysResponse>, Status> {
        let from = read_verify(request.get_ref())?;
        let verifying = move |tx| async move { ops::closed_day::verify(&tx, from).await };
        let verified = self.look(&request, verifying).await?;
        Ok(Response::new(wire::VerifyDaysResponse {
            day_count: i32::try_from(verified.count).unwrap_or(i32::MAX),
            sound: verified.first_broken.is_none(),
            first_broken: verified.first_broken.map(rangkai_proto::date),
        }))
    }
}

fn read_close(request: &Request<wire::CloseDayRequest>) -> Result<(Call, NaiveDate), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call =
        call("rangkai.payments.v1.DayService/CloseDay", request, &mut fields, &wire.request_id);
    let day = fields.require("day", wire.day);
    let day = day.and_then(|day| fields.keep("day", rangkai_proto::read_date(&day)));
    fields.check(|| Some((call?, day?)))
}

fn read_verify(wire: &wire::VerifyDaysRequest) -> Result<Option<NaiveDate>, Status> {
    let mut fields = Violations::of(wire);
    let from = match &wire.from {
        Some(day) => fields.keep("from", rangkai_proto::read_date(day)).map(Some),
        None => Some(None),
    };
    fields.check(|| from)
}

impl From<ClosedDay> for wire::Day {
    fn from(day: ClosedDay) -> Self {
        Self {
            day: Some(rangkai_proto::date(day.day)),
            totals: day.totals.into_iter().map(wire::DayTotal::from).collect(),
            entries_sha256: HEXLOWER.encode(&day.entries_sha256),
            previous_hash: HEXLOWER.encode(&day.previous_hash),
            hash: HEXLOWER.encode(&day.hash),
            closed_by: day.closed_by,
            close_time: Some(rangkai_proto::time(day.close_time)),
        }
    }
}

impl From<DayTotal> for wire::DayTotal {
    fn from(total: DayTotal) -> Self {
        Self {
            currency_code: total.currency,
            entry_count: total.entry_count,
            debits_minor: total.debits_minor.to_string(),
            credits_minor: total.credits_minor.to_string(),
        }
    }
}
