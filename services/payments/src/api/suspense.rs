//! `rangkai.payments.v1.SuspenseService`.

use rangkai_db::Call;
use rangkai_primitives::{Id, Page, Sensitive};
use rangkai_proto::payments::v1::{self as wire, suspense_service_server::SuspenseService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use crate::{
    Payments,
    domain::{
        BankReference, BillingCode, Remedy, SuspenseFilter, SuspenseItem, SuspenseKind,
        SuspenseState,
    },
    ops::{self, suspense::Wish},
};

/// Which item, what is to become of it, and why.
type Proposal = (Id<SuspenseItem>, Wish, Sensitive<String>);

#[tonic::async_trait]
impl SuspenseService for Payments {
    async fn get_suspense_item(
        &self,
        request: Request<wire::GetSuspenseItemRequest>,
    ) -> Result<Response<wire::GetSuspenseItemResponse>, Status> {
        let id = read_get(request.get_ref())?;
        let getting = move |tx| async move { ops::suspense::get(&tx, id).await };
        let item = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetSuspenseItemResponse { item: Some(item.into()) }))
    }

    async fn list_suspense(
        &self,
        request: Request<wire::ListSuspenseRequest>,
    ) -> Result<Response<wire::ListSuspenseResponse>, Status> {
        let (filter, page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::suspense::list(&tx, filter, &page).await }
        };
        let (items, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListSuspenseResponse {
            items: items.into_iter().map(wire::SuspenseItem::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn resolve_suspense(
        &self,
        request: Request<wire::ResolveSuspenseRequest>,
    ) -> Result<Response<wire::ResolveSuspenseResponse>, Status> {
        let (call, (id, wish, reason)) = read_resolve(&request)?;
        self.change(call, move |tx| {
            let (wish, reason) = (wish.clone(), reason.clone());
            async move {
                let item = ops::suspense::propose(&tx, id, wish, reason).await?;
                Ok(wire::ResolveSuspenseResponse { item: Some(item.into()) })
            }
        })
        .await
    }

    async fn confirm_suspense_resolution(
        &self,
        request: Request<wire::ConfirmSuspenseResolutionRequest>,
    ) -> Result<Response<wire::ConfirmSuspenseResolutionResponse>, Status> {
        let (call, id) = read_confirm(&request)?;
        self.change(call, move |tx| async move {
            let item = ops::suspense::confirm(&tx, id).await?;
            Ok(wire::ConfirmSuspenseResolutionResponse { item: Some(item.into()) })
        })
        .await
    }

    async fn reject_suspense_resolution(
        &self,
        request: Request<wire::RejectSuspenseResolutionRequest>,
    ) -> Result<Response<wire::RejectSuspenseResolutionResponse>, Status> {
        let (call, id) = read_reject(&request)?;
        self.change(call, move |tx| async move {
            let item = ops::suspense::reject(&tx, id).await?;
            Ok(wire::RejectSuspenseResolutionResponse { item: Some(item.into()) })
        })
        .await
    }

    async fn confirm_suspense_return(
        &self,
        request: Request<wire::ConfirmSuspenseReturnRequest>,
    ) -> Result<Response<wire::ConfirmSuspenseReturnResponse>, Status> {
        let (call, id, reference) = read_return(&request)?;
        self.expect_spokesman(&call, ("bank_code", &reference.bank_code))?;
        self.change(call, move |tx| {
            let reference = reference.clone();
            async move {
                let item = ops::suspense::give_back(&tx, id, reference).await?;
                Ok(wire::ConfirmSuspenseReturnResponse { item: Some(write_returned(item)) })
            }
        })
        .await
    }
}

fn read_get(wire: &wire::GetSuspenseItemRequest) -> Result<Id<SuspenseItem>, Status> {
    let mut fields = Violations::of(wire);
    let id = fields.parse("suspense_id", &wire.suspense_id);
    fields.check(|| id)
}

fn read_list(
    wire: &wire::ListSuspenseRequest,
) -> Result<(SuspenseFilter, Page<SuspenseItem>), Status> {
    let mut fields = Violations::of(wire);
    let state = match wire.state() {
        wire::SuspenseState::Unspecified => None,
        wire::SuspenseState::Open => Some(SuspenseState::Open),
        wire::SuspenseState::Proposed => Some(SuspenseState::Proposed),
        wire::SuspenseState::Applied => Some(SuspenseState::Applied),
        wire::SuspenseState::Credited => Some(SuspenseState::Credited),
        wire::SuspenseState::Returning => Some(SuspenseState::Returning),
        wire::SuspenseState::Returned => Some(SuspenseState::Returned),
    };
    let kind = match wire.kind() {
        wire::SuspenseKind::Unspecified => None,
        wire::SuspenseKind::Late => Some(SuspenseKind::Late),
        wire::SuspenseKind::Double => Some(SuspenseKind::Double),
        wire::SuspenseKind::Short => Some(SuspenseKind::Short),
        wire::SuspenseKind::Over => Some(SuspenseKind::Over),
        wire::SuspenseKind::UnknownCode => Some(SuspenseKind::UnknownCode),
        wire::SuspenseKind::OtherCurrency => Some(SuspenseKind::OtherCurrency),
    };
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((SuspenseFilter { state, kind }, page?)))
}

fn read_resolve(
    request: &Request<wire::ResolveSuspenseRequest>,
) -> Result<(Call, Proposal), Status> {
    use wire::SuspenseResolution::{Apply, Credit, Return, Unspecified};
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.SuspenseService/ResolveSuspense";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("suspense_id", &wire.suspense_id);
    let code = fields.parse_if_set::<BillingCode>("billing_code", &wire.billing_code).flatten();
    let payer = Some(wire.payer_subject_id.clone()).filter(|payer| !payer.is_empty());
    if code.is_some() && wire.resolution() != Apply {
        fields.add("billing_code", "goes only with APPLY");
    }
    if payer.is_some() && wire.resolution() != Credit {
        fields.add("payer_subject_id", "goes only with CREDIT");
    }
    let wish = match wire.resolution() {
        Unspecified => None,
        Apply => fields.require("billing_code", code).map(Wish::Apply),
        Credit => Some(Wish::Credit(payer)),
        Return => Some(Wish::Return),
    };
    fields.check(|| Some((call?, (id?, wish?, wire.reason.clone().into()))))
}

fn read_confirm(
    request: &Request<wire::ConfirmSuspenseResolutionRequest>,
) -> Result<(Call, Id<SuspenseItem>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.SuspenseService/ConfirmSuspenseResolution";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("suspense_id", &wire.suspense_id);
    fields.check(|| Some((call?, id?)))
}

fn read_reject(
    request: &Request<wire::RejectSuspenseResolutionRequest>,
) -> Result<(Call, Id<SuspenseItem>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.SuspenseService/RejectSuspenseResolution";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("suspense_id", &wire.suspense_id);
    fields.check(|| Some((call?, id?)))
}

fn read_return(
    request: &Request<wire::ConfirmSuspenseReturnRequest>,
) -> Result<(Call, Id<SuspenseItem>, BankReference), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.SuspenseService/ConfirmSuspenseReturn";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("suspense_id", &wire.suspense_id);
    let reference =
        BankReference { bank_code: wire.bank_code.clone(), number: wire.bank_reference.clone() };
    fields.check(|| Some((call?, id?, reference)))
}

/// Writes an item for the bank that sent it back, which needs to know neither why nor for whom.
fn write_returned(item: SuspenseItem) -> wire::SuspenseItem {
    wire::SuspenseItem {
        reason: String::new(),
        proposed_by: String::new(),
        confirmed_by: String::new(),
        payer_subject_id: String::new(),
        ..item.into()
    }
}

impl From<SuspenseItem> for wire::SuspenseItem {
    fn from(item: SuspenseItem) -> Self {
        let resolution = item.resolution.as_ref().map(wire::SuspenseResolution::from);
        let (target, proposed) = match item.resolution {
            Some(Remedy::Apply(code)) => (code.to_string(), None),
            Some(Remedy::Credit(payer)) => (String::new(), Some(payer)),
            Some(Remedy::Return) | None => (String::new(), None),
        };
        Self {
            suspense_id: item.id.to_string(),
            kind: wire::SuspenseKind::from(item.kind).into(),
            state: wire::SuspenseState::from(item.state).into(),
            amount: Some(item.amount.into()),
            remittance_id: item.remittance.to_string(),
            bill_id: item.bill.map(|bill| bill.to_string()).unwrap_or_default(),
            billing_code: item.code,
            resolution: resolution.unwrap_or_default().into(),
            target_billing_code: target,
            payer_subject_id: item.credited_to.or(proposed).unwrap_or_default(),
            reason: item.reason.map(Sensitive::into_inner).unwrap_or_default(),
            proposed_by: item.proposed_by.unwrap_or_default(),
            confirmed_by: item.confirmed_by.unwrap_or_default(),
            bank_reference: item.reference.map(|it| it.number).unwrap_or_default(),
            create_time: Some(rangkai_proto::time(item.create_time)),
            update_time: Some(rangkai_proto::time(item.update_time)),
        }
    }
}
