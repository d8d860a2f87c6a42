//! The command line, as its users call it.

use std::{
    path::Path,
    process::{Output, Stdio},
};

use tokio::{io::AsyncWriteExt as _, process::Command};

use super::{blocks::programs, demo};

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_ends_well_and_says_so() {
    let ran = rangkai(&["demo"]).await;

    assert!(ran.status.success(), "{}", said(&ran));
    assert!(said(&ran).contains("✓ the ledger's 28 entries sum to 0"), "{}", said(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_with_mistakes_is_a_failure_that_names_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.yaml");
    let text = "document: { dsl: 1.0.3, namespace: n, name: w, version: 1.0.0 }\n\
                do:\n  - one:\n      cal: x\n  - two: { set: { a: '${ .b | }' } }\n";
    std::fs::write(&file, text).unwrap();

    let ran = rangkai(&["workflow", "check", &file.display().to_string()]).await;

    assert_eq!(ran.status.code(), Some(1));
    let said = said(&ran);
    assert!(said.contains("wrong.yaml:4:7: error"), "{said}");
    assert!(said.contains("wrong.yaml:5:"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn editors_get_the_findings_of_every_file_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let head = "document: { dsl: 1.0.3, namespace: n, name: w, version: 1.0.0 }\ndo:\n";
    std::fs::write(path("wrong.yaml"), format!("{head}  - one:\n      cal: x\n")).unwrap();
    let odd = format!("{head}  - one: {{ set: {{ a: 'Hello ${{ .b }}' }} }}\n");
    std::fs::write(path("odd.yaml"), &odd).unwrap();
    let check = ["workflow", "check", "--format", "json"];

    let both = rangkai(&[&check[..], &[&path("wrong.yaml"), &path("odd.yaml")]].concat()).await;
    let piped = fed(&[&check[..], &["-"]].concat(), &odd).await;

    assert_eq!((both.status.code(), piped.status.code()), (Some(1), Some(0)));
    let read = |ran: &Output| serde_json::from_slice::<serde_json::Value>(&ran.stdout).unwrap();
    let both = read(&both);
    assert_eq!(both.as_array().unwrap().len(), 2);
    assert_eq!(both[0]["file"], path("wrong.yaml"));
    assert_eq!((&both[0]["line"], &both[0]["column"]), (&4.into(), &7.into()));
    assert_eq!((&both[0]["code"], &both[0]["severity"]), (&"task.kind".into(), &"error".into()));
    assert!(both[0]["help"].as_str().unwrap().starts_with("give it one of"));
    assert_eq!(
        (&both[1]["file"], &both[1]["severity"]),
        (&path("odd.yaml").into(), &"warning".into())
    );
    assert_eq!(read(&piped)[0]["file"], "<stdin>");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_with_its_reason() {
    let (folder, platform, _) = demo::start().await;
    let data = folder.path().display().to_string();
    let unknown = r#"{"billId": "019f0000-0000-7000-8000-000000000001"}"#;
    let method = "rangkai.payments.v1.BillService/GetBill";

    let missing = rangkai(&["call", method, unknown, "--data", &data]).await;
    let malformed = rangkai(&["call", method, r#"{"billId": "7"}"#, "--data", &data]).await;

    assert_eq!((missing.status.code(), malformed.status.code()), (Some(1), Some(1)));
    assert!(said(&missing).contains("reason: ERROR_REASON_BILL_NOT_FOUND"), "{}", said(&missing));
    assert!(said(&malformed).contains("bill_id must be a UUID"), "{}", said(&malformed));
    platform.run_until(std::future::ready(())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_platform_the_command_line_says_what_to_start() {
    let nowhere = Path::new("/nonexistent").display().to_string();

    let ran = rangkai(&["instance", "list", "--data", &nowhere]).await;

    assert_eq!(ran.status.code(), Some(1));
    assert!(said(&ran).contains("rangkai up"), "{}", said(&ran));
}

async fn rangkai(arguments: &[&str]) -> Output {
    let program = programs().await.join("rangkai");
    Command::new(program).args(arguments).output().await.unwrap()
}

/// Runs the command with `input` on its standard input.
async fn fed(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(programs().await.join("rangkai"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut pipe = running.stdin.take().unwrap();
    pipe.write_all(input.as_bytes()).await.unwrap();
    drop(pipe);
    running.wait_with_output().await.unwrap()
}

fn said(ran: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    format!("{out}{err}")
}
