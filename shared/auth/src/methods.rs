//! What each method's contract says about who may call it and for how long.

use std::{collections::HashMap, sync::LazyLock, time::Duration};

use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};

/// The scope of methods that need no token.
pub const PUBLIC: &str = "public";

const OPTION: &str = "rangkai.options.v1.method";

static ALL: LazyLock<Result<Methods, MethodsError>> =
    LazyLock::new(|| Methods::of(rangkai_proto::pool()));

/// Every method of the contracts, by its path.
#[derive(Clone, Debug, Default)]
pub struct Methods(HashMap<String, Method>);

/// What the contract says about one method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// The full name, such as `rangkai.payments.v1.BillService/IssueBill`.
    pub name: String,
    /// The scope that a caller needs; `public` for no token at all.
    pub scope: String,
    /// Whether the same request may be sent again when no answer came.
    pub retry_safe: bool,
    /// How long a call may take when its caller does not say.
    pub default_deadline: Option<Duration>,
    /// The longest that a call may take, whatever its caller says.
    pub max_deadline: Option<Duration>,
    /// Whether the caller sends a stream.
    pub client_streaming: bool,
    /// Whether the answer is a stream.
    pub server_streaming: bool,
}

/// Why the contracts cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MethodsError {
    /// The descriptors do not know the method option at all.
    #[error("the contracts do not define {OPTION}")]
    NoOption,
    /// A method does not say who may call it.
    #[error("the method {0} declares no scope")]
    NoScope(String),
}

impl Methods {
    /// The methods of all contracts of the house, read once.
    ///
    /// # Errors
    ///
    /// When a method declares no scope; nobody may serve it then.
    pub fn all() -> Result<&'static Self, MethodsError> {
        ALL.as_ref().map_err(Clone::clone)
    }

    /// Reads the methods of every `rangkai` service in `pool`.
    ///
    /// # Errors
    ///
    /// When a method declares no scope.
    pub fn of(pool: &DescriptorPool) -> Result<Self, MethodsError> {
        let option = pool.get_extension_by_name(OPTION).ok_or(MethodsError::NoOption)?;
        let ours = pool.services().filter(|service| service.full_name().starts_with("rangkai."));
        let mut methods = HashMap::new();
        for method in ours.flat_map(|service| service.methods().collect::<Vec<_>>()) {
            let declared = method.options();
            let declared = declared.get_extension(&option);
            let name = format!("{}/{}", method.parent_service().full_name(), method.name());
            let read = declared.as_message().and_then(|option| read(&name, &method, option));
            let read = read.ok_or_else(|| MethodsError::NoScope(name.clone()))?;
            methods.insert(name, read);
        }
        Ok(Self(methods))
    }

    /// The method at `path`, which may begin with a slash.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Method> {
        self.0.get(path.strip_prefix('/').unwrap_or(path))
    }

    /// Every method, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Method> {
        self.0.values()
    }
}

impl Method {
    /// Whether the method needs no token.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.scope == PUBLIC
    }
}

fn read(name: &str, method: &MethodDescriptor, option: &DynamicMessage) -> Option<Method> {
    let scope = option.get_field_by_name("scope")?.as_str()?.to_owned();
    let retry_safe = option.get_field_by_name("retry_safe").and_then(|flag| flag.as_bool());
    (!scope.is_empty()).then(|| Method {
        name: name.to_owned(),
        scope,
        retry_safe: retry_safe.unwrap_or_default(),
        default_deadline: span(option, "default_deadline"),
        max_deadline: span(option, "max_deadline"),
        client_streaming: method.is_client_streaming(),
        server_streaming: method.is_server_streaming(),
    })
}

/// Reads a `google.protobuf.Duration`; one that is absent or not positive is no limit.
fn span(option: &DynamicMessage, field: &str) -> Option<Duration> {
    let value = option.get_field_by_name(field)?;
    let message = value.as_message()?;
    let seconds = u64::try_from(message.get_field_by_name("seconds")?.as_i64()?).ok()?;
    let nanos = u32::try_from(message.get_field_by_name("nanos")?.as_i32()?).ok()?;
    let span = Duration::new(seconds, nanos);
    (!span.is_zero()).then_some(span)
}
