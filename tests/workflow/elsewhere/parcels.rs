//! A land registry in Python, and a house that may call it.

use std::{collections::BTreeMap, path::PathBuf, process::Stdio};

use rangkai_outbound::Destination;
use rangkai_proto::workflow::v1::{DescriptorSet, ImportDescriptorSetRequest, ProtoFile};
use rangkai_testkit::{Kind, fresh, python};
use rangkai_workflow::{Config, HostConfig, SecretConfig};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};
use tonic::Status;

use crate::workflow::support::{Desk, House, Process, output};

/// A port on which nobody listens.
pub const NOBODY: u16 = 1;

/// The running registry.
pub struct Parcels {
    _serving: Child,
    pub grpc: u64,
    pub secure: u64,
    pub http: u64,
}

/// A house that may call it.
pub struct Land {
    pub parcels: Parcels,
    _house: House,
    pub desk: Desk,
    _process: Process,
    _folder: tempfile::TempDir,
}

impl Parcels {
    async fn open() -> anyhow::Result<Self> {
        let python = tokio::task::spawn_blocking(python).await?;
        let mut serving = Command::new(python)
            .arg(folder().join("parcels.py"))
            .arg(certificates())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let told = serving.stdout.take().unwrap();
        let told = BufReader::new(told).lines().next_line().await?.unwrap();
        let ports: Value = serde_json::from_str(&told)?;
        let port = |name: &str| ports[name].as_u64().unwrap();
        let (grpc, secure, http) = (port("grpc"), port("secure"), port("http"));
        Ok(Self { _serving: serving, grpc, secure, http })
    }
}

impl Land {
    pub async fn open(kind: Kind) -> anyhow::Result<Self> {
        Self::open_with(kind, |_, _| ()).await
    }

    pub async fn open_with(
        kind: Kind,
        change: impl FnOnce(&Parcels, &mut HostConfig),
    ) -> anyhow::Result<Self> {
        let (parcels, folder) = (Parcels::open().await?, tempfile::tempdir()?);
        let token = folder.path().join("token");
        std::fs::write(&token, "from-a-file\n")?;
        let configure = |config: &mut Config| {
            let mut host = HostConfig::at(format!("http://127.0.0.1:{}", parcels.grpc));
            host.agencies = vec!["korlantas".to_owned()];
            host.token_file = Some(token);
            host.metadata = BTreeMap::from([("x-office".to_owned(), "bogor".into())]);
            change(&parcels, &mut host);
            config.hosts.insert("parcels".to_owned(), host);
            config.outbound.allow.push(Destination {
                host: "127.0.0.1".to_owned(),
                ports: vec![u16::try_from(parcels.http).unwrap(), NOBODY],
                http: true,
                addresses: vec!["127.0.0.1".to_owned()],
            });
            let several = [("username", "land"), ("password", "s3cret"), ("token", "t0ken")];
            let several = several.map(|(name, value)| (name.to_owned(), value.into()));
            let secrets = [
                ("registry".to_owned(), SecretConfig::Several(several.into())),
                ("key".to_owned(), SecretConfig::One("k3y".into())),
            ];
            config.secrets.insert("korlantas".to_owned(), secrets.into());
        };
        let house = House::open_with(kind, configure).await?;
        let (desk, process) = (house.desk("korlantas")?, house.process().await?);
        Ok(Self { parcels, desk, _house: house, _process: process, _folder: folder })
    }

    /// A house that imported the contract of the registry.
    pub async fn with_contract(kind: Kind) -> anyhow::Result<Self> {
        let land = Self::open(kind).await?;
        import(&land.desk, contract("parcels")).await?;
        Ok(land)
    }

    /// What a workflow of these tasks gives.
    pub async fn run(&self, tasks: &str, input: &Value) -> anyhow::Result<Value> {
        let instance = self.desk.begin(tasks, input).await?;
        Ok(output(&self.desk.end(&instance).await?))
    }

    /// The error of this one task, as a workflow that catches it sees it.
    pub async fn error(&self, task: &str) -> anyhow::Result<Value> {
        let tasks = format!(
            "- t:\n    try: [c: {{{task}}}]\n    catch: {{do: [s: {{set: '${{ {{error: $error}} }}'}}]}}"
        );
        Ok(self.run(&tasks, &json!({})).await?["error"].clone())
    }

    /// The address of something over HTTP.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.parcels.http)
    }
}

/// The task that calls a method of the registry.
pub fn call(method: &str, arguments: &str) -> String {
    format!(
        "call: grpc, with: {{proto: {{endpoint: 'rangkai:descriptors/parcels'}}, \
         service: {{name: land.v1.ParcelService, host: parcels}}, method: {method}, \
         arguments: {arguments}}}"
    )
}

/// The contract of the registry, to be imported under a name.
pub fn contract(name: &str) -> ImportDescriptorSetRequest {
    let text = std::fs::read_to_string(folder().join("parcels.proto")).unwrap();
    let file = ProtoFile { name: "land/v1/parcels.proto".to_owned(), text };
    ImportDescriptorSetRequest {
        request_id: fresh(),
        name: name.to_owned(),
        proto_files: vec![file],
        ..ImportDescriptorSetRequest::default()
    }
}

/// Imports a set.
pub async fn import(
    desk: &Desk,
    request: ImportDescriptorSetRequest,
) -> Result<DescriptorSet, Status> {
    let answer = desk.descriptors.clone().import_descriptor_set(request).await?;
    Ok(answer.into_inner().descriptor_set.unwrap())
}

/// Certificates that protect nothing.
pub fn certificates() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/rpc/tests/rpc/tls")
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("python")
}
