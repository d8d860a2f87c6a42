//! The money of a whole case.

use std::str::FromStr;

use rangkai_primitives::Money;
use uuid::Uuid;

/// Money of a case that is not resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenItem {
    pub kind: OpenItemKind,
    pub id: Uuid,
    pub amount: Money,
}

/// What is not resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenItemKind {
    Bill,
    Refund,
    Suspense,
    Credit,
    Dispute,
    Return,
    Collection,
}

impl FromStr for OpenItemKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "bill" => Ok(Self::Bill),
            "refund" => Ok(Self::Refund),
            "suspense" => Ok(Self::Suspense),
            "credit" => Ok(Self::Credit),
            "dispute" => Ok(Self::Dispute),
            "return" => Ok(Self::Return),
            "collection" => Ok(Self::Collection),
            _ => Err("is no open item"),
        }
    }
}
