//! What an access token says: RFC 9068, with the agency and the roles of its subject.

use std::time::Duration;

use rangkai_primitives::{Agency, Caller, Timestamp};
use serde::{Deserialize, Serialize};

/// The claims of an access token. Whoever mints one and whoever verifies one use this type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who minted the token.
    pub iss: String,
    /// Whom the token is for.
    pub aud: Audience,
    /// Who is let in: a client or an officer.
    pub sub: String,
    /// The client that asked for the token.
    pub client_id: String,
    /// When the token ends, in seconds since 1970.
    pub exp: i64,
    /// When the token begins, in seconds since 1970.
    pub nbf: i64,
    /// When the token was minted, in seconds since 1970.
    pub iat: i64,
    /// The name of this one token.
    pub jti: String,
    /// The agency that the subject belongs to.
    pub agency: String,
    /// What the subject may do, parted by spaces.
    #[serde(default)]
    pub scope: String,
    /// The roles of an officer within the agency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The party that acts for the subject (RFC 8693).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
}

/// One audience or several; both spellings are allowed in a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One, written as text.
    One(String),
    /// Several, written as an array.
    Several(Vec<String>),
}

/// The party that acts for the subject of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Its own subject.
    pub sub: String,
}

impl Claims {
    /// The claims of a token that lets `caller` in from `now` on for `life`; `jti` names the token.
    #[must_use]
    pub fn of(
        caller: &Caller,
        issuer: &str,
        audience: &str,
        jti: String,
        now: Timestamp,
        life: Duration,
    ) -> Self {
        let begin = now.timestamp();
        let seconds = i64::try_from(life.as_secs()).unwrap_or(i64::MAX);
        Self {
            iss: issuer.to_owned(),
            aud: Audience::One(audience.to_owned()),
            sub: caller.id.clone(),
            client_id: caller.on_behalf.clone().unwrap_or_else(|| caller.id.clone()),
            exp: begin.saturating_add(seconds),
            nbf: begin,
            iat: begin,
            jti,
            agency: caller.agency.to_string(),
            scope: caller.scopes.join(" "),
            roles: caller.roles.clone(),
            act: caller.on_behalf.clone().map(|sub| Actor { sub }),
        }
    }

    /// The caller these claims describe; none when the agency's name or the subject cannot be.
    #[must_use]
    pub fn caller(&self) -> Option<Caller> {
        let agency: Agency = self.agency.parse().ok()?;
        // `block:` names what a block does by itself; no token may claim to be that.
        if self.sub.is_empty() || self.sub.starts_with("block:") {
            return None;
        }
        Some(Caller {
            id: self.sub.clone(),
            agency,
            scopes: self.scope.split_ascii_whitespace().map(str::to_owned).collect(),
            roles: self.roles.clone(),
            on_behalf: self.act.as_ref().map(|actor| actor.sub.clone()),
        })
    }
}
