//! What outlives this process for a moment, to clean up behind it.

use std::{
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
};

use anyhow::Context as _;

/// A child that waits for the end of this process and then runs a shell command.
///
/// The child reads a pipe whose other end only this process holds. The kernel closes that end when
/// the process ends, so the command runs after `SIGKILL` too.
#[derive(Debug)]
pub(crate) struct Watchdog {
    _child: Child,
}

impl Watchdog {
    /// Runs `command` when this process ends; it finds `arguments` as `$1`, `$2` and so on.
    pub(crate) fn run_at_the_end(command: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let child = Command::new("sh")
            .args(["-c", &format!("while read -r _; do :; done; {command}"), "sh"])
            .args(arguments)
            .current_dir("/")
            // A group of its own: an interrupt from the keyboard does not reach it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("no shell for cleaning up")?;
        Ok(Self { _child: child })
    }
}
