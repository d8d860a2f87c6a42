//! A running messaging block, and whoever calls it.

use std::collections::BTreeMap;

use anyhow::Context as _;
use rangkai_messaging::{Config, DEFAULTS, Messaging};
use rangkai_primitives::{Caller, Clock};
use rangkai_proto::{
    events::v1::{Event, ReadEventsRequest, event_service_client::EventServiceClient},
    messaging::v1::{
        Channel, GetMessageRequest, Language, Message, PublishTemplateRequest, SendMessageRequest,
        Sensitivity, Template, Variable, VariableKind, inbox_service_client::InboxServiceClient,
        message_service_client::MessageServiceClient,
        template_service_client::TemplateServiceClient,
    },
    r#type::v1::Text,
};
use rangkai_rpc::{Ready, Server, ServerConfig};
use rangkai_testkit::{Client, Keys, Kind, TestDatabase, database, every_scope, fresh, serve};
use tonic::{Status, transport};
use tonic_types::StatusExt as _;

/// A person, as an agency knows that person.
pub(super) const PERSON: &str = "abcdefghijklmnopqrstuvwxyz";

/// A running block on a database of its own.
pub(super) struct Stage {
    pub(super) database: TestDatabase,
    pub(super) config: Config,
    pub(super) clock: Clock,
    pub(super) messaging: Messaging,
    keys: Keys,
    channel: transport::Channel,
}

/// A caller of the block with every scope.
#[derive(Clone)]
pub(super) struct Agent {
    pub(super) client: Client,
    pub(super) templates: TemplateServiceClient<Client>,
    pub(super) messages: MessageServiceClient<Client>,
    pub(super) inbox: InboxServiceClient<Client>,
}

impl Stage {
    pub(super) async fn new(kind: Kind) -> anyhow::Result<Self> {
        Self::with(kind, |_| ()).await
    }

    /// A block whose configuration is the default one, but for what `change` does.
    pub(super) async fn with(kind: Kind, change: impl Fn(&mut Config)) -> anyhow::Result<Self> {
        Self::at(kind, Clock::system(), change).await
    }

    /// The same, by a clock that others know too.
    pub(super) async fn at(
        kind: Kind,
        clock: Clock,
        change: impl Fn(&mut Config),
    ) -> anyhow::Result<Self> {
        let database = database(kind).await?;
        let mut defaults: toml::Table = DEFAULTS.parse()?;
        let section = defaults["database"].as_table_mut().context("no [database]")?;
        section.insert("key".to_owned(), "from the test".into());
        let mut config: Config = defaults.try_into()?;
        config.database = database.config.clone();
        change(&mut config);
        let keys = Keys::new()?;
        let messaging = Messaging::open(&config, clock.clone()).await?;
        let server = Server {
            config: ServerConfig::default(),
            routes: messaging.routes(),
            json: None,
            gate: keys.gate()?,
            ready: Ready::always(),
        };
        let channel = serve(server).await?;
        Ok(Self { database, config, clock, messaging, keys, channel })
    }

    /// A second process on the same database.
    pub(super) async fn second(&self) -> anyhow::Result<Messaging> {
        Messaging::open(&self.config, self.clock.clone()).await
    }

    pub(super) fn agent(&self, agency: &str) -> anyhow::Result<Agent> {
        let scopes = every_scope()?.into_iter().filter(|scope| *scope != "events.read_all");
        let scopes: Vec<_> = scopes.collect();
        self.agent_of(&rangkai_testkit::caller(agency, &scopes, &[]))
    }

    pub(super) fn agent_of(&self, caller: &Caller) -> anyhow::Result<Agent> {
        let client = self.keys.client(self.channel.clone(), caller)?;
        Ok(Agent {
            templates: TemplateServiceClient::new(client.clone()),
            messages: MessageServiceClient::new(client.clone()),
            inbox: InboxServiceClient::new(client.clone()),
            client,
        })
    }

    pub(super) fn advance(&self, seconds: u64) {
        self.clock.advance(std::time::Duration::from_secs(seconds));
    }

    /// Passes until nothing is due; answers how many messages that were.
    pub(super) async fn deliver(&self) -> anyhow::Result<usize> {
        let mut count = 0;
        loop {
            match self.messaging.deliver_due().await? {
                0 => return Ok(count),
                more => count += more,
            }
        }
    }
}

impl Agent {
    pub(super) async fn publish(
        &mut self,
        request: PublishTemplateRequest,
    ) -> Result<Template, Status> {
        Ok(self.templates.publish_template(request).await?.into_inner().template.unwrap())
    }

    pub(super) async fn send(&mut self, request: SendMessageRequest) -> Result<Message, Status> {
        Ok(self.messages.send_message(request).await?.into_inner().message.unwrap())
    }

    /// Sends an SMS to a number, with a template that is there.
    pub(super) async fn text(&mut self, number: &str) -> anyhow::Result<Message> {
        Ok(self.send(sms(number)).await?)
    }

    pub(super) async fn get(&mut self, message: &Message) -> anyhow::Result<Message> {
        let request = GetMessageRequest { message_id: message.message_id.clone() };
        Ok(self.messages.get_message(request).await?.into_inner().message.unwrap())
    }

    /// Every fact about a subject so far; about every subject when it is empty.
    pub(super) async fn facts(&self, subject: &str) -> anyhow::Result<Vec<Event>> {
        let request = ReadEventsRequest { subject: subject.to_owned(), ..Default::default() };
        let mut events = EventServiceClient::new(self.client.clone());
        let mut stream = events.read_events(request).await?.into_inner();
        let mut facts = Vec::new();
        while let Some(answer) = stream.message().await? {
            facts.push(answer.event.unwrap());
        }
        Ok(facts)
    }

    /// The short names of the types of the facts about a message.
    pub(super) async fn story(&self, message: &Message) -> anyhow::Result<Vec<String>> {
        let facts = self.facts(&message.message_id).await?;
        let short =
            |fact: Event| fact.r#type.trim_start_matches("rangkai.messaging.v1.").to_owned();
        Ok(facts.into_iter().map(short).collect())
    }
}

/// A template of case sensitivity with the variable `nama`.
pub(super) fn notice() -> PublishTemplateRequest {
    PublishTemplateRequest {
        request_id: fresh(),
        name: "sim.diterima".to_owned(),
        variables: vec![variable("nama", VariableKind::Text)],
        sensitivity: Sensitivity::Case.into(),
        subject: Some(text("Permohonan SIM {{ nama }}", "Licence application {{ nama }}")),
        body: Some(text(
            "Halo {{ nama }},\npermohonan Anda kami terima — terima kasih.\n.\nSalam",
            "Hello {{ nama }},\nwe received your application — thank you.",
        )),
    }
}

/// The same template, as it may only stand in an inbox.
pub(super) fn letter() -> PublishTemplateRequest {
    let sensitivity = Sensitivity::Personal.into();
    PublishTemplateRequest { name: "sim.keputusan".to_owned(), sensitivity, ..notice() }
}

pub(super) fn sms(number: &str) -> SendMessageRequest {
    SendMessageRequest {
        request_id: fresh(),
        template_name: "sim.diterima".to_owned(),
        channel: Channel::Sms.into(),
        language: Language::Indonesian.into(),
        recipient_subject_id: PERSON.to_owned(),
        address: number.to_owned(),
        variables: nama("Ani"),
        case_id: String::new(),
        valid_for: None,
    }
}

pub(super) fn mail(address: &str) -> SendMessageRequest {
    SendMessageRequest { channel: Channel::Email.into(), ..sms(address) }
}

pub(super) fn to_inbox() -> SendMessageRequest {
    SendMessageRequest {
        channel: Channel::Inbox.into(),
        template_name: "sim.keputusan".to_owned(),
        ..sms("")
    }
}

pub(super) fn nama(value: &str) -> BTreeMap<String, String> {
    [("nama".to_owned(), value.to_owned())].into()
}

pub(super) fn variable(name: &str, kind: VariableKind) -> Variable {
    Variable { name: name.to_owned(), kind: kind.into() }
}

pub(super) fn text(id: &str, en: &str) -> Text {
    Text { id: id.to_owned(), en: en.to_owned() }
}

/// The fields that a refused request broke.
pub(super) fn fields(status: &Status) -> Vec<String> {
    let broken = status.get_details_bad_request().unwrap().field_violations;
    broken.into_iter().map(|violation| violation.field).collect()
}

/// The reason of a refusal, and its details.
pub(super) fn reason(status: &Status) -> (String, BTreeMap<String, String>) {
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.domain, "rangkai.messaging.v1");
    (info.reason, info.metadata.into_iter().collect())
}
