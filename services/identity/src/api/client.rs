//! `rangkai.identity.v1.ClientService`.

use rangkai_auth::caller;
use rangkai_db::Call;
use rangkai_primitives::{Id, Page, Sensitive};
use rangkai_proto::identity::v1::{self as wire, client_service_server::ClientService};
use rangkai_rpc::{Violations, page_token};
use tonic::{Request, Response, Status};

use crate::{
    Identity,
    domain::{Client, ClientState, NewClient},
    error::Error,
    ops,
};

#[tonic::async_trait]
impl ClientService for Identity {
    async fn create_client(
        &self,
        request: Request<wire::CreateClientRequest>,
    ) -> Result<Response<wire::CreateClientResponse>, Status> {
        let (call, new) = read_create(&request)?;
        let known = self.scopes.clone();
        let answer = self.db.once(call, move |tx| {
            let (known, new) = (known.clone(), new.clone());
            async move {
                let (client, secret) = ops::client::create(&tx, &known, new).await?;
                Ok::<_, Error>(wire::CreateClientResponse {
                    client: Some(client.into()),
                    client_secret: secret.into_inner(),
                })
            }
        });
        Ok(Response::new(answer.await?))
    }

    async fn list_clients(
        &self,
        request: Request<wire::ListClientsRequest>,
    ) -> Result<Response<wire::ListClientsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let page = read_list(&request)?;
        let listed = self.db.read(caller, move |tx| {
            let page = page.clone();
            async move { ops::client::list(&tx, &page).await }
        });
        let (clients, next) = listed.await?;
        Ok(Response::new(wire::ListClientsResponse {
            clients: clients.into_iter().map(wire::Client::from).collect(),
            next_page_token: page_token(&request, next),
        }))
    }

    async fn disable_client(
        &self,
        request: Request<wire::DisableClientRequest>,
    ) -> Result<Response<wire::DisableClientResponse>, Status> {
        let (call, id) = read_disable(&request)?;
        let answer = self.db.once(call, move |tx| async move {
            let client = ops::client::disable(&tx, id).await?;
            Ok::<_, Error>(wire::DisableClientResponse { client: Some(client.into()) })
        });
        Ok(Response::new(answer.await?))
    }
}

fn read_create(request: &Request<wire::CreateClientRequest>) -> Result<(Call, NewClient), Status> {
    const METHOD: &str = "rangkai.identity.v1.ClientService/CreateClient";
    let message = request.get_ref();
    let mut fields = Violations::of(message);
    let call = rangkai_rpc::call(METHOD, request, &mut fields, &message.request_id);
    let agency = fields.parse_if_set("agency", &message.agency);
    fields.check(|| {
        Some((
            call?,
            NewClient {
                agency: agency?,
                display_name: Sensitive::new(message.display_name.clone()),
                scopes: message.scopes.clone(),
                roles: message.roles.clone(),
            },
        ))
    })
}

fn read_list(request: &wire::ListClientsRequest) -> Result<Page<Client>, Status> {
    let mut fields = Violations::of(request);
    let page = fields.page(request.page_size, &request.page_token);
    fields.check(|| page)
}

fn read_disable(
    request: &Request<wire::DisableClientRequest>,
) -> Result<(Call, Id<Client>), Status> {
    const METHOD: &str = "rangkai.identity.v1.ClientService/DisableClient";
    let message = request.get_ref();
    let mut fields = Violations::of(message);
    let call = rangkai_rpc::call(METHOD, request, &mut fields, &message.request_id);
    let id = fields.parse("client_id", &message.client_id);
    fields.check(|| Some((call?, id?)))
}

impl From<Client> for wire::Client {
    fn from(client: Client) -> Self {
        Self {
            client_id: client.id.to_string(),
            agency: client.agency.to_string(),
            display_name: client.display_name.into_inner(),
            scopes: client.scopes,
            roles: client.roles,
            // Only clients of the configuration do, and those are not listed.
            acts_for_agencies: false,
            state: wire::ClientState::from(client.state).into(),
            create_time: Some(rangkai_proto::time(client.create_time)),
        }
    }
}

impl From<ClientState> for wire::ClientState {
    fn from(state: ClientState) -> Self {
        match state {
            ClientState::Active => Self::Active,
            ClientState::Disabled => Self::Disabled,
        }
    }
}
