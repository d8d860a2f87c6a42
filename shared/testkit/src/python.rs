//! A Python with what the tests need of it.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// A Python that has what `tests/python/*.txt` name; without it, one is made.
const PYTHON: &str = "RANGKAI_PYTHON";

/// The interpreter to run the programs of `tests/python` with.
///
/// # Panics
///
/// When there is none and none can be made.
#[must_use]
pub fn python() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let made = || match env::var_os(PYTHON).filter(|python| !python.is_empty()) {
        Some(python) => PathBuf::from(python),
        None => made().unwrap_or_else(|error| panic!("no Python can be made: {error}")),
    };
    MADE.get_or_init(made).clone()
}

/// Makes an environment with the requirements beside the built programs; once for each version of
/// the requirements.
fn made() -> std::io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python");
    let [clients, schemas] = ["requirements.txt", "schemas.txt"].map(|name| folder.join(name));
    let needed = [std::fs::read_to_string(&clients)?, std::fs::read_to_string(&schemas)?].concat();
    let test = env::current_exe()?;
    let folder = test.ancestors().nth(2).unwrap_or(&test).join("python");
    let (python, installed) = (folder.join("bin/python"), folder.join("installed.txt"));
    if std::fs::read_to_string(&installed).is_ok_and(|it| it == needed) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    let install = || {
        let mut install = Command::new(&python);
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        install
    };
    run(install().arg("--requirement").arg(clients));
    run(install().args(["--no-deps", "--requirement"]).arg(schemas));
    std::fs::write(installed, needed)?;
    Ok(python)
}

fn run(command: &mut Command) {
    let hint = format!("the test needs Python 3 with venv, or one named by {PYTHON}");
    let ended = command.output().unwrap_or_else(|error| panic!("{hint}: {error}"));
    assert!(ended.status.success(), "{hint}: {}", String::from_utf8_lossy(&ended.stderr));
}
