//! What an agency may say of its endpoints.

use rangkai_outbound::Destination;
use rangkai_proto::messaging::v1::{
    DisableEndpointRequest, EnableEndpointRequest, ErrorReason, ListEndpointsRequest,
    RetryDeliveryRequest, RotateSecretRequest, SendTestEventRequest, UpdateEndpointRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::{Code, Status};

use super::{House, asking, endpoint, id};
use crate::messaging::stage::{fields, reason};

const PAID: &str = "rangkai.payments.v1.BillPaid";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_secret_is_shown_to_whoever_made_it_and_to_nobody_later(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut korlantas = house.agency("korlantas")?;
    let request = asking(&house.receiver.url("/in"), &[PAID, PAID]);
    let first = korlantas.register_endpoint(request.clone()).await?.into_inner();
    assert!(first.secret.starts_with("whsec_"));
    assert_eq!(endpoint(&first).event_types, [PAID]);
    assert_eq!(korlantas.register_endpoint(request).await?.into_inner(), first);

    let rotate =
        RotateSecretRequest { request_id: fresh(), endpoint_id: id(&first), overlap: None };
    let second = korlantas.rotate_secret(rotate.clone()).await?.into_inner();
    assert_ne!(second.secret, first.secret);
    assert_eq!(korlantas.rotate_secret(rotate).await?.into_inner(), second);
    let listed = korlantas.list_endpoints(ListEndpointsRequest::default()).await?.into_inner();
    assert_eq!(listed.endpoints, [second.endpoint.unwrap()]);
    assert!(!format!("{listed:?}").contains("whsec_"));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_url_that_the_operator_does_not_allow_is_refused(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::with(kind, |config| {
        let inside = |host: &str| Destination {
            host: host.to_owned(),
            ports: Vec::new(),
            http: false,
            addresses: Vec::new(),
        };
        config.outbound.allow.extend([inside("hooks.bank.example"), inside("10.0.0.1")]);
    })
    .await?;
    let mut korlantas = house.agency("korlantas")?;
    for (url, rule) in [
        ("https://evil.example/", "host_not_allowed"),
        ("https://169.254.169.254/", "host_not_allowed"),
        ("http://hooks.bank.example/", "scheme_not_allowed"),
        ("https://hooks.bank.example:22/", "port_not_allowed"),
        ("https://10.0.0.1/", "address_not_public"),
    ] {
        let refused = korlantas.register_endpoint(asking(url, &[PAID])).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        let (why, metadata) = reason(&refused);
        assert_eq!(why, ErrorReason::UrlNotAllowed.as_str_name());
        assert_eq!(metadata["rule"], rule, "{url}");
    }
    for url in ["https://user:password@hooks.bank.example/", "https://:443/", "ftp://a.example/"] {
        let refused = korlantas.register_endpoint(asking(url, &[PAID])).await.unwrap_err();
        assert_eq!(fields(&refused), ["url"], "{url}");
        assert!(!format!("{refused:?}").contains("password"));
    }
    let unknown =
        ["rangkai.payments.v1.BillEaten", PAID, "rangkai.messaging.v1.*", "rangkai.x.v1.*"];
    let request = asking("https://hooks.bank.example/", &unknown);
    let refused = korlantas.register_endpoint(request).await.unwrap_err();
    assert_eq!(fields(&refused), ["event_types[0]", "event_types[2]", "event_types[3]"]);
    korlantas.register_endpoint(asking("https://hooks.bank.example/a?b=c", &[PAID])).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_update_goes_where_it_says_unless_it_comes_too_late(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let registered = house.one_queued("korlantas").await?;
    let mut korlantas = house.agency("korlantas")?;
    let update = UpdateEndpointRequest {
        request_id: fresh(),
        endpoint_id: id(&registered),
        url: house.receiver.url("/new"),
        event_types: vec!["rangkai.payments.v1.BillIssued".to_owned()],
        etag: endpoint(&registered).etag,
    };
    let updated = korlantas.update_endpoint(update.clone()).await?.into_inner().endpoint.unwrap();
    assert_ne!(updated.etag, update.etag);
    let late = UpdateEndpointRequest { request_id: fresh(), ..update.clone() };
    let refused = korlantas.update_endpoint(late).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted);
    let (why, metadata) = reason(&refused);
    assert_eq!(why, ErrorReason::StaleEtag.as_str_name());
    assert_eq!(metadata["etag"], updated.etag);
    let elsewhere = UpdateEndpointRequest {
        request_id: fresh(),
        url: "https://evil.example/".to_owned(),
        etag: String::new(),
        ..update
    };
    let refused = korlantas.update_endpoint(elsewhere).await.unwrap_err();
    assert_eq!(reason(&refused).0, ErrorReason::UrlNotAllowed.as_str_name());

    house.send().await?;
    assert_eq!(house.receiver.seen()[0].path, "/new");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_agency_has_at_most_twenty_enabled_endpoints(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut endpoints = Vec::new();
    for _ in 0..19 {
        endpoints.push(house.register("korlantas").await?);
    }
    let (one, two) = tokio::join!(house.register("korlantas"), house.register("korlantas"));
    let refused: Status = [one, two].into_iter().find_map(Result::err).unwrap().downcast()?;
    let (why, metadata) = reason(&refused);
    assert_eq!(why, ErrorReason::TooManyEndpoints.as_str_name());
    assert_eq!(metadata["limit"], "20");
    house.register("dukcapil").await?;

    let mut korlantas = house.agency("korlantas")?;
    let endpoint_id = id(&endpoints[0]);
    let disable = DisableEndpointRequest { request_id: fresh(), endpoint_id: endpoint_id.clone() };
    korlantas.disable_endpoint(disable).await?;
    house.register("korlantas").await?;
    let enable = EnableEndpointRequest { request_id: fresh(), endpoint_id };
    let refused = korlantas.enable_endpoint(enable).await.unwrap_err();
    assert_eq!(reason(&refused).0, ErrorReason::TooManyEndpoints.as_str_name());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agencys_endpoint_does_not_exist(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let registered = house.one_queued("korlantas").await?;
    let delivery = house.newest("korlantas", &id(&registered)).await;
    let mut other = house.agency("dukcapil")?;
    let listed = other.list_endpoints(ListEndpointsRequest::default()).await?.into_inner();
    assert!(listed.endpoints.is_empty());

    for endpoint_id in [id(&registered), fresh()] {
        let (request_id, endpoint_id) = (fresh, || endpoint_id.clone());
        let update = UpdateEndpointRequest {
            request_id: request_id(),
            endpoint_id: endpoint_id(),
            url: "https://evil.example/".to_owned(),
            event_types: vec![PAID.to_owned()],
            etag: String::new(),
        };
        let rotate = RotateSecretRequest {
            request_id: request_id(),
            endpoint_id: endpoint_id(),
            overlap: None,
        };
        let disable =
            DisableEndpointRequest { request_id: request_id(), endpoint_id: endpoint_id() };
        let enable = EnableEndpointRequest { request_id: request_id(), endpoint_id: endpoint_id() };
        let test = SendTestEventRequest { request_id: request_id(), endpoint_id: endpoint_id() };
        for refused in [
            other.update_endpoint(update).await.unwrap_err(),
            other.rotate_secret(rotate).await.unwrap_err(),
            other.disable_endpoint(disable).await.unwrap_err(),
            other.enable_endpoint(enable).await.unwrap_err(),
            other.send_test_event(test).await.unwrap_err(),
            house.deliveries("dukcapil", &endpoint_id()).await.unwrap_err(),
        ] {
            assert_eq!(refused.code(), Code::NotFound);
            let (why, metadata) = reason(&refused);
            assert_eq!(why, ErrorReason::EndpointNotFound.as_str_name());
            assert_eq!(metadata["endpoint_id"], endpoint_id());
        }
    }
    for delivery_id in [delivery.delivery_id.clone(), fresh()] {
        let retry = RetryDeliveryRequest { request_id: fresh(), delivery_id };
        let refused = other.retry_delivery(retry).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
        assert_eq!(reason(&refused).0, ErrorReason::DeliveryNotFound.as_str_name());
    }
    Ok(())
}
