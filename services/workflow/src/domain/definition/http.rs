//! Reading `call: http`.

use super::expressions::Scope;
use super::reader::{Fields, Reader, Spot};
use super::target::{Call, Http, HttpOutput, Target};
use super::template::Template;
use super::yaml::Kind;

/// The methods that a call may have.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// The headers that the engine writes itself.
pub const RESERVED: [&str; 8] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Reader<'_> {
    /// Reads the `with` of a `call: http`.
    pub fn http(&mut self, spot: &Spot<'_>) -> Option<Call> {
        let mut fields = self.fields(spot)?;
        let method = self.need(&mut fields, "method").and_then(|spot| self.http_method(&spot));
        let endpoint = self.need(&mut fields, "endpoint");
        let mut authentication = None;
        let endpoint = endpoint.and_then(|spot| match &spot.node.kind {
            Kind::Map(_) => {
                let mut fields = self.fields(&spot)?;
                let uri = self.need(&mut fields, "uri");
                authentication = self.authentication_of(&mut fields);
                self.close(fields);
                self.uri(&uri?)
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(..) | Kind::List(_) => {
                self.uri(&spot)
            }
        });
        let mut parts = Vec::new();
        for name in ["headers", "query"] {
            let Some(spot) = fields.take(name) else { continue };
            if name == "headers" {
                self.check_headers(&spot);
            }
            parts.extend(self.shape(&spot, Scope::Body).map(|part| (name.to_owned(), part)));
        }
        if let Some(spot) = fields.take("body") {
            parts.extend(self.template(&spot, Scope::Body).map(|part| ("body".to_owned(), part)));
        }
        let (output, redirect) = self.http_answer(&mut fields);
        self.close(fields);
        let (method, uri) = (method?, endpoint?);
        let expands = uri.constant().is_some();
        parts.push(("uri".to_owned(), uri));
        Some(Call {
            function: format!("http {method}"),
            target: Target::Http(Http { method, operation: None, expands, output, redirect }),
            with: None,
            arguments: Template::Object(parts),
            authentication,
        })
    }

    /// Reads what becomes of the answer.
    pub fn http_answer(&mut self, fields: &mut Fields<'_>) -> (HttpOutput, bool) {
        let redirect = fields.take("redirect").and_then(|spot| self.flag(&spot));
        let output = fields.take("output").and_then(|spot| {
            let name = self.text(&spot)?;
            match name.as_str() {
                "raw" => Some(HttpOutput::Raw),
                "content" => Some(HttpOutput::Content),
                "response" => Some(HttpOutput::Response),
                _ => {
                    let message = format!("there is no output {name}");
                    self.wrong(&spot, "value.choice", message, "write raw, content or response");
                    None
                }
            }
        });
        (output.unwrap_or(HttpOutput::Content), redirect.unwrap_or(false))
    }

    fn http_method(&mut self, spot: &Spot<'_>) -> Option<String> {
        let method = self.text(spot)?.to_uppercase();
        if METHODS.contains(&method.as_str()) {
            return Some(method);
        }
        let mend = format!("write one of {}", METHODS.join(", ").to_lowercase());
        self.wrong(spot, "value.choice", format!("{method} is no method of HTTP"), &mend);
        None
    }

    fn uri(&mut self, spot: &Spot<'_>) -> Option<Template> {
        self.text(spot)?;
        let uri = self.template(spot, Scope::Body)?;
        if let Some(text) = uri.constant().and_then(serde_json::Value::as_str) {
            // A name in braces may stand for anything that a URL may hold.
            let plain: String = text.chars().filter(|it| !['{', '}'].contains(it)).collect();
            if let Err(error) = rangkai_outbound::check_form(&plain) {
                let mend = "write an absolute URL, and keep credentials in authentication";
                self.wrong(spot, "value.url", error.to_string(), mend);
                return None;
            }
        }
        Some(uri)
    }

    fn check_headers(&mut self, spot: &Spot<'_>) {
        let Kind::Map(members) = &spot.node.kind else { return };
        for (key, _) in members {
            if RESERVED.contains(&key.name.to_lowercase().as_str()) {
                let message = format!("the engine writes the header {} itself", key.name);
                let pointer = super::reader::child(&spot.pointer, &key.name);
                self.error(key.mark, &pointer, "value.header", message, "leave it out");
            }
        }
    }
}
