//! Registering beneficiaries, and updating their details.

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};
use http::HeaderMap;
use rangkai_db::Tx;
use rangkai_primitives::Sensitive;
use rangkai_proto::payments::v1 as wire;
use serde_json::{Map, Value};

use super::{
    Profile,
    answer::Answer,
    body::Body,
    call::Sameness,
    g2p::{FUNCTIONAL_ID, ID, at_most, done, exact, items, not_done, words},
};
use crate::{
    domain::{EnvelopeRefusal, FinancialAddress, NewPayee, PayeeChange, PayeeRef},
    error::Error,
    ops,
};

/// What is done with each beneficiary.
#[derive(Clone, Copy)]
enum Deed {
    Register,
    Update,
}

/// A beneficiary as the contract spells one.
#[derive(Clone)]
struct Person {
    payee: PayeeRef,
    modality: Option<String>,
    account: Option<Sensitive<String>>,
}

/// `POST /register-beneficiary`.
pub async fn register(
    State(profile): State<Profile>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    let method = "rangkai.payments.v1.PayeeService/LinkPayee";
    keep(&profile, method, &headers, (bytes, Deed::Register))
        .await
        .unwrap_or_else(|refused| refused)
}

/// `POST /update-beneficiary-details`.
pub async fn update(
    State(profile): State<Profile>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    let method = "rangkai.payments.v1.PayeeService/UpdatePayee";
    keep(&profile, method, &headers, (bytes, Deed::Update)).await.unwrap_or_else(|refused| refused)
}

async fn keep(
    profile: &Profile,
    method: &'static str,
    headers: &HeaderMap,
    (bytes, deed): (Result<Bytes, BytesRejection>, Deed),
) -> Result<Answer, Answer> {
    let caller = profile.caller(method, headers).await?;
    let body = Body::read(headers, bytes);
    let body = body.map_err(|_| not_done(400, None, "the request is not a JSON object"))?;
    let request_id = exact(body.value("RequestID"), ID);
    let source = exact(body.value("SourceBBID"), ID);
    let people = items(&body, "Beneficiaries");
    let wrong = || not_done(400, Some(&body), "a field is missing or not valid");
    let (request_id, source) = (request_id.ok_or_else(wrong)?, source.ok_or_else(wrong)?);
    let people: Option<Vec<_>> =
        people.ok_or_else(wrong)?.into_iter().map(|person| read(source, person)).collect();
    let people = people.ok_or_else(wrong)?;
    let call = profile.call(&caller, method, headers, (&body, Sameness::Content));
    let keeping = move |tx: Tx| {
        let people = people.clone();
        async move {
            match deed {
                Deed::Register => link_all(&tx, people).await?,
                Deed::Update => {
                    for person in people {
                        ops::payee::update(&tx, person.change()).await?;
                    }
                }
            }
            Ok::<_, Error>(wire::LinkPayeesResponse::default())
        }
    };
    match profile.payments.db.once(call, keeping).await {
        Ok(_) => Ok(done(request_id, "the beneficiaries are kept")),
        Err(error) => Err(match words(&error) {
            Some(words) => not_done(400, Some(&body), words),
            None => error.into(),
        }),
    }
}

/// Links everybody or nobody. Who is linked to the same address already stays as it is.
async fn link_all(tx: &Tx, people: Vec<Person>) -> Result<(), Error> {
    let people = people.into_iter().map(Person::link).collect();
    let linked = ops::payee::link_many(tx, people).await?;
    if linked.refused.is_empty() { Ok(()) } else { Err(EnvelopeRefusal::PayeeTaken.into()) }
}

impl Person {
    /// Who has no address collects the money under the functional id. The contract knows neither
    /// institutions nor names.
    fn link(self) -> NewPayee {
        let account = self.account.unwrap_or_else(|| self.payee.functional_id.clone());
        NewPayee {
            payee: self.payee,
            address: FinancialAddress { institution: String::new(), account },
            modality: self.modality,
            name: Sensitive::new(String::new()),
        }
    }

    /// What is absent stays as it is, and so does what the contract cannot say.
    fn change(self) -> PayeeChange {
        let Self { payee, modality, account } = self;
        PayeeChange { payee, institution: None, account, modality, name: None }
    }
}

/// Reads one beneficiary.
fn read(source: &str, person: &Map<String, Value>) -> Option<Person> {
    let functional_id = exact(person.get("PayeeFunctionalID"), FUNCTIONAL_ID)?;
    let modality = match person.get("PaymentModality") {
        None | Some(Value::Null) => None,
        modality => Some(exact(modality, 2)?.to_owned()),
    };
    let account = at_most(person.get("FinancialAddress"), 30).ok()?;
    // As over gRPC: one account, however it is written, must not be two people's.
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !functional_id.bytes().all(is_id) || !account.is_none_or(is_plain) {
        return None;
    }
    Some(Person {
        payee: PayeeRef {
            source: source.to_owned(),
            functional_id: Sensitive::new(functional_id.to_owned()),
        },
        modality,
        account: account.map(|account| Sensitive::new(account.to_owned())),
    })
}
