//! `rangkai.payments.v1.PoolService`.

use rangkai_db::Call;
use rangkai_primitives::{Currency, Id, Money, Page};
use rangkai_proto::{
    payments::v1::{self as wire, pool_service_server::PoolService},
    r#type::v1 as words,
};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use super::bank_reference::read_bank;
use crate::{
    Payments,
    domain::{BankReference, Pool, Tariff},
    ops,
};

/// Money that moves between a pool and a bank.
type Moves = (Call, Id<Pool>, Money, Option<BankReference>);

#[tonic::async_trait]
impl PoolService for Payments {
    async fn create_pool(
        &self,
        request: Request<wire::CreatePoolRequest>,
    ) -> Result<Response<wire::CreatePoolResponse>, Status> {
        let (call, code, currency) = read_create(&request)?;
        self.change(call, move |tx| {
            let code = code.clone();
            async move {
                let pool = ops::pool::create(&tx, code, currency).await?;
                Ok(wire::CreatePoolResponse { pool: Some(pool.into()) })
            }
        })
        .await
    }

    async fn fund_pool(
        &self,
        request: Request<wire::FundPoolRequest>,
    ) -> Result<Response<wire::FundPoolResponse>, Status> {
        let (call, id, amount, bank) = read_fund(&request)?;
        let document = request.into_inner().document;
        self.change(call, move |tx| {
            let (document, bank) = (document.clone(), bank.clone());
            async move {
                let pool = ops::pool::fund(&tx, id, amount, (&document, bank)).await?;
                Ok(wire::FundPoolResponse { pool: Some(pool.into()) })
            }
        })
        .await
    }

    async fn drain_pool(
        &self,
        request: Request<wire::DrainPoolRequest>,
    ) -> Result<Response<wire::DrainPoolResponse>, Status> {
        let (call, id, amount, bank) = read_drain(&request)?;
        self.change(call, move |tx| {
            let bank = bank.clone();
            async move {
                let pool = ops::pool::drain(&tx, id, amount, bank).await?;
                Ok(wire::DrainPoolResponse { pool: Some(pool.into()) })
            }
        })
        .await
    }

    async fn get_pool(
        &self,
        request: Request<wire::GetPoolRequest>,
    ) -> Result<Response<wire::GetPoolResponse>, Status> {
        let id = read_get(request.get_ref())?;
        let getting = move |tx| async move { ops::pool::get(&tx, id).await };
        let pool = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetPoolResponse { pool: Some(pool.into()) }))
    }

    async fn list_pools(
        &self,
        request: Request<wire::ListPoolsRequest>,
    ) -> Result<Response<wire::ListPoolsResponse>, Status> {
        let page = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::pool::list(&tx, &page).await }
        };
        let (pools, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListPoolsResponse {
            pools: pools.into_iter().map(wire::Pool::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}

/// Reads an amount that moves: more than nothing, bounded, whole rupiah in IDR.
pub fn read_amount(fields: &mut Violations, amount: Option<words::Money>) -> Option<Money> {
    let amount = fields.require("amount", amount)?;
    let amount = fields.keep("amount", Money::try_from(amount).and_then(Money::positive))?;
    fields.keep("amount", Tariff::check_amount(amount))
}

fn read_create(
    request: &Request<wire::CreatePoolRequest>,
) -> Result<(Call, String, Currency), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.PoolService/CreatePool";
    let call = call(method, request, &mut fields, &wire.request_id);
    let currency = fields.parse("currency_code", &wire.currency_code);
    fields.check(|| Some((call?, wire.code.clone(), currency?)))
}

fn read_fund(request: &Request<wire::FundPoolRequest>) -> Result<Moves, Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.PoolService/FundPool";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("pool_id", &wire.pool_id);
    let amount = read_amount(&mut fields, wire.amount.clone());
    let bank = read_bank(&mut fields, &wire.bank_code, &wire.bank_reference);
    fields.check(|| Some((call?, id?, amount?, bank)))
}

fn read_drain(request: &Request<wire::DrainPoolRequest>) -> Result<Moves, Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.PoolService/DrainPool";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("pool_id", &wire.pool_id);
    let amount = read_amount(&mut fields, wire.amount.clone());
    let bank = read_bank(&mut fields, &wire.bank_code, &wire.bank_reference);
    fields.check(|| Some((call?, id?, amount?, bank)))
}

fn read_get(wire: &wire::GetPoolRequest) -> Result<Id<Pool>, Status> {
    let mut fields = Violations::of(wire);
    let id = fields.parse("pool_id", &wire.pool_id);
    fields.check(|| id)
}

fn read_list(wire: &wire::ListPoolsRequest) -> Result<Page<Pool>, Status> {
    let mut fields = Violations::of(wire);
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| page)
}

impl From<Pool> for wire::Pool {
    fn from(pool: Pool) -> Self {
        Self {
            pool_id: pool.id.to_string(),
            funded: Some(pool.money(pool.funded_minor).into()),
            available: Some(pool.money(pool.available_minor).into()),
            outstanding: Some(pool.money(pool.outstanding_minor).into()),
            redeemed: Some(pool.money(pool.redeemed_minor).into()),
            create_time: Some(rangkai_proto::time(pool.create_time)),
            update_time: Some(rangkai_proto::time(pool.update_time)),
            code: pool.code,
        }
    }
}
