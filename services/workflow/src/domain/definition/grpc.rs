//! Reading `call: grpc`.

use prost_reflect::{DescriptorPool, MethodDescriptor};
use serde_json::{Map, Value};

use super::authentication::Authentication;
use super::described::Described;
use super::expressions::Scope;
use super::reader::{Fields, Reader, Spot, nearest};
use super::target::{Call, Target};
use super::template::Template;

/// Where a method is called, and as whom.
struct Service {
    name: Option<String>,
    host: Option<String>,
    authentication: Option<Authentication>,
}

impl Reader<'_> {
    /// Reads the `with` of a `call: grpc`.
    pub fn grpc(&mut self, spot: &Spot<'_>) -> Option<Call> {
        let mut fields = self.fields(spot)?;
        let proto = self.need(&mut fields, "proto");
        let pool = proto.as_ref().and_then(|spot| self.descriptors(spot));
        let service = self.need(&mut fields, "service");
        let service = service.and_then(|spot| self.service(&spot, pool.as_ref()));
        let method = self.need(&mut fields, "method");
        let arguments = fields.take("arguments");
        self.close(fields);
        let (service, pool, spot) = (service?, pool?, method?);
        let name = service.name.as_ref()?;
        let method = self.grpc_method(&spot, &pool, name)?;
        let template = self.grpc_arguments(&spot, arguments.as_ref(), &method);
        let host = service.host?;
        Some(Call {
            function: format!("{host}/{}", method.full_name()),
            target: Target::Host { host, method },
            with: None,
            arguments: template?,
            authentication: service.authentication,
        })
    }

    fn descriptors(&mut self, spot: &Spot<'_>) -> Option<DescriptorPool> {
        match self.described(spot)? {
            Described::Proto(pool) => Some(pool),
            Described::OpenApi(_) => {
                let message = "it names an OpenAPI document".to_owned();
                self.wrong(spot, "descriptors.kind", message, "name protobuf descriptors");
                None
            }
        }
    }

    fn service(&mut self, spot: &Spot<'_>, pool: Option<&DescriptorPool>) -> Option<Service> {
        let mut fields = self.fields(spot)?;
        let name = self.need(&mut fields, "name");
        let name = name.and_then(|spot| self.service_name(&spot, pool));
        let host = self.host(&mut fields);
        if let Some(spot) = fields.take("port") {
            self.number(&spot, 0, 65_535);
            let message = "the port is that of the operator's configuration".to_owned();
            let (mark, pointer) = (spot.node.mark, spot.pointer.clone());
            self.warn(mark, &pointer, "value.ignored", message, "leave it out");
        }
        let authentication = self.authentication_of(&mut fields);
        self.close(fields);
        Some(Service { name, host, authentication })
    }

    fn service_name(&mut self, spot: &Spot<'_>, pool: Option<&DescriptorPool>) -> Option<String> {
        let name = self.text(spot)?;
        let pool = pool?;
        if pool.get_service_by_name(&name).is_some() {
            return Some(name);
        }
        let known: Vec<String> = pool.services().map(|it| it.full_name().to_owned()).collect();
        let mend = match nearest(&name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("the services are {}", known.join(", ")),
        };
        let message = format!("the descriptors know no service {name}");
        self.wrong(spot, "function.unknown", message, &mend);
        None
    }

    fn host(&mut self, fields: &mut Fields<'_>) -> Option<String> {
        let spot = self.need(fields, "host")?;
        let name = self.text(&spot)?;
        let Some(hosts) = self.functions.around().hosts.clone() else { return Some(name) };
        if hosts.contains(&name) {
            return Some(name);
        }
        let mend = match nearest(&name, hosts.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "have the operator add it to [hosts] for this agency".to_owned(),
        };
        let message = format!("the operator configured no host {name}");
        self.wrong(&spot, "host.unknown", message, &mend);
        None
    }

    fn grpc_method(
        &mut self,
        spot: &Spot<'_>,
        pool: &DescriptorPool,
        service: &str,
    ) -> Option<MethodDescriptor> {
        let name = self.text(spot)?;
        let service = pool.get_service_by_name(service)?;
        let Some(method) = service.methods().find(|method| method.name() == name) else {
            let known: Vec<String> = service.methods().map(|it| it.name().to_owned()).collect();
            let mend = match nearest(&name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the methods are {}", known.join(", ")),
            };
            let message = format!("{} has no method {name}", service.full_name());
            self.wrong(spot, "function.unknown", message, &mend);
            return None;
        };
        self.refuse_stream(spot, &method).then_some(method)
    }

    /// Says whether a call can send what the method takes.
    pub fn refuse_stream(&mut self, spot: &Spot<'_>, method: &MethodDescriptor) -> bool {
        if method.is_client_streaming() {
            let name = method.full_name();
            let message = format!("{name} takes a stream of requests, which a call cannot send");
            self.wrong(spot, "function.streaming", message, "call a method that takes one request");
        }
        !method.is_client_streaming()
    }

    fn grpc_arguments(
        &mut self,
        method: &Spot<'_>,
        arguments: Option<&Spot<'_>>,
        descriptor: &MethodDescriptor,
    ) -> Option<Template> {
        let given = Map::new();
        let present = arguments.is_some();
        self.check_arguments(arguments.unwrap_or(method), present, &descriptor.input(), &given);
        match arguments {
            Some(spot) => self.template(spot, Scope::Body),
            None => Some(Template::Constant(Value::Object(given))),
        }
    }
}
