//! `rangkai.payments.v1.BillService`.

use std::time::Duration;

use rangkai_db::Call;
use rangkai_primitives::{Id, Page};
use rangkai_proto::payments::v1::{self as wire, bill_service_server::BillService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::tariff::read_items;
use crate::{
    Payments,
    domain::{Bill, BillFilter, BillState, BillingCode, NewBill},
    ops,
};

const DAY: Duration = Duration::from_hours(24);
/// How long a bill can be paid when nobody says.
const USUAL_VALIDITY: Duration = DAY.saturating_mul(7);
/// The longest that a bill can be paid.
const LONGEST_VALIDITY: Duration = DAY.saturating_mul(90);

#[tonic::async_trait]
impl BillService for Payments {
    async fn issue_bill(
        &self,
        request: Request<wire::IssueBillRequest>,
    ) -> Result<Response<wire::IssueBillResponse>, Status> {
        let (call, new) = read_issue(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let bill = ops::bill::issue(&tx, new).await?;
                Ok(wire::IssueBillResponse { bill: Some(bill.into()) })
            }
        })
        .await
    }

    async fn amend_bill(
        &self,
        request: Request<wire::AmendBillRequest>,
    ) -> Result<Response<wire::AmendBillResponse>, Status> {
        let (call, id, new) = read_amend(&request)?;
        let etag = request.get_ref().etag.clone();
        self.change(call, move |tx| {
            let (etag, new) = (etag.clone(), new.clone());
            async move {
                let bill = ops::bill::amend(&tx, id, &etag, new).await?;
                Ok(wire::AmendBillResponse { bill: Some(bill.into()) })
            }
        })
        .await
    }

    async fn get_bill(
        &self,
        request: Request<wire::GetBillRequest>,
    ) -> Result<Response<wire::GetBillResponse>, Status> {
        let id = read_get(request.get_ref())?;
        let getting = move |tx| async move { ops::bill::get(&tx, id).await };
        let bill = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetBillResponse { bill: Some(bill.into()) }))
    }

    async fn find_bill(
        &self,
        request: Request<wire::FindBillRequest>,
    ) -> Result<Response<wire::FindBillResponse>, Status> {
        let code = read_find(request.get_ref())?;
        let finding = move |tx| {
            let code = code.clone();
            async move { ops::bill::find(&tx, &code).await }
        };
        let (bill, demand, own) = self.look(&request, finding).await?;
        Ok(Response::new(wire::FindBillResponse {
            bill: Some(write_found(bill, own)),
            amount_due: Some(demand.amount.into()),
        }))
    }

    async fn list_bills(
        &self,
        request: Request<wire::ListBillsRequest>,
    ) -> Result<Response<wire::ListBillsResponse>, Status> {
        let (filter, page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::bill::list(&tx, filter, &page).await }
        };
        let (bills, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListBillsResponse {
            bills: bills.into_iter().map(wire::Bill::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn cancel_bill(
        &self,
        request: Request<wire::CancelBillRequest>,
    ) -> Result<Response<wire::CancelBillResponse>, Status> {
        let (call, id, etag) = read_cancel(&request)?;
        self.change(call, move |tx| {
            let etag = etag.clone();
            async move {
                let bill = ops::bill::cancel(&tx, id, &etag).await?;
                Ok(wire::CancelBillResponse { bill: Some(bill.into()) })
            }
        })
        .await
    }
}

fn read_issue(request: &Request<wire::IssueBillRequest>) -> Result<(Call, NewBill), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.BillService/IssueBill";
    let call = call(method, request, &mut fields, &wire.request_id);
    let case = fields.parse("case_id", &wire.case_id);
    let valid_for = read_validity(wire.valid_for.as_ref(), &mut fields);
    if wire.use_credit && wire.instalments > 1 {
        fields.add("use_credit", "is not for a bill in parts");
    }
    fields.check(|| {
        let new = NewBill {
            payer: wire.payer_subject_id.clone(),
            case: case?,
            items: read_items(&wire.items),
            valid_for: valid_for?,
            sequence: if wire.sequence == 0 { 1 } else { wire.sequence },
            instalments: wire.instalments,
            use_credit: wire.use_credit,
        };
        Some((call?, new))
    })
}

/// Reads a new bill whose payer, case and sequence are those of the old one.
fn read_amend(
    request: &Request<wire::AmendBillRequest>,
) -> Result<(Call, Id<Bill>, NewBill), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.BillService/AmendBill";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("bill_id", &wire.bill_id);
    let valid_for = read_validity(wire.valid_for.as_ref(), &mut fields);
    fields.check(|| {
        let new = NewBill {
            payer: String::new(),
            case: Uuid::nil(),
            items: read_items(&wire.items),
            valid_for: valid_for?,
            sequence: 1,
            instalments: wire.instalments,
            use_credit: false,
        };
        Some((call?, id?, new))
    })
}

fn read_validity(
    span: Option<&prost_types::Duration>,
    fields: &mut Violations,
) -> Option<Duration> {
    span.map_or(Some(USUAL_VALIDITY), |span| fields.keep("valid_for", read_span(span)))
}

/// Reads how long a bill can be paid, cut to the microsecond.
fn read_span(span: &prost_types::Duration) -> Result<Duration, &'static str> {
    let span = rangkai_proto::read_duration(span).map_err(|_| "must be more than nothing")?;
    let micros = Duration::new(span.as_secs(), span.subsec_micros() * 1_000);
    if micros.is_zero() {
        Err("must be more than nothing")
    } else if micros > LONGEST_VALIDITY {
        Err("must be at most 90 days")
    } else {
        Ok(micros)
    }
}

fn read_get(wire: &wire::GetBillRequest) -> Result<Id<Bill>, Status> {
    let mut fields = Violations::of(wire);
    let id = fields.parse("bill_id", &wire.bill_id);
    fields.check(|| id)
}

fn read_find(wire: &wire::FindBillRequest) -> Result<BillingCode, Status> {
    let mut fields = Violations::of(wire);
    let code = fields.parse("billing_code", &wire.billing_code);
    fields.check(|| code)
}

fn read_list(wire: &wire::ListBillsRequest) -> Result<(BillFilter, Page<Bill>), Status> {
    let mut fields = Violations::of(wire);
    let case = fields.parse_if_set("case_id", &wire.case_id);
    let state = read_state(wire.state());
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((BillFilter { case: case?, state }, page?)))
}

fn read_cancel(
    request: &Request<wire::CancelBillRequest>,
) -> Result<(Call, Id<Bill>, String), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.BillService/CancelBill";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("bill_id", &wire.bill_id);
    fields.check(|| Some((call?, id?, wire.etag.clone())))
}

const fn read_state(state: wire::BillState) -> Option<BillState> {
    match state {
        wire::BillState::Unspecified => None,
        wire::BillState::Open => Some(BillState::Open),
        wire::BillState::Paid => Some(BillState::Paid),
        wire::BillState::Expired => Some(BillState::Expired),
        wire::BillState::Cancelled => Some(BillState::Cancelled),
    }
}

/// Writes a bill; who the payer is and what the case is stays with the agency whose bill it is.
fn write_found(bill: Bill, own: bool) -> wire::Bill {
    let bill = wire::Bill::from(bill);
    if own {
        bill
    } else {
        wire::Bill { payer_subject_id: String::new(), case_id: String::new(), ..bill }
    }
}
