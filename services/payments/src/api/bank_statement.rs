//! Statements and breaks on the wire.

use rangkai_db::Call;
use rangkai_primitives::{Money, Timestamp, Zone};
use rangkai_proto::{payments::v1 as wire, r#type::v1 as words};
use rangkai_rpc::{Violations, call};
use tonic::{Request, Status};

use crate::domain::{
    BankAccount, BankStatement, BankStatementLine, Break, BreakKind, BreakResolution, BreakState,
    Flow, NewBankStatement,
};

/// Reads a statement; `now` says which days there can be statements for.
pub fn read_import(
    request: &Request<wire::ImportStatementRequest>,
    now: Timestamp,
) -> Result<(Call, NewBankStatement), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.ReconciliationService/ImportStatement";
    let call = call(method, request, &mut fields, &wire.request_id);
    let day = fields.require("day", wire.day);
    let day = day.and_then(|day| fields.keep("day", rangkai_proto::read_date(&day)));
    let past = day.filter(|day| *day <= Zone::Wib.date(now)).ok_or("must not be later than today");
    let day = fields.keep("day", past);
    let opening = read_balance(&mut fields, "opening", wire.opening.as_ref());
    let closing = read_balance(&mut fields, "closing", wire.closing.as_ref());
    if let (Some(opening), Some(closing)) = (opening, closing)
        && opening.currency() != closing.currency()
    {
        fields.add("closing", "must be in the currency of opening");
    }
    if usize::try_from(wire.line_count).ok() != Some(wire.lines.len()) {
        fields.add("line_count", format!("is not the number of lines, {}", wire.lines.len()));
    }
    let account = read_account(wire.account());
    let lines: Option<Vec<_>> = wire
        .lines
        .iter()
        .enumerate()
        .map(|(place, line)| read_line(&mut fields, place, line, opening))
        .collect();
    fields.check(|| {
        let new = NewBankStatement {
            bank_code: wire.bank_code.clone(),
            account,
            number: wire.number.clone(),
            day: day?,
            opening: opening?,
            closing: closing?,
            lines: lines?,
        };
        Some((call?, new))
    })
}

/// A balance may be below nothing: banks lend.
fn read_balance(fields: &mut Violations, name: &str, wire: Option<&words::Money>) -> Option<Money> {
    let wire = fields.require(name, wire.cloned())?;
    fields.keep(name, Money::try_from(wire))
}

fn read_line(
    fields: &mut Violations,
    place: usize,
    line: &wire::BankStatementLine,
    opening: Option<Money>,
) -> Option<BankStatementLine> {
    let name = |field: &str| format!("lines[{place}].{field}");
    let flow = match line.flow() {
        wire::Flow::Unspecified => None,
        wire::Flow::In => Some(Flow::In),
        wire::Flow::Out => Some(Flow::Out),
    };
    let flow = fields.require(&name("flow"), flow);
    let amount = fields.require(&name("amount"), line.amount.clone())?;
    let amount = Money::try_from(amount).and_then(Money::positive);
    let amount = fields.keep(&name("amount"), amount)?;
    if opening.is_some_and(|opening| opening.currency() != amount.currency()) {
        fields.add(&name("amount"), "must be in the currency of opening");
    }
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Some(BankStatementLine {
        reference: line.reference.clone(),
        flow: flow?,
        amount,
        end_to_end: given(&line.end_to_end_id),
        payment: given(&line.payment_id),
    })
}

/// Reads of which account a statement is; none where one holds everything.
pub const fn read_account(wire: wire::BankAccount) -> Option<BankAccount> {
    match wire {
        wire::BankAccount::Unspecified => None,
        wire::BankAccount::Collection => Some(BankAccount::Collection),
        wire::BankAccount::Disbursement => Some(BankAccount::Disbursement),
        wire::BankAccount::Vouchers => Some(BankAccount::Vouchers),
    }
}

const fn write_account(account: Option<BankAccount>) -> wire::BankAccount {
    match account {
        None => wire::BankAccount::Unspecified,
        Some(BankAccount::Collection) => wire::BankAccount::Collection,
        Some(BankAccount::Disbursement) => wire::BankAccount::Disbursement,
        Some(BankAccount::Vouchers) => wire::BankAccount::Vouchers,
    }
}

impl From<BankStatement> for wire::BankStatement {
    fn from(statement: BankStatement) -> Self {
        let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            statement_id: statement.id.to_string(),
            bank_code: statement.bank_code,
            number: statement.number,
            day: Some(rangkai_proto::date(statement.day)),
            opening: Some(statement.opening.into()),
            closing: Some(statement.closing.into()),
            line_count: count(statement.line_count),
            matched_count: count(statement.matched_count),
            break_count: count(statement.break_count),
            create_time: Some(rangkai_proto::time(statement.create_time)),
            account: write_account(statement.account).into(),
        }
    }
}

/// Reads what somebody says that a break is; none if nothing is said.
pub const fn read_resolution(wire: wire::BreakResolution) -> Option<BreakResolution> {
    Some(match wire {
        wire::BreakResolution::Unspecified => return None,
        wire::BreakResolution::Matched => BreakResolution::Matched,
        wire::BreakResolution::Suspense => BreakResolution::Suspense,
        wire::BreakResolution::Charge => BreakResolution::Charge,
        wire::BreakResolution::Explained => BreakResolution::Explained,
        wire::BreakResolution::Claim => BreakResolution::Claim,
        wire::BreakResolution::Excess => BreakResolution::Excess,
        wire::BreakResolution::Corrected => BreakResolution::Corrected,
        wire::BreakResolution::Identified => BreakResolution::Identified,
    })
}

const fn write_resolution(resolution: Option<BreakResolution>) -> wire::BreakResolution {
    match resolution {
        None => wire::BreakResolution::Unspecified,
        Some(BreakResolution::Matched) => wire::BreakResolution::Matched,
        Some(BreakResolution::Suspense) => wire::BreakResolution::Suspense,
        Some(BreakResolution::Charge) => wire::BreakResolution::Charge,
        Some(BreakResolution::Explained) => wire::BreakResolution::Explained,
        Some(BreakResolution::Claim) => wire::BreakResolution::Claim,
        Some(BreakResolution::Excess) => wire::BreakResolution::Excess,
        Some(BreakResolution::Corrected) => wire::BreakResolution::Corrected,
        Some(BreakResolution::Identified) => wire::BreakResolution::Identified,
    }
}

const fn write_flow(flow: Flow) -> wire::Flow {
    match flow {
        Flow::In => wire::Flow::In,
        Flow::Out => wire::Flow::Out,
    }
}

const fn write_kind(kind: BreakKind) -> wire::BreakKind {
    match kind {
        BreakKind::MissingHere => wire::BreakKind::MissingHere,
        BreakKind::MissingThere => wire::BreakKind::MissingThere,
        BreakKind::AmountDiffers => wire::BreakKind::AmountDiffers,
        BreakKind::BookedTwice => wire::BreakKind::BookedTwice,
        BreakKind::Unnumbered => wire::BreakKind::Unnumbered,
    }
}

/// Writes a break.
pub fn write_break(it: Break) -> wire::Break {
    let state = match it.state {
        BreakState::Open => wire::BreakState::Open,
        BreakState::Proposed => wire::BreakState::Proposed,
        BreakState::Resolved => wire::BreakState::Resolved,
    };
    let what = it.what;
    let found = it.found.map(|found| (found.bank_code, found.number));
    let (found_bank_code, found_reference) = found.unwrap_or_default();
    let recorded_flow = what.recorded_flow.map_or(wire::Flow::Unspecified, write_flow);
    wire::Break {
        break_id: it.id.to_string(),
        statement_id: it.statement.to_string(),
        bank_code: it.bank_code,
        day: Some(rangkai_proto::date(it.day)),
        kind: write_kind(what.kind).into(),
        reference: what.reference,
        flow: write_flow(what.flow).into(),
        booked: what.booked.map(Into::into),
        recorded: what.recorded.map(Into::into),
        state: state.into(),
        resolution: write_resolution(it.resolution).into(),
        reason: it.reason,
        proposed_by: it.proposed_by,
        confirmed_by: it.confirmed_by,
        create_time: Some(rangkai_proto::time(it.create_time)),
        update_time: Some(rangkai_proto::time(it.update_time)),
        account: write_account(what.account).into(),
        recorded_flow: recorded_flow.into(),
        order_count: what.payouts.map_or(0, |(_, orders)| orders),
        found_reference,
        found_bank_code,
        earlier_break_id: it.earlier.map(|id| id.to_string()).unwrap_or_default(),
        settle_time: it.settle_time.map(rangkai_proto::time),
    }
}
