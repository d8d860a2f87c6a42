//! What payment channels read from the surroundings of the block.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rangkai_config::Secret;
use rangkai_primitives::{Agency, Currency, Money};
use rangkai_webhooks::{SecretError, Signer};
use serde::{Deserialize, Serialize};

use crate::domain::Channel;

/// The channels beside plain bank remittances.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelsConfig {
    /// How long a QR code for one bill can be paid.
    pub qr_valid_s: u64,
    /// The largest payments by QR code, each from a day on.
    pub qr_limits: Vec<Limit>,
    /// When providers are asked about payments that they said nothing of.
    pub inquiry: InquiryConfig,
    /// The providers of QR codes, by the name in the path of their callbacks.
    pub qris: BTreeMap<String, QrisConfig>,
    /// The banks of virtual accounts, by the name in the path of their callbacks.
    pub virtual_accounts: BTreeMap<String, VirtualAccountConfig>,
}

/// The largest payment by QR code from a day on.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The first day.
    pub from: NaiveDate,
    /// The amount in whole rupiah.
    pub rupiahs: i64,
    /// The rule that says so.
    pub source: String,
}

/// When providers are asked about payments that they said nothing of.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InquiryConfig {
    /// How long to wait after a look that found nothing.
    pub interval_ms: u64,
    /// How many payments one look takes on.
    pub batch: u64,
    /// How long a provider may take to answer; then it gave none.
    pub timeout_ms: u64,
}

/// A provider of QR codes (the acquirer).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct QrisConfig {
    /// The bank that gets the money, by its three-digit code.
    pub bank_code: String,
    /// What its callbacks are signed with: `whsec_…` as Standard Webhooks writes it.
    pub secret: Secret,
    /// How it is asked what became of a payment.
    pub inquiry: Inquiry,
    /// How the acquirer names itself in a code, such as `ID.CO.BRI.WWW`.
    pub acquirer: String,
    /// The agencies that it serves, and how the national repository of merchants knows them.
    pub merchants: BTreeMap<String, Merchant>,
}

/// An agency as a merchant of QR codes. Only letters, digits and spaces: telephones show it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Merchant {
    /// The identifier in the national repository (NMID).
    pub national_id: String,
    /// Its account with the acquirer (merchant PAN, 9360 and the acquirer's number first).
    pub account: String,
    /// Its size as the standard groups it: UMI, UKE, UME, UBE or URE.
    pub criteria: String,
    /// Its business as ISO 18245 numbers it; 9399 is government services.
    pub category: String,
    /// At most 25 signs.
    pub name: String,
    /// At most 15 signs.
    pub city: String,
    /// Five digits.
    pub postal_code: String,
}

/// A bank of virtual accounts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VirtualAccountConfig {
    /// The bank, by its three-digit code.
    pub bank_code: String,
    /// The digits that the bank gave the platform: every number begins with them.
    pub prefix: String,
    /// What its callbacks are signed with: `whsec_…` as Standard Webhooks writes it.
    pub secret: Secret,
    /// How it is asked what became of a payment.
    pub inquiry: Inquiry,
}

/// How a provider is asked what became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Inquiry {
    /// It cannot be asked: a person looks into what it said nothing of.
    None,
    /// A provider that is played here, for trying the block out.
    Sandbox,
}

/// The channels, ready for use.
#[derive(Clone, Debug)]
pub struct Channels {
    config: ChannelsConfig,
    providers: BTreeMap<String, Provider>,
}

/// Whoever takes payments by one channel.
#[derive(Clone, Debug)]
pub struct Provider {
    pub name: String,
    pub channel: Channel,
    pub bank_code: String,
    pub inquiry: Inquiry,
    pub signer: Signer,
}

/// Why the channels cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the secret of {0}: {1}")]
    Secret(String, SecretError),
    #[error("two providers are called {0}")]
    Twice(String),
    #[error("{0} must be {1}")]
    Setting(String, &'static str),
}

impl Channels {
    /// Checks the settings, so that no payment is the first to find one wrong.
    ///
    /// # Errors
    ///
    /// [`OpenError`] names the setting.
    pub fn open(config: ChannelsConfig) -> Result<Self, OpenError> {
        let mut providers = BTreeMap::new();
        let qris = config
            .qris
            .iter()
            .map(|(name, it)| (name, Channel::Qris, &it.bank_code, &it.secret, it.inquiry));
        let accounts = config.virtual_accounts.iter().map(|(name, it)| {
            (name, Channel::VirtualAccount, &it.bank_code, &it.secret, it.inquiry)
        });
        for (name, channel, bank_code, secret, inquiry) in qris.chain(accounts) {
            must(&format!("{name}.bank_code"), bank_code, "three digits", |text| {
                digits(text, 3..=3)
            })?;
            let signer = Signer::new(secret.reveal());
            let signer = signer.map_err(|error| OpenError::Secret(name.clone(), error))?;
            let (name, bank_code) = (name.clone(), bank_code.clone());
            let provider = Provider { name: name.clone(), channel, bank_code, inquiry, signer };
            if providers.insert(name.clone(), provider).is_some() {
                return Err(OpenError::Twice(name));
            }
        }
        for (name, it) in &config.virtual_accounts {
            must(&format!("{name}.prefix"), &it.prefix, "4 to 8 digits", |text| {
                digits(text, 4..=8)
            })?;
        }
        for (name, it) in &config.qris {
            must(&format!("{name}.acquirer"), &it.acquirer, "1 to 32 signs", |text| {
                signs(text, 32)
            })?;
            for (agency, merchant) in &it.merchants {
                merchant.check(&format!("{name}.merchants.{agency}"))?;
            }
        }
        Ok(Self { config, providers })
    }

    /// The settings.
    pub const fn config(&self) -> &ChannelsConfig {
        &self.config
    }

    /// A provider by its name.
    pub fn provider(&self, name: &str) -> Option<&Provider> {
        self.providers.get(name)
    }

    /// The names of all providers.
    pub fn names(&self) -> Vec<String> {
        self.providers.keys().cloned().collect()
    }

    /// The names of the providers whose money a bank takes.
    pub fn at_bank(&self, bank_code: &str) -> Vec<&str> {
        let there = self.providers.values().filter(|provider| provider.bank_code == bank_code);
        there.map(|provider| provider.name.as_str()).collect()
    }

    /// The provider of QR codes for an agency, how it names itself, and the merchant that the
    /// agency is with it.
    pub fn qris(&self, agency: &Agency) -> Option<(&Provider, &str, &Merchant)> {
        self.config.qris.iter().find_map(|(name, it)| {
            let merchant = it.merchants.get(agency.as_str())?;
            Some((self.provider(name)?, it.acquirer.as_str(), merchant))
        })
    }

    /// The provider of virtual accounts at a bank, and what its numbers begin with.
    pub fn virtual_account(&self, bank_code: &str) -> Option<(&Provider, &str)> {
        let found = self.config.virtual_accounts.iter().find(|(_, it)| it.bank_code == bank_code);
        found.and_then(|(name, it)| Some((self.provider(name)?, it.prefix.as_str())))
    }

    /// The largest payment by QR code on a day; none where no rule is known.
    pub fn qr_limit(&self, day: NaiveDate) -> Option<Money> {
        let known = self.config.qr_limits.iter().filter(|limit| limit.from <= day);
        let limit = known.max_by_key(|limit| limit.from)?;
        Money::whole(Currency::IDR, limit.rupiahs).ok()
    }
}

impl Merchant {
    fn check(&self, name: &str) -> Result<(), OpenError> {
        let setting = |key: &str| format!("{name}.{key}");
        must(&setting("national_id"), &self.national_id, "1 to 15 signs", |it| signs(it, 15))?;
        must(&setting("account"), &self.account, "16 to 19 digits", |it| digits(it, 16..=19))?;
        must(&setting("criteria"), &self.criteria, "UMI, UKE, UME, UBE or URE", |it| {
            ["UMI", "UKE", "UME", "UBE", "URE"].contains(&it)
        })?;
        must(&setting("category"), &self.category, "four digits", |it| digits(it, 4..=4))?;
        must(&setting("name"), &self.name, "1 to 25 signs", |it| signs(it, 25))?;
        must(&setting("city"), &self.city, "1 to 15 signs", |it| signs(it, 15))?;
        must(&setting("postal_code"), &self.postal_code, "five digits", |it| digits(it, 5..=5))
    }
}

fn must(
    name: &str,
    text: &str,
    what: &'static str,
    is: impl Fn(&str) -> bool,
) -> Result<(), OpenError> {
    if is(text) { Ok(()) } else { Err(OpenError::Setting(name.to_owned(), what)) }
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn signs(text: &str, most: usize) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    (1..=most).contains(&text.len()) && text.bytes().all(plain)
}
