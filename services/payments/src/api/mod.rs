//! The wire: reads a request, calls one operation, writes the answer.

mod account;
mod bank_reference;
mod bank_statement;
mod bill;
mod bill_wire;
mod callback;
mod case;
mod closed_day;
mod collection;
mod credit;
mod dispute;
mod envelope;
mod fund;
mod instruction;
mod ledger;
mod merchant;
mod movement;
mod payee;
mod pool;
mod rail;
mod reconciliation;
mod refund;
mod refund_wire;
mod remittance;
mod remittance_import;
mod reservation;
mod ruling;
mod statement_message;
mod status;
mod suspense;
mod tariff;
mod terms;
mod transfer;
mod treasury;
mod voucher;

pub use callback::callbacks;
pub use movement::{Movements, start as start_movements};

use prost::Message;
use rangkai_db::{Call, Tx};
use tonic::{Request, Response, Status};

use crate::{Payments, error::Error};

impl Payments {
    /// Does what was asked for, once.
    async fn change<A, F, Fut>(&self, call: Call, work: F) -> Result<Response<A>, Status>
    where
        A: Message + Default + 'static,
        F: Fn(Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<A, Error>> + Send + 'static,
    {
        let request_id = call.request_id;
        let answer = self.db.once(call, work).await;
        answer.map(Response::new).map_err(|error| status::of_change(error, request_id))
    }

    /// Says no unless whoever calls may speak for the bank that a field names.
    fn expect_spokesman(&self, call: &Call, bank: (&'static str, &str)) -> Result<(), Status> {
        // Where somebody acts for another, it is the one who calls that a bank trusts.
        let client = call.caller.on_behalf.as_ref().unwrap_or(&call.caller.id);
        Ok(self.spokesmen.expect(client, bank)?)
    }

    /// Reads as the caller of `request`.
    async fn look<R: Sync, A, F, Fut>(&self, request: &Request<R>, work: F) -> Result<A, Status>
    where
        A: Send + 'static,
        F: Fn(Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<A, Error>> + Send + 'static,
    {
        let caller = rangkai_auth::caller(request)?;
        Ok(self.db.read(caller, work).await?)
    }
}
