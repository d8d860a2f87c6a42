//! The secrets of a platform on one machine: made once, kept in its folder.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, bail};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rangkai_config::Secret;
use serde::Deserialize;

const FILE: &str = "secrets.toml";

/// What must be known to open the data of a platform and to call it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// The master key of the vaults: 32 bytes in base64.
    pub vault_key: Secret,
    /// The secret of the client `admin`.
    pub admin: Secret,
    /// The secret of the client `workflow`, by which the engine calls the other blocks.
    pub workflow: Secret,
    /// The secret of the client `messaging`, by which webhooks follow the facts of other blocks.
    #[serde(default)]
    pub messaging: Secret,
}

impl Secrets {
    /// Reads the secrets of `folder`.
    ///
    /// # Errors
    ///
    /// When there are none, or they cannot be read.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(FILE);
        let text = fs::read_to_string(&file).with_context(|| {
            format!("{} cannot be read; is `rangkai up` running with this folder?", file.display())
        })?;
        toml::from_str(&text)
            .with_context(|| format!("{} is not as it was written", file.display()))
    }

    /// Reads the secrets of `folder`, or makes them where there are none yet.
    ///
    /// # Errors
    ///
    /// When they cannot be read or written.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(FILE);
        if !file.exists() && folder.join("identity.db").exists() {
            bail!(
                "{} is gone, and nothing else opens the data beside it: restore it, or start with \
                 another folder",
                file.display()
            );
        }
        // Only the owner can read it, from its first moment on.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file) {
            Ok(mut new) => {
                let [vault_key, admin, workflow, messaging] =
                    [fresh()?, fresh()?, fresh()?, fresh()?];
                write!(
                    new,
                    "# Whoever reads this file can read and change everything.\nvault_key = \"{vault_key}\"\nadmin = \"{admin}\"\nworkflow = \"{workflow}\"\nmessaging = \"{messaging}\"\n"
                )?;
                new.sync_all()?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be written", file.display()));
            }
        }
        let secrets = Self::read(folder)?;
        if !secrets.messaging.is_empty() {
            return Ok(secrets);
        }
        // A folder of an earlier release, in which messaging called nobody.
        let mut old = OpenOptions::new().append(true).open(&file)?;
        writeln!(old, "messaging = \"{}\"", fresh()?)?;
        old.sync_all()?;
        Self::read(folder)
    }
}

fn fresh() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the machine has no randomness"))?;
    Ok(STANDARD.encode(bytes))
}
