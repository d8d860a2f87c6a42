//! Reading requests: everything wrong at once, and each thing once.

use rangkai_primitives::{Caller, Id};
use rangkai_proto::payments::v1::{
    Bill, FeeItem, GetBillRequest, IssueBillRequest, ListBillsRequest,
};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

fn fields(status: &Status) -> Vec<(String, String)> {
    assert_eq!(status.code(), Code::InvalidArgument);
    let found = status.get_details_bad_request().unwrap().field_violations;
    found.into_iter().map(|found| (found.field, found.description)).collect()
}

#[test]
fn every_broken_field_is_named_at_once_and_once() {
    let request = IssueBillRequest {
        request_id: "seven".to_owned(),
        payer_subject_id: "A".to_owned(),
        items: vec![FeeItem::default()],
        ..IssueBillRequest::default()
    };
    let mut found = Violations::of(&request);
    let key: Option<Uuid> = found.parse("request_id", &request.request_id);
    found.add("items", "must add up");

    let named = fields(&found.check(|| key).unwrap_err());

    let of = |field: &str| named.iter().filter(|(name, _)| name == field).count();
    assert_eq!([of("request_id"), of("payer_subject_id"), of("case_id")], [1, 1, 1], "{named:?}");
    assert!(named.iter().any(|(field, _)| field.starts_with("items[0].")), "{named:?}");
    assert!(named.contains(&("case_id".to_owned(), "case_id is required".to_owned())));
    assert!(named.contains(&("request_id".to_owned(), "request_id must be a UUID".to_owned())));
}

#[test]
fn counts_numbers_and_enums_are_held_to_the_contract() {
    let list = ListBillsRequest {
        state: 99,
        page_size: 501,
        page_token: "x".repeat(201),
        case_id: String::new(),
    };
    let issue = IssueBillRequest {
        request_id: Uuid::now_v7().to_string(),
        payer_subject_id: "a".repeat(26),
        case_id: Uuid::now_v7().simple().to_string(),
        ..IssueBillRequest::default()
    };

    let list = fields(&Violations::of(&list).check(|| Some(())).unwrap_err());
    let issue = fields(&Violations::of(&issue).check(|| Some(())).unwrap_err());

    let names = |named: &[(String, String)]| -> Vec<String> {
        named.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&list), ["state", "page_size", "page_token"]);
    assert_eq!(names(&issue), ["case_id", "items"]);
}

#[test]
fn a_page_token_is_good_for_its_list_only() {
    let request = ListBillsRequest { page_size: 10, ..ListBillsRequest::default() };
    let last = Id::<Bill>::generate();
    let page_token = page_token(&request, Some(last));
    let next = ListBillsRequest { page_size: 20, page_token: page_token.clone(), ..request };
    let other = ListBillsRequest { case_id: Uuid::now_v7().to_string(), ..next.clone() };

    let mut good = Violations::of(&next);
    let page = good.page::<Bill>(next.page_size, &next.page_token);
    let page = good.check(|| page).unwrap();
    let mut bad = Violations::of(&other);
    let stolen = bad.page::<Bill>(other.page_size, &other.page_token);
    let bad = fields(&bad.check(|| stolen).unwrap_err());

    assert_eq!((page.size, page.after), (20, Some(last)));
    assert_eq!(bad[0].0, "page_token");
}

#[test]
fn a_call_needs_a_caller_and_the_same_content_has_the_same_digest() {
    let message = GetBillRequest { bill_id: Uuid::now_v7().to_string() };
    let mut request = Request::new(message.clone());
    let id = Uuid::now_v7().to_string();

    let mut found = Violations::of(&message);
    let nobody = call("rangkai.payments.v1.BillService/GetBill", &request, &mut found, &id);
    assert_eq!(found.check(|| nobody).unwrap_err().code(), Code::Unauthenticated);

    request.extensions_mut().insert(Caller::block("test", "korlantas".parse().unwrap()));
    let read = |request: &Request<GetBillRequest>| {
        let mut found = Violations::of(request.get_ref());
        let call = call("rangkai.payments.v1.BillService/GetBill", request, &mut found, &id);
        found.check(|| call).unwrap()
    };
    let (one, again) = (read(&request), read(&request));
    request.get_mut().bill_id = Uuid::now_v7().to_string();

    assert_eq!(one.digest, again.digest);
    assert_ne!(one.digest, read(&request).digest);
    assert_eq!(one.request_id.to_string(), id);
}
