//! The calls themselves.

use std::{error::Error, fs, sync::Arc, time::Duration};

use http::{HeaderMap, Method, StatusCode};
use reqwest::{Certificate, Client, redirect, retry};

use crate::{
    OpenError, OutboundConfig, OutboundError,
    destination::{self, Rule},
    lookup::{self, Ask, Lookup},
};

/// How long an idle connection to an address that was judged is kept.
const IDLE: Duration = Duration::from_secs(30);

/// Calls what the operator allows, and nothing else.
#[derive(Clone, Debug)]
pub struct Outbound {
    rules: Arc<[Rule]>,
    /// One client for each rule: what one destination allows is of no use to another.
    clients: Arc<[Client]>,
    max_request_bytes: usize,
    max_answer_bytes: usize,
}

/// An answer, of which the body is still to be read.
#[derive(Debug)]
pub struct Answer {
    response: reqwest::Response,
    max_bytes: usize,
}

impl Outbound {
    /// The way out that `config` describes.
    ///
    /// # Errors
    ///
    /// [`OpenError`] names what is wrong in the configuration.
    pub fn open(config: &OutboundConfig) -> Result<Self, OpenError> {
        Self::with_names(config, &lookup::system())
    }

    pub(crate) fn with_names(config: &OutboundConfig, ask: &Ask) -> Result<Self, OpenError> {
        check_limits(config)?;
        let authorities = authorities(config)?;
        let rules: Vec<_> = config.allow.iter().map(Rule::read).collect::<Result<_, _>>()?;
        let clients = rules.iter().map(|rule| {
            let lookup = Lookup { ask: ask.clone(), rule: Arc::new(rule.clone()) };
            client(config, &authorities, lookup)
        });
        Ok(Self {
            clients: clients.collect::<Result<_, _>>()?,
            rules: rules.into(),
            max_request_bytes: config.max_request_bytes,
            max_answer_bytes: config.max_answer_bytes,
        })
    }

    /// Judges `url` by every rule that needs no look-up of a name.
    ///
    /// # Errors
    ///
    /// The rule that it breaks.
    pub fn check(&self, url: &str) -> Result<(), OutboundError> {
        destination::judge(url, &self.rules).map(|_| ())
    }

    /// Calls `url`, once. Whatever the other side answers is an [`Answer`], a redirect too.
    ///
    /// # Errors
    ///
    /// The rule that forbids it, or what broke.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, OutboundError> {
        let (url, number) = destination::judge(url, &self.rules)?;
        let client = self.clients.get(number).ok_or(OutboundError::HostNotAllowed)?;
        if body.len() > self.max_request_bytes {
            return Err(OutboundError::RequestTooLarge);
        }
        let call = client.request(method, url).headers(headers).body(body).send().await;
        let response = call.map_err(|error| read_error(&error))?;
        Ok(Answer { response, max_bytes: self.max_answer_bytes })
    }
}

impl Answer {
    /// What the other side says became of it.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Reads the body, as far as it is allowed to go. Whoever needs no body does not read it.
    ///
    /// # Errors
    ///
    /// When it is too large, takes too long or breaks off.
    pub async fn body(mut self) -> Result<Vec<u8>, OutboundError> {
        let mut body = Vec::new();
        while let Some(part) = self.response.chunk().await.map_err(|error| read_error(&error))? {
            if part.len() > self.max_bytes - body.len() {
                return Err(OutboundError::AnswerTooLarge);
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }
}

fn check_limits(config: &OutboundConfig) -> Result<(), OpenError> {
    let limits = [
        ("connect_timeout_ms", config.connect_timeout_ms == 0),
        ("timeout_ms", config.timeout_ms == 0),
        ("max_request_bytes", config.max_request_bytes == 0),
        ("max_answer_bytes", config.max_answer_bytes == 0),
    ];
    match limits.into_iter().find(|(_, is_zero)| *is_zero) {
        Some((name, _)) => Err(OpenError::Limit(name)),
        None => Ok(()),
    }
}

fn authorities(config: &OutboundConfig) -> Result<Vec<Certificate>, OpenError> {
    let Some(file) = &config.authority_file else { return Ok(Vec::new()) };
    Ok(Certificate::from_pem_bundle(&fs::read(file)?)?)
}

fn client(
    config: &OutboundConfig,
    authorities: &[Certificate],
    lookup: Lookup,
) -> Result<Client, OpenError> {
    let https_only = !lookup.rule.allows_http();
    let client = Client::builder()
        .https_only(https_only)
        .user_agent("rangkai")
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .http1_only()
        .pool_idle_timeout(IDLE)
        .connect_timeout(Duration::from_millis(config.connect_timeout_ms))
        .timeout(Duration::from_millis(config.timeout_ms))
        .tls_certs_merge(authorities.iter().cloned())
        .dns_resolver(lookup);
    Ok(client.build()?)
}

/// What broke, or the rule of the look-up that said no, which lies further inside.
fn read_error(error: &reqwest::Error) -> OutboundError {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(refused) = inner.downcast_ref::<OutboundError>() {
            return *refused;
        }
        source = inner.source();
    }
    if error.is_timeout() {
        OutboundError::TimedOut
    } else if error.is_connect() {
        OutboundError::ConnectFailed
    } else {
        OutboundError::AnswerBroken
    }
}
