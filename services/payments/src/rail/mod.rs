//! Rails: whoever is given orders and pays them.

mod behaviour;
mod config;
mod file;
mod messages;
mod sandbox;

use std::sync::Arc;

use rangkai_db::{Db, DbErr, Lease};
use rangkai_primitives::{Agency, Caller};
use uuid::Uuid;

pub use config::{DebtorConfig, RailKind, RailsConfig};
pub use messages::SandboxMessages;

use crate::{
    domain::{Order, Outcome, Question},
    error::Error,
    iso20022::Debtor,
};

/// Who the block is when it acts by itself.
const BLOCK: &str = "payments";

/// The rail by which mass payments leave.
#[derive(Clone, Debug)]
pub enum Rail {
    /// Files that an operator takes to the bank.
    File(Arc<Debtor>),
    /// Pretends to pay.
    Sandbox,
}

/// Orders of one envelope that are given together.
#[derive(Debug)]
pub struct Batch {
    pub agency: Agency,
    pub envelope: Uuid,
    pub orders: Vec<Order>,
}

/// What a rail says of an order without being asked.
#[derive(Clone, Debug)]
pub struct Said {
    pub agency: Agency,
    pub envelope: Uuid,
    pub order: Uuid,
    pub outcome: Outcome,
}

/// Why a rail gave no answer. Whether it got the orders, nobody knows.
#[derive(Debug, thiserror::Error)]
pub enum RailError {
    #[error("the rail broke off")]
    BrokeOff,
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<DbErr> for RailError {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

impl Rail {
    /// The rail that the configuration names.
    pub fn new(config: &RailsConfig) -> Self {
        match config.kind {
            RailKind::File => Self::File(Arc::new(Debtor {
                name: config.debtor.name.clone(),
                institution: config.debtor.institution.clone(),
                account: config.debtor.account.clone(),
                bank_code: config.bank_code().to_owned(),
                batch_booking: config.debtor.batch_booking,
            })),
            RailKind::Sandbox => Self::Sandbox,
        }
    }

    /// What the books of the block call it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Sandbox => "sandbox",
        }
    }

    /// How many orders it can be given at once, whatever the settings say.
    pub const fn most(&self) -> u32 {
        match self {
            // With the longest names and words a file of so many still fits the answer that brings it.
            Self::File(_) => 2_000,
            Self::Sandbox => u32::MAX,
        }
    }

    /// Whether it can be given orders. While it cannot, none are taken for it.
    pub fn is_ready(&self) -> bool {
        match self {
            Self::File(debtor) => {
                let Debtor { name, institution, account, bank_code, batch_booking: _ } = &**debtor;
                let parts = [name, institution, account, bank_code];
                parts.iter().all(|part| !part.is_empty())
            }
            Self::Sandbox => true,
        }
    }

    /// Gives it orders, under `lease`. It may answer some of them, some twice, and some not at all.
    pub async fn submit(
        &self,
        db: &Db,
        lease: Arc<Lease>,
        batch: Arc<Batch>,
    ) -> Result<Vec<(Uuid, Outcome)>, RailError> {
        match self {
            Self::File(debtor) => file::submit(db, Arc::clone(debtor), lease, batch).await,
            Self::Sandbox => sandbox::submit(db, batch).await,
        }
    }

    /// Asks what became of orders of one agency.
    pub async fn inquire(
        &self,
        db: &Db,
        agency: Agency,
        questions: Arc<Vec<Question>>,
    ) -> Result<Vec<(Uuid, Outcome)>, RailError> {
        match self {
            Self::File(_) => file::inquire(db, agency, questions).await,
            Self::Sandbox => sandbox::inquire(db, agency, questions).await,
        }
    }

    /// What it has to say by itself, of orders of every agency; each word is said once.
    pub async fn listen(&self, db: &Db) -> Result<Vec<Said>, RailError> {
        match self {
            // A bank speaks through the reports that an operator brings.
            Self::File(_) => Ok(Vec::new()),
            Self::Sandbox => sandbox::listen(db).await,
        }
    }
}

fn block(agency: &Agency) -> Caller {
    Caller::block(BLOCK, agency.clone())
}
