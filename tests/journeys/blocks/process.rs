//! One program as a process.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use super::build::PROGRAMS;

/// How much of a log to show when something went wrong.
const SHOWN_LINES: usize = 30;

/// A program, running or killed. It ends with its test.
#[derive(Debug)]
pub(crate) struct Process {
    block: &'static str,
    environment: Vec<(String, String)>,
    folder: PathBuf,
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Process {
    /// Starts the program of `block`, told everything by `environment`; its log goes to a file in
    /// `folder`.
    pub(crate) fn start(
        block: &'static str,
        environment: Vec<(String, String)>,
        address: SocketAddr,
        folder: &Path,
    ) -> Self {
        let child = spawn(block, &environment, address, folder);
        Self { block, environment, folder: folder.to_owned(), address, child }
    }

    /// Kills the process on the spot (SIGKILL), if it has not ended by itself.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a process of ours can be killed");
        self.child.wait().expect("a killed process ends");
    }

    /// Starts the program again where it was.
    pub(crate) fn start_again(&mut self) {
        self.child = spawn(self.block, &self.environment, self.address, &self.folder);
    }

    /// Asks the process to stop (SIGTERM), and waits until it has.
    pub(super) fn stop(&mut self) -> ExitStatus {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|asked| asked.success()), "a process of ours takes signals");
        self.child.wait().expect("a stopped process ends")
    }

    /// Fails with the end of the log when the process is gone.
    pub(super) fn expect_running(&mut self) {
        if let Some(ended) = self.child.try_wait().expect("a process of ours has a state") {
            panic!("{} ended: {ended}\n{}", self.block, self.last_words());
        }
    }

    /// Everything that the process has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(log_file(&self.folder, self.address)).unwrap_or_default()
    }

    pub(crate) fn last_words(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        let shown = lines.len().saturating_sub(SHOWN_LINES);
        format!("── the log of {} ──\n{}", self.block, lines[shown..].join("\n"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Of a process that has ended already, nothing is left to be done.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_file(folder: &Path, address: SocketAddr) -> PathBuf {
    folder.join(format!("{}.log", address.port()))
}

fn spawn(
    block: &str,
    environment: &[(String, String)],
    address: SocketAddr,
    folder: &Path,
) -> Child {
    let log = File::options().create(true).append(true).open(log_file(folder, address));
    let program = PROGRAMS.join(format!("rangkai-{block}"));
    Command::new(&program)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log.expect("a log can be written"))
        .spawn()
        .unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display()))
}
