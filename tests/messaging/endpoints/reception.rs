//! A receiver that is not ours: the Python package of Standard Webhooks.

use std::{io::Write as _, path::Path, process::Stdio};

use rangkai_testkit::Kind;
use serde_json::json;

use super::House;
use rangkai_testkit::python;

#[tokio::test]
async fn another_implementation_takes_what_is_genuine_and_nothing_else() -> anyhow::Result<()> {
    let python = python();
    let house = House::open(Kind::Sqlite).await?;
    let registered = house.one_queued("korlantas").await?;
    house.send().await?;
    let received = house.receiver.seen().remove(0);

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/webhook.py");
    let mut client = std::process::Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stage = json!({
        "secret": registered.secret,
        "headers": received.headers,
        "body": String::from_utf8(received.body)?,
    });
    client.stdin.take().unwrap().write_all(stage.to_string().as_bytes())?;
    let ended = client.wait_with_output()?;

    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{told}{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(told.trim(), "rangkai.payments.v1.BillPaid");
    Ok(())
}
