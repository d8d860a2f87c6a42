//! The payments service as a process of its own.

use std::{
    env,
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::Context as _;
use rangkai_testkit::{AUDIENCE, ISSUER, Keys, TestDatabase};
use tempfile::TempDir;

/// How much of the log to show when something went wrong.
const SHOWN_LINES: usize = 20;

/// A running service; it ends with this.
pub(super) struct Service {
    address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Service {
    /// Starts the service on `database`.
    pub(super) fn start(
        database: &TestDatabase,
        keys: &Keys,
        connections: u32,
    ) -> anyhow::Result<Self> {
        let program = program()?;
        let folder = tempfile::Builder::new().prefix("rangkai-bench-").tempdir()?;
        let jwks = folder.path().join("jwks.json");
        fs::write(&jwks, keys.jwks())?;
        // Whoever binds it next is the service; nobody else here asks for a port meanwhile.
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let settings = [
            ("SERVER__LISTEN", address.to_string()),
            ("DATABASE__URL", database.config.url.reveal().to_owned()),
            ("DATABASE__KEY", database.config.key.reveal().to_owned()),
            ("DATABASE__MAX_CONNECTIONS", connections.to_string()),
            ("AUTH__ISSUER", ISSUER.to_owned()),
            ("AUTH__AUDIENCE", AUDIENCE.to_owned()),
            ("AUTH__JWKS_FILE", jwks.display().to_string()),
            // A bank that takes whatever it is given: the service is measured, not its throttle.
            ("RAILS__KIND", "sandbox".to_owned()),
            ("RAILS__ORDERS_PER_SECOND", "1000000".to_owned()),
            ("RAILS__BATCH", "5000".to_owned()),
            ("RAILS__INTERVAL_MS", "100".to_owned()),
            ("ENVELOPES__INTERVAL_MS", "20".to_owned()),
        ];
        let settings = settings.map(|(name, value)| (format!("PAYMENTS__{name}"), value));
        let child = Command::new(&program)
            .env_clear()
            .envs(settings)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("log"))?)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        Ok(Self { address, child, folder })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Fails once the process has ended.
    pub(super) fn expect_running(&mut self) -> anyhow::Result<()> {
        let ended = self.child.try_wait()?;
        let words = self.last_words();
        ended.map_or(Ok(()), |ended| Err(anyhow::anyhow!("the service ended: {ended}\n{words}")))
    }

    /// The most memory that the process ever held.
    pub(super) fn peak_megabytes(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.context("the system tells no peak")?.trim().trim_end_matches(" kB");
        Ok(peak.parse::<f64>()? / 1_024.0)
    }

    pub(super) fn last_words(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Of a process that has ended already, nothing is left to be done.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program that `RANGKAI_PAYMENTS` names; else one built as this benchmark was. Cargo keeps a
/// benchmark in a folder beside it, as in `target/release/deps`.
fn program() -> anyhow::Result<PathBuf> {
    if let Some(named) = env::var_os("RANGKAI_PAYMENTS") {
        return Ok(named.into());
    }
    let bench = env::current_exe()?;
    let programs = bench.ancestors().nth(2).context("cargo keeps benchmarks two folders deep")?;
    let target = programs.parent().context("a profile lies in the target folder")?;
    // Together with the benchmark, so that all it is made of is what was built for that.
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--workspace", "--bench", "payments"])
        .args(["--bin", "rangkai-payments", "--target-dir"])
        .arg(target)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()?;
    let said = String::from_utf8_lossy(&built.stderr);
    anyhow::ensure!(built.status.success(), "the service cannot be built:\n{said}");
    Ok(programs.join("rangkai-payments"))
}
