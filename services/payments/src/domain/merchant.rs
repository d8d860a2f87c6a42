//! Those who take vouchers, and what they are owed and paid.

use rangkai_primitives::{Currency, Id, Money, Sensitive, Timestamp};

use super::{BankReference, SerialNumber, Voucher, VoucherNumber, VoucherRefusal};

/// Somebody who takes vouchers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    pub id: Id<Merchant>,
    /// Often that of a person.
    pub name: Sensitive<String>,
    /// The codes of the pools whose vouchers it takes, in their order.
    pub groups: Vec<String>,
    /// What it redeemed and was not yet paid, by currency.
    pub owed: Vec<Money>,
    pub create_time: Timestamp,
}

/// What an agency says to register a merchant; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewMerchant {
    pub identity: MerchantIdentity,
    pub groups: Vec<String>,
}

/// What tells a merchant from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantIdentity {
    pub name: Sensitive<String>,
    /// Where it is paid, as the paying bank writes it.
    pub bank_details: Sensitive<String>,
}

/// Money of a voucher that a merchant is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redemption {
    pub id: Id<Redemption>,
    pub voucher: Id<Voucher>,
    pub serial: SerialNumber,
    pub merchant: Id<Merchant>,
    pub amount: Money,
    /// What was left of the voucher afterwards.
    pub remaining: Money,
    pub create_time: Timestamp,
}

/// What a merchant says to redeem a voucher; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewRedemption {
    pub number: VoucherNumber,
    pub pin: Option<Sensitive<String>>,
    pub merchant: Id<Merchant>,
    /// None means all that is left.
    pub amount: Option<Money>,
}

/// What a merchant says to redeem all of a voucher, where it is known by its name and bank details.
#[derive(Clone, Debug)]
pub struct NamedRedemption {
    pub number: VoucherNumber,
    pub merchant: MerchantIdentity,
    /// The group that the merchant says it belongs to.
    pub group: String,
}

/// Money that a merchant was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantSettlement {
    pub id: Id<MerchantSettlement>,
    pub merchant: Id<Merchant>,
    pub amount: Money,
    pub reference: BankReference,
    pub create_time: Timestamp,
}

impl Merchant {
    /// What it is owed in a currency.
    pub fn owed_in(&self, currency: Currency) -> Money {
        let owed = self.owed.iter().find(|owed| owed.currency() == currency);
        owed.copied().unwrap_or(Money::new(currency, 0))
    }

    /// Says no to a voucher of a group that the merchant does not belong to.
    pub fn expect_group(&self, group: &str) -> Result<(), VoucherRefusal> {
        if self.groups.iter().any(|own| own == group) {
            Ok(())
        } else {
            Err(VoucherRefusal::NotInGroup(group.to_owned()))
        }
    }
}

impl MerchantIdentity {
    /// What is hashed to find the merchant again; two fields cannot be mistaken for one another.
    pub fn bytes(&self) -> Vec<u8> {
        let name = self.name.reveal();
        format!("{}:{name}{}", name.len(), self.bank_details.reveal()).into_bytes()
    }
}
