//! Who takes part: the agency's clients, its officers, the bank; and what the agency brings.

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::NaiveDate;
use rangkai_config::Secret;
use rangkai_primitives::{Agency, Clock, Zone};
use serde_json::{Value, json};

use crate::{
    command::parse_requests,
    dynamic::call,
    platform::Addresses,
    screen::{Block, Screen},
    session::{Login, Session},
};

const SERVICE: &str = include_str!("../../../../k8s/agencies/korlantas/sim-renewal.service.yaml");
const WORKFLOW: &str = include_str!("../../../../k8s/agencies/korlantas/sim-renewal.workflow.yaml");
const TARIFFS: &str = include_str!("../../../../k8s/agencies/korlantas/sim.tariffs.yaml");
const TEMPLATES: &str = include_str!("../../../../k8s/agencies/korlantas/sim.templates.yaml");

/// The population register of the demonstration: nobody in it exists.
const PEOPLE: &str = "\
nik,family_card_number,name,birth_date,address,region_code
3174016503900001,3174010101100001,Putri Lestari,1990-03-25,\"Jalan Melati 7, Jakarta Selatan\",3174011001
3174010711850002,3174010101100002,Agus Wibowo,1985-11-07,\"Jalan Kenanga 12, Jakarta Selatan\",3174011001
3174016206950003,3174010101100003,Sinta Maharani,1995-06-22,\"Jalan Dahlia 3, Jakarta Selatan\",3174011001
3174015508880004,3174010101100004,Dewi Anggraini,1988-08-15,\"Jalan Kamboja 4, Jakarta Selatan\",3174011001
";

/// The sessions of everybody who takes part.
pub struct Cast {
    /// The agency's portal, which applies for citizens.
    pub portal: Session,
    /// The officer who examines.
    pub examiner: Session,
    /// The officer who confirms.
    pub head: Session,
    /// The collecting bank.
    pub bank: Session,
    /// The agency's administrator.
    pub chief: Session,
    clock: Clock,
}

/// Five running blocks, and the right to bring agencies in.
pub struct Site {
    /// Where the blocks listen.
    pub addresses: Addresses,
    /// The secret of the client `admin`.
    pub admin: Secret,
    /// The clock by which tokens are renewed.
    pub clock: Clock,
}

impl Site {
    fn open(&self, login: &Login) -> anyhow::Result<Session> {
        Session::open(&self.addresses, login, self.clock.clone())
    }

    fn admin(&self, agency: Option<Agency>) -> anyhow::Result<Session> {
        let client_secret = self.admin.clone();
        self.open(&Login { client_id: "admin".to_owned(), client_secret, agency })
    }
}

impl Cast {
    /// Makes the clients and publishes what the agency brings.
    ///
    /// # Errors
    ///
    /// When a block refused something.
    pub async fn assemble(site: &Site, screen: &mut Screen) -> anyhow::Result<Self> {
        let operator = site.admin(None)?;
        let chief = site.admin(Some("korlantas".parse()?))?;

        let answer = call(
            &operator,
            "rangkai.identity.v1.PersonService/ImportPeople",
            json!({ "csv": STANDARD.encode(PEOPLE) }),
        )
        .await?;
        screen.step(
            Block::Identity,
            "imported the population register",
            &format!("{} people", answer["createdCount"]),
        )?;

        let maker = Maker { site, operator: &operator };
        let portal = maker.client("korlantas", "Portal", &PORTAL, &[]).await?;
        let examiner = maker.client("korlantas", "Budi", &OFFICER, &["satpas_examiner"]).await?;
        let head = maker.client("korlantas", "Sari", &OFFICER, &["satpas_supervisor"]).await?;
        let bank = maker.client("bank-bri", "Host to host", &BANK, &[]).await?;
        screen.step(
            Block::Identity,
            "made clients for the portal, two officers and a bank",
            "4 clients",
        )?;

        publish(&chief, screen).await?;
        Ok(Self { portal, examiner, head, bank, chief, clock: site.clock.clone() })
    }
}

impl Cast {
    /// Today's date in Jakarta.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        Zone::Wib.date(self.clock.now())
    }
}

const PORTAL: [&str; 9] = [
    "identity.people.resolve",
    "identity.accesses.read",
    "registration.services.read",
    "registration.applications.read",
    "registration.applications.write",
    "registration.records.verify",
    "messaging.inbox.read",
    "workflow.instances.read",
    "workflow.instances.write",
];
const OFFICER: [&str; 4] = [
    "registration.tasks.read",
    "registration.tasks.work",
    "registration.applications.read",
    "registration.services.read",
];
const BANK: [&str; 3] =
    ["payments.remittances.write", "payments.bills.read", "payments.refunds.read"];

struct Maker<'a> {
    site: &'a Site,
    operator: &'a Session,
}

impl Maker<'_> {
    async fn client(
        &self,
        agency: &str,
        name: &str,
        scopes: &[&str],
        roles: &[&str],
    ) -> anyhow::Result<Session> {
        let request =
            json!({ "agency": agency, "displayName": name, "scopes": scopes, "roles": roles });
        let answer =
            call(self.operator, "rangkai.identity.v1.ClientService/CreateClient", request).await?;
        let login = Login {
            client_id: text(&answer, "/client/clientId")?,
            client_secret: Secret::from(text(&answer, "/clientSecret")?),
            agency: None,
        };
        self.site.open(&login)
    }
}

async fn publish(chief: &Session, screen: &mut Screen) -> anyhow::Result<()> {
    let tariffs = parse_requests(TARIFFS)?;
    let templates = parse_requests(TEMPLATES)?;
    let done = format!("{} tariffs in effect", tariffs.len());
    for tariff in tariffs {
        call(chief, "rangkai.payments.v1.TariffService/PublishTariff", tariff).await?;
    }
    screen.step(Block::Payments, "published the tariffs of PP 76/2020", &done)?;

    let done = format!("{} templates in two languages", templates.len());
    for template in templates {
        call(chief, "rangkai.messaging.v1.TemplateService/PublishTemplate", template).await?;
    }
    screen.step(Block::Messaging, "published the templates", &done)?;

    let request = json!({ "definition": SERVICE });
    let answer =
        call(chief, "rangkai.registration.v1.CatalogueService/PublishService", request).await?;
    let version = text(&answer, "/service/version")?;
    screen.step(
        Block::Registration,
        "published the service sim-renewal",
        &format!("version {version}"),
    )?;

    let request = json!({ "document": WORKFLOW });
    let answer =
        call(chief, "rangkai.workflow.v1.DefinitionService/PublishDefinition", request).await?;
    let version = text(&answer, "/definition/version")?;
    screen.step(
        Block::Workflow,
        "published the workflow sim-renewal",
        &format!("version {version}"),
    )?;
    Ok(())
}

/// The text at a JSON pointer of an answer.
pub fn text(answer: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("the answer has no text at {pointer}"))
}
