//! Reading the document as a whole: its header, what it uses, its tasks.

use super::attributes::Attributes;
use super::expressions::Scope;
use super::model::{Definition, Document};
use super::reader::{Fields, Names, Reader, Spot, child};
use super::secrets::Secrets;
use super::yaml::Node;
use std::collections::BTreeMap;

impl Reader<'_> {
    /// Reads the whole document; none if a part of it is missing or broken.
    pub fn definition(&mut self, root: &Node, text: &str, digest: [u8; 32]) -> Option<Definition> {
        let mut fields = self.fields(&Spot { node: root, pointer: String::new() })?;
        let document = self.need(&mut fields, "document");
        let document = document.and_then(|spot| self.header(&spot));
        if let Some(spot) = fields.take("use") {
            self.uses(&spot);
        }
        let input = fields.take("input");
        let input = self.input(input, Scope::WorkflowInput);
        let output = fields.take("output");
        let output = self.output(output, Scope::WorkflowOutput);
        let timeout = fields.take("timeout");
        let timeout = self.timeout(timeout, Scope::WorkflowInput);
        let schedule = fields.take("schedule");
        let schedule = schedule.and_then(|spot| self.schedule(&spot, document.as_ref()));
        self.evaluate(&mut fields);
        let tasks = self.need(&mut fields, "do").and_then(|spot| self.tasks(&spot, false));
        self.close(fields);
        if let Some(tasks) = &tasks {
            self.check_paths(tasks);
        }
        Some(Definition {
            document: document?,
            input,
            output,
            timeout,
            schedule,
            secrets: self.names.secrets.clone(),
            attributes: std::mem::take(&mut self.attributes),
            secret_values: Secrets::default(),
            tasks: tasks?,
            warnings: Vec::new(),
            text: text.into(),
            digest,
            lists: std::mem::take(&mut self.lists),
        })
    }

    fn evaluate(&mut self, fields: &mut Fields<'_>) {
        let Some(spot) = fields.take("evaluate") else { return };
        let Some(mut fields) = self.fields(&spot) else { return };
        for (key, only) in [("language", "jq"), ("mode", "strict")] {
            let Some(spot) = fields.take(key) else { continue };
            if self.text(&spot).is_some_and(|value| value != only) {
                let message = format!("the {key} of expressions is {only}");
                self.wrong(&spot, "feature.unsupported", message, &format!("write {only}"));
            }
        }
        self.close(fields);
    }

    fn header(&mut self, spot: &Spot<'_>) -> Option<Document> {
        let mut fields = self.fields(spot)?;
        let dsl = self.need(&mut fields, "dsl").and_then(|spot| self.dsl(&spot));
        let namespace = self.need(&mut fields, "namespace").and_then(|spot| self.label(&spot));
        let name = self.need(&mut fields, "name").and_then(|spot| self.label(&spot));
        let version = self.need(&mut fields, "version").and_then(|spot| self.version(&spot));
        let title = fields.take("title").and_then(|spot| self.text(&spot));
        let summary = fields.take("summary").and_then(|spot| self.text(&spot));
        let tags = fields.take("tags");
        let tags = self.object(tags);
        let metadata = fields.take("metadata");
        let metadata = self.document_metadata(metadata);
        self.close(fields);
        let (dsl, namespace, name, version) = (dsl?, namespace?, name?, version?);
        Some(Document { dsl, namespace, name, version, title, summary, tags, metadata })
    }

    fn dsl(&mut self, spot: &Spot<'_>) -> Option<String> {
        let version = self.version(spot)?;
        if !version.starts_with("1.0.") {
            let message = format!("version {version} of the language is not read");
            self.wrong(spot, "value.dsl", message, "write 1.0.3");
        }
        Some(version)
    }

    /// Reads a semantic version.
    pub fn version(&mut self, spot: &Spot<'_>) -> Option<String> {
        let version = self.text(spot)?;
        if !is_semantic(&version) {
            let message = format!("{version} is no semantic version");
            self.wrong(spot, "value.version", message, "write three numbers, as in 1.0.3");
            return None;
        }
        Some(version)
    }

    /// Reads the name of a workflow or a namespace.
    pub fn label(&mut self, spot: &Spot<'_>) -> Option<String> {
        let name = self.text(spot)?;
        let right = (1..=63).contains(&name.len())
            && !name.starts_with('-')
            && !name.ends_with('-')
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        if !right {
            let message = format!("{name} is no name of a workflow or namespace");
            let mend = "use at most 63 letters, digits and hyphens, no hyphen at an end";
            self.wrong(spot, "value.name", message, mend);
        }
        right.then_some(name)
    }

    fn uses(&mut self, spot: &Spot<'_>) {
        let Some(mut fields) = self.fields(spot) else { return };
        if let Some(items) = fields.take("secrets").and_then(|spot| self.items(&spot)) {
            let secrets: Vec<_> = items.iter().filter_map(|spot| self.text(spot)).collect();
            self.names.secrets = secrets;
            for spot in &items {
                self.warn_missing(spot);
            }
        }
        if let Some(spot) = fields.take("authentications") {
            self.names.authentications = self.named(&spot, Self::authentication);
        }
        if let Some(spot) = fields.take("errors") {
            self.names.errors = self.named(&spot, Self::problem);
        }
        if let Some(spot) = fields.take("timeouts") {
            let read =
                |this: &mut Self, spot: &Spot<'_>| this.timeout(Some(spot.clone()), Scope::Body);
            self.names.timeouts = self.named(&spot, read);
        }
        if let Some(spot) = fields.take("retries") {
            // They are used where an error was caught, by default under this name.
            self.variables.push("error".to_owned());
            self.names.retries = self.named(&spot, Self::retry);
            self.variables.pop();
        }
        if let Some(spot) = fields.take("functions") {
            self.names.functions = self.named(&spot, Self::named_function);
        }
        if let Some(spot) = fields.take("catalogs") {
            let message = "functions are taken from the catalogue of this engine only".to_owned();
            let mend = "call functions as in rangkai.payments.v1.BillService.IssueBill:1@default";
            self.wrong(&spot, "feature.refused", message, mend);
        }
        if let Some(spot) = fields.take("extensions") {
            let message = "use.extensions is not supported yet".to_owned();
            self.wrong(&spot, "feature.unsupported", message, "leave it out for now");
        }
        self.close(fields);
    }

    fn named<T>(
        &mut self,
        spot: &Spot<'_>,
        read: impl Fn(&mut Self, &Spot<'_>) -> Option<T>,
    ) -> BTreeMap<String, Option<T>> {
        let mut found = BTreeMap::new();
        for (key, node) in self.members(spot).unwrap_or_default() {
            let pointer = child(&spot.pointer, &key.name);
            let value = read(self, &Spot { node, pointer });
            found.insert(key.name.clone(), value);
        }
        found
    }
}

fn is_semantic(version: &str) -> bool {
    let (version, build) =
        version.split_once('+').map_or((version, None), |(version, build)| (version, Some(build)));
    let (core, pre) =
        version.split_once('-').map_or((version, None), |(core, pre)| (core, Some(pre)));
    let number = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|pre| {
            pre.split('.').all(|part| word(part) && (!numeric(part) || number(part)))
        })
        && build.is_none_or(|build| build.split('.').all(word))
}

impl<'a> Reader<'a> {
    /// Begins with nothing known but the functions.
    pub fn new(functions: &'a super::functions::Functions) -> Self {
        Self {
            functions,
            names: Names::default(),
            variables: Vec::new(),
            lists: BTreeMap::new(),
            attributes: Attributes::default(),
            findings: Vec::new(),
        }
    }
}
