//! `rangkai.payments.v1.VoucherService`.

mod read;
mod write;

use rangkai_proto::payments::v1::{self as wire, voucher_service_server::VoucherService};
use rangkai_rpc::page_token;
use tonic::{Request, Response, Status};

use crate::{Payments, ops};

#[tonic::async_trait]
impl VoucherService for Payments {
    async fn preactivate_vouchers(
        &self,
        request: Request<wire::PreactivateVouchersRequest>,
    ) -> Result<Response<wire::PreactivateVouchersResponse>, Status> {
        let (call, new) = read::preactivate(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let vouchers = ops::voucher::preactivate(&tx, &new).await?;
                let vouchers = vouchers.into_iter().map(wire::IssuedVoucher::from).collect();
                Ok(wire::PreactivateVouchersResponse { vouchers })
            }
        })
        .await
    }

    async fn activate_voucher(
        &self,
        request: Request<wire::ActivateVoucherRequest>,
    ) -> Result<Response<wire::ActivateVoucherResponse>, Status> {
        let (call, serial, pin) = read::activate(&request)?;
        self.change(call, move |tx| {
            let (serial, pin) = (serial.clone(), pin.clone());
            async move {
                let voucher = ops::voucher::activate(&tx, &serial, pin.as_ref()).await?;
                Ok(wire::ActivateVoucherResponse { voucher: Some(voucher.into()) })
            }
        })
        .await
    }

    async fn unblock_voucher(
        &self,
        request: Request<wire::UnblockVoucherRequest>,
    ) -> Result<Response<wire::UnblockVoucherResponse>, Status> {
        let (call, serial, pin) = read::unblock(&request)?;
        self.change(call, move |tx| {
            let (serial, pin) = (serial.clone(), pin.clone());
            async move {
                let voucher = ops::voucher::unblock(&tx, &serial, pin.as_ref()).await?;
                Ok(wire::UnblockVoucherResponse { voucher: Some(voucher.into()) })
            }
        })
        .await
    }

    async fn suspend_voucher(
        &self,
        request: Request<wire::SuspendVoucherRequest>,
    ) -> Result<Response<wire::SuspendVoucherResponse>, Status> {
        let (call, serial) = read::suspend(&request)?;
        self.change(call, move |tx| {
            let serial = serial.clone();
            async move {
                let voucher = ops::voucher::suspend(&tx, &serial).await?;
                Ok(wire::SuspendVoucherResponse { voucher: Some(voucher.into()) })
            }
        })
        .await
    }

    async fn resume_voucher(
        &self,
        request: Request<wire::ResumeVoucherRequest>,
    ) -> Result<Response<wire::ResumeVoucherResponse>, Status> {
        let (call, serial) = read::resume(&request)?;
        self.change(call, move |tx| {
            let serial = serial.clone();
            async move {
                let voucher = ops::voucher::resume(&tx, &serial).await?;
                Ok(wire::ResumeVoucherResponse { voucher: Some(voucher.into()) })
            }
        })
        .await
    }

    async fn cancel_voucher(
        &self,
        request: Request<wire::CancelVoucherRequest>,
    ) -> Result<Response<wire::CancelVoucherResponse>, Status> {
        let (call, serial) = read::cancel(&request)?;
        self.change(call, move |tx| {
            let serial = serial.clone();
            async move {
                let voucher = ops::voucher::cancel(&tx, &serial).await?;
                Ok(wire::CancelVoucherResponse { voucher: Some(voucher.into()) })
            }
        })
        .await
    }

    async fn purge_voucher(
        &self,
        request: Request<wire::PurgeVoucherRequest>,
    ) -> Result<Response<wire::PurgeVoucherResponse>, Status> {
        let (call, serial) = read::purge(&request)?;
        self.change(call, move |tx| {
            let serial = serial.clone();
            async move {
                let voucher = ops::voucher::purge(&tx, &serial).await?;
                Ok(wire::PurgeVoucherResponse { voucher: Some(voucher.into()) })
            }
        })
        .await
    }

    async fn redeem_voucher(
        &self,
        request: Request<wire::RedeemVoucherRequest>,
    ) -> Result<Response<wire::RedeemVoucherResponse>, Status> {
        let (call, new) = read::redeem(&request)?;
        let limit = self.vouchers.guess_limit();
        let redeeming = self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let redemption = ops::redemption::redeem(&tx, &new, limit).await?;
                // Without a redemption the answer is kept, and with it that somebody guessed.
                let redemption = redemption.map(wire::Redemption::from);
                Ok(wire::RedeemVoucherResponse { redemption })
            }
        });
        write::granted(redeeming.await?)
    }

    async fn get_voucher(
        &self,
        request: Request<wire::GetVoucherRequest>,
    ) -> Result<Response<wire::GetVoucherResponse>, Status> {
        let serial = read::get(request.get_ref())?;
        let getting = move |tx| {
            let serial = serial.clone();
            async move { ops::voucher::get(&tx, &serial).await }
        };
        let voucher = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetVoucherResponse { voucher: Some(voucher.into()) }))
    }

    async fn list_vouchers(
        &self,
        request: Request<wire::ListVouchersRequest>,
    ) -> Result<Response<wire::ListVouchersResponse>, Status> {
        let (filter, page) = read::list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::voucher::list(&tx, filter, &page).await }
        };
        let (vouchers, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListVouchersResponse {
            vouchers: vouchers.into_iter().map(wire::Voucher::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn list_redemptions(
        &self,
        request: Request<wire::ListRedemptionsRequest>,
    ) -> Result<Response<wire::ListRedemptionsResponse>, Status> {
        let (merchant, page) = read::redemptions(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::redemption::list(&tx, merchant, &page).await }
        };
        let (redemptions, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListRedemptionsResponse {
            redemptions: redemptions.into_iter().map(wire::Redemption::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }
}
