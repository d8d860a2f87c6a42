//! Whoever may ask for tokens.

use std::str::FromStr;

use rangkai_primitives::{Agency, Caller, Id, Sensitive, Timestamp};

use super::{Refusal, Scopes};

/// A program or an officer of an agency that calls the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: Id<Client>,
    pub agency: Agency,
    /// An officer's client is called after a person.
    pub display_name: Sensitive<String>,
    pub scopes: Vec<String>,
    pub roles: Vec<String>,
    pub state: ClientState,
    pub create_time: Timestamp,
}

/// Whether a client can get tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientState {
    Active,
    Disabled,
}

/// A client to be made.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// None means the maker's own.
    pub agency: Option<Agency>,
    pub display_name: Sensitive<String>,
    pub scopes: Vec<String>,
    pub roles: Vec<String>,
}

impl NewClient {
    /// The client as `maker` may make it: nobody gives a scope that they do not hold, and nobody
    /// makes clients for another agency, but the operator of the platform.
    pub fn make(self, maker: &Caller, known: &Scopes, now: Timestamp) -> Result<Client, Refusal> {
        let is_operator = maker.agency == Agency::platform();
        let agency = self.agency.unwrap_or_else(|| maker.agency.clone());
        if agency != maker.agency && !is_operator {
            return Err(Refusal::AgencyNotAllowed(agency));
        }
        let may_give =
            |scope: &String| known.know(scope) && (is_operator || maker.has_scope(scope));
        let mut scopes = self.scopes;
        if let Some(scope) = scopes.iter().find(|scope| !may_give(scope)) {
            return Err(Refusal::ScopeNotAllowed(scope.clone()));
        }
        scopes.sort_unstable();
        scopes.dedup();
        Ok(Client {
            id: Id::generate(),
            agency,
            display_name: self.display_name,
            scopes,
            roles: self.roles,
            state: ClientState::Active,
            create_time: now,
        })
    }
}

impl ClientState {
    /// The word for it, as it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// Text that is not the word for a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not the state of a client")]
pub struct NotAState;

impl FromStr for ClientState {
    type Err = NotAState;

    fn from_str(text: &str) -> Result<Self, NotAState> {
        [Self::Active, Self::Disabled].into_iter().find(|it| it.as_str() == text).ok_or(NotAState)
    }
}
