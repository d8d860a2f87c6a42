//! Reading `call`, and finding the function behind it.

use super::expressions::Scope;
use super::model::Work;
use super::reader::{Fields, Reader, Spot, nearest};
use super::target::{Call, Target};
use super::template::Template;
use prost_reflect::MethodDescriptor;
use serde_json::{Map, Value};

/// The calls that leave the blocks.
const ELSEWHERE: [&str; 3] = ["grpc", "http", "openapi"];

impl Reader<'_> {
    /// Reads a `call` with its `with`.
    pub fn call(&mut self, fields: &mut Fields<'_>) -> Option<Work> {
        let call = self.need(fields, "call");
        let with = fields.take("with");
        let call = call?;
        let name = self.text(&call)?;
        if let Some(base) = self.names.functions.get(&name).cloned() {
            return self.call_named(base?, with.as_ref(), &call).map(Work::Call);
        }
        if ELSEWHERE.contains(&name.as_str()) {
            return self.elsewhere(&call, &name, with.as_ref()).map(Work::Call);
        }
        let method = self.function(&call, &name)?;
        let given = Map::new();
        self.check_arguments(
            with.as_ref().unwrap_or(&call),
            with.is_some(),
            &method.input(),
            &given,
        );
        let arguments = match with {
            Some(spot) => self.template(&spot, Scope::Body)?,
            None => Template::Constant(Value::Object(given)),
        };
        Some(Work::Call(of_block(name, method, arguments)))
    }

    /// Reads a function of `use`: a call, some of whose arguments may still be missing.
    pub fn named_function(&mut self, spot: &Spot<'_>) -> Option<Call> {
        let mut fields = self.fields(spot)?;
        let call = self.need(&mut fields, "call");
        let with = fields.take("with");
        self.close(fields);
        let call = call?;
        let name = self.text(&call)?;
        if ELSEWHERE.contains(&name.as_str()) {
            return self.elsewhere(&call, &name, with.as_ref());
        }
        let method = self.function(&call, &name)?;
        let arguments = match with {
            Some(spot) => {
                self.check_members(&spot, &method.input());
                self.template(&spot, Scope::Body)?
            }
            None => Template::Constant(Value::Object(Map::new())),
        };
        Some(of_block(name, method, arguments))
    }

    /// Reads a call that leaves the blocks.
    fn elsewhere(&mut self, call: &Spot<'_>, name: &str, with: Option<&Spot<'_>>) -> Option<Call> {
        let Some(with) = with else {
            self.wrong(call, "key.missing", "with is missing".to_owned(), "add with");
            return None;
        };
        match name {
            "grpc" => self.grpc(with),
            "http" => self.http(with),
            _ => self.openapi(with),
        }
    }

    fn call_named(&mut self, base: Call, with: Option<&Spot<'_>>, call: &Spot<'_>) -> Option<Call> {
        let Target::Block(method) = &base.target else {
            // What the call gives is the input of the function.
            let given = with.map(|spot| self.template(spot, Scope::Body));
            return match given {
                Some(given) => Some(Call { with: Some(given?), ..base }),
                None => Some(base),
            };
        };
        let input = method.input();
        let given = members(base.arguments);
        let names = given.iter().map(|(name, _)| (name.clone(), Value::Null)).collect();
        let spot = with.unwrap_or(call);
        self.check_arguments(spot, with.is_some(), &input, &names);
        let own = match with {
            Some(spot) => members(self.template(spot, Scope::Body)?),
            None => Vec::new(),
        };
        // What the call itself gives replaces what the function was defined with.
        let kept = given.into_iter().filter(|(name, _)| own.iter().all(|(other, _)| other != name));
        let all: Vec<(String, Template)> = kept.chain(own.iter().cloned()).collect();
        Some(Call { arguments: Template::Object(all), ..base })
    }

    /// Finds the method that a call names.
    fn function(&mut self, spot: &Spot<'_>, name: &str) -> Option<MethodDescriptor> {
        if self.refused(spot, name) {
            return None;
        }
        let Some((path, rest)) = name.split_once(':') else {
            let mend = match self.functions.find(name) {
                Some(method) => format!("write {name}:{}@default", version(&method)),
                None => "define it under use.functions, or name a function of the catalogue as \
                         in rangkai.payments.v1.BillService.IssueBill:1@default"
                    .to_owned(),
            };
            self.wrong(spot, "function.unknown", format!("there is no function {name}"), &mend);
            return None;
        };
        let (wanted, catalogue) = rest.split_once('@').unwrap_or((rest, ""));
        if catalogue != "default" {
            let message = "functions are taken from the catalogue of this engine only".to_owned();
            let mend = format!("write {path}:{wanted}@default");
            self.wrong(spot, "feature.refused", message, &mend);
            return None;
        }
        let Some(method) = self.functions.find(path) else {
            let known: Vec<String> = self.functions.names().collect();
            let mend = match nearest(path, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near}?"),
                None => "name a method of a block by package, service and method".to_owned(),
            };
            self.wrong(spot, "function.unknown", format!("there is no method {path}"), &mend);
            return None;
        };
        if wanted != version(&method) {
            let message = format!("{path} has no version {wanted}");
            let mend = format!("write {path}:{}@default", version(&method));
            self.wrong(spot, "function.version", message, &mend);
            return None;
        }
        self.refuse_stream(spot, &method).then_some(method)
    }

    fn refused(&mut self, spot: &Spot<'_>, name: &str) -> bool {
        match name {
            "asyncapi" | "a2a" | "mcp" => {
                let message = format!("call: {name} is refused: the engine speaks gRPC and HTTP");
                let mend = "call a gRPC method, or listen to an event";
                self.wrong(spot, "feature.refused", message, mend);
                true
            }
            _ => false,
        }
    }
}

fn of_block(function: String, method: MethodDescriptor, arguments: Template) -> Call {
    let target = Target::Block(method);
    Call { function, target, with: None, arguments, authentication: None }
}

/// The version of a method: that of its package, as in `rangkai.payments.v1`.
fn version(method: &MethodDescriptor) -> String {
    let service = method.parent_service();
    let parts = service.package_name().split('.');
    let number = |part: &str| part.strip_prefix('v').and_then(|part| part.parse::<u32>().ok());
    parts.filter_map(number).next_back().unwrap_or(1).to_string()
}

fn members(template: Template) -> Vec<(String, Template)> {
    match template {
        Template::Object(members) => members,
        Template::Constant(Value::Object(members)) => {
            let members = members.into_iter();
            members.map(|(name, value)| (name, Template::Constant(value))).collect()
        }
        Template::Constant(_) | Template::Expression(_) | Template::Array(_) => Vec::new(),
    }
}
