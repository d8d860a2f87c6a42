//! Cancelling vouchers.

use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::json;

use super::{Listener, http::send};

const STATUS: &str = "/vouchers/voucherstatuscheck";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_voucher_is_cancelled_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let cancel = |serial: &str, block: &str| {
        let body = json!({ "voucherserialnumber": serial, "Gov_Stack_BB": block });
        let path = format!("{STATUS}/{serial}");
        async move { send(at.address, "PATCH", &path, &body).await }
    };
    let ours = "bb-digital-registries";

    let first = cancel("6004", ours).await?;
    let second = cancel("6004", ours).await?;

    assert_eq!((first.code, first.message()), (200, "Voucher cancelled"));
    assert_eq!((second.code, second.message()), (464, "Voucher is already cancelled"));
    for (serial, block, code) in [
        ("6007", ours, 464),
        ("4040", ours, 463),
        ("invalid_serial_number", ours, 463),
        ("6001", ours, 463),
        ("5550", "invalid_bb", 463),
        ("5550", "", 400),
    ] {
        let answer = cancel(serial, block).await?;
        assert_eq!(answer.code, code, "{serial} {block}: {answer:?}");
    }
    for body in [
        json!({ "Gov_Stack_BB": ours }),
        json!({ "voucherserialnumber": "5550" }),
        json!({ "voucherserialnumber": "", "Gov_Stack_BB": ours }),
        json!({}),
        json!([]),
    ] {
        let answer = send(at.address, "PATCH", &format!("{STATUS}/5550"), &body).await?;
        assert_eq!((answer.code, answer.message()), (400, "Invalid request"), "{body}");
    }
    let body = json!({ "voucherserialnumber": "6005", "Gov_Stack_BB": ours });
    let elsewhere = send(at.address, "PATCH", &format!("{STATUS}/5550"), &body).await?;
    assert_eq!(elsewhere.code, 463);
    Ok(())
}
