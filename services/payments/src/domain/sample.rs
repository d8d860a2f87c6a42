//! Sample data for conformance tests, loaded from a file.

use rangkai_primitives::Money;

use super::{NewMerchant, SerialNumber, VoucherNumber, VoucherState};

/// What is loaded, in this order.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    pub pools: Vec<SamplePool>,
    pub merchants: Vec<NewMerchant>,
    pub vouchers: Vec<SampleVoucher>,
}

/// A pool and what is in it, which may be nothing.
#[derive(Clone, Debug)]
pub struct SamplePool {
    pub code: String,
    pub funds: Money,
}

/// A voucher with numbers that somebody made up.
#[derive(Clone, Debug)]
pub struct SampleVoucher {
    pub serial: SerialNumber,
    pub number: VoucherNumber,
    pub group: String,
    /// Whole units of the currency of its pool.
    pub units: i64,
    pub state: VoucherState,
}
