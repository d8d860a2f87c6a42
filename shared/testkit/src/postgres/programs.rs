//! A server started from the installed programs.

use std::{
    fs,
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};

use super::{HOW_TO, MAX_CONNECTIONS, Server, watchdog::Watchdog};

/// Where Debian keeps one folder of programs for each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Somebody else may take a free port before the server does.
const ATTEMPTS: u32 = 3;

/// Makes a cluster in a temporary folder and starts it, never as root.
pub(super) fn start() -> anyhow::Result<Server> {
    let cluster = Cluster::start()?;
    Ok(Server::at(&cluster.url(), Some(cluster.watchdog)))
}

/// A running server of our own; its folder goes with its watchdog.
#[derive(Debug)]
pub(super) struct Cluster {
    programs: Programs,
    folder: String,
    port: u16,
    watchdog: Watchdog,
}

impl Cluster {
    /// Makes a cluster in a temporary folder and starts it, never as root.
    pub(super) fn start() -> anyhow::Result<Self> {
        let mut cluster = Self::new()?;
        for attempt in 1.. {
            cluster.port = free_port()?;
            match cluster.start_again() {
                Ok(()) => return Ok(cluster),
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => {}
            }
        }
        bail!("PostgreSQL was not started; {HOW_TO}")
    }

    fn new() -> anyhow::Result<Self> {
        let programs = Programs::find()?;
        let folder = programs.run("mktemp", &["-d", "-t", "rangkai-postgres-XXXXXXXXXX"])?;
        let folder = folder.trim().to_owned();
        let control = programs.path("pg_ctl");
        let watchdog = Watchdog::run_at_the_end(
            // The last word is the command line of whoever may signal the server and own the folder.
            r#"folder=$1; control=$2; shift 2
            "$@" "$control" stop -D "$folder/data" -m immediate -w
            rm -rf "$folder""#,
            &[&[folder.as_str(), control.as_str()], programs.user_words().as_slice()].concat(),
        )?;
        let cluster = Self { programs, folder, port: 0, watchdog };
        let data = cluster.data();
        let initialise = [
            "-D",
            &data,
            "-U",
            "postgres",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "--wal-segsize=4",
        ];
        cluster.programs.run(&cluster.programs.path("initdb"), &initialise)?;
        Ok(cluster)
    }

    /// Starts the server where it was, and waits until it takes connections.
    pub(super) fn start_again(&self) -> anyhow::Result<()> {
        let Self { folder, port, .. } = self;
        let settings = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} \
             -c max_connections={MAX_CONNECTIONS} -c shared_buffers=64MB -c max_wal_size=256MB \
             -c log_min_messages=fatal"
        );
        let (data, log) = (self.data(), format!("{folder}/log"));
        let start = ["start", "-D", &data, "-l", &log, "-w", "-t", "60", "-o", &settings];
        let started = self.programs.run(&self.programs.path("pg_ctl"), &start);
        started.map(drop).map_err(|error| {
            let log = fs::read_to_string(log).unwrap_or_default();
            error.context(log).context(HOW_TO)
        })
    }

    /// Ends the server on the spot: it keeps what was committed and tells nobody goodbye.
    pub(super) fn kill(&self) -> anyhow::Result<()> {
        let kill = ["stop", "-D", &self.data(), "-m", "immediate", "-w"];
        self.programs.run(&self.programs.path("pg_ctl"), &kill).map(drop)
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    fn data(&self) -> String {
        format!("{}/data", self.folder)
    }
}

/// The programs of one version, and who runs them.
#[derive(Debug)]
struct Programs {
    folder: PathBuf,
    /// Words before each command that make root somebody else; empty for everybody else.
    user: Vec<String>,
}

impl Programs {
    fn find() -> anyhow::Result<Self> {
        let mut folders: Vec<PathBuf> = fs::read_dir(VERSIONS)
            .into_iter()
            .flatten()
            .filter_map(|version| Some(version.ok()?.path().join("bin")))
            .collect();
        folders.sort();
        folders.reverse();
        let path = std::env::var_os("PATH").unwrap_or_default();
        folders.extend(std::env::split_paths(&path));
        let complete = |folder: &PathBuf| {
            ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).is_file())
        };
        let folder = folders.into_iter().find(complete).context(HOW_TO)?;
        Ok(Self { folder, user: other_than_root()? })
    }

    fn path(&self, program: &str) -> String {
        self.folder.join(program).display().to_string()
    }

    fn user_words(&self) -> Vec<&str> {
        self.user.iter().map(String::as_str).collect()
    }

    /// Runs a program to its end and returns what it said.
    fn run(&self, program: &str, arguments: &[&str]) -> anyhow::Result<String> {
        let words = [self.user_words().as_slice(), &[program], arguments].concat();
        let (first, rest) = words.split_first().context("nothing to run")?;
        // The other user may not enter the folder that root works in.
        run(Command::new(first).args(rest).current_dir("/"))
            .with_context(|| format!("`{program}` failed"))
    }
}

/// PostgreSQL refuses to run as root: words that start a program as somebody else.
fn other_than_root() -> anyhow::Result<Vec<String>> {
    if run(Command::new("id").arg("-u"))?.trim() != "0" {
        return Ok(Vec::new());
    }
    for user in ["postgres", "nobody"] {
        let setpriv = [
            "setpriv".to_owned(),
            format!("--reuid={user}"),
            format!("--regid={}", group(user).unwrap_or_default()),
            "--clear-groups".to_owned(),
            "--".to_owned(),
        ];
        let runuser = ["runuser", "-u", user, "--"].map(str::to_owned);
        for words in [setpriv.to_vec(), runuser.to_vec()] {
            let works = Command::new(&words[0]).args(&words[1..]).arg("true").output();
            if works.is_ok_and(|done| done.status.success()) {
                return Ok(words);
            }
        }
    }
    bail!("PostgreSQL does not run as root, and no other user was found; {HOW_TO}")
}

fn group(user: &str) -> anyhow::Result<String> {
    Ok(run(Command::new("id").args(["-g", user]))?.trim().to_owned())
}

fn run(command: &mut Command) -> anyhow::Result<String> {
    let done = command.stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{}: {}", done.status, said.trim());
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
