//! Statements of banks as ISO 20022 writes them.

use rangkai_db::Call;
use rangkai_primitives::{Timestamp, Zone};
use rangkai_proto::payments::v1 as wire;
use rangkai_rpc::{Violations, call};
use tonic::{Request, Status};

use super::bank_statement::read_account;
use crate::{
    domain::{BankAccount, NewBankStatement, RailRefusal, StatementMessage},
    iso20022::read_statements,
};

/// Reads the statements of a message; `now` says which days there can be statements for.
pub fn read_message(
    request: &Request<wire::ImportStatementMessageRequest>,
    now: Timestamp,
) -> Result<(Call, Vec<NewBankStatement>), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.ReconciliationService/ImportStatementMessage";
    let call = call(method, request, &mut fields, &wire.request_id);
    let call = fields.check(|| call)?;
    let statements = read_statements(&wire.content).map_err(RailRefusal::from)?;
    let of = (wire.bank_code.as_str(), read_account(wire.account()));
    let statements = statements.into_iter().map(|it| of_one_day(it, of, now));
    Ok((call, statements.collect::<Result<_, _>>()?))
}

fn of_one_day(
    statement: StatementMessage,
    (bank_code, account): (&str, Option<BankAccount>),
    now: Timestamp,
) -> Result<NewBankStatement, RailRefusal> {
    let refusal = |why| RailRefusal::Unreadable { element: "Stmt", line: 1, why };
    let day =
        statement.of_one_day(bank_code, account).ok_or_else(|| refusal("is not of one day"))?;
    if day.day > Zone::Wib.date(now) {
        return Err(refusal("is of a day that has not come"));
    }
    Ok(day)
}
