//! Every message that we write or take, held against the published schemas.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use rangkai_testkit::{Kind, python};
use serde_json::{Map, Value, json};

use super::{
    reports::{camt_054, leave, pain_002},
    support::{EACH, accounts, release, sandbox},
};
use crate::payments::support::House;

#[tokio::test]
async fn every_message_is_valid_by_the_published_schemas() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let left = leave(&house, 3).await?;
    let block = sandbox(&house).await?;
    let endings = ["001", "900", "901", "912", "920", "931"];
    release(&house, &accounts(&endings)).await?;
    block.execute_due().await?;
    let written = block.sandbox_messages("kemensos".parse()?).await?;
    let mut valid = Map::new();
    let mut add = |name: &str, text: String| valid.insert(name.to_owned(), Value::String(text));
    add("a file of orders", left.content.clone());
    add("the sandbox's report", written.pain_002);
    add("the sandbox's statement", written.camt_053.clone());
    add("the sandbox's notice", written.camt_054);
    let order = (left.orders[0].as_str(), "RJCT AC04", EACH);
    add("a report of the tests", pain_002(&left.file.name, (3, EACH * 3), &[order]));
    add("a notice of the tests", camt_054(&left.orders[0], EACH));
    for (name, text) in samples()? {
        add(&name, text);
    }
    // What the schemas themselves must see.
    let broken = json!({
        "an order without an id": left.content.replace("<EndToEndId>", "<EndToEnd>")
            .replace("</EndToEndId>", "</EndToEnd>"),
        "a statement without a balance": written.camt_053.replace("OPBD", ""),
    });

    let told = check(&json!({ "valid": valid, "broken": broken }))?;

    println!("{told}");
    assert!(told.contains("messages held against"), "{told}");
    Ok(())
}

/// The messages that the readers are tested with.
fn samples() -> anyhow::Result<Vec<(String, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let roots = [folder.join(".."), folder.join("../..")];
    let inside = "services/payments/src/iso20022/samples";
    let folder = roots.iter().map(|root| root.join(inside)).find(|path| path.is_dir());
    let mut samples = Vec::new();
    for entry in fs::read_dir(folder.unwrap())? {
        let path = entry?.path();
        samples.push((path.file_name().unwrap().display().to_string(), fs::read_to_string(path)?));
    }
    assert!(samples.len() > 3);
    Ok(samples)
}

fn check(stage: &Value) -> anyhow::Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scripts = [folder.join("python/schemas.py"), folder.join("../../tests/python/schemas.py")];
    let script = scripts.iter().find(|path| path.is_file()).unwrap();
    let mut checking = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    checking.stdin.take().unwrap().write_all(stage.to_string().as_bytes())?;
    let ended = checking.wait_with_output()?;
    let told = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{told}\n{}", String::from_utf8_lossy(&ended.stderr));
    Ok(told)
}
