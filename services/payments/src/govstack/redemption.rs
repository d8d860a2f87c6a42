//! Redeeming vouchers.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};
use http::HeaderMap;
use rangkai_primitives::Caller;
use rangkai_proto::{payments::v1 as wire, read_time};
use serde_json::json;

use super::{
    Profile,
    answer::Answer,
    body::Body,
    call::{Sameness, named},
};
use crate::{
    domain::{MerchantIdentity, NamedRedemption, VoucherNumber, VoucherRefusal, VoucherState},
    error::Error,
    ops,
};

/// How long after a redemption the same request is taken for the same one, by the database's clock.
const SENT_AGAIN: Duration = Duration::from_mins(5);

/// `POST /vouchers/voucher_redemption`. A voucher with a PIN is not redeemed here, because the
/// contract has no place for a PIN.
pub async fn redeem(
    State(profile): State<Profile>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    pay(&profile, &headers, bytes).await.unwrap_or_else(|refused| refused)
}

async fn pay(
    profile: &Profile,
    headers: &HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Answer, Answer> {
    let method = "rangkai.payments.v1.VoucherService/RedeemVoucher";
    let caller = profile.caller(method, headers).await?;
    let body = Body::read(headers, bytes)?;
    // It is read and checked, but nothing that guards money can be overridden.
    body.flag("override")?;
    if !profile.knows(body.text("Gov_Stack_BB")) {
        return Err(Answer::unknown_block());
    }
    let number = body.number("voucher_number");
    let number = number.and_then(|text| VoucherNumber::given(&text).ok());
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let new = NamedRedemption {
        number: number.ok_or_else(wrong_number)?,
        merchant: MerchantIdentity {
            name: text("merchant_name").into(),
            bank_details: text("merchant_bank_details").into(),
        },
        group: text("merchant_voucher_group"),
    };
    let call = profile.call(&caller, method, headers, (&body, Sameness::Content));
    let limit = profile.payments.vouchers.guess_limit();
    let redeeming = move |tx| {
        let new = new.clone();
        async move {
            let redemption = ops::redemption::redeem_named(&tx, &new, limit).await?;
            // Without a redemption the answer is kept, and with it that somebody guessed.
            let redemption = redemption.map(wire::Redemption::from);
            Ok::<_, Error>(wire::RedeemVoucherResponse { redemption })
        }
    };
    let answer = profile.payments.db.once(call, redeeming).await.map_err(refused)?;
    let redemption = answer.redemption.ok_or_else(wrong_number)?;
    if named(headers).is_none() {
        expect_recent(profile, &caller, &redemption).await?;
    }
    Ok(Answer::ok(json!({ "result_status": "Voucher is successfully redeemed" })))
}

/// Says no to who shows a used voucher again. A request without a name is the one before, sent once
/// more, only so long as its sender may still wait for the answer; later it is somebody who wants
/// goods again for the same voucher.
async fn expect_recent(
    profile: &Profile,
    caller: &Caller,
    redemption: &wire::Redemption,
) -> Result<(), Answer> {
    let time = redemption.create_time.as_ref().and_then(|time| read_time(time).ok());
    let now = profile.look(caller, |tx| async move { Ok(tx.now()) }).await?;
    if time.is_some_and(|time| now < time + SENT_AGAIN) { Ok(()) } else { Err(used()) }
}

fn used() -> Answer {
    Answer::message(458, "Voucher number already used")
}

fn wrong_number() -> Answer {
    Answer::message(461, "Invalid voucher number")
}

fn refused(error: Error) -> Answer {
    use VoucherRefusal as No;
    let Error::Voucher(refusal) = &error else { return error.into() };
    if let No::StateMismatch { state: VoucherState::Redeemed, .. } = refusal {
        used()
    } else if let No::StateMismatch { .. } | No::Refused = refusal {
        wrong_number()
    } else if let No::PoolShort(_) = refusal {
        Answer::message(462, "Insufficient funds in funding a/c")
    } else if let No::MerchantNotFound | No::NotInGroup(_) = refusal {
        Answer::message(463, "Cannot credit merchant")
    } else {
        error.into()
    }
}
