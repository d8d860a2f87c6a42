//! `rangkai.payments.v1.PayeeService`.

use rangkai_db::Call;
use rangkai_primitives::Sensitive;
use rangkai_proto::payments::v1::{self as wire, payee_service_server::PayeeService};
use rangkai_rpc::{Violations, call};
use tonic::{Request, Response, Status, Streaming};

use crate::{
    Payments,
    domain::{FinancialAddress, NewPayee, Payee, PayeeChange, PayeeRef, PayeeState},
    error::Error,
    ops,
};

/// How many of those that were passed over are named.
const NAMED: usize = 1_000;

#[tonic::async_trait]
impl PayeeService for Payments {
    async fn link_payee(
        &self,
        request: Request<wire::LinkPayeeRequest>,
    ) -> Result<Response<wire::LinkPayeeResponse>, Status> {
        let (call, new) = read_link(&request)?;
        self.change(call, move |tx| {
            let new = new.clone();
            async move {
                let payee = ops::payee::link(&tx, new).await?;
                Ok(wire::LinkPayeeResponse { payee: Some(payee.into()) })
            }
        })
        .await
    }

    async fn link_payees(
        &self,
        request: Request<Streaming<wire::LinkPayeesRequest>>,
    ) -> Result<Response<wire::LinkPayeesResponse>, Status> {
        let caller = rangkai_auth::caller(&request)?;
        let mut stream = request.into_inner();
        let (mut answer, mut place) = (wire::LinkPayeesResponse::default(), 0);
        while let Some(batch) = stream.message().await? {
            let new = read_batch(batch)?;
            let count = new.len();
            let linking = move |tx| {
                let new = new.clone();
                async move { ops::payee::link_many(&tx, new).await }
            };
            let method = "rangkai.payments.v1.PayeeService/LinkPayees";
            let linked: Result<_, Error> = self.db.act(caller.clone(), method, linking).await;
            let linked = linked?;
            answer.linked += i64::try_from(linked.linked).unwrap_or(i64::MAX);
            answer.unchanged += i64::try_from(linked.unchanged).unwrap_or(i64::MAX);
            answer.refused += i64::try_from(linked.refused.len()).unwrap_or(i64::MAX);
            let room = NAMED.saturating_sub(answer.refused_places.len());
            let places = linked.refused.iter().map(|refused| place + refused);
            let places = places.filter_map(|place| i64::try_from(place).ok());
            answer.refused_places.extend(places.take(room));
            place += count;
        }
        Ok(Response::new(answer))
    }

    async fn update_payee(
        &self,
        request: Request<wire::UpdatePayeeRequest>,
    ) -> Result<Response<wire::UpdatePayeeResponse>, Status> {
        let (call, change) = read_update(&request)?;
        self.change(call, move |tx| {
            let change = change.clone();
            async move {
                let payee = ops::payee::update(&tx, change).await?;
                Ok(wire::UpdatePayeeResponse { payee: Some(payee.into()) })
            }
        })
        .await
    }

    async fn unlink_payee(
        &self,
        request: Request<wire::UnlinkPayeeRequest>,
    ) -> Result<Response<wire::UnlinkPayeeResponse>, Status> {
        let (call, payee) = read_unlink(&request)?;
        self.change(call, move |tx| {
            let payee = payee.clone();
            async move {
                let payee = ops::payee::unlink(&tx, payee).await?;
                Ok(wire::UnlinkPayeeResponse { payee: Some(payee.into()) })
            }
        })
        .await
    }

    async fn validate_payee(
        &self,
        request: Request<wire::ValidatePayeeRequest>,
    ) -> Result<Response<wire::ValidatePayeeResponse>, Status> {
        let (payee, name) = read_validate(request.get_ref())?;
        let caller = rangkai_auth::caller(&request)?;
        let validating = move |tx| {
            let (payee, name) = (payee.clone(), name.clone());
            async move { ops::payee::validate(&tx, payee, name).await }
        };
        let method = "rangkai.payments.v1.PayeeService/ValidatePayee";
        let verdict: Result<_, Error> = self.db.act(caller, method, validating).await;
        let verdict = verdict?;
        Ok(Response::new(wire::ValidatePayeeResponse {
            known: verdict.known,
            active: verdict.active,
            name_plausible: verdict.name_plausible,
        }))
    }
}

fn read_link(request: &Request<wire::LinkPayeeRequest>) -> Result<(Call, NewPayee), Status> {
    let wire = request.get_ref().clone();
    let mut fields = Violations::of(&wire);
    let method = "rangkai.payments.v1.PayeeService/LinkPayee";
    let call = call(method, request, &mut fields, &wire.request_id);
    let person = [wire.functional_id, wire.institution, wire.account, wire.name];
    fields.check(|| Some((call?, new(wire.source, person))))
}

fn read_update(request: &Request<wire::UpdatePayeeRequest>) -> Result<(Call, PayeeChange), Status> {
    let wire = request.get_ref().clone();
    let mut fields = Violations::of(&wire);
    let method = "rangkai.payments.v1.PayeeService/UpdatePayee";
    let call = call(method, request, &mut fields, &wire.request_id);
    let change = PayeeChange {
        payee: PayeeRef { source: wire.source, functional_id: wire.functional_id.into() },
        institution: Some(wire.institution),
        account: Some(wire.account.into()),
        modality: None,
        name: Some(wire.name.into()),
    };
    fields.check(|| Some((call?, change)))
}

fn read_unlink(request: &Request<wire::UnlinkPayeeRequest>) -> Result<(Call, PayeeRef), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.PayeeService/UnlinkPayee";
    let call = call(method, request, &mut fields, &wire.request_id);
    let functional_id = wire.functional_id.clone().into();
    fields.check(|| Some((call?, PayeeRef { source: wire.source.clone(), functional_id })))
}

fn read_validate(
    wire: &wire::ValidatePayeeRequest,
) -> Result<(PayeeRef, Option<Sensitive<String>>), Status> {
    let fields = Violations::of(wire);
    let name = Some(wire.name.clone()).filter(|name| !name.is_empty()).map(Sensitive::new);
    let functional_id = wire.functional_id.clone().into();
    fields.check(|| Some((PayeeRef { source: wire.source.clone(), functional_id }, name)))
}

fn read_batch(wire: wire::LinkPayeesRequest) -> Result<Vec<NewPayee>, Status> {
    let fields = Violations::of(&wire);
    let source = wire.source;
    let payee = |wire: wire::NewPayee| {
        new(source.clone(), [wire.functional_id, wire.institution, wire.account, wire.name])
    };
    fields.check(|| Some(wire.payees.into_iter().map(payee).collect()))
}

fn new(source: String, person: [String; 4]) -> NewPayee {
    let [functional_id, institution, account, name] = person;
    NewPayee {
        payee: PayeeRef { source, functional_id: functional_id.into() },
        address: FinancialAddress { institution, account: account.into() },
        modality: None,
        name: name.into(),
    }
}

impl From<Payee> for wire::Payee {
    fn from(payee: Payee) -> Self {
        let state = match payee.state {
            PayeeState::Linked => wire::PayeeState::Linked,
            PayeeState::Unlinked => wire::PayeeState::Unlinked,
        };
        Self {
            payee_id: payee.id.to_string(),
            source: payee.source,
            state: state.into(),
            institution: payee.institution.unwrap_or_default(),
            create_time: Some(rangkai_proto::time(payee.create_time)),
            update_time: Some(rangkai_proto::time(payee.update_time)),
        }
    }
}
