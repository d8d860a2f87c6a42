//! Who asks.

use std::{fmt, str::FromStr};

/// A public body, by its short name such as `korlantas`; everything that is kept belongs to one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Agency(String);

/// Why text is not the name of an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 2 to 40 small letters, digits and hyphens, and begin with a letter")]
pub struct AgencyError;

/// Whoever makes a request, as a verified token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The subject of the token: a client, an officer, or a block acting by itself.
    pub id: String,
    /// The agency on whose behalf the caller acts; it comes from the token, never from a request.
    pub agency: Agency,
    /// What the caller may do: the scopes of the token.
    pub scopes: Vec<String>,
    /// The roles of an officer within the agency, such as `satpas_examiner`.
    pub roles: Vec<String>,
    /// The party that acts for the caller (RFC 8693, claim `act`), such as `workflow`.
    pub on_behalf: Option<String>,
}

impl Caller {
    /// A building block that acts by itself within `agency`, for example to expire a bill.
    #[must_use]
    pub fn block(name: &str, agency: Agency) -> Self {
        Self {
            id: format!("block:{name}"),
            agency,
            scopes: Vec::new(),
            roles: Vec::new(),
            on_behalf: None,
        }
    }

    /// Whether the token grants `scope`.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope)
    }

    /// Whether the caller is an officer with `role`.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }
}

impl Agency {
    /// The operator of the whole platform, which owns what belongs to no agency.
    #[must_use]
    pub fn platform() -> Self {
        Self("platform".to_owned())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Agency {
    type Err = AgencyError;

    fn from_str(text: &str) -> Result<Self, AgencyError> {
        let starts_well = text.starts_with(|first: char| first.is_ascii_lowercase());
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (2..=40).contains(&text.len()) && starts_well && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AgencyError)
        }
    }
}

impl fmt::Display for Agency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_has_a_plain_name() {
        assert!("korlantas".parse::<Agency>().is_ok());
        for wrong in ["", "k", "Korlantas", "7-up", "a b", &"x".repeat(41)] {
            assert_eq!(wrong.parse::<Agency>(), Err(AgencyError), "{wrong}");
        }
    }
}
