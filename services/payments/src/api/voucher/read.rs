//! Reading requests about vouchers.

use std::time::Duration;

use prost::{Message, Name};
use rangkai_db::Call;
use rangkai_primitives::{Id, Page, Sensitive};
use rangkai_proto::payments::v1 as wire;
use rangkai_rpc::{Violations, call};
use tonic::{Request, Status};

use crate::{
    api::pool::read_amount,
    domain::{
        Merchant, NewRedemption, NewVouchers, Redemption, SerialNumber, Voucher, VoucherFilter,
        VoucherState,
    },
};

/// How long a voucher can be redeemed at most.
const LONGEST_VALIDITY: Duration = Duration::from_hours(24 * 366);

/// A change of a voucher, by its serial number.
type Change = (Call, SerialNumber);
/// A change of a voucher that may bring a PIN.
type ChangeWithPin = (Call, SerialNumber, Option<Sensitive<String>>);

pub fn preactivate(
    request: &Request<wire::PreactivateVouchersRequest>,
) -> Result<(Call, NewVouchers), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.VoucherService/PreactivateVouchers";
    let call = call(method, request, &mut fields, &wire.request_id);
    let pool = fields.parse("pool_id", &wire.pool_id);
    let amount = read_amount(&mut fields, wire.amount.clone());
    let count = fields.keep("count", u32::try_from(wire.count).map(|count| count.max(1)));
    let valid_for = match &wire.valid_for {
        Some(span) => fields.keep("valid_for", validity(span)),
        None => Some(NewVouchers::USUAL_VALIDITY),
    };
    fields.check(|| {
        let new = NewVouchers {
            pool: pool?,
            amount: amount?,
            count: count?,
            valid_for: valid_for?,
            comment: wire.comment.clone().into(),
        };
        Some((call?, new))
    })
}

pub fn activate(request: &Request<wire::ActivateVoucherRequest>) -> Result<ChangeWithPin, Status> {
    let wire = request.get_ref();
    let method = "rangkai.payments.v1.VoucherService/ActivateVoucher";
    let (call, serial) = change(method, request, &wire.request_id, &wire.serial_number)?;
    Ok((call, serial, pin(&wire.pin)))
}

pub fn unblock(request: &Request<wire::UnblockVoucherRequest>) -> Result<ChangeWithPin, Status> {
    let wire = request.get_ref();
    let method = "rangkai.payments.v1.VoucherService/UnblockVoucher";
    let (call, serial) = change(method, request, &wire.request_id, &wire.serial_number)?;
    Ok((call, serial, pin(&wire.pin)))
}

pub fn suspend(request: &Request<wire::SuspendVoucherRequest>) -> Result<Change, Status> {
    let wire = request.get_ref();
    let method = "rangkai.payments.v1.VoucherService/SuspendVoucher";
    change(method, request, &wire.request_id, &wire.serial_number)
}

pub fn resume(request: &Request<wire::ResumeVoucherRequest>) -> Result<Change, Status> {
    let wire = request.get_ref();
    let method = "rangkai.payments.v1.VoucherService/ResumeVoucher";
    change(method, request, &wire.request_id, &wire.serial_number)
}

pub fn cancel(request: &Request<wire::CancelVoucherRequest>) -> Result<Change, Status> {
    let wire = request.get_ref();
    let method = "rangkai.payments.v1.VoucherService/CancelVoucher";
    change(method, request, &wire.request_id, &wire.serial_number)
}

pub fn purge(request: &Request<wire::PurgeVoucherRequest>) -> Result<Change, Status> {
    let wire = request.get_ref();
    let method = "rangkai.payments.v1.VoucherService/PurgeVoucher";
    change(method, request, &wire.request_id, &wire.serial_number)
}

pub fn redeem(
    request: &Request<wire::RedeemVoucherRequest>,
) -> Result<(Call, NewRedemption), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.VoucherService/RedeemVoucher";
    let call = call(method, request, &mut fields, &wire.request_id);
    let number = fields.parse("number", &wire.number);
    let merchant = fields.parse("merchant_id", &wire.merchant_id);
    let amount = match wire.amount.clone() {
        Some(amount) => read_amount(&mut fields, Some(amount)).map(Some),
        None => Some(None),
    };
    fields.check(|| {
        let pin = pin(&wire.pin);
        let new = NewRedemption { number: number?, pin, merchant: merchant?, amount: amount? };
        Some((call?, new))
    })
}

pub fn get(wire: &wire::GetVoucherRequest) -> Result<SerialNumber, Status> {
    let mut fields = Violations::of(wire);
    let serial = fields.parse("serial_number", &wire.serial_number);
    fields.check(|| serial)
}

pub fn list(wire: &wire::ListVouchersRequest) -> Result<(VoucherFilter, Page<Voucher>), Status> {
    let mut fields = Violations::of(wire);
    let pool = fields.parse_if_set("pool_id", &wire.pool_id);
    let state = state(wire.state());
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((VoucherFilter { pool: pool?, state }, page?)))
}

pub fn redemptions(
    wire: &wire::ListRedemptionsRequest,
) -> Result<(Option<Id<Merchant>>, Page<Redemption>), Status> {
    let mut fields = Violations::of(wire);
    let merchant = fields.parse_if_set("merchant_id", &wire.merchant_id);
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((merchant?, page?)))
}

fn change<M: Message + Name>(
    method: &'static str,
    request: &Request<M>,
    request_id: &str,
    serial: &str,
) -> Result<Change, Status> {
    let mut fields = Violations::of(request.get_ref());
    let call = call(method, request, &mut fields, request_id);
    let serial = fields.parse("serial_number", serial);
    fields.check(|| Some((call?, serial?)))
}

fn pin(text: &str) -> Option<Sensitive<String>> {
    Some(text).filter(|text| !text.is_empty()).map(|text| text.to_owned().into())
}

/// Reads how long a voucher can be redeemed, cut to the microsecond.
fn validity(span: &prost_types::Duration) -> Result<Duration, &'static str> {
    let span = rangkai_proto::read_duration(span).map_err(|_| "must be more than nothing")?;
    let micros = Duration::new(span.as_secs(), span.subsec_micros() * 1_000);
    if micros.is_zero() {
        Err("must be more than nothing")
    } else if micros > LONGEST_VALIDITY {
        Err("must be at most 366 days")
    } else {
        Ok(micros)
    }
}

const fn state(state: wire::VoucherState) -> Option<VoucherState> {
    match state {
        wire::VoucherState::Unspecified => None,
        wire::VoucherState::Preactivated => Some(VoucherState::Preactivated),
        wire::VoucherState::Activated => Some(VoucherState::Activated),
        wire::VoucherState::Suspended => Some(VoucherState::Suspended),
        wire::VoucherState::Blocked => Some(VoucherState::Blocked),
        wire::VoucherState::Redeemed => Some(VoucherState::Redeemed),
        wire::VoucherState::Cancelled => Some(VoucherState::Cancelled),
        wire::VoucherState::Expired => Some(VoucherState::Expired),
        wire::VoucherState::Purged => Some(VoucherState::Purged),
    }
}
