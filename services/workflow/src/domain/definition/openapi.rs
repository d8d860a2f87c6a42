//! OpenAPI documents: the operations that can be called, and what each takes.

use serde_json::Value;

/// The deepest nesting of a document.
const MAX_DEPTH: usize = 100;
/// The most parts of a document.
const MAX_PARTS: usize = 100_000;
/// The methods that an operation may have.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];
/// The most references that lead from one to the next.
const MAX_REFERENCES: usize = 10;

/// A document that was read.
#[derive(Clone, Debug)]
pub struct OpenApi(Value);

/// What can be called.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The method, in capitals.
    pub method: String,
    /// Server and path; parameters stand in braces.
    pub uri: String,
    /// What it takes besides a body.
    pub parameters: Vec<Parameter>,
    /// Whether it takes a body, and whether that must be there.
    pub body: Option<bool>,
}

/// What an operation takes.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it goes.
    pub place: Place,
    /// Whether it must be there.
    pub required: bool,
    /// The types of JSON that it may have; any, if there are none.
    pub types: Vec<String>,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path.
    Path,
    /// Behind the question mark.
    Query,
    /// Into a header.
    Header,
}

impl OpenApi {
    /// Reads a document, as JSON or YAML.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_depth: MAX_DEPTH,
                max_nodes: MAX_PARTS,
                max_aliases: 0,
                max_anchors: 0,
                max_documents: 1,
            },
            with_snippet: false,
        };
        let document: Value = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())?
        };
        Self::check(document)
    }

    /// Reads what is kept of a document.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(content: &[u8]) -> Result<Self, String> {
        Self::check(serde_json::from_slice(content).map_err(|error| error.to_string())?)
    }

    fn check(document: Value) -> Result<Self, String> {
        let version = document["openapi"].as_str().unwrap_or_default();
        if !version.starts_with("3.0.") && !version.starts_with("3.1.") {
            return Err("it is no OpenAPI document of version 3.0 or 3.1".to_owned());
        }
        Ok(Self(document))
    }

    /// The document as JSON.
    #[must_use]
    pub fn content(&self) -> Vec<u8> {
        self.0.to_string().into_bytes()
    }

    /// The ids of all operations.
    #[must_use]
    pub fn operations(&self) -> Vec<String> {
        let ids = self.all().map(|(_, _, _, operation)| &operation["operationId"]);
        ids.filter_map(|id| id.as_str().map(str::to_owned)).collect()
    }

    /// Finds an operation by its id.
    ///
    /// # Errors
    ///
    /// Why the operation cannot be called from here.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<Result<Operation, String>> {
        let (path, method, item, operation) =
            self.all().find(|(_, _, _, operation)| operation["operationId"] == id)?;
        Some(self.read_operation(path, method, item, operation))
    }

    fn all(&self) -> impl Iterator<Item = (&str, &'static str, &Value, &Value)> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            let methods = METHODS.into_iter();
            methods.filter_map(move |name| Some((path.as_str(), name, item, item.get(name)?)))
        })
    }

    fn read_operation(
        &self,
        path: &str,
        method: &str,
        item: &Value,
        operation: &Value,
    ) -> Result<Operation, String> {
        let server = self.server(item, operation)?;
        let mut parameters: Vec<Parameter> = Vec::new();
        for written in list(&item["parameters"]).chain(list(&operation["parameters"])) {
            let Some(parameter) = self.read_parameter(self.follow(written)?)? else { continue };
            let same = |it: &Parameter| (&it.name, it.place) != (&parameter.name, parameter.place);
            parameters.retain(same);
            parameters.push(parameter);
        }
        let body = operation.get("requestBody").map(|body| self.read_body(body)).transpose()?;
        let uri = format!("{}{path}", server.trim_end_matches('/'));
        Ok(Operation { method: method.to_uppercase(), uri, parameters, body })
    }

    fn server(&self, item: &Value, operation: &Value) -> Result<String, String> {
        let servers = [operation, item, &self.0].into_iter().filter_map(|it| it.get("servers"));
        let server = servers.into_iter().find_map(|servers| servers.get(0));
        let server = server.ok_or("the document names no server")?;
        let mut url = server["url"].as_str().unwrap_or_default().to_owned();
        for (name, variable) in server["variables"].as_object().into_iter().flatten() {
            let value = variable["default"].as_str().unwrap_or_default();
            url = url.replace(&format!("{{{name}}}"), value);
        }
        if url.starts_with("https://") || url.starts_with("http://") {
            Ok(url)
        } else {
            Err("the document names no server with an absolute URL".to_owned())
        }
    }

    /// Reads a parameter; none if it is one that may as well be absent.
    fn read_parameter(&self, written: &Value) -> Result<Option<Parameter>, String> {
        let name = written["name"].as_str().unwrap_or_default().to_owned();
        let required = written["required"].as_bool() == Some(true);
        let (place, style) = match written["in"].as_str() {
            Some("path") => (Place::Path, "simple"),
            Some("query") => (Place::Query, "form"),
            Some("header") => (Place::Header, "simple"),
            Some(_) | None if required => return Err(format!("it takes {name} as a cookie")),
            Some(_) | None => return Ok(None),
        };
        let usual = written.get("style").is_none_or(|it| it == style);
        if !usual || written.get("content").is_some() {
            let message = format!("it takes {name} in a style that is not written here");
            return if required { Err(message) } else { Ok(None) };
        }
        let schema = self.follow(&written["schema"])?;
        let types = match &schema["type"] {
            Value::String(name) => vec![name.clone()],
            types @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_)) => {
                list(types).filter_map(|it| it.as_str().map(str::to_owned)).collect()
            }
        };
        let required = required || place == Place::Path;
        Ok(Some(Parameter { name, place, required, types }))
    }

    fn read_body(&self, written: &Value) -> Result<bool, String> {
        let written = self.follow(written)?;
        let required = written["required"].as_bool() == Some(true);
        let mut kinds = written["content"].as_object().into_iter().flatten();
        let json = kinds.any(|(kind, _)| kind.starts_with("application/json"));
        json.then_some(required).ok_or_else(|| "its body is not JSON".to_owned())
    }

    /// What a reference within the document leads to.
    fn follow<'v>(&'v self, mut value: &'v Value) -> Result<&'v Value, String> {
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = value["$ref"].as_str() else { return Ok(value) };
            let inside = reference.strip_prefix('#').and_then(|place| self.0.pointer(place));
            value = inside.ok_or_else(|| format!("{reference} is not in the document"))?;
        }
        Err("references lead from one to the next without end".to_owned())
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAND: &str = "\
openapi: 3.1.0
servers: [{url: 'https://{town}.land.example/v2/', variables: {town: {default: bogor}}}]
paths:
  /parcels/{number}:
    parameters:
      - {name: number, in: path, schema: {type: string}}
      - {name: lang, in: query, schema: {type: string}}
    put:
      operationId: putParcel
      parameters:
        - {$ref: '#/components/parameters/lang'}
        - {name: track, in: cookie}
      requestBody: {required: true, content: {application/json: {}}}
    get: {operationId: getParcel, parameters: [{name: s, in: cookie, required: true}]}
components: {parameters: {lang: {name: lang, in: query, required: true, schema: {type: [string]}}}}
";

    #[test]
    fn an_operation_is_found_with_everything_that_it_takes() {
        let document = OpenApi::parse(LAND).unwrap();
        let document = OpenApi::read(&document.content()).unwrap();

        let operation = document.operation("putParcel").unwrap().unwrap();

        assert_eq!(document.operations(), ["getParcel", "putParcel"]);
        assert_eq!(operation.method, "PUT");
        assert_eq!(operation.uri, "https://bogor.land.example/v2/parcels/{number}");
        assert_eq!(operation.body, Some(true));
        let takes: Vec<_> = operation.parameters.iter().collect();
        let takes: Vec<_> =
            takes.into_iter().map(|it| (it.name.as_str(), it.place, it.required)).collect();
        assert_eq!(takes, [("number", Place::Path, true), ("lang", Place::Query, true)]);
    }

    #[test]
    fn what_cannot_be_called_says_why() {
        let document = OpenApi::parse(LAND).unwrap();
        assert!(document.operation("getParcel").unwrap().unwrap_err().contains("cookie"));
        assert!(document.operation("other").is_none());
        for (text, said) in [
            ("swagger: '2.0'\n", "3.0 or 3.1"),
            ("openapi: [", ""),
            ("openapi: 3.1.0\na: &a [1]\nb: *a\n", "anchor"),
            ("{\"openapi\": \"3.0.0\"", ""),
        ] {
            assert!(OpenApi::parse(text).unwrap_err().contains(said), "{text}");
        }
        let relative = LAND.replace("https://{town}.land.example", "");
        let relative = OpenApi::parse(&relative).unwrap();
        assert!(relative.operation("putParcel").unwrap().unwrap_err().contains("absolute"));
    }
}
