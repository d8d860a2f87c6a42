//! The functions of the default catalogue: every RPC of the descriptors.

use super::described::Around;
use prost_reflect::{DescriptorPool, FieldDescriptor, MethodDescriptor, Value};
use std::sync::Arc;

/// The catalogue that every definition may call, and the events it may wait for.
#[derive(Clone, Debug)]
pub struct Functions {
    pool: DescriptorPool,
    around: Arc<Around>,
}

impl Functions {
    /// Takes every method and event of the descriptors.
    #[must_use]
    pub fn new(pool: DescriptorPool) -> Self {
        Self { pool, around: Arc::default() }
    }

    /// The same for a document that is surrounded by this.
    #[must_use]
    pub fn among(&self, around: Around) -> Self {
        Self { pool: self.pool.clone(), around: Arc::new(around) }
    }

    /// What surrounds the document.
    #[must_use]
    pub fn around(&self) -> Arc<Around> {
        Arc::clone(&self.around)
    }

    /// Whether the document was judged before, when it was published.
    pub(super) fn trusts(&self) -> bool {
        self.around.published
    }

    /// Finds a method by its full name, as in `rangkai.payments.v1.BillService.IssueBill`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<MethodDescriptor> {
        let (service, method) = name.rsplit_once('.')?;
        let service = self.pool.get_service_by_name(service)?;
        service.methods().find(|found| found.name() == method)
    }

    /// The full names of all methods.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.pool.services().flat_map(|service| {
            let methods: Vec<_> =
                service.methods().map(|method| method.full_name().to_owned()).collect();
            methods
        })
    }

    /// The types of all events: the messages of every `event.proto` and `<thing>_event.proto`.
    pub fn events(&self) -> impl Iterator<Item = String> + '_ {
        let tells = |name: &str| name.ends_with("/event.proto") || name.ends_with("_event.proto");
        let files = self.pool.files().filter(move |file| tells(file.name()));
        files.flat_map(|file| {
            let messages: Vec<_> =
                file.messages().map(|message| message.full_name().to_owned()).collect();
            messages
        })
    }

    /// Whether the contract requires a field to be set.
    pub(super) fn requires(field: &FieldDescriptor) -> bool {
        // A contract from elsewhere knows this option only if it brings it along.
        let pool = field.parent_pool();
        let Some(rules) = pool.get_extension_by_name("rangkai.options.v1.field") else {
            return false;
        };
        let options = field.options();
        let rules = options.get_extension(&rules);
        let rule = |name| rules.as_message().and_then(|rules| rules.get_field_by_name(name));
        rule("required").is_some_and(|value| matches!(*value, Value::Bool(true)))
            || rule("min_items").is_some_and(|value| matches!(*value, Value::U32(1..)))
    }
}
