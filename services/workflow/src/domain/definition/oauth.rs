//! Tokens by OAuth 2.0 (RFC 6749, 4.4): a client shows its own credentials to an authority.

use std::fmt::{Debug, Formatter};

use super::authentication::{Authentication, basic};
use super::expressions::Scope;
use super::reader::{Fields, Reader, Spot};
use super::target::encode;
use super::template::Template;

/// Where tokens are asked for, unless the document says otherwise.
const TOKEN: &str = "/oauth2/token";
/// What belongs to other ways to a token.
const OTHERS: [&str; 4] = ["actor", "password", "subject", "username"];

/// How a token is asked for.
#[derive(Clone, Debug)]
pub struct OAuth2 {
    uri: String,
    /// Whether the client shows its secret in a header; otherwise it stands in the request.
    basic: bool,
    scopes: Vec<String>,
    audiences: Vec<String>,
}

/// A request for a token. It never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The address.
    pub uri: String,
    /// The value of the header `authorization`, if there is one.
    pub header: Option<String>,
    /// The body, a form.
    pub form: String,
}

impl Debug for TokenRequest {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("***")
    }
}

impl OAuth2 {
    /// The request of a client with this id and secret.
    #[must_use]
    pub fn request(&self, id: &str, secret: &str) -> TokenRequest {
        let mut pairs = vec![("grant_type", "client_credentials".to_owned())];
        if !self.basic {
            pairs.extend([("client_id", id.to_owned()), ("client_secret", secret.to_owned())]);
        }
        if !self.scopes.is_empty() {
            pairs.push(("scope", self.scopes.join(" ")));
        }
        pairs.extend(self.audiences.iter().map(|audience| ("audience", audience.clone())));
        let pairs: Vec<_> =
            pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        // What the header joins with a colon is encoded before, so that neither part holds one.
        let header = self.basic.then(|| basic(&encode(id), &encode(secret)));
        TokenRequest { uri: self.uri.clone(), header, form: pairs.join("&") }
    }
}

impl Reader<'_> {
    /// Reads `oauth2`.
    pub fn oauth2(&mut self, spot: &Spot<'_>) -> Option<Authentication> {
        let mut fields = self.fields(spot)?;
        if let Some(spot) = fields.take("use") {
            let message = "an authority is not kept as a secret".to_owned();
            self.wrong(&spot, "feature.unsupported", message, "write authority, grant and client");
            return None;
        }
        let authority = self.need(&mut fields, "authority");
        let authority = authority.and_then(|spot| self.authority(&spot));
        let path = fields.take("endpoints").map(|spot| self.token_path(&spot));
        if let Some(spot) = self.need(&mut fields, "grant") {
            self.only(&spot, "client_credentials");
        }
        let request = fields.take("request");
        if let Some(mut members) = request.and_then(|spot| self.fields(&spot)) {
            if let Some(spot) = members.take("encoding") {
                self.only(&spot, "application/x-www-form-urlencoded");
            }
            self.close(members);
        }
        let client = self.need(&mut fields, "client").and_then(|spot| self.client(&spot));
        let [scopes, audiences, _issuers] =
            ["scopes", "audiences", "issuers"].map(|name| self.texts(&mut fields, name));
        for name in OTHERS {
            if let Some(spot) = fields.take(name) {
                let message = format!("{name} belongs to another grant");
                self.wrong(&spot, "feature.unsupported", message, "leave it out");
            }
        }
        self.close(fields);
        let path = path.unwrap_or_else(|| Some(TOKEN.to_owned()))?;
        let (credential, basic) = client?;
        let uri = format!("{}/{}", authority?.trim_end_matches('/'), path.trim_start_matches('/'));
        Some(Authentication::fetched(OAuth2 { uri, basic, scopes, audiences }, credential))
    }

    fn authority(&mut self, spot: &Spot<'_>) -> Option<String> {
        let uri = self.text(spot)?;
        if let Err(error) = rangkai_outbound::check_form(&uri) {
            self.wrong(spot, "value.url", error.to_string(), "write an absolute URL");
            return None;
        }
        Some(uri)
    }

    fn token_path(&mut self, spot: &Spot<'_>) -> Option<String> {
        let mut fields = self.fields(spot)?;
        let path = fields.take("token").map(|spot| self.text(&spot));
        for name in ["revocation", "introspection"] {
            fields.take(name).and_then(|spot| self.text(&spot));
        }
        self.close(fields);
        path.unwrap_or_else(|| Some(TOKEN.to_owned()))
    }

    /// Reads a choice of which only one is supported.
    fn only(&mut self, spot: &Spot<'_>, choice: &str) {
        if self.text(spot).is_some_and(|text| text != choice) {
            let message = format!("only {choice} is supported");
            self.wrong(spot, "feature.unsupported", message, &format!("write {choice}"));
        }
    }

    /// Reads who the client is, and whether it shows its secret in a header.
    fn client(&mut self, spot: &Spot<'_>) -> Option<(Template, bool)> {
        let mut fields = self.fields(spot)?;
        let mut members = Vec::new();
        for name in ["id", "secret"] {
            let Some(spot) = self.need(&mut fields, name) else { continue };
            let Some(value) = self.template(&spot, Scope::Credentials) else { continue };
            if name == "secret" {
                self.warn_written(&spot, &value);
            }
            members.push((name.to_owned(), value));
        }
        let mut basic = false;
        if let Some(spot) = fields.take("authentication") {
            basic = self.text(&spot).as_deref() == Some("client_secret_basic");
            if !basic {
                self.only(&spot, "client_secret_post");
            }
        }
        self.close(fields);
        (members.len() == 2).then_some((Template::Object(members), basic))
    }

    fn texts(&mut self, fields: &mut Fields<'_>, name: &'static str) -> Vec<String> {
        let Some(items) = fields.take(name).and_then(|spot| self.items(&spot)) else {
            return Vec::new();
        };
        items.iter().filter_map(|spot| self.text(spot)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_shows_its_secret_in_one_place() {
        let how = |basic| OAuth2 {
            uri: "https://land.example/token".to_owned(),
            basic,
            scopes: vec!["a".to_owned(), "b".to_owned()],
            audiences: vec!["c&d".to_owned()],
        };

        let (inside, outside) = (how(false).request("i:d", "s/1"), how(true).request("i:d", "s/1"));

        let form = "grant_type=client_credentials&client_id=i%3Ad&client_secret=s%2F1\
                    &scope=a%20b&audience=c%26d";
        assert_eq!((inside.form.as_str(), inside.header), (form, None));
        let form = "grant_type=client_credentials&scope=a%20b&audience=c%26d";
        assert_eq!(outside.form, form);
        // i%3Ad:s%2F1
        assert_eq!(outside.header.as_deref(), Some("Basic aSUzQWQ6cyUyRjE="));
    }
}
