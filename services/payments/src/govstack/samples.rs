//! The sample data that the contract publishes, from a configured file.

use std::{fs, path::Path};

use anyhow::Context as _;
use rangkai_primitives::{Currency, Money, Sensitive};
use serde::Deserialize;

use crate::domain::{
    MerchantIdentity, NewMerchant, SamplePool, SampleVoucher, Samples, SerialNumber, VoucherNumber,
};

/// What the file holds, read and checked.
#[derive(Debug, Default)]
pub struct Read {
    /// The building blocks that may ask.
    pub blocks: Vec<String>,
    /// What is loaded into the database.
    pub data: Samples,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    blocks: Vec<String>,
    #[serde(default)]
    pools: Vec<Pool>,
    #[serde(default)]
    merchants: Vec<Merchant>,
    #[serde(default)]
    vouchers: Vec<Voucher>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pool {
    group: String,
    currency: String,
    /// Whole units.
    funds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merchant {
    name: String,
    bank_details: String,
    groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Voucher {
    serial: String,
    number: String,
    group: String,
    /// Whole units.
    amount: i64,
    /// As in the books: preactivated, activated, suspended, blocked, redeemed, cancelled, expired
    /// or purged.
    state: String,
}

/// Reads the file, if there is one.
pub fn read(file: Option<&Path>) -> anyhow::Result<Read> {
    let Some(file) = file else { return Ok(Read::default()) };
    let text = fs::read_to_string(file)
        .with_context(|| format!("the samples {} cannot be read", file.display()))?;
    let found: File = toml::from_str(&text)
        .with_context(|| format!("the samples {} cannot be understood", file.display()))?;
    let data = Samples {
        pools: found.pools.into_iter().map(pool).collect::<Result<_, _>>()?,
        merchants: found.merchants.into_iter().map(merchant).collect(),
        vouchers: found.vouchers.into_iter().map(voucher).collect::<Result<_, _>>()?,
    };
    Ok(Read { blocks: found.blocks, data })
}

fn pool(pool: Pool) -> anyhow::Result<SamplePool> {
    let currency: Currency = pool.currency.parse()?;
    Ok(SamplePool { funds: Money::whole(currency, pool.funds)?, code: pool.group })
}

fn merchant(merchant: Merchant) -> NewMerchant {
    let identity = MerchantIdentity {
        name: Sensitive::new(merchant.name),
        bank_details: Sensitive::new(merchant.bank_details),
    };
    NewMerchant { identity, groups: merchant.groups }
}

fn voucher(voucher: Voucher) -> anyhow::Result<SampleVoucher> {
    let state = voucher.state.parse().map_err(anyhow::Error::msg)?;
    Ok(SampleVoucher {
        serial: SerialNumber::given(&voucher.serial)?,
        number: VoucherNumber::given(&voucher.number)?,
        group: voucher.group,
        units: voucher.amount,
        state,
    })
}
