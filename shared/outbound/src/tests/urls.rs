//! What a URL tells before anybody is asked.

use super::{config, destination};
use crate::{Destination, OpenError, Outbound, OutboundError};

fn check(allow: Vec<Destination>, url: &str) -> Result<(), OutboundError> {
    Outbound::open(&config(allow)).unwrap().check(url)
}

#[test]
fn without_a_list_nothing_is_called() {
    assert_eq!(check(Vec::new(), "https://bank.example/"), Err(OutboundError::HostNotAllowed));
}

#[test]
fn a_host_is_allowed_by_its_name_or_by_what_it_lies_below() {
    let allow = || vec![destination("hooks.bank.example"), destination(".agency.example")];

    for url in [
        "https://hooks.bank.example/in?a=b",
        "https://HOOKS.bank.example:443/",
        "https://a.agency.example/",
        "https://a.b.agency.example/",
    ] {
        assert_eq!(check(allow(), url), Ok(()), "{url}");
    }
    for url in [
        "https://bank.example/",
        "https://x.hooks.bank.example/",
        "https://agency.example/",
        "https://.agency.example/",
        "https://evilagency.example/",
        "https://hooks.bank.example.evil.example/",
        "https://hooks.bank.example./",
        "https://evil.example/?hooks.bank.example",
        "https://evil.example\\@hooks.bank.example/",
    ] {
        assert_eq!(check(allow(), url), Err(OutboundError::HostNotAllowed), "{url}");
    }
}

#[test]
fn scheme_port_and_credentials_are_judged() {
    let odd = Destination { ports: vec![8443], ..destination("odd.example") };
    let plain = Destination { http: true, ..destination("plain.example") };
    let allow = || vec![destination("bank.example"), odd.clone(), plain.clone()];
    let cases = [
        ("http://bank.example/", OutboundError::SchemeNotAllowed),
        ("ftp://bank.example/", OutboundError::SchemeNotAllowed),
        ("https://bank.example:80/", OutboundError::PortNotAllowed),
        ("https://bank.example:8443/", OutboundError::PortNotAllowed),
        ("https://bank.example:22/", OutboundError::PortNotAllowed),
        ("https://odd.example/", OutboundError::PortNotAllowed),
        ("http://plain.example:443/", OutboundError::PortNotAllowed),
        ("https://user@bank.example/", OutboundError::CredentialsInUrl),
        ("https://user:secret@bank.example/", OutboundError::CredentialsInUrl),
        ("https://:secret@bank.example/", OutboundError::CredentialsInUrl),
        ("/in", OutboundError::UrlMalformed),
        ("", OutboundError::UrlMalformed),
        ("https://", OutboundError::UrlMalformed),
        ("https://bank.example:99999/", OutboundError::UrlMalformed),
        ("file:///etc/passwd", OutboundError::UrlMalformed),
        ("data:text/plain,x", OutboundError::UrlMalformed),
    ];
    for (url, error) in cases {
        assert_eq!(check(allow(), url), Err(error), "{url}");
    }
    for url in ["https://odd.example:8443/", "http://plain.example/", "https://plain.example/"] {
        assert_eq!(check(allow(), url), Ok(()), "{url}");
    }
}

#[test]
fn an_address_in_the_url_keeps_to_the_rule_of_addresses() {
    let spellings = [
        ("127.0.0.1", "https://127.0.0.1/"),
        ("127.0.0.1", "https://127.1/"),
        ("127.0.0.1", "https://2130706433/"),
        ("127.0.0.1", "https://0x7f.0.0.1/"),
        ("127.0.0.1", "https://0177.0.0.1/"),
        ("[::1]", "https://[::1]/"),
        ("[::1]", "https://[0:0:0:0:0:0:0:1]/"),
        ("[::ffff:127.0.0.1]", "https://[::ffff:7f00:1]/"),
        ("[64:ff9b::a00:1]", "https://[64:ff9b::10.0.0.1]/"),
        ("[fe80::1]", "https://[fe80::1]/"),
        ("[fd00::1]", "https://[fd00::1]/"),
        ("169.254.169.254", "https://169.254.169.254/latest/meta-data"),
    ];
    for (host, url) in spellings {
        // The host as a URL spells it.
        let spelt = reqwest::Url::parse(&format!("https://{host}")).unwrap();
        let host = spelt.host_str().unwrap();
        let allowed = destination(host);
        assert_eq!(check(vec![allowed], url), Err(OutboundError::AddressNotPublic), "{url}");
        assert_eq!(check(vec![], url), Err(OutboundError::HostNotAllowed), "{url}");
    }
    let listed = Destination { addresses: vec!["127.0.0.0/8".into()], ..destination("127.0.0.1") };
    assert_eq!(check(vec![listed], "https://127.0.0.1/"), Ok(()));
}

#[test]
fn a_configuration_that_cannot_be_meant_does_not_open() {
    for host in ["", ".", "bank.example/path", "bank.example:8443", "*.bank.example", ".127.0.0.1"]
    {
        let opened = Outbound::open(&config(vec![destination(host)]));
        assert!(matches!(opened, Err(OpenError::Host(_))), "{host}");
    }
    let network = Destination { addresses: vec!["inside".into()], ..destination("bank.example") };
    assert!(matches!(Outbound::open(&config(vec![network])), Err(OpenError::Network(_))));
    let mut endless = config(Vec::new());
    endless.timeout_ms = 0;
    assert!(matches!(Outbound::open(&endless), Err(OpenError::Limit("timeout_ms"))));
}
