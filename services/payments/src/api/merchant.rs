//! `rangkai.payments.v1.MerchantService`.

use rangkai_db::Call;
use rangkai_primitives::{Id, Money, Page};
use rangkai_proto::payments::v1::{self as wire, merchant_service_server::MerchantService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::pool::read_amount;
use crate::{
    Payments,
    domain::{BankReference, Merchant, MerchantIdentity, MerchantSettlement, NewMerchant},
    ops,
};

#[tonic::async_trait]
impl MerchantService for Payments {
    async fn register_merchant(
        &self,
        request: Request<wire::RegisterMerchantRequest>,
    ) -> Result<Response<wire::RegisterMerchantResponse>, Status> {
        let (call, new) = read_register(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let merchant = ops::merchant::register(&tx, &new).await?;
                Ok(wire::RegisterMerchantResponse { merchant: Some(merchant.into()) })
            }
        })
        .await
    }

    async fn settle_merchant(
        &self,
        request: Request<wire::SettleMerchantRequest>,
    ) -> Result<Response<wire::SettleMerchantResponse>, Status> {
        let (call, id, amount, reference) = read_settle(&request)?;
        self.change(call, move |tx| {
            let reference = reference.clone();
            async move {
                let (settlement, merchant) =
                    ops::merchant::settle(&tx, id, amount, reference).await?;
                Ok(wire::SettleMerchantResponse {
                    settlement: Some(settlement.into()),
                    merchant: Some(merchant.into()),
                })
            }
        })
        .await
    }

    async fn get_merchant(
        &self,
        request: Request<wire::GetMerchantRequest>,
    ) -> Result<Response<wire::GetMerchantResponse>, Status> {
        let id = read_get(request.get_ref())?;
        let getting = move |tx| async move { ops::merchant::get(&tx, id).await };
        let merchant = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetMerchantResponse { merchant: Some(merchant.into()) }))
    }

    async fn list_merchants(
        &self,
        request: Request<wire::ListMerchantsRequest>,
    ) -> Result<Response<wire::ListMerchantsResponse>, Status> {
        let page = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::merchant::list(&tx, &page).await }
        };
        let (merchants, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListMerchantsResponse {
            merchants: merchants.into_iter().map(wire::Merchant::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}

fn read_register(
    request: &Request<wire::RegisterMerchantRequest>,
) -> Result<(Call, NewMerchant), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.MerchantService/RegisterMerchant";
    let call = call(method, request, &mut fields, &wire.request_id);
    let identity = MerchantIdentity {
        name: wire.name.clone().into(),
        bank_details: wire.bank_details.clone().into(),
    };
    fields.check(|| Some((call?, NewMerchant { identity, groups: wire.groups.clone() })))
}

fn read_settle(
    request: &Request<wire::SettleMerchantRequest>,
) -> Result<(Call, Id<Merchant>, Money, BankReference), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.MerchantService/SettleMerchant";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("merchant_id", &wire.merchant_id);
    let amount = read_amount(&mut fields, wire.amount.clone());
    let reference =
        BankReference { bank_code: wire.bank_code.clone(), number: wire.bank_reference.clone() };
    fields.check(|| Some((call?, id?, amount?, reference)))
}

fn read_get(wire: &wire::GetMerchantRequest) -> Result<Id<Merchant>, Status> {
    let mut fields = Violations::of(wire);
    let id = fields.parse("merchant_id", &wire.merchant_id);
    fields.check(|| id)
}

fn read_list(wire: &wire::ListMerchantsRequest) -> Result<Page<Merchant>, Status> {
    let mut fields = Violations::of(wire);
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| page)
}

impl From<Merchant> for wire::Merchant {
    fn from(merchant: Merchant) -> Self {
        Self {
            merchant_id: merchant.id.to_string(),
            name: merchant.name.into_inner(),
            groups: merchant.groups,
            owed: merchant.owed.into_iter().map(Into::into).collect(),
            create_time: Some(rangkai_proto::time(merchant.create_time)),
        }
    }
}

impl From<MerchantSettlement> for wire::MerchantSettlement {
    fn from(settlement: MerchantSettlement) -> Self {
        Self {
            settlement_id: settlement.id.to_string(),
            merchant_id: settlement.merchant.to_string(),
            amount: Some(settlement.amount.into()),
            bank_code: settlement.reference.bank_code,
            bank_reference: settlement.reference.number,
            create_time: Some(rangkai_proto::time(settlement.create_time)),
        }
    }
}
