//! Two people who hold what banks say against the books, and the banks that say it.

use rangkai_primitives::Zone;
use rangkai_proto::{
    payments::v1::{
        self as wire, BankAccount, BankStatementLine, Break, BreakKind, BreakResolution, Flow,
        ImportStatementRequest, ImportStatementResponse, ListBreaksRequest,
        ProposeResolutionRequest, reconciliation_service_client::ReconciliationServiceClient,
    },
    r#type::v1::Date,
};
use rangkai_testkit::{Client, fresh};
use tonic::Status;

use super::support::{DAY, Desk, House, person, rupiah};

pub type Clerk = ReconciliationServiceClient<Client>;

/// Two clerks of an agency.
pub fn clerks(house: &House, agency: &str) -> anyhow::Result<[Clerk; 2]> {
    let clerk = |name: &str| -> anyhow::Result<Clerk> {
        Ok(ReconciliationServiceClient::new(person(house, agency, name)?.client))
    };
    Ok([clerk("tuti")?, clerk("joko")?])
}

/// A bank that makes statements of one account, day after day.
pub struct Bank {
    pub code: &'static str,
    pub account: BankAccount,
    balance: i64,
}

impl Bank {
    /// Bank 002, where one account holds everything.
    pub const fn bri() -> Self {
        Self { code: "002", account: BankAccount::Unspecified, balance: 1_000_000 }
    }

    /// An account of its own at that bank.
    pub const fn account(account: BankAccount) -> Self {
        Self { account, ..Self::bri() }
    }

    /// The statement of today, going on where the last one ended.
    pub fn statement(&self, house: &House, lines: &[BankStatementLine]) -> ImportStatementRequest {
        ImportStatementRequest {
            bank_code: self.code.to_owned(),
            account: self.account.into(),
            opening: Some(rupiah(self.balance)),
            closing: Some(rupiah(self.balance + moved(lines))),
            ..statement(house, lines.to_vec())
        }
    }

    /// Brings the statement of today to a clerk.
    pub async fn says(
        &mut self,
        house: &House,
        clerk: &Clerk,
        lines: &[BankStatementLine],
    ) -> Result<ImportStatementResponse, Status> {
        let answer = clerk.clone().import_statement(self.statement(house, lines)).await?;
        self.balance += moved(lines);
        Ok(answer.into_inner())
    }

    /// The same, and answers what kinds of breaks were found under which references.
    pub async fn shows(
        &mut self,
        house: &House,
        clerk: &Clerk,
        lines: &[BankStatementLine],
    ) -> Result<Vec<(BreakKind, String)>, Status> {
        let answer = self.says(house, clerk, lines).await?;
        Ok(answer.breaks.into_iter().map(|it| (it.kind(), it.reference)).collect())
    }

    /// The same a day later.
    pub async fn shows_next_day(
        &mut self,
        house: &House,
        clerk: &Clerk,
        lines: &[BankStatementLine],
    ) -> Result<Vec<(BreakKind, String)>, Status> {
        house.clock.advance(DAY);
        self.shows(house, clerk, lines).await
    }
}

fn moved(lines: &[BankStatementLine]) -> i64 {
    let signed = |line: &BankStatementLine| {
        let units = line.amount.as_ref().map_or(0, |amount| amount.units);
        if line.flow() == Flow::In { units } else { -units }
    };
    lines.iter().map(signed).sum()
}

/// The first statement of bank 002, for today.
pub fn statement(house: &House, lines: Vec<BankStatementLine>) -> ImportStatementRequest {
    ImportStatementRequest {
        request_id: fresh(),
        bank_code: "002".to_owned(),
        number: format!("S-{}", fresh()),
        day: Some(today(house)),
        opening: Some(rupiah(1_000_000)),
        closing: Some(rupiah(1_000_000 + moved(&lines))),
        line_count: i32::try_from(lines.len()).unwrap(),
        lines,
        ..ImportStatementRequest::default()
    }
}

pub fn today(house: &House) -> Date {
    rangkai_proto::date(Zone::Wib.date(house.clock.now()))
}

pub fn line(reference: &str, flow: Flow, units: i64) -> BankStatementLine {
    let amount = Some(rupiah(units));
    let (reference, flow) = (reference.to_owned(), flow.into());
    BankStatementLine { reference, flow, amount, ..BankStatementLine::default() }
}

pub async fn import(clerk: &Clerk, request: ImportStatementRequest) -> Result<Vec<Break>, Status> {
    Ok(clerk.clone().import_statement(request).await?.into_inner().breaks)
}

/// What somebody says that a break is.
pub fn proposal(it: &Break, what: BreakResolution) -> ProposeResolutionRequest {
    ProposeResolutionRequest {
        request_id: fresh(),
        break_id: it.break_id.clone(),
        resolution: what.into(),
        reason: "Sesuai rekening koran".to_owned(),
        ..ProposeResolutionRequest::default()
    }
}

pub async fn propose(clerk: &Clerk, it: &Break, what: BreakResolution) -> Result<(), Status> {
    clerk.clone().propose_resolution(proposal(it, what)).await.map(drop)
}

pub async fn confirm(clerk: &Clerk, it: &Break) -> Result<Break, Status> {
    let request =
        wire::ConfirmResolutionRequest { request_id: fresh(), break_id: it.break_id.clone() };
    Ok(clerk.clone().confirm_resolution(request).await?.into_inner().r#break.unwrap())
}

/// One clerk says what a break is, the other confirms it.
pub async fn resolve(
    [one, two]: &[Clerk; 2],
    it: &Break,
    what: BreakResolution,
) -> Result<Break, Status> {
    propose(one, it, what).await?;
    confirm(two, it).await
}

/// The breaks of an agency, the oldest first.
pub async fn breaks(clerk: &Clerk) -> Result<Vec<Break>, Status> {
    let all = ListBreaksRequest { page_size: 500, ..ListBreaksRequest::default() };
    let mut found = clerk.clone().list_breaks(all).await?.into_inner().breaks;
    found.reverse();
    Ok(found)
}

/// A break as it is now.
pub async fn again(clerk: &Clerk, it: &Break) -> Result<Break, Status> {
    let all = breaks(clerk).await?;
    Ok(all.into_iter().find(|found| found.break_id == it.break_id).unwrap())
}

/// A bill that was paid today at bank 002 under `reference`.
pub async fn paid(house: &House, desk: &Desk, reference: &str) -> anyhow::Result<wire::Bill> {
    let bill = desk.bill().await?;
    let payment = house.payment(&bill, "002");
    let payment = wire::RecordRemittanceRequest { bank_reference: reference.to_owned(), ..payment };
    house.bank("bank-bri")?.remittances.record_remittance(payment).await?;
    Ok(bill)
}

/// Has two clerks put into suspense what bank 002 booked under `reference` and nobody reported.
pub async fn take_in(house: &House, reference: &str, rupiahs: i64) -> anyhow::Result<()> {
    let [tuti, joko] = clerks(house, "korlantas")?;
    let lines = vec![line(reference, Flow::In, rupiahs)];
    let breaks = import(&tuti, statement(house, lines)).await?;
    let found = breaks.iter().find(|it| it.reference == reference).unwrap();
    propose(&tuti, found, BreakResolution::Suspense).await?;
    confirm(&joko, found).await?;
    Ok(())
}
