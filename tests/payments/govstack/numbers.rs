//! The numbers of vouchers, in whatever form they come; and what makes two requests the same one.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::{Value, json};
use tracing_subscriber::{
    filter::LevelFilter,
    fmt::{MakeWriter, format::FmtSpan},
    util::SubscriberInitExt as _,
};

use super::{
    Listener,
    http::{Answer, send, with},
    vouchers::{
        ACTIVATION, PREACTIVATION, REDEMPTION, STATUS, preactivation, redemption, status, text,
    },
};

const BLOCK: &str = "bb-digital-registries";
const JSON: &str = "content-type: application/json";

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_number_is_redeemed_as_an_integer_too(#[case] kind: Kind) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let (number, _) = active(&at).await?;
    let (other, _) = active(&at).await?;
    let as_integer = |number: &str| redemption(&json!("N")).to_string().replace("\"N\"", number);

    let mut altered = number.clone().into_bytes();
    // Too small a change for a number with a floating point, and no voucher's number.
    altered[23] = if altered[23] == b'9' { b'8' } else { altered[23] + 1 };
    let altered = as_integer(&String::from_utf8(altered)?);
    let altered = with(at.address, "POST", REDEMPTION, &[JSON], &altered).await?;
    let redeemed = with(at.address, "POST", REDEMPTION, &[JSON], &as_integer(&number)).await?;
    let fraction = as_integer(&format!("{other}.0"));
    let fraction = with(at.address, "POST", REDEMPTION, &[JSON], &fraction).await?;

    assert_eq!(altered.code, 461, "{altered:?}");
    assert_eq!(redeemed.code, 200, "{redeemed:?}");
    assert_eq!(fraction.code, 461, "{fraction:?}");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_voucher_shown_again_later_is_used_unless_the_request_has_a_name(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let (one, _) = active(&at).await?;
    let (two, _) = active(&at).await?;
    let named = |number: &str| {
        let body = redemption(&json!(number)).to_string();
        async move {
            let name = "X-CorrelationID: till 4, receipt 17";
            with(at.address, "POST", REDEMPTION, &[JSON, name], &body).await
        }
    };
    let unnamed = |number: &str| {
        let body = redemption(&json!(number));
        async move { send(at.address, "POST", REDEMPTION, &body).await }
    };

    let first = [unnamed(&one).await?.code, named(&two).await?.code];
    at.house.clock.advance(Duration::from_mins(4));
    let soon = [unnamed(&one).await?.code, named(&two).await?.code];
    at.house.clock.advance(Duration::from_mins(2));
    let late = [unnamed(&one).await?, named(&two).await?];

    assert_eq!((first, soon), ([200, 200], [200, 200]));
    assert_eq!((late[0].code, late[0].message()), (458, "Voucher number already used"));
    assert_eq!(late[1].code, 200, "{late:?}");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_voucher_that_was_cancelled_is_not_said_to_be_active(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let (_, serial) = active(&at).await?;
    let again = start(&at, &json!(serial)).await?;
    let body = json!({ "voucherserialnumber": serial, "Gov_Stack_BB": BLOCK });
    let cancelled = send(at.address, "PATCH", &format!("{STATUS}/{serial}"), &body).await?;

    let gone = start(&at, &json!(serial)).await?;

    assert_eq!((again.code, cancelled.code, gone.code), (200, 200, 456));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn any_name_makes_a_request_the_same(#[case] kind: Kind) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let body = preactivation().to_string();
    let named = |name: &'static str| {
        let (name, body) = (format!("X-CorrelationID: {name}"), body.clone());
        async move { with(at.address, "POST", PREACTIVATION, &[JSON, &name], &body).await }
    };

    let (first, again) = (named("order 7/2026").await?, named("order 7/2026").await?);
    let other = named("order 8/2026").await?;
    let (empty, also_empty) = (named("").await?, named(" ").await?);

    assert_eq!((first.code, &first.body), (200, &again.body));
    assert_ne!(first.body, other.body);
    assert_ne!(empty.body, also_empty.body);
    Ok(())
}

/// What is logged is the same on both databases.
#[tokio::test]
async fn a_secret_number_in_the_place_of_a_serial_number_is_not_logged() -> anyhow::Result<()> {
    let at = Listener::open(Kind::Sqlite).await?;
    let (number, serial) = active(&at).await?;
    let log = Log::default();
    let listening = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::INFO)
        .with_span_events(FmtSpan::NEW)
        .with_writer(log.clone())
        .set_default();

    let started = start(&at, &json!(number)).await?;
    let shown = status(&at, &number).await?;
    let body = json!({ "voucherserialnumber": number, "Gov_Stack_BB": BLOCK });
    let cancelled = send(at.address, "PATCH", &format!("{STATUS}/{number}"), &body).await?;
    let known = status(&at, &serial).await?;
    drop(listening);

    assert_eq!((started.code, shown.code, cancelled.code), (456, 456, 463));
    assert_eq!(known.code, 200);
    let log = String::from_utf8(log.0.lock().unwrap().clone())?;
    assert!(log.contains(&serial), "{log}");
    assert!(!log.contains(&number), "{log}");
    Ok(())
}

/// The number and the serial number of a fresh voucher that can be redeemed.
async fn active(at: &Listener) -> anyhow::Result<(String, String)> {
    let issued = send(at.address, "POST", PREACTIVATION, &preactivation()).await?;
    let serial = text(&issued, "voucher_serial_number");
    let started = start(at, &json!(serial)).await?;
    assert_eq!(started.code, 200, "{started:?}");
    Ok((text(&issued, "voucher_number"), serial))
}

async fn start(at: &Listener, serial: &Value) -> anyhow::Result<Answer> {
    let body = json!({ "voucher_serial_number": serial, "Gov_Stack_BB": BLOCK });
    send(at.address, "PATCH", ACTIVATION, &body).await
}
