//! Looking at vouchers, and cancelling them.

use axum::{
    body::Bytes,
    extract::{
        Path, State,
        rejection::{BytesRejection, PathRejection},
    },
};
use http::HeaderMap;
use rangkai_proto::payments::v1 as wire;
use serde_json::json;

use super::{Profile, answer::Answer, body::Body, call::Sameness, decimal};
use crate::{
    domain::{SerialNumber, VoucherRefusal, VoucherState},
    error::Error,
    ops,
};

/// A path without a serial number.
pub async fn nameless() -> Answer {
    Answer::invalid()
}

/// `GET /vouchers/voucherstatuscheck/{serial}`.
pub async fn check(
    State(profile): State<Profile>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Answer {
    show(&profile, path, &headers).await.unwrap_or_else(|refused| refused)
}

/// `PATCH /vouchers/voucherstatuscheck/{serial}`.
pub async fn cancel(
    State(profile): State<Profile>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    withdraw(&profile, path, &headers, bytes).await.unwrap_or_else(|refused| refused)
}

async fn show(
    profile: &Profile,
    path: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<Answer, Answer> {
    let method = "rangkai.payments.v1.VoucherService/GetVoucher";
    let caller = profile.caller(method, headers).await?;
    let Path(text) = path.map_err(|_| malformed())?;
    // Clients that were given no serial number send the empty braces of their template.
    if !text.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Answer::invalid());
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let serial = SerialNumber::given(&text).ok().filter(|_| digits).ok_or_else(malformed)?;
    let finding = move |tx| {
        let serial = serial.clone();
        async move { ops::voucher::get(&tx, &serial).await }
    };
    match profile.look(&caller, finding).await {
        Ok(voucher) => {
            let status = status(voucher.state)?;
            let amount = decimal::write(voucher.amount);
            Ok(Answer::ok(json!({ "voucher_status": status, "voucher_amount": amount })))
        }
        Err(Error::Voucher(VoucherRefusal::VoucherNotFound)) => {
            Ok(Answer::ok(json!({ "voucher_status": "Not Existing", "voucher_amount": "0" })))
        }
        Err(error) => Err(error.into()),
    }
}

async fn withdraw(
    profile: &Profile,
    path: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Answer, Answer> {
    let method = "rangkai.payments.v1.VoucherService/CancelVoucher";
    let caller = profile.caller(method, headers).await?;
    let body = Body::read(headers, bytes)?;
    let named = body.number("voucherserialnumber").ok_or_else(Answer::invalid)?;
    let block = body.text("Gov_Stack_BB").ok_or_else(Answer::invalid)?;
    // The path and the body name the same voucher, or none.
    let same = path.is_ok_and(|Path(text)| text == named);
    let serial = SerialNumber::given(&named).ok().filter(|_| same && profile.knows(Some(block)));
    let serial = serial.ok_or_else(invalid_voucher)?;
    // Cancelling again is refused by the contract, so each request without a name is another.
    let call = profile.call(&caller, method, headers, (&body, Sameness::Name));
    let cancelling = move |tx| {
        let serial = serial.clone();
        async move {
            let voucher = ops::voucher::cancel(&tx, &serial).await?;
            Ok::<_, Error>(wire::CancelVoucherResponse { voucher: Some(voucher.into()) })
        }
    };
    profile.payments.db.once(call, cancelling).await.map_err(refused)?;
    Ok(Answer::ok(json!({ "message": "Voucher cancelled" })))
}

/// A state in the contract's words. It has none for a withdrawn voucher but those for what is gone.
fn status(state: VoucherState) -> Result<&'static str, Answer> {
    match state {
        VoucherState::Preactivated => Ok("Pre-Activated"),
        VoucherState::Activated => Ok("Activated"),
        VoucherState::Suspended => Ok("Suspended"),
        VoucherState::Blocked => Ok("Blocked"),
        VoucherState::Cancelled | VoucherState::Purged => Ok("Purged"),
        VoucherState::Redeemed => Err(Answer::message(458, "Voucher number already used")),
        VoucherState::Expired => Err(Answer::message(459, "Voucher has expired")),
    }
}

fn malformed() -> Answer {
    Answer::message(456, "Invalid voucher number")
}

fn invalid_voucher() -> Answer {
    Answer::message(463, "Invalid voucher")
}

fn refused(error: Error) -> Answer {
    use VoucherRefusal as No;
    let Error::Voucher(refusal) = &error else { return error.into() };
    if let No::StateMismatch { state: VoucherState::Cancelled, .. } = refusal {
        Answer::message(464, "Voucher is already cancelled")
    } else if let No::VoucherNotFound | No::StateMismatch { .. } = refusal {
        invalid_voucher()
    } else {
        error.into()
    }
}
