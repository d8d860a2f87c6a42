//! A client that is not ours: Python, generated from the contracts.

use std::{future::ready, path::Path, process::Stdio};

use rangkai::{Cast, Screen};
use rangkai_testkit::python;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use super::{books::Books, demo};

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_follows_an_application_to_the_licence() {
    let python = python();
    let (_folder, platform, site) = demo::start().await;
    Cast::assemble(&site, &mut Screen::dark()).await.unwrap();

    let told = tell(
        &python,
        &json!({
            "proto": Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto"),
            "addresses": platform.addresses(),
            "admin_secret": platform.secrets().admin.reveal(),
        }),
    )
    .await;

    println!("{told}");
    assert!(told.contains("the licence is valid"), "{told}");
    let books = Books::of(&platform).await;
    books.until_settled().await;
    assert_eq!(books.broken(&["refund"]).await, Vec::<String>::new());
    platform.run_until(ready(())).await.unwrap();
}

/// Runs the client, tells it where everything is, and answers what it printed.
async fn tell(python: &Path, stage: &serde_json::Value) -> String {
    let mut client = tokio::process::Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/renewal.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    client.stdin.take().unwrap().write_all(stage.to_string().as_bytes()).await.unwrap();
    let ended = client.wait_with_output().await.unwrap();
    let told = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{told}\n{}", String::from_utf8_lossy(&ended.stderr));
    told
}
