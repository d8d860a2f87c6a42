//! Pre-activating and activating vouchers.

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};
use chrono::SecondsFormat;
use http::HeaderMap;
use rangkai_primitives::{Currency, Sensitive};
use rangkai_proto::payments::v1 as wire;
use serde_json::json;

use super::{Profile, answer::Answer, body::Body, call::Sameness, decimal};
use crate::{
    domain::{NewVouchers, SerialNumber, VoucherRefusal},
    error::Error,
    ops,
};

/// `POST /vouchers/voucher_preactivation`.
pub async fn preactivate(
    State(profile): State<Profile>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    issue(&profile, &headers, bytes).await.unwrap_or_else(|refused| refused)
}

/// `PATCH /vouchers/voucher_activation`.
pub async fn activate(
    State(profile): State<Profile>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    start(&profile, &headers, bytes).await.unwrap_or_else(|refused| refused)
}

async fn issue(
    profile: &Profile,
    headers: &HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Answer, Answer> {
    let method = "rangkai.payments.v1.VoucherService/PreactivateVouchers";
    let caller = profile.caller(method, headers).await?;
    let body = Body::read(headers, bytes)?;
    let wrong_amount = || Answer::message(452, "Invalid amount");
    let text = body.text("voucher_amount").filter(|text| decimal::is_decimal(text));
    let text = text.ok_or_else(wrong_amount)?;
    let currency = body.text("voucher_currency").and_then(|code| code.parse::<Currency>().ok());
    let currency = currency.ok_or_else(|| Answer::message(453, "Invalid currency"))?;
    let amount = decimal::read(text, currency).ok_or_else(wrong_amount)?;
    let group = body.text("voucher_group").ok_or_else(wrong_group)?.to_owned();
    let finding = move |tx| {
        let group = group.clone();
        async move { ops::pool::get_by_code(&tx, &group).await }
    };
    let pool = profile.look(&caller, finding).await.map_err(refused)?;
    if !profile.knows(body.text("Gov_Stack_BB")) {
        return Err(Answer::unknown_block());
    }
    let comment = body.optional_text("voucher_comment")?.unwrap_or_default();
    let comment = Sensitive::new(comment.chars().take(200).collect());
    let valid_for = NewVouchers::USUAL_VALIDITY;
    let new = NewVouchers { pool: pool.id, amount, count: 1, valid_for, comment };
    let call = profile.call(&caller, method, headers, (&body, Sameness::Name));
    let issuing = move |tx| {
        let new = new.clone();
        async move {
            let vouchers = ops::voucher::preactivate(&tx, &new).await?;
            let vouchers = vouchers.into_iter().map(wire::IssuedVoucher::from).collect();
            Ok::<_, Error>(wire::PreactivateVouchersResponse { vouchers })
        }
    };
    let answer = profile.payments.db.once(call, issuing).await.map_err(refused)?;
    issued(answer).ok_or_else(|| Answer::message(500, "internal error"))
}

async fn start(
    profile: &Profile,
    headers: &HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Answer, Answer> {
    let method = "rangkai.payments.v1.VoucherService/ActivateVoucher";
    let caller = profile.caller(method, headers).await?;
    let body = Body::read(headers, bytes)?;
    let serial = body.number("voucher_serial_number");
    let serial = serial.and_then(|text| SerialNumber::given(&text).ok());
    let serial = serial.ok_or_else(wrong_serial)?;
    let found = serial.clone();
    let finding = move |tx| {
        let found = found.clone();
        async move { ops::voucher::get(&tx, &found).await }
    };
    profile.look(&caller, finding).await.map_err(refused)?;
    if !profile.knows(body.text("Gov_Stack_BB")) {
        return Err(Answer::unknown_block());
    }
    // Activating again changes nothing, and a voucher that was withdrawn since is not active.
    let call = profile.call(&caller, method, headers, (&body, Sameness::Name));
    let activating = move |tx| {
        let serial = serial.clone();
        async move {
            let voucher = ops::voucher::activate(&tx, &serial, None).await?;
            Ok::<_, Error>(wire::ActivateVoucherResponse { voucher: Some(voucher.into()) })
        }
    };
    profile.payments.db.once(call, activating).await.map_err(refused)?;
    Ok(Answer::ok(json!({ "result_status": "Successfully activated voucher" })))
}

fn issued(answer: wire::PreactivateVouchersResponse) -> Option<Answer> {
    let issued = answer.vouchers.into_iter().next()?;
    let voucher = issued.voucher?;
    let expires = rangkai_proto::read_time(&voucher.expire_time?).ok()?;
    Some(Answer::ok(json!({
        "voucher_number": issued.number,
        "voucher_serial_number": voucher.serial_number,
        "expiry_date_time": expires.to_rfc3339_opts(SecondsFormat::Secs, true),
    })))
}

fn wrong_group() -> Answer {
    Answer::message(454, "Invalid voucher group")
}

fn wrong_serial() -> Answer {
    Answer::message(456, "Invalid voucher serial number")
}

fn refused(error: Error) -> Answer {
    use VoucherRefusal as No;
    let Error::Voucher(refusal) = &error else { return error.into() };
    if *refusal == No::PoolNotFound {
        wrong_group()
    } else if let No::PoolShort(_) = refusal {
        Answer::message(454, "The voucher group has no funds left")
    } else if let No::PoolCurrency { .. } = refusal {
        Answer::message(453, "Invalid currency")
    } else if let No::VoucherNotFound | No::StateMismatch { .. } = refusal {
        wrong_serial()
    } else {
        error.into()
    }
}
