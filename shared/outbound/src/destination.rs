//! Whether a URL fits what the operator allows.

use std::net::IpAddr;

use reqwest::Url;

use crate::{Destination, OpenError, OutboundError, address, address::Network};

/// One allowed destination, as read from the configuration.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    host: Host,
    ports: Vec<u16>,
    http: bool,
    networks: Vec<Network>,
}

#[derive(Clone, Debug)]
enum Host {
    Exactly(String),
    Below(String),
}

impl Rule {
    pub(crate) fn read(destination: &Destination) -> Result<Self, OpenError> {
        let malformed = || OpenError::Host(destination.host.clone());
        let name = destination.host.strip_prefix('.').unwrap_or(&destination.host);
        // A URL spells hosts in one way, whatever way they were written.
        let url = Url::parse(&format!("https://{name}/")).map_err(|_| malformed())?;
        let host = url.host_str().unwrap_or_default().to_owned();
        // A URL would take `*` for a letter like any other; whoever writes it means something else.
        if url.as_str() != format!("https://{host}/") || host.is_empty() || host.contains('*') {
            return Err(malformed());
        }
        let below = destination.host.starts_with('.');
        if below && literal(&host).is_some() {
            return Err(malformed());
        }
        let networks = destination
            .addresses
            .iter()
            .map(|text| Network::parse(text).ok_or_else(|| OpenError::Network(text.clone())));
        Ok(Self {
            host: if below { Host::Below(format!(".{host}")) } else { Host::Exactly(host) },
            ports: destination.ports.clone(),
            http: destination.http,
            networks: networks.collect::<Result<_, _>>()?,
        })
    }

    /// Says whether a connection may go to `address`.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        address::is_public(address) || self.networks.iter().any(|network| network.holds(address))
    }

    /// Says whether calls may go unencrypted.
    pub(crate) fn allows_http(&self) -> bool {
        self.http
    }

    fn fits_host(&self, host: &str) -> bool {
        match &self.host {
            Host::Exactly(name) => name == host,
            Host::Below(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
        }
    }

    fn fits_scheme(&self, scheme: &str) -> bool {
        scheme == "https" || (scheme == "http" && self.http)
    }

    fn fits_port(&self, port: u16, scheme: &str) -> bool {
        if self.ports.is_empty() {
            port == if scheme == "http" { 80 } else { 443 }
        } else {
            self.ports.contains(&port)
        }
    }
}

/// Judges what every URL must be, wherever it leads.
///
/// # Errors
///
/// [`OutboundError::UrlMalformed`] or [`OutboundError::CredentialsInUrl`].
pub fn check_form(text: &str) -> Result<(), OutboundError> {
    read(text).map(|_| ())
}

/// The URL in `text`, and the number of the first rule that it fits. What can be told without
/// asking for a name is judged here.
pub(crate) fn judge(text: &str, rules: &[Rule]) -> Result<(Url, usize), OutboundError> {
    let url = read(text)?;
    let host = url.host_str().unwrap_or_default();
    let of_host = || rules.iter().enumerate().filter(|(_, rule)| rule.fits_host(host));
    let of_scheme = || of_host().filter(|(_, rule)| rule.fits_scheme(url.scheme()));
    of_host().next().ok_or(OutboundError::HostNotAllowed)?;
    of_scheme().next().ok_or(OutboundError::SchemeNotAllowed)?;
    let port = url.port_or_known_default().ok_or(OutboundError::PortNotAllowed)?;
    let (number, rule) = of_scheme()
        .find(|(_, rule)| rule.fits_port(port, url.scheme()))
        .ok_or(OutboundError::PortNotAllowed)?;
    if literal(host).is_some_and(|address| !rule.allows(address)) {
        return Err(OutboundError::AddressNotPublic);
    }
    Ok((url, number))
}

fn read(text: &str) -> Result<Url, OutboundError> {
    let url = Url::parse(text).map_err(|_| OutboundError::UrlMalformed)?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(OutboundError::UrlMalformed);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(OutboundError::CredentialsInUrl);
    }
    Ok(url)
}

/// The address that a host is, when it is no name. Nobody resolves it, so it is judged by itself.
fn literal(host: &str) -> Option<IpAddr> {
    let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inside.unwrap_or(host).parse().ok()
}
