//! Versions of services.

use std::{fmt, str::FromStr};

/// A version as semantic versioning writes it, without pre-release or build: `1.4.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

/// Why text is not a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be three numbers such as 1.4.0")]
pub struct VersionError;

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let mut parts = text.split('.').map(part);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(major)), Some(Some(minor)), Some(Some(patch)), None) => {
                Ok(Self { major, minor, patch })
            }
            _ => Err(VersionError),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

fn part(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 9;
    let zeros = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|_| plain && !zeros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_by_number_and_not_by_letter() {
        let version = |text: &str| text.parse::<Version>().unwrap();

        assert!(version("1.10.0") > version("1.9.9"));
        for wrong in ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.x", "+1.0.0", "1.0.0-rc.1"] {
            assert_eq!(wrong.parse::<Version>(), Err(VersionError), "{wrong}");
        }
    }
}
