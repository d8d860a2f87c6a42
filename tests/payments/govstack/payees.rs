//! Beneficiaries who are known over gRPC too, with a bank and a name that the profile cannot tell.

use rangkai_proto::payments::v1::{
    ErrorReason, LinkPayeeRequest, LinkPayeesRequest, NewPayee, UnlinkPayeeRequest,
    ValidatePayeeRequest, ValidatePayeeResponse, payee_service_client::PayeeServiceClient,
};
use rangkai_testkit::{Client, Kind, fresh};
use rstest::rstest;
use serde_json::{Value, json};
use tonic::{Response, Status};

use super::{
    Listener,
    g2p::{is, people},
    http::send,
};
use crate::payments::support::refused;

const SOURCE: &str = "source000001";
const NAME: &str = "Siti Aminah";
const REGISTER: &str = "/register-beneficiary";
const UPDATE: &str = "/update-beneficiary-details";

type Payees = PayeeServiceClient<Client>;

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_update_changes_only_what_it_names(#[case] kind: Kind) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let mut payees = Payees::new(at.house.agency("kemensos")?.client);
    payees.link_payee(link(0, "0023")).await?;
    let update = |number: u32, field: &'static str, value: &'static str| {
        let body = beneficiary(number, json!({ field: value }));
        async move { send(at.address, "POST", UPDATE, &body).await }
    };

    let nothing = send(at.address, "POST", UPDATE, &beneficiary(1, json!({}))).await?;
    let modality = update(2, "PaymentModality", "01").await?;
    let at_the_old = payees.link_payee(link(1, "0023")).await;
    let after_modality = ask(&mut payees, 0).await?;
    let moved = update(3, "FinancialAddress", "0024").await?;
    let at_the_new = payees.link_payee(link(1, "0024")).await;
    let old_is_free = payees.link_payee(link(1, "0023")).await;
    let after_address = ask(&mut payees, 0).await?;

    is(&nothing, (200, "00", "request00001"));
    is(&modality, (200, "00", "request00002"));
    is(&moved, (200, "00", "request00003"));
    assert_eq!(refused(at_the_old), ErrorReason::AddressTaken);
    assert_eq!(refused(at_the_new), ErrorReason::AddressTaken);
    assert!(old_is_free.is_ok());
    let named = ValidatePayeeResponse { known: true, active: true, name_plausible: Some(true) };
    assert_eq!([after_modality, after_address], [named, named]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn one_who_was_unlinked_is_linked_again_among_many_and_over_the_profile(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let mut payees = Payees::new(at.house.agency("kemensos")?.client);
    let mut register = people("request00001", 1);
    let first = send(at.address, "POST", REGISTER, &register).await?;
    payees.unlink_payee(unlink(0)).await?;
    payees.link_payee(link(5, "0005")).await?;

    register["RequestID"] = json!("request00002");
    let again = send(at.address, "POST", REGISTER, &register).await?;
    let known = ask(&mut payees, 0).await?;
    payees.unlink_payee(unlink(0)).await?;
    // The second would take the address of the fifth, and the third is new.
    payees.link_payee(link(2, "0002")).await?;
    payees.unlink_payee(unlink(2)).await?;
    let many = link_many(&mut payees, &[(0, "0000"), (2, "0005"), (3, "0003")]).await?;
    let repeated = link_many(&mut payees, &[(0, "0000"), (2, "0002"), (3, "0003")]).await?;

    is(&first, (200, "00", "request00001"));
    is(&again, (200, "00", "request00002"));
    assert!(known.active);
    assert_eq!(many, (2, 0, vec![1]));
    assert_eq!(repeated, (1, 2, vec![]));
    assert_eq!(ask(&mut payees, 0).await?.name_plausible, Some(true));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn who_is_known_with_a_bank_and_a_name_is_registered_at_the_same_account(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let mut payees = Payees::new(at.house.agency("kemensos")?.client);
    payees.link_payee(link(0, "0023")).await?;
    let address = |account: &str| json!({ "FinancialAddress": account });

    let same = send(at.address, "POST", REGISTER, &beneficiary(1, address("0023"))).await?;
    let other = send(at.address, "POST", REGISTER, &beneficiary(2, address("0024"))).await?;
    let renamed = link_many(&mut payees, &[(0, "0023")]).await?;

    is(&same, (200, "00", "request00001"));
    is(&other, (400, "01", "request00002"));
    assert_eq!(renamed, (0, 1, vec![]));
    assert_eq!(ask(&mut payees, 0).await?.name_plausible, Some(true));
    Ok(())
}

fn functional_id(person: u32) -> String {
    format!("functional{person:010}")
}

fn link(person: u32, account: &str) -> LinkPayeeRequest {
    LinkPayeeRequest {
        request_id: fresh(),
        source: SOURCE.to_owned(),
        functional_id: functional_id(person),
        institution: "002".to_owned(),
        account: account.to_owned(),
        name: NAME.to_owned(),
    }
}

fn unlink(person: u32) -> UnlinkPayeeRequest {
    UnlinkPayeeRequest {
        request_id: fresh(),
        source: SOURCE.to_owned(),
        functional_id: functional_id(person),
    }
}

/// Asks after a person and the name that everybody here has.
async fn ask(payees: &mut Payees, person: u32) -> Result<ValidatePayeeResponse, Status> {
    let request = ValidatePayeeRequest {
        source: SOURCE.to_owned(),
        functional_id: functional_id(person),
        name: NAME.to_owned(),
    };
    payees.validate_payee(request).await.map(Response::into_inner)
}

/// How many were linked, how many were as they are, and the places of those passed over.
async fn link_many(
    payees: &mut Payees,
    people: &[(u32, &str)],
) -> Result<(i64, i64, Vec<i64>), Status> {
    let payee = |(person, account): &(u32, &str)| {
        let link = link(*person, account);
        NewPayee {
            functional_id: link.functional_id,
            institution: link.institution,
            account: link.account,
            name: link.name,
        }
    };
    let payees_of = people.iter().map(payee).collect();
    let batch = LinkPayeesRequest { source: SOURCE.to_owned(), payees: payees_of };
    let answer = payees.link_payees(tokio_stream::once(batch)).await?.into_inner();
    Ok((answer.linked, answer.unchanged, answer.refused_places))
}

/// What asks for the first person with only these fields.
fn beneficiary(number: u32, mut fields: Value) -> Value {
    fields["PayeeFunctionalID"] = json!(functional_id(0));
    json!({
        "RequestID": format!("request{number:05}"),
        "SourceBBID": SOURCE,
        "Beneficiaries": [fields],
    })
}
