//! What providers of QR codes and virtual accounts tell over plain HTTP, signed as Standard
//! Webhooks: `POST /callbacks/{provider}` with the headers `webhook-id`, `webhook-timestamp` and
//! `webhook-signature`, and a body of JSON:
//!
//! ```json
//! {
//!   "number": "8881012345678904",
//!   "status": "paid",
//!   "reference": "RRN-000123",
//!   "amount": 75000,
//!   "payTime": "2026-11-22T03:04:05Z"
//! }
//! ```
//!
//! `number` is that of the virtual account, or the label of the QR code. `status` is `paid`, or
//! `unclear` when the provider does not know; then nothing else is needed. `amount` is in whole
//! rupiah. The answer says what became of the money. The same `webhook-id` gets the first answer.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use rangkai_db::Call;
use rangkai_primitives::{Agency, Caller, Currency, Money, Timestamp};
use rangkai_proto::payments::v1 as wire;
use rangkai_webhooks::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, TOLERANCE};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{remittance::LARGEST, remittance_import::sha256};
use crate::{
    Payments,
    channel::moment,
    domain::Refusal,
    error::Error,
    ops::{
        self,
        inquiry::{Notice, Paid},
    },
};

/// Far more than the longest notice.
const LARGEST_BODY: usize = 16 * 1024;

/// A notice as it is written; what is not known of it is passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    number: String,
    status: Status,
    reference: Option<String>,
    amount: Option<i64>,
    pay_time: Option<String>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Status {
    Paid,
    Unclear,
}

/// The paths that providers call.
pub fn callbacks(payments: Payments) -> Router {
    Router::new()
        .route("/callbacks/{provider}", post(receive))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(payments)
}

async fn receive(
    State(payments): State<Payments>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(provider) = payments.channels.provider(&name).cloned() else {
        return no(StatusCode::NOT_FOUND, "there is no such provider");
    };
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let id = header(ID_HEADER);
    let now = payments.db.clock().now();
    let (timestamp, signatures) = (header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER));
    if let Err(error) = provider.signer.verify(id, timestamp, signatures, &body, now) {
        // Before anything of it is read: whoever cannot sign learns nothing.
        return no(StatusCode::UNAUTHORIZED, &error.to_string());
    }
    let notice = match serde_json::from_slice::<Written>(&body) {
        Ok(written) => read(written, now),
        Err(_) => Err("the body is not such a notice"),
    };
    let notice = match notice {
        Ok(notice) => notice,
        Err(why) => return no(StatusCode::BAD_REQUEST, why),
    };
    let call = Call {
        caller: Caller::block(&format!("callback:{name}"), Agency::platform()),
        method: "rangkai.payments.Callback",
        request_id: request_id(&name, id),
        digest: sha256(&body),
        traceparent: None,
    };
    let taking = move |tx| {
        let (provider, notice) = (provider.clone(), notice.clone());
        async move {
            let remittance = ops::inquiry::heard(&tx, &provider, notice).await?;
            let remittance = remittance.map(wire::Remittance::from);
            Ok::<_, Error>(wire::RecordRemittanceResponse { remittance })
        }
    };
    answer(payments.db.once(call, taking).await)
}

/// The request id of a webhook: ids of the same provider mean the same request, for ever.
fn request_id(provider: &str, id: &str) -> Uuid {
    let hash = sha256(format!("{provider}.{id}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(bytes)
}

fn read(written: Written, now: Timestamp) -> Result<Notice, &'static str> {
    let plain = |text: &str| {
        let sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=40).contains(&text.len()) && text.bytes().all(sign)
    };
    if !plain(&written.number) {
        return Err("number is not 1 to 40 letters, digits and hyphens");
    }
    if written.status == Status::Unclear {
        return Ok(Notice { number: written.number, paid: None });
    }
    let reference = written.reference.filter(|reference| plain(reference));
    let reference = reference.ok_or("reference is not 1 to 40 letters, digits and hyphens")?;
    let amount = written.amount.and_then(|amount| Money::whole(Currency::IDR, amount).ok());
    let amount = amount.filter(|amount| (1..=LARGEST).contains(&amount.minor()));
    let amount = amount.ok_or("amount is not 1 to 10^13 whole rupiah")?;
    // The clock of a provider may be ahead of ours by as much as its signature may.
    let time = written.pay_time.as_deref().and_then(moment);
    let time = time.filter(|time| *time <= now + TOLERANCE);
    let time = time.ok_or("payTime is not a moment as RFC 3339 writes it, or is still to come")?;
    Ok(Notice { number: written.number, paid: Some(Paid { reference, amount, time }) })
}

fn answer(outcome: Result<wire::RecordRemittanceResponse, Error>) -> Response {
    match outcome {
        Ok(wire::RecordRemittanceResponse { remittance: Some(remittance) }) => {
            let told = json!({
                "remittanceId": remittance.remittance_id,
                "outcome": remittance.outcome().as_str_name(),
            });
            (StatusCode::OK, Json(told)).into_response()
        }
        Ok(wire::RecordRemittanceResponse { remittance: None }) => {
            (StatusCode::OK, Json(json!({}))).into_response()
        }
        Err(Error::Reused(reused)) => no(StatusCode::CONFLICT, &reused.to_string()),
        Err(Error::Refused(refusal @ Refusal::BankReferenceTaken(_))) => {
            no(StatusCode::CONFLICT, &refusal.to_string())
        }
        Err(error) => {
            // The provider sends it again: nothing was kept.
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::error!(error, "a callback could not be taken");
            no(StatusCode::SERVICE_UNAVAILABLE, "try again")
        }
    }
}

fn no(code: StatusCode, why: &str) -> Response {
    (code, Json(json!({ "error": why }))).into_response()
}
