//! What a token may say.

use rangkai_primitives::{Agency, Caller, Sensitive};

use super::{Client, Refusal};

/// A client that has shown its secret: what its tokens may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub id: String,
    pub agency: Agency,
    pub scopes: Vec<String>,
    pub roles: Vec<String>,
    pub acts_for_agencies: bool,
}

/// What a client asks a token for.
#[derive(Clone, Debug)]
pub struct Ask {
    pub client_id: String,
    pub client_secret: Sensitive<String>,
    /// None in the list means all that the client may have.
    pub scopes: Vec<String>,
    /// None means the client's own.
    pub agency: Option<Agency>,
}

impl Principal {
    /// The caller that the token lets in.
    pub fn grant(self, ask: &Ask) -> Result<Caller, Refusal> {
        let agency = ask.agency.clone().unwrap_or_else(|| self.agency.clone());
        // The operator is no agency that one acts for: its tokens reach everything.
        let may_act_for = self.acts_for_agencies && agency != Agency::platform();
        if agency != self.agency && !may_act_for {
            return Err(Refusal::AgencyNotAllowed(agency));
        }
        if let Some(scope) = ask.scopes.iter().find(|scope| !self.scopes.contains(scope)) {
            return Err(Refusal::ScopeNotAllowed(scope.clone()));
        }
        let scopes = if ask.scopes.is_empty() { self.scopes } else { ask.scopes.clone() };
        Ok(Caller { id: self.id, agency, scopes, roles: self.roles, on_behalf: None })
    }
}

impl From<Client> for Principal {
    fn from(client: Client) -> Self {
        Self {
            id: client.id.to_string(),
            agency: client.agency,
            scopes: client.scopes,
            roles: client.roles,
            // Only blocks of the platform may, and those are named in the configuration.
            acts_for_agencies: false,
        }
    }
}
