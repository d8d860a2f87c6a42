//! The programs under test, built the way this test was built.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
    time::Instant,
};

/// Where the programs are. Cargo keeps the tests of a profile in a folder of their own beside them,
/// as in `target/debug/deps`; what it has built already is not built again.
pub(super) static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = env::current_exe().expect("a running test knows its file");
    let programs = test.ancestors().nth(2).expect("cargo keeps tests two folders deep");
    let target = programs.parent().expect("a profile lies in the target folder");
    let profile = match programs.file_name().and_then(|name| name.to_str()) {
        // Cargo calls only the folder of this profile differently.
        Some("debug") | None => "dev",
        Some(other) => other,
    };
    let began = Instant::now();
    let built = Command::new(env!("CARGO"))
        .args(["build", "--workspace", "--bins", "--profile", profile, "--target-dir"])
        .arg(target)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "the programs cannot be built:\n{said}");
    let compiled = said.lines().filter(|line| line.trim_start().starts_with("Compiling")).count();
    println!("the programs: {compiled} packages compiled in {:?}", began.elapsed());
    programs.to_owned()
});
