//! One attempt to send a webhook.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use rangkai_outbound::{Answer, Outbound};
use rangkai_primitives::Timestamp;
use rangkai_webhooks::{ID_HEADER, SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER};

use crate::domain::{Shipment, Verdict};

const CLOUD_EVENT: HeaderValue = HeaderValue::from_static("application/cloudevents+json");

/// Sends a webhook once, and says what came of it.
pub async fn send(outbound: &Outbound, shipment: &Shipment) -> Verdict {
    let Some((url, signers)) = &shipment.target else { return Verdict::failed("unreadable") };
    let Some(headers) = headers(shipment, signers) else { return Verdict::failed("unreadable") };
    let body = shipment.body.clone();
    match outbound.send(Method::POST, url.reveal(), headers, body).await {
        Ok(answer) => read(&answer, shipment.time),
        Err(error) => Verdict::failed(error.word()),
    }
}

fn headers(shipment: &Shipment, signers: &[Signer]) -> Option<HeaderMap> {
    let (id, time) = (shipment.delivery.webhook.to_string(), shipment.time.timestamp());
    let signatures: Vec<_> =
        signers.iter().map(|signer| signer.sign(&id, time, &shipment.body)).collect();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, CLOUD_EVENT);
    headers.insert(ID_HEADER, id.try_into().ok()?);
    headers.insert(TIMESTAMP_HEADER, time.into());
    headers.insert(SIGNATURE_HEADER, signatures.join(" ").try_into().ok()?);
    if let Some(trace) = &shipment.delivery.traceparent {
        headers.insert("traceparent", trace.try_into().ok()?);
    }
    Some(headers)
}

fn read(answer: &Answer, now: Timestamp) -> Verdict {
    let status = answer.status();
    if status.is_success() {
        return Verdict::Taken;
    }
    if status == StatusCode::GONE {
        return Verdict::Gone;
    }
    let asks = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status);
    let wait = answer.headers().get(header::RETRY_AFTER).filter(|_| asks);
    let wait = wait.and_then(|wait| read_wait(wait.to_str().ok()?, now));
    Verdict::Failed { reason: format!("status_{}", status.as_u16()), wait }
}

/// `Retry-After`: seconds, or a moment.
fn read_wait(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    (moment.to_utc() - now).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_says_when_to_come_again_in_two_ways() {
        let now = Timestamp::from_timestamp(784_111_777, 0).unwrap();

        assert_eq!(read_wait(" 120 ", now), Some(Duration::from_mins(2)));
        let later = "Sun, 06 Nov 1994 08:50:37 GMT";
        assert_eq!(read_wait(later, now), Some(Duration::from_mins(1)));
        for nothing in ["", "-1", "soon", "Sun, 06 Nov 1994 08:48:37 GMT"] {
            assert_eq!(read_wait(nothing, now), None, "{nothing}");
        }
    }
}
