//! Why nothing was called, or nothing usable came back.

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A destination's host is neither a name nor an address.
    #[error("outbound.allow: {0} is not a host")]
    Host(String),
    /// A destination lists something that is no address and no network.
    #[error("outbound.allow: {0} is not an address or a network")]
    Network(String),
    /// A limit that would forbid every call.
    #[error("outbound.{0} must be more than 0")]
    Limit(&'static str),
    /// The file with authorities cannot be read.
    #[error("outbound.authority_file cannot be read")]
    Authority(#[from] std::io::Error),
    /// The client cannot be made, for example because of a malformed certificate.
    #[error("the client cannot be made")]
    Client(#[from] reqwest::Error),
}

/// Which rule said no, or what broke. It never carries the URL, a header or a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The URL is not an absolute one with a host.
    #[error("the URL is malformed")]
    UrlMalformed,
    /// The URL holds a user or a password.
    #[error("the URL holds credentials")]
    CredentialsInUrl,
    /// The host is not on the operator's list.
    #[error("the host is not allowed")]
    HostNotAllowed,
    /// The scheme is neither `https` nor an `http` that the operator allowed for this host.
    #[error("the scheme is not allowed")]
    SchemeNotAllowed,
    /// The port is not one that the operator allowed for this host.
    #[error("the port is not allowed")]
    PortNotAllowed,
    /// The host is, or resolves to, an address that is not public and not on the operator's list.
    #[error("the address is not public")]
    AddressNotPublic,
    /// The host has no address.
    #[error("the host has no address")]
    Unresolved,
    /// The body of the request is longer than allowed.
    #[error("the request is too large")]
    RequestTooLarge,
    /// Nobody listens there, or the handshake failed.
    #[error("the connection failed")]
    ConnectFailed,
    /// The call took longer than allowed.
    #[error("the call took too long")]
    TimedOut,
    /// The answer is longer than allowed.
    #[error("the answer is too large")]
    AnswerTooLarge,
    /// The answer is not HTTP, or broke off.
    #[error("the answer broke off")]
    AnswerBroken,
}

impl OutboundError {
    /// Says whether a rule forbade the call, so that nothing has left the house.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        match self {
            Self::UrlMalformed
            | Self::CredentialsInUrl
            | Self::HostNotAllowed
            | Self::SchemeNotAllowed
            | Self::PortNotAllowed
            | Self::AddressNotPublic
            | Self::RequestTooLarge => true,
            Self::Unresolved
            | Self::ConnectFailed
            | Self::TimedOut
            | Self::AnswerTooLarge
            | Self::AnswerBroken => false,
        }
    }

    /// A word for programs, such as `host_not_allowed`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::UrlMalformed => "url_malformed",
            Self::CredentialsInUrl => "credentials_in_url",
            Self::HostNotAllowed => "host_not_allowed",
            Self::SchemeNotAllowed => "scheme_not_allowed",
            Self::PortNotAllowed => "port_not_allowed",
            Self::AddressNotPublic => "address_not_public",
            Self::Unresolved => "unresolved",
            Self::RequestTooLarge => "request_too_large",
            Self::ConnectFailed => "connect_failed",
            Self::TimedOut => "timed_out",
            Self::AnswerTooLarge => "answer_too_large",
            Self::AnswerBroken => "answer_broken",
        }
    }
}
