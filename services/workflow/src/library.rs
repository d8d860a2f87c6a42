//! The definitions at hand: read once, run often.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use rangkai_primitives::Agency;
use uuid::Uuid;

use crate::{
    config::{Config, HostConfig, SecretConfig},
    domain::{
        definition::{Around, Definition, Described, Finding, Functions, Secrets, check},
        descriptor_set::DescriptorSet,
    },
    error::Error,
};

/// The most definitions kept ready; beyond that, it begins anew.
const MOST: usize = 500;

/// The functions that definitions may call, what the operator configured for them, and the
/// definitions read lately.
#[derive(Clone, Debug)]
pub struct Library {
    functions: Arc<Functions>,
    hosts: Arc<BTreeMap<String, HostConfig>>,
    secrets: Arc<BTreeMap<String, BTreeMap<String, SecretConfig>>>,
    read: Arc<Mutex<HashMap<Uuid, Arc<Definition>>>>,
}

impl Library {
    /// An empty library over these functions.
    pub fn new(functions: Functions, config: &Config) -> Self {
        Self {
            functions: Arc::new(functions),
            hosts: Arc::new(config.hosts.clone()),
            secrets: Arc::new(config.secrets.clone()),
            read: Arc::default(),
        }
    }

    /// Reads a document that may be wrong. It is judged by what is configured for its agency too.
    ///
    /// # Errors
    ///
    /// Every finding at once.
    pub async fn check(
        &self,
        document: String,
        agency: &Agency,
        sets: Vec<DescriptorSet>,
    ) -> Result<Definition, Vec<Finding>> {
        let hosts = self.hosts.iter().filter(|(_, host)| host.serves(agency));
        let hosts = Some(hosts.map(|(name, _)| name.clone()).collect());
        let secrets = self.secrets.get(agency.as_str());
        let secrets = Some(secrets.into_iter().flatten().map(|(name, _)| name.clone()).collect());
        self.check_among(document, sets, Around { hosts, secrets, ..Around::default() }).await
    }

    /// The definition kept under `id`, if it was read lately.
    pub fn find(&self, id: Uuid) -> Option<Arc<Definition>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Reads a published document and keeps it ready. What is configured today is no reason to
    /// refuse it: a host that is gone is an error of the call.
    ///
    /// # Errors
    ///
    /// When it is no longer a definition.
    pub async fn read(
        &self,
        id: Uuid,
        document: String,
        (agency, sets): (Agency, Vec<DescriptorSet>),
    ) -> Result<Arc<Definition>, Error> {
        let definition =
            self.check_among(document, sets, Around { published: true, ..Around::default() }).await;
        let mut definition = definition.map_err(|_| Error::Unreadable(id))?;
        definition.secret_values = self.secrets_of(&agency, &definition.secrets);
        let definition = Arc::new(definition);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= MOST {
            read.clear();
        }
        read.insert(id, Arc::clone(&definition));
        Ok(definition)
    }

    async fn check_among(
        &self,
        document: String,
        sets: Vec<DescriptorSet>,
        around: Around,
    ) -> Result<Definition, Vec<Finding>> {
        let functions = Arc::clone(&self.functions);
        let checked = tokio::task::spawn_blocking(move || {
            // What was read when it was imported can be read again.
            let read = |set: DescriptorSet| Described::read(set.kind, &set.content).ok();
            let named = sets.into_iter().filter_map(|set| Some((set.name.clone(), read(set)?)));
            let around = Around { described: named.collect(), ..around };
            check(&document, &functions.among(around))
        });
        checked.await.unwrap_or_else(|_| Err(Vec::new()))
    }

    /// The secrets that a definition declares, as far as there are some.
    fn secrets_of(&self, agency: &Agency, declared: &[String]) -> Secrets {
        let known = self.secrets.get(agency.as_str()).into_iter().flatten();
        let known = known.filter(|(name, _)| declared.contains(name));
        Secrets::new(known.map(|(name, secret)| (name.clone(), secret.reveal())).collect())
    }
}
