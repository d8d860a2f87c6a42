//! `rangkai.payments.v1.CollectionService`.

use std::sync::Arc;

use rangkai_db::Call;
use rangkai_primitives::{Currency, Id, Money, Page, Sensitive};
use rangkai_proto::payments::v1::{self as wire, collection_service_server::CollectionService};
use rangkai_rpc::{Violations, call, page_token};
use tonic::{Request, Response, Status};

use crate::{
    Payments,
    channel::{Payload, PayloadError, PictureError, png, svg},
    domain::{Bill, ChannelRefusal, Collection, CollectionState},
    ops,
};

/// Which collections to list.
type Filter = (Option<Id<Bill>>, Option<CollectionState>);

#[tonic::async_trait]
impl CollectionService for Payments {
    async fn present_qr(
        &self,
        request: Request<wire::PresentQrRequest>,
    ) -> Result<Response<wire::PresentQrResponse>, Status> {
        let (call, bill) = read_present(&request)?;
        let channels = Arc::clone(&self.channels);
        self.change(call, move |tx| {
            let channels = Arc::clone(&channels);
            async move {
                let collection = ops::collection::present_qr(&tx, &channels, bill).await?;
                let (collection, png, svg) = draw(collection)?;
                Ok(wire::PresentQrResponse { collection, png, svg })
            }
        })
        .await
    }

    async fn present_static_qr(
        &self,
        request: Request<wire::PresentStaticQrRequest>,
    ) -> Result<Response<wire::PresentStaticQrResponse>, Status> {
        let wire = request.get_ref();
        let mut fields = Violations::of(wire);
        let method = "rangkai.payments.v1.CollectionService/PresentStaticQr";
        let call = call(method, &request, &mut fields, &wire.request_id);
        let call = fields.check(|| call)?;
        let channels = Arc::clone(&self.channels);
        self.change(call, move |tx| {
            let channels = Arc::clone(&channels);
            async move {
                let collection = ops::collection::present_static(&tx, &channels).await?;
                let (collection, png, svg) = draw(collection)?;
                Ok(wire::PresentStaticQrResponse { collection, png, svg })
            }
        })
        .await
    }

    async fn issue_virtual_account(
        &self,
        request: Request<wire::IssueVirtualAccountRequest>,
    ) -> Result<Response<wire::IssueVirtualAccountResponse>, Status> {
        let (call, bill, bank) = read_issue(&request)?;
        let channels = Arc::clone(&self.channels);
        self.change(call, move |tx| {
            let (channels, bank) = (Arc::clone(&channels), bank.clone());
            async move {
                let issued = ops::collection::issue_account(&tx, &channels, bill, &bank).await?;
                Ok(wire::IssueVirtualAccountResponse { collection: Some(issued.into()) })
            }
        })
        .await
    }

    async fn get_collection(
        &self,
        request: Request<wire::GetCollectionRequest>,
    ) -> Result<Response<wire::GetCollectionResponse>, Status> {
        let mut fields = Violations::of(request.get_ref());
        let id = fields.parse("collection_id", &request.get_ref().collection_id);
        let id = fields.check(|| id)?;
        let getting = move |tx| async move { ops::collection::get(&tx, id).await };
        let collection = self.look(&request, getting).await?;
        Ok(Response::new(wire::GetCollectionResponse { collection: Some(collection.into()) }))
    }

    async fn list_collections(
        &self,
        request: Request<wire::ListCollectionsRequest>,
    ) -> Result<Response<wire::ListCollectionsResponse>, Status> {
        let ((bill, state), page) = read_list(request.get_ref())?;
        let listing = move |tx| {
            let page = page.clone();
            async move { ops::collection::list(&tx, bill, state, &page).await }
        };
        let (collections, next) = self.look(&request, listing).await?;
        Ok(Response::new(wire::ListCollectionsResponse {
            collections: collections.into_iter().map(wire::Collection::from).collect(),
            next_page_token: page_token(request.get_ref(), next),
        }))
    }

    async fn resolve_collection(
        &self,
        request: Request<wire::ResolveCollectionRequest>,
    ) -> Result<Response<wire::ResolveCollectionResponse>, Status> {
        let (call, id, reason) = read_resolve(&request)?;
        self.change(call, move |tx| {
            let reason = reason.clone();
            async move {
                let collection = ops::collection::resolve(&tx, id, reason).await?;
                Ok(wire::ResolveCollectionResponse { collection: Some(collection.into()) })
            }
        })
        .await
    }

    async fn check_qr(
        &self,
        request: Request<wire::CheckQrRequest>,
    ) -> Result<Response<wire::CheckQrResponse>, Status> {
        Violations::of(request.get_ref()).check(|| Some(()))?;
        let text = request.get_ref().payload.clone();
        let payload = Payload::read(&text).map_err(malformed)?;
        let (channels, read) = (Arc::clone(&self.channels), payload.clone());
        let looking = move |tx| {
            let (channels, read, text) = (Arc::clone(&channels), read.clone(), text.clone());
            async move { ops::collection::showing_payload(&tx, &channels, &read, &text).await }
        };
        let own = self.look(&request, looking).await?;
        let amount = payload.rupiahs.and_then(|it| Money::whole(Currency::IDR, it).ok());
        Ok(Response::new(wire::CheckQrResponse {
            dynamic: payload.dynamic,
            national_id: payload.national_id,
            merchant_name: payload.merchant_name,
            city: payload.city,
            amount: amount.map(Into::into),
            billing_code: payload.bill.unwrap_or_default(),
            collection_id: own.map(|id| id.to_string()).unwrap_or_default(),
        }))
    }
}

/// A code as it is answered: what is known of it, and its two pictures.
type Drawn = (Option<wire::Collection>, Vec<u8>, String);

fn draw(collection: Collection) -> Result<Drawn, PictureError> {
    let (png, svg) = (png(&collection.payload)?, svg(&collection.payload)?);
    Ok((Some(collection.into()), png, svg))
}

fn malformed(error: PayloadError) -> Status {
    let (tag, why) = match error {
        PayloadError::NotText => (String::new(), "not plain text, or too long"),
        PayloadError::WrongLength { tag } => (tag, "its length does not fit"),
        PayloadError::WrongValue { tag } => (tag, "missing, or not what it must be"),
        PayloadError::WrongChecksum => ("63".to_owned(), "the checksum is not of the content"),
    };
    ChannelRefusal::QrMalformed { tag, why }.into()
}

fn read_present(request: &Request<wire::PresentQrRequest>) -> Result<(Call, Id<Bill>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.CollectionService/PresentQr";
    let call = call(method, request, &mut fields, &wire.request_id);
    let bill = fields.parse("bill_id", &wire.bill_id);
    fields.check(|| Some((call?, bill?)))
}

fn read_issue(
    request: &Request<wire::IssueVirtualAccountRequest>,
) -> Result<(Call, Id<Bill>, String), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.CollectionService/IssueVirtualAccount";
    let call = call(method, request, &mut fields, &wire.request_id);
    let bill = fields.parse("bill_id", &wire.bill_id);
    fields.check(|| Some((call?, bill?, wire.bank_code.clone())))
}

fn read_list(wire: &wire::ListCollectionsRequest) -> Result<(Filter, Page<Collection>), Status> {
    let mut fields = Violations::of(wire);
    let bill = fields.parse_if_set("bill_id", &wire.bill_id);
    let state = match wire.state() {
        wire::CollectionState::Unspecified => None,
        wire::CollectionState::Waiting => Some(CollectionState::Waiting),
        wire::CollectionState::Unknown => Some(CollectionState::Unknown),
        wire::CollectionState::Stuck => Some(CollectionState::Stuck),
        wire::CollectionState::Paid => Some(CollectionState::Paid),
        wire::CollectionState::Ended => Some(CollectionState::Ended),
    };
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some(((bill?, state), page?)))
}

fn read_resolve(
    request: &Request<wire::ResolveCollectionRequest>,
) -> Result<(Call, Id<Collection>, Sensitive<String>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.CollectionService/ResolveCollection";
    let call = call(method, request, &mut fields, &wire.request_id);
    let id = fields.parse("collection_id", &wire.collection_id);
    fields.check(|| Some((call?, id?, wire.reason.clone().into())))
}

impl From<Collection> for wire::Collection {
    fn from(collection: Collection) -> Self {
        Self {
            collection_id: collection.id.to_string(),
            channel: wire::Channel::from(collection.channel).into(),
            number: collection.number,
            payload: collection.payload,
            bill_id: collection.bill.map(|(bill, _)| bill.to_string()).unwrap_or_default(),
            amount: collection.amount.map(Into::into),
            state: wire::CollectionState::from(collection.state).into(),
            inquiries: i32::try_from(collection.inquiries).unwrap_or(i32::MAX),
            expire_time: collection.expire_time.map(rangkai_proto::time),
            reason: collection.reason.map(Sensitive::into_inner).unwrap_or_default(),
            resolved_by: collection.resolved_by.unwrap_or_default(),
            create_time: Some(rangkai_proto::time(collection.create_time)),
            update_time: Some(rangkai_proto::time(collection.update_time)),
        }
    }
}
