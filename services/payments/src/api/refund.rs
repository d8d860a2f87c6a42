//! `rangkai.payments.v1.RefundService`.

use rangkai_db::Call;
use rangkai_primitives::{Id, Money, Page};
use rangkai_proto::{
    payments::v1::{self as wire, refund_service_server::RefundService},
    r#type::v1 as words,
};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::refund_wire::{read_mode, read_state};
use crate::{
    Payments,
    domain::{BankReference, Bill, NewRefund, Refund, RefundState, Tariff},
    ops,
};

/// Which refunds to list.
type Filter = (Option<Id<Bill>>, Option<RefundState>);

#[tonic::async_trait]
impl RefundService for Payments {
    async fn issue_refund(
        &self,
        request: Request<wire::IssueRefundRequest>,
    ) -> Result<Response<wire::IssueRefundResponse>, Status> {
        let (call, new) = read_issue(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let refund = ops::refund::issue(&tx, new).await?;
                Ok(wire::IssueRefundResponse { refund: Some(refund.into()) })
            }
        })
        .await
    }

    async fn confirm_refund(
        &self,
        request: Request<wire::ConfirmRefundRequest>,
    ) -> Result<Response<wire::ConfirmRefundResponse>, Status> {
        let (call, id, reference) = read_confirm(&request)?;
        self.expect_spokesman(&call, ("bank_code", &reference.bank_code))?;
        self.change(call, move |tx| {
            let reference = reference.clone();
            async move {
                let refund = ops::refund::confirm(&tx, id, reference).await?;
                Ok(wire::ConfirmRefundResponse { refund: Some(write_confirmed(refund)) })
            }
        })
        .await
    }

    async fn get_refund(
        &self,
        request: Request<wire::GetRefundRequest>,
    ) -> Result<Response<wire::GetRefundResponse>, Status> {
        let id = read_get(request.get_ref())?;
        let getting = move |tx| async move { ops::refund::get(&tx, id).await };
        let refund = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetRefundResponse { refund: Some(refund.into()) }))
    }

    async fn list_refunds(
        &self,
        request: Request<wire::ListRefundsRequest>,
    ) -> Result<Response<wire::ListRefundsResponse>, Status> {
        let ((bill, state), page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::refund::list(&tx, bill, state, &page).await }
        };
        let (refunds, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListRefundsResponse {
            refunds: refunds.into_iter().map(wire::Refund::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}

fn read_issue(request: &Request<wire::IssueRefundRequest>) -> Result<(Call, NewRefund), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.RefundService/IssueRefund";
    let call = call(method, request, &mut fields, &wire.request_id);
    let bill = fields.parse("bill_id", &wire.bill_id);
    let amount = match wire.amount.clone() {
        Some(amount) => positive(amount, &mut fields).map(Some),
        None => Some(None),
    };
    let expected = match wire.expected_refundable.clone() {
        Some(amount) => fields.keep("expected_refundable", Money::try_from(amount)).map(Some),
        None => Some(None),
    };
    fields.check(|| {
        let (mode, reason) = (read_mode(wire.mode()), wire.reason.clone().into());
        let (bill, amount, expected) = (bill?, amount?, expected?);
        Some((call?, NewRefund { bill, amount, expected, mode, reason }))
    })
}

/// Reads the field `amount`: more than nothing, whole rupiah, and no more than any fee.
pub fn positive(amount: words::Money, fields: &mut Violations) -> Option<Money> {
    let amount = fields.keep("amount", Money::try_from(amount).and_then(Money::positive))?;
    fields.keep("amount", Tariff::check_amount(amount))
}

fn read_confirm(
    request: &Request<wire::ConfirmRefundRequest>,
) -> Result<(Call, Id<Refund>, BankReference), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.RefundService/ConfirmRefund";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("refund_id", &wire.refund_id);
    let reference =
        BankReference { bank_code: wire.bank_code.clone(), number: wire.bank_reference.clone() };
    fields.check(|| Some((call?, id?, reference)))
}

fn read_get(wire: &wire::GetRefundRequest) -> Result<Id<Refund>, Status> {
    let mut fields = Violations::of(wire);
    let id = fields.parse("refund_id", &wire.refund_id);
    fields.check(|| id)
}

fn read_list(wire: &wire::ListRefundsRequest) -> Result<(Filter, Page<Refund>), Status> {
    let mut fields = Violations::of(wire);
    let bill = fields.parse_if_set("bill_id", &wire.bill_id);
    let state = read_state(wire.state());
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some(((bill?, state), page?)))
}

/// Writes a refund for the bank that paid it, which needs to know neither why nor for what.
fn write_confirmed(refund: Refund) -> wire::Refund {
    wire::Refund { reason: String::new(), case_id: String::new(), ..refund.into() }
}
