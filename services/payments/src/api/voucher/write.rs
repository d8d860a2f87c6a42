//! Writing vouchers.

use rangkai_proto::payments::v1 as wire;
use tonic::{Response, Status};

use crate::domain::{IssuedVoucher, Redemption, Voucher, VoucherRefusal, VoucherState};

/// A voucher with its number: the only place where that is told.
impl From<IssuedVoucher> for wire::IssuedVoucher {
    fn from(issued: IssuedVoucher) -> Self {
        let number = issued.number.reveal().to_owned();
        Self { voucher: Some(issued.voucher.into()), number }
    }
}

/// The answer, unless nothing was redeemed.
pub fn granted(
    answer: Response<wire::RedeemVoucherResponse>,
) -> Result<Response<wire::RedeemVoucherResponse>, Status> {
    match answer.get_ref().redemption {
        Some(_) => Ok(answer),
        None => Err(VoucherRefusal::Refused.into()),
    }
}

impl From<Voucher> for wire::Voucher {
    fn from(voucher: Voucher) -> Self {
        Self {
            voucher_id: voucher.id.to_string(),
            serial_number: voucher.serial.to_string(),
            amount: Some(voucher.amount.into()),
            remaining: Some(voucher.remaining().into()),
            state: wire::VoucherState::from(voucher.state).into(),
            has_pin: voucher.pin.is_some(),
            expire_time: Some(rangkai_proto::time(voucher.expire_time)),
            create_time: Some(rangkai_proto::time(voucher.create_time)),
            update_time: Some(rangkai_proto::time(voucher.update_time)),
            pool_code: voucher.pool_code,
        }
    }
}

impl From<Redemption> for wire::Redemption {
    fn from(redemption: Redemption) -> Self {
        Self {
            redemption_id: redemption.id.to_string(),
            serial_number: redemption.serial.to_string(),
            merchant_id: redemption.merchant.to_string(),
            amount: Some(redemption.amount.into()),
            remaining: Some(redemption.remaining.into()),
            create_time: Some(rangkai_proto::time(redemption.create_time)),
        }
    }
}

impl From<VoucherState> for wire::VoucherState {
    fn from(state: VoucherState) -> Self {
        match state {
            VoucherState::Preactivated => Self::Preactivated,
            VoucherState::Activated => Self::Activated,
            VoucherState::Suspended => Self::Suspended,
            VoucherState::Blocked => Self::Blocked,
            VoucherState::Redeemed => Self::Redeemed,
            VoucherState::Cancelled => Self::Cancelled,
            VoucherState::Expired => Self::Expired,
            VoucherState::Purged => Self::Purged,
        }
    }
}
