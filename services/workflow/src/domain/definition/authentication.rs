//! Who a call is made as: `authentication`, written out or by the name that `use` gives it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rangkai_expression::Expression;
use serde_json::Value;

use super::expressions::Scope;
use super::oauth::{OAuth2, TokenRequest};
use super::reader::{Fields, Reader, Spot, nearest};
use super::template::Template;
use super::yaml::Kind;

/// The kinds of credentials that are known to the language and not sent from here.
const UNSUPPORTED: [&str; 3] = ["certificate", "digest", "oidc"];

/// Who a call is made as. The credentials are looked up when the call is sent and kept nowhere.
#[derive(Clone, Debug)]
pub struct Authentication {
    scheme: Scheme,
    /// Evaluates to an object with the members of the scheme; reads secrets and nothing else.
    credential: Template,
}

#[derive(Clone, Debug)]
enum Scheme {
    Basic,
    Bearer,
    OAuth2(OAuth2),
}

/// What a call shows.
#[derive(Clone)]
pub enum Credential {
    /// The value of the header `authorization`.
    Header(String),
    /// A token that is asked for in this way.
    Token(TokenRequest),
}

impl Authentication {
    /// A token that is fetched with the credentials of a client.
    #[must_use]
    pub fn fetched(how: OAuth2, credential: Template) -> Self {
        Self { scheme: Scheme::OAuth2(how), credential }
    }

    /// Whether a token is fetched, which may be too old when the callee sees it.
    #[must_use]
    pub fn is_fetched(&self) -> bool {
        matches!(self.scheme, Scheme::OAuth2(_))
    }

    /// What a call shows.
    ///
    /// # Errors
    ///
    /// What is missing; never what is there.
    pub fn credential(&self, secrets: &Value) -> Result<Credential, String> {
        let variables = [("secrets".to_owned(), secrets.clone())];
        let found = self.credential.evaluate_now(&Value::Null, &variables);
        let found = found.map_err(|_| "an expression of the credentials failed".to_owned())?;
        let text = |name: &str| match found.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.as_str()),
            Some(_) | None => Err(format!("the operator configured no {name} for this call")),
        };
        let header = match (&self.scheme, &found) {
            (Scheme::OAuth2(how), _) => {
                return Ok(Credential::Token(how.request(text("id")?, text("secret")?)));
            }
            (Scheme::Bearer, Value::String(token)) => format!("Bearer {token}"),
            (Scheme::Bearer, _) => format!("Bearer {}", text("token")?),
            (Scheme::Basic, _) => basic(text("username")?, text("password")?),
        };
        Ok(Credential::Header(header))
    }
}

/// The header of somebody who shows a name and a password.
#[must_use]
pub fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

impl Reader<'_> {
    /// Reads the member `authentication` of an object, if it is there.
    pub fn authentication_of(&mut self, fields: &mut Fields<'_>) -> Option<Authentication> {
        let spot = fields.take("authentication")?;
        if let Kind::Text(name, _) = &spot.node.kind {
            return self.known_authentication(&spot, name);
        }
        let mut members = self.fields(&spot)?;
        let Some(name) = members.take("use") else { return self.authentication(&spot) };
        self.close(members);
        let text = self.text(&name)?;
        self.known_authentication(&name, &text)
    }

    /// Says that the operator configured no such secret, where that is known.
    pub fn warn_missing(&mut self, spot: &Spot<'_>) {
        let Kind::Text(name, _) = &spot.node.kind else { return };
        let around = self.functions.around();
        if around.secrets.as_ref().is_some_and(|known| !known.contains(name)) {
            let message = format!("the operator configured no secret {name}");
            let mend = "have the operator add it to [secrets] for this agency";
            let (mark, pointer) = (spot.node.mark, spot.pointer.clone());
            self.warn(mark, &pointer, "secret.missing", message, mend);
        }
    }

    /// Reads credentials that are written out.
    pub fn authentication(&mut self, spot: &Spot<'_>) -> Option<Authentication> {
        let mut fields = self.fields(spot)?;
        for scheme in UNSUPPORTED {
            if let Some(spot) = fields.take(scheme) {
                let message = format!("credentials of the kind {scheme} are not sent");
                let mend =
                    "use basic, bearer or oauth2, or have the operator give the host a token";
                self.wrong(&spot, "feature.unsupported", message, mend);
                return None;
            }
        }
        let [basic, bearer, oauth2] = ["basic", "bearer", "oauth2"].map(|name| fields.take(name));
        self.close(fields);
        let (scheme, found, members) = match (basic, bearer, oauth2) {
            (Some(spot), None, None) => (Scheme::Basic, spot, ["username", "password"].as_slice()),
            (None, Some(spot), None) => (Scheme::Bearer, spot, ["token"].as_slice()),
            (None, None, Some(spot)) => return self.oauth2(&spot),
            (Some(_), _, _) | (_, Some(_), _) | (None, None, None) => {
                let message = "credentials are of one kind".to_owned();
                self.wrong(spot, "value.choice", message, "give one of basic, bearer, oauth2");
                return None;
            }
        };
        let credential = self.credential(&found, members)?;
        Some(Authentication { scheme, credential })
    }

    fn credential(&mut self, spot: &Spot<'_>, members: &[&'static str]) -> Option<Template> {
        let mut fields = self.fields(spot)?;
        if let Some(secret) = fields.take("use") {
            self.close(fields);
            return self.secret(&secret);
        }
        let mut all = Vec::new();
        for name in members {
            let Some(member) = self.need(&mut fields, name) else { continue };
            let Some(value) = self.template(&member, Scope::Credentials) else { continue };
            self.warn_written(&member, &value);
            all.push(((*name).to_owned(), value));
        }
        self.close(fields);
        (all.len() == members.len()).then_some(Template::Object(all))
    }

    /// Says that a secret stands in the document.
    pub fn warn_written(&mut self, spot: &Spot<'_>, value: &Template) {
        if value.constant().is_some() {
            let message = "a secret stands in the document, for all to read".to_owned();
            let mend = "declare it under use.secrets, and write ${ $secrets.<name> }";
            let (mark, pointer) = (spot.node.mark, spot.pointer.clone());
            self.warn(mark, &pointer, "secret.written", message, mend);
        }
    }

    /// Reads the name of a secret: it stands for all members of the credentials.
    fn secret(&mut self, spot: &Spot<'_>) -> Option<Template> {
        let name = self.text(spot)?;
        let declared = self.names.secrets.clone();
        if !declared.contains(&name) {
            let message = format!("the secret {name} is not declared");
            self.wrong(spot, "secret.undeclared", message, "add its name to use.secrets");
            return None;
        }
        let text = format!("$secrets[{}]", Value::String(name));
        Expression::compile(&text, &["secrets"]).ok().map(Template::Expression)
    }

    fn known_authentication(&mut self, spot: &Spot<'_>, name: &str) -> Option<Authentication> {
        let found = self.names.authentications.get(name).cloned();
        found.unwrap_or_else(|| {
            let known = self.names.authentications.keys().map(String::as_str);
            let near = nearest(name, known).map(str::to_owned);
            self.unknown_name(spot, "authentication", "authentications", near.as_deref());
            None
        })
    }
}
