//! The tutorial of the README, run as it is written.

use std::{fs, path::Path, process::Command};

use super::{blocks::programs, demo};

#[tokio::test(flavor = "multi_thread")]
async fn the_tutorial_works_as_written() {
    let (folder, platform, _) = demo::start().await;
    // The commands look for the folder of the data where `rangkai up` would have put it.
    let work = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(folder.path(), work.path().join("rangkai-data")).unwrap();
    let chapter = chapter();
    for (name, text) in
        ["hall.service.yaml", "hall.workflow.yaml"].iter().zip(blocks(&chapter, "yaml"))
    {
        fs::write(work.path().join(name), text).unwrap();
    }
    // The first block starts the blocks, which run already.
    let commands: Vec<_> = blocks(&chapter, "sh").into_iter().skip(1).collect();

    let ran = run(work.path(), &commands.join("\n")).await;

    assert!(ran.ends_with("APPLICATION_STATE_GRANTED\n"), "{ran}");
    assert!(ran.contains("INSTANCE_STATE_COMPLETED"), "{ran}");
    platform.run_until(std::future::ready(())).await.unwrap();
}

fn chapter() -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let (_, chapter) = readme.split_once("## A service of your own").unwrap();
    chapter.split_once("\n## ").unwrap().0.to_owned()
}

/// The fenced blocks of one language, in order.
fn blocks(chapter: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let found = chapter.split(&fence).skip(1);
    found.map(|rest| rest.split_once("```").unwrap().0.to_owned()).collect()
}

/// What the commands print; they must all succeed.
async fn run(folder: &Path, commands: &str) -> String {
    let programs = programs().await;
    let path = format!("{}:{}", programs.display(), std::env::var_os("PATH").unwrap().display());
    let mut shell = Command::new("bash");
    shell.args(["-euo", "pipefail", "-c", commands]).current_dir(folder).env("PATH", path);
    let ran = tokio::task::spawn_blocking(move || shell.output().unwrap()).await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{out}{err}");
    out.into_owned()
}
