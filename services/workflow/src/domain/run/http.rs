//! Requests over HTTP: what an evaluated call sends.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{
    definition::{BODY, Http, Operation, Place, RESERVED, encode},
    problem::Problem,
};

/// A request, ready to be sent except for its credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// The method, in capitals.
    pub method: String,
    /// The address.
    pub uri: String,
    /// Headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<String>,
}

impl HttpRequest {
    /// The request that these arguments make; `input` is what names in braces are looked up in.
    ///
    /// # Errors
    ///
    /// What does not fit; never what it holds.
    pub fn of(http: &Http, arguments: Value, input: &Value) -> Result<Self, Problem> {
        let made = match &http.operation {
            Some(operation) => Self::of_operation(operation, arguments),
            None => Self::of_parts(http, arguments, input),
        };
        made.map_err(|detail| Problem::standard("validation", "invalid arguments", detail))
    }

    /// Reads what was announced.
    ///
    /// # Errors
    ///
    /// When it is no request.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        serde_json::from_slice(bytes).map_err(|_| unreadable())
    }

    /// The request as it is announced.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self) -> Result<Vec<u8>, Problem> {
        serde_json::to_vec(self).map_err(|_| unreadable())
    }

    /// Whether HTTP says that the same request may be sent again.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"].contains(&self.method.as_str())
    }

    fn of_parts(http: &Http, arguments: Value, input: &Value) -> Result<Self, String> {
        let Value::Object(mut parts) = arguments else { return Err(no_object("with")) };
        let Some(Value::String(uri)) = parts.remove("uri") else {
            return Err("the endpoint is no text".to_owned());
        };
        let uri = if http.expands { expand(&uri, input)? } else { uri };
        let query = object(parts.remove("query"), "query")?;
        let mut headers = Vec::new();
        for (name, value) in object(parts.remove("headers"), "headers")? {
            add_header(&mut headers, &name, &value)?;
        }
        let body = parts.remove("body").map(|body| write_body(body, &mut headers));
        Ok(Self { method: http.method.clone(), uri: ask(&uri, &query)?, headers, body })
    }

    fn of_operation(operation: &Operation, arguments: Value) -> Result<Self, String> {
        let mut given = object(Some(arguments), "parameters")?;
        let (mut path, mut query, mut headers) = (Map::new(), Map::new(), Vec::new());
        for parameter in &operation.parameters {
            let name = &parameter.name;
            let value = given.remove(name).filter(|value| !value.is_null());
            let Some(value) = value else {
                if parameter.required {
                    return Err(format!("the operation needs {name}"));
                }
                continue;
            };
            match parameter.place {
                Place::Path => drop(path.insert(name.clone(), value)),
                Place::Query => drop(query.insert(name.clone(), value)),
                Place::Header => add_header(&mut headers, name, &value)?,
            }
        }
        let body = given.remove(BODY).filter(|body| !body.is_null());
        if body.is_none() && operation.body == Some(true) {
            return Err(format!("the operation needs {BODY}"));
        }
        if let Some(name) = given.keys().next() {
            return Err(format!("the operation has no parameter {name}"));
        }
        let uri = expand(&operation.uri, &Value::Object(path))?;
        let body = body.map(|body| write_body(body, &mut headers));
        Ok(Self { method: operation.method.clone(), uri: ask(&uri, &query)?, headers, body })
    }
}

fn unreadable() -> Problem {
    Problem::standard("runtime", "lost", "an announced request cannot be read")
}

fn no_object(what: &str) -> String {
    format!("{what} is no object")
}

fn object(value: Option<Value>, what: &str) -> Result<Map<String, Value>, String> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            Err(no_object(what))
        }
    }
}

/// A value that has a place in a text; nothing at all is an empty one.
fn text(value: &Value, name: &str) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(value) => Ok(value.to_string()),
        Value::String(value) => Ok(value.clone()),
        Value::Array(_) | Value::Object(_) => Err(format!("{name} is no text")),
    }
}

/// Replaces the names in braces: the whole name is looked up among the members.
fn expand(template: &str, members: &Value) -> Result<String, String> {
    let mut parts = template.split('{');
    let mut uri = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or("a brace of the endpoint is not closed")?;
        let value = text(members.get(name).unwrap_or(&Value::Null), name)?;
        // Whoever reads the address would take these for steps upwards, however they are encoded.
        if [".", ".."].contains(&value.as_str()) {
            return Err(format!("{name} cannot stand in an address"));
        }
        uri.push_str(&encode(&value));
        uri.push_str(rest);
    }
    Ok(uri)
}

/// Adds what is asked behind the question mark.
fn ask(uri: &str, query: &Map<String, Value>) -> Result<String, String> {
    let uri = uri.split('#').next().unwrap_or_default();
    let mut pairs = Vec::new();
    for (name, value) in query {
        let values = match value {
            Value::Null => &[],
            Value::Array(values) => values.as_slice(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                std::slice::from_ref(value)
            }
        };
        for value in values {
            pairs.push(format!("{}={}", encode(name), encode(&text(value, name)?)));
        }
    }
    if pairs.is_empty() {
        return Ok(uri.to_owned());
    }
    let mark = if uri.contains('?') { '&' } else { '?' };
    Ok(format!("{uri}{mark}{}", pairs.join("&")))
}

fn add_header(
    headers: &mut Vec<(String, String)>,
    name: &str,
    value: &Value,
) -> Result<(), String> {
    let name = name.to_lowercase();
    if RESERVED.contains(&name.as_str()) {
        return Err(format!("the engine writes the header {name} itself"));
    }
    if value.is_null() {
        return Ok(());
    }
    let value = text(value, &name)?;
    let fits = http::HeaderName::from_bytes(name.as_bytes()).is_ok()
        && http::HeaderValue::from_str(&value).is_ok();
    if !fits {
        return Err(format!("the header {name} cannot be written"));
    }
    headers.push((name, value));
    Ok(())
}

/// A text goes as it is if the author said what it is; everything else is JSON.
fn write_body(body: Value, headers: &mut Vec<(String, String)>) -> String {
    let kind = headers.iter().find(|(name, _)| name == "content-type");
    match (kind, body) {
        (Some((_, kind)), Value::String(body)) if !kind.contains("json") => body,
        (Some(_), body) => body.to_string(),
        (None, body) => {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
            body.to_string()
        }
    }
}
