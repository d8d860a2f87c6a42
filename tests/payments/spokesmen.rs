//! Which client speaks for which bank.

use std::io::Write as _;

use rangkai_config::ConfigError;
use rangkai_payments::{Config, DEFAULTS};
use rangkai_primitives::Caller;
use rangkai_proto::payments::v1::{
    BillState, ErrorReason, ImportRemittancesRequest, RecordRemittanceRequest, RefundState,
    SuspenseResolution, SuspenseState,
};
use rangkai_testkit::{Kind, caller, fresh};
use rstest::rstest;
use tonic::{Code, Status};

use super::{
    refunds,
    support::{BANK, Desk, House, reason, rupiah},
    suspense::{self, back, propose, wish},
};

const CLIENTS: &str = "[banks.clients]\nbri = [\"002\", \"494\"]\nbni = [\"009\"]\n";

/// The settings of the block with `text` in its file.
fn configured(text: &str) -> Result<Config, ConfigError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    rangkai_config::load("payments", DEFAULTS, Some(file.path()))
}

/// A house in which two banks are listed.
async fn house(kind: Kind) -> anyhow::Result<House> {
    let banks = configured(CLIENTS)?.banks;
    House::configured(kind, |config| config.banks = banks).await
}

/// What a client of a bank does, which may act for another.
fn client(house: &House, id: &str, on_behalf: Option<&str>) -> anyhow::Result<Desk> {
    let on_behalf = on_behalf.map(str::to_owned);
    house.desk(&Caller { id: id.to_owned(), on_behalf, ..caller("banks", &BANK, &[]) })
}

/// Sees that it is refused because the bank is another's.
fn is_not_theirs<A>(answer: Result<A, Status>, field: &str, bank_code: &str) {
    let Err(status) = answer.map(drop) else { panic!("nothing was refused") };
    assert_eq!(status.code(), Code::PermissionDenied);
    for (key, value) in [("field", field), ("bank_code", bank_code)] {
        let expected = (ErrorReason::BankNotYours, value.to_owned());
        assert_eq!(reason(Err::<(), _>(status.clone()), key), expected);
    }
}

fn file(bank_code: &str, billing_code: &str) -> ImportRemittancesRequest {
    let line = format!("D|{billing_code}|75000|{}|2023-11-14T22:13:20Z\n", fresh());
    let content = format!("H|{bank_code}|2023-11-14|1|75000\n{line}T|1|75000\n").into_bytes();
    ImportRemittancesRequest { request_id: fresh(), content }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_payment_is_reported_by_a_client_of_its_own_bank(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = house(kind).await?;
    let desk = house.korlantas().await?;
    let (mut bri, mut stranger) = (client(&house, "bri", None)?, client(&house, "mandiri", None)?);
    let mut acting = client(&house, "teller", Some("bri"))?;
    let mut acted_for = client(&house, "bri", Some("portal"))?;
    let (one, two) = (desk.bill().await?, desk.bill().await?);
    let foreign = house.payment(&one, "009");

    is_not_theirs(bri.remittances.record_remittance(foreign.clone()).await, "bank_code", "009");
    for desk in [&mut stranger, &mut acted_for] {
        let reported = desk.remittances.record_remittance(house.payment(&one, "002")).await;
        is_not_theirs(reported, "bank_code", "002");
        let handed_in = desk.remittances.import_remittances(file("002", &one.billing_code)).await;
        is_not_theirs(handed_in, "content", "002");
    }
    let handed_in = bri.remittances.import_remittances(file("009", &one.billing_code)).await;
    is_not_theirs(handed_in, "content", "009");
    let untouched = desk.see(&one).await?.state();
    let own = RecordRemittanceRequest { bank_code: "494".to_owned(), ..foreign };
    acting.remittances.record_remittance(own).await?;
    bri.remittances.import_remittances(file("002", &two.billing_code)).await?;

    assert_eq!(untouched, BillState::Open);
    assert_eq!(desk.see(&one).await?.state(), BillState::Paid);
    assert_eq!(desk.see(&two).await?.state(), BillState::Paid);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn money_that_went_back_is_confirmed_by_a_client_of_its_own_bank(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = house(kind).await?;
    let desk = house.korlantas().await?;
    let second = house.person("korlantas", "head")?;
    let (mut bri, mut bni) = (client(&house, "bri", None)?, client(&house, "bni", None)?);
    let (bill, other) = (desk.bill().await?, desk.bill().await?);
    bri.remittances.record_remittance(house.payment(&bill, "002")).await?;
    let refund = desk.refund(&bill, None).await?;
    let less =
        RecordRemittanceRequest { amount: Some(rupiah(70_000)), ..house.payment(&other, "002") };
    let less = bri.remittances.record_remittance(less).await?.into_inner().remittance.unwrap();
    propose(&desk, &less, wish(SuspenseResolution::Return)).await?;
    suspense::confirm(&second, &less).await?;

    let not_refunded = bni.refunds.confirm_refund(refunds::confirm(&refund, "OUT-1")).await;
    let not_returned = bni.suspense.confirm_suspense_return(back(&less.suspense_id, "OUT-2")).await;
    let refunded = bri.refunds.confirm_refund(refunds::confirm(&refund, "OUT-1")).await?;
    let returned = bri.suspense.confirm_suspense_return(back(&less.suspense_id, "OUT-2")).await?;

    is_not_theirs(not_refunded, "bank_code", "002");
    is_not_theirs(not_returned, "bank_code", "002");
    assert_eq!(refunded.into_inner().refund.unwrap().state(), RefundState::Paid);
    assert_eq!(returned.into_inner().item.unwrap().state(), SuspenseState::Returned);
    Ok(())
}

#[test]
fn a_wrong_table_of_clients_stops_the_start_and_names_the_key() {
    for (wrong, key) in [
        ("[banks.clients]\nbri = \"002\"\n", "banks.clients.bri: "),
        ("[banks.clients]\nbri = [2]\n", "banks.clients.bri.0: "),
        ("[banks.clients]\nbri = [\"002\", \"02\"]\n", "banks.clients.bri.1: "),
        ("[banks.clients]\nbri = [\"BRI\"]\n", "banks.clients.bri.0: "),
        ("[banks]\nclient = { bri = [\"002\"] }\n", "banks.client: "),
        ("[banks]\nclients = [\"bri\"]\n", "banks.clients: "),
    ] {
        let refused = configured(wrong).unwrap_err().to_string();
        assert!(refused.starts_with(key), "{wrong}: {refused}");
    }
    assert_eq!(configured(CLIENTS).unwrap().banks.clients.len(), 2);
    assert!(configured("").unwrap().banks.clients.is_empty());
}
