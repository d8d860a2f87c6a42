//! Every message that we write or take, held against the published schemas.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use rangkai_payments::RailKind;
use rangkai_proto::payments::v1::{ListEnvelopesRequest, RecordFundsRequest};
use rangkai_testkit::{Kind, fresh, python};
use rstest::rstest;
use serde_json::{Map, Value, json};

use super::{
    reports::{Left, camt_054, leave, pain_002, write},
    support::{EACH, accounts, approve_and_release, block, official, release, sandbox},
};
use crate::payments::{
    govstack::{
        Listener,
        g2p::{batch, is, people},
        http::send,
    },
    support::{House, rupiah},
};

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
    add(
        "an order to a person without a bank and a name",
        Box::pin(to_a_beneficiary(Kind::Sqlite)).await?.content,
    );
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

/// The modality is how the person is paid, and no bank; and nobody said a name.
#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_order_to_a_beneficiary_of_the_profile_names_the_account_alone(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let left = Box::pin(to_a_beneficiary(kind)).await?;

    assert!(left.content.contains("<Id>address0</Id>"), "{}", left.content);
    assert_eq!(left.orders.len(), 1);
    for absent in ["<Nm></Nm>", "<CdtrAgt>", ">01<"] {
        assert!(!left.content.contains(absent), "{absent}: {}", left.content);
    }
    Ok(())
}

/// A file with an order to somebody who was registered over the public REST profile.
async fn to_a_beneficiary(kind: Kind) -> anyhow::Result<Left> {
    let house = House::open(kind).await?;
    let block = block(&house, RailKind::File, |_| ()).await?;
    let at = Listener::beside(house).await?;
    let registered = people("request00001", 1);
    let registered = send(at.address, "POST", "/register-beneficiary", &registered).await?;
    is(&registered, (200, "00", "request00001"));
    let bulk = batch("request00002", "batch0000001", 1);
    let bulk = send(at.address, "POST", "/bulk-payment", &bulk).await?;
    is(&bulk, (200, "00", "request00002"));
    let house = &at.house;
    house.payments.validate_envelopes().await?;
    let mut maker = official(house, "kemensos", "maker")?;
    let amount = Some(rupiah(150_000));
    let funds = RecordFundsRequest {
        request_id: fresh(),
        amount,
        reference: fresh(),
        ..RecordFundsRequest::default()
    };
    maker.funds.record_funds(funds).await?;
    let list = ListEnvelopesRequest { page_size: 1, ..ListEnvelopesRequest::default() };
    let mut listed = maker.envelopes.list_envelopes(list).await?.into_inner().envelopes;
    let envelope_id = listed.remove(0).envelope_id;
    approve_and_release(house, &envelope_id).await?;
    write(house, &block, envelope_id).await
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
