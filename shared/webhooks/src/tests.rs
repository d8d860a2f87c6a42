//! The scheme, held against what another implementation of it computed.

use chrono::TimeDelta;
use rangkai_primitives::Timestamp;

use crate::{ID_HEADER, SIGNATURE_HEADER, SecretError, Signer, TIMESTAMP_HEADER, WebhookError};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// Id, timestamp, body and signature, as the Python package `standardwebhooks` 1.1.0 signs them.
const VECTORS: [(&str, i64, &str, &str); 3] = [
    (
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        r#"{"test": 2432232314}"#,
        "v1,78nXHjpFP0tVJQW5D0SBwmVyyW87BV/rL6MgfM/Bw44=",
    ),
    (
        "evt_0190",
        1_795_312_800,
        r#"{"jumlah":"Rp75.000 — lunas ✓"}"#,
        "v1,58dlFCRSlddEDBcbsvBt78+ZAa0H1MA6QSUu4MjRGi4=",
    ),
    ("m", 1, "", "v1,e3XhfqCFe1QhiW7GbyQJLU2y5VpRaIX06b+X0mW+TNc="),
];

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(seconds, 0).unwrap()
}

#[test]
fn other_implementations_sign_and_verify_the_same() {
    let signer = Signer::new(SECRET).unwrap();
    for (id, at, body, signature) in VECTORS {
        assert_eq!(signer.sign(id, at, body.as_bytes()), signature);
        let now = moment(at);
        assert_eq!(signer.verify(id, &at.to_string(), signature, body.as_bytes(), now), Ok(()));
    }
}

#[test]
fn one_fitting_signature_among_several_is_enough() {
    let signer = Signer::new(SECRET).unwrap();
    let (id, at, body, signature) = VECTORS[0];
    let old = Signer::generate().unwrap().sign(id, at, body.as_bytes());
    for header in [format!("{old} {signature}"), format!("v1a,AAAA {signature} v9,x {old}")] {
        let at_text = at.to_string();
        assert_eq!(signer.verify(id, &at_text, &header, body.as_bytes(), moment(at)), Ok(()));
    }
}

#[test]
fn what_was_changed_or_signed_by_others_does_not_fit() {
    let signer = Signer::new(SECRET).unwrap();
    let (id, at, body, signature) = VECTORS[0];
    let now = moment(at);
    let other = Signer::generate().unwrap().sign(id, at, body.as_bytes());
    let cases = [
        ("msg_other", at, body, signature),
        (id, at + 1, body, signature),
        (id, at, "{}", signature),
        (id, at, body, &other),
        (id, at, body, "v1,"),
        (id, at, body, "v1,?"),
        (id, at, body, "v2,78nXHjpFP0tVJQW5D0SBwmVyyW87BV/rL6MgfM/Bw44="),
        (id, at, body, &signature[..signature.len() - 4]),
    ];
    for (id, at, body, signature) in cases {
        let answer = signer.verify(id, &at.to_string(), signature, body.as_bytes(), now);
        assert_eq!(answer, Err(WebhookError::NoSignatureFits), "{id} {at} {signature}");
    }
}

#[test]
fn a_webhook_of_another_time_is_refused() {
    let signer = Signer::new(SECRET).unwrap();
    let (id, at, body, signature) = VECTORS[0];
    let verify = |shift| {
        let now = moment(at) + TimeDelta::seconds(shift);
        signer.verify(id, &at.to_string(), signature, body.as_bytes(), now)
    };

    assert_eq!(verify(300), Ok(()));
    assert_eq!(verify(301), Err(WebhookError::TooOld));
    assert_eq!(verify(-300), Ok(()));
    assert_eq!(verify(-301), Err(WebhookError::TooNew));
}

#[test]
fn a_header_that_is_not_of_its_form_is_named() {
    let signer = Signer::new(SECRET).unwrap();
    let (id, at, body, signature) = VECTORS[0];
    let now = moment(at);
    let at = at.to_string();
    let long = "x".repeat(257);
    let many = format!("{signature} ").repeat(200);
    let cases = [
        ("", at.as_str(), signature, ID_HEADER),
        ("msg.1", &at, signature, ID_HEADER),
        ("msg 1", &at, signature, ID_HEADER),
        (&long, &at, signature, ID_HEADER),
        (id, "", signature, TIMESTAMP_HEADER),
        (id, "+1614265330", signature, TIMESTAMP_HEADER),
        (id, "01614265330", signature, TIMESTAMP_HEADER),
        (id, "1614265330.0", signature, TIMESTAMP_HEADER),
        (id, "-1", signature, TIMESTAMP_HEADER),
        (id, &at, "", SIGNATURE_HEADER),
        (id, &at, "v1", SIGNATURE_HEADER),
        (id, &at, &many, SIGNATURE_HEADER),
    ];
    for (id, at, signatures, header) in cases {
        let answer = signer.verify(id, at, signatures, body.as_bytes(), now);
        assert_eq!(answer, Err(WebhookError::MalformedHeader(header)));
    }
}

#[test]
fn a_secret_is_of_one_form_and_never_shows_itself() {
    let generated = Signer::generate().unwrap();
    let again = Signer::new(generated.secret().reveal()).unwrap();

    assert_eq!(generated.sign("a", 1, b"b"), again.sign("a", 1, b"b"));
    assert_ne!(generated.sign("a", 1, b"b"), Signer::generate().unwrap().sign("a", 1, b"b"));
    assert_eq!(format!("{generated:?}"), "Signer(***)");
    for wrong in ["", "whsec_", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_AAAA", "whsec_?"] {
        assert_eq!(Signer::new(wrong).unwrap_err(), SecretError::Malformed, "{wrong}");
    }
}
