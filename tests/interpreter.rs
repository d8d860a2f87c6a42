//! A Python for clients and receivers that are not ours.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

/// A Python that has what `tests/python/requirements.txt` names; without it, one is made.
const PYTHON: &str = "RANGKAI_PYTHON";

/// Held while one is made: two tests may need it at the same time.
static MAKING: Mutex<()> = Mutex::new(());

/// The Python to use.
pub(crate) fn python() -> PathBuf {
    match env::var_os(PYTHON).filter(|python| !python.is_empty()) {
        Some(python) => PathBuf::from(python),
        None => made(),
    }
}

/// Makes an environment with the requirements beside the built programs; once for each version of
/// the requirements.
fn made() -> PathBuf {
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/requirements.txt");
    let needed = std::fs::read_to_string(&requirements).unwrap();
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().join("python");
    let (python, installed) = (folder.join("bin/python"), folder.join("installed.txt"));
    if std::fs::read_to_string(&installed).is_ok_and(|it| it == needed) {
        return python;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(&requirements));
    std::fs::write(installed, needed).unwrap();
    python
}

fn run(command: &mut Command) {
    let hint = format!("the test needs Python 3 with venv, or one named by {PYTHON}");
    let ended = command.output().unwrap_or_else(|error| panic!("{hint}: {error}"));
    assert!(ended.status.success(), "{hint}: {}", String::from_utf8_lossy(&ended.stderr));
}
