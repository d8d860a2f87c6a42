//! The contracts as data: for reflection, for checks and for calls composed at run time.

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

/// Every contract in one encoded `FileDescriptorSet`, with imports, comments and options.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/contracts.bin"));

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    // The bytes come from the compiler of this crate, so they decode; an empty pool would be
    // noticed at once by the checks at the start of every server.
    DescriptorPool::decode(DESCRIPTORS).unwrap_or_default()
});

/// Every contract, ready to be asked.
#[must_use]
pub fn pool() -> &'static DescriptorPool {
    &POOL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_options_survive_compilation() {
        let service = pool().get_service_by_name("rangkai.payments.v1.BillService").unwrap();
        let method = service.methods().find(|method| method.name() == "IssueBill").unwrap();
        let rules = pool().get_extension_by_name("rangkai.options.v1.method").unwrap();

        assert!(method.options().has_extension(&rules));
    }
}
