//! What a bank reports of the orders of a file.

use rangkai_payments::{Payments, RailKind};
use rangkai_proto::payments::v1::{
    ErrorReason, GetRailFileRequest, ImportRailReportRequest, ImportRailReportResponse,
    InstructionState as State, ListRailFilesRequest, RailException, RailExceptionKind, RailFile,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::{Response, Status};

use super::support::{EACH, Official, accounts, block, official, release, states};
use crate::payments::{
    contract::once,
    support::{House, reason, refused},
};

/// A file of orders that left, and what both sides know its orders by.
pub struct Left {
    pub envelope_id: String,
    pub file: RailFile,
    pub orders: Vec<String>,
    pub content: String,
}

/// Writes a file with one order for each account.
pub async fn leave(house: &House, count: usize) -> anyhow::Result<Left> {
    let block = block(house, RailKind::File, |_| ()).await?;
    let envelope_id = release(house, &accounts(&vec!["001"; count])).await?;
    write(house, &block, envelope_id).await
}

/// Writes the file with the orders of an envelope that is released.
pub async fn write(house: &House, block: &Payments, envelope_id: String) -> anyhow::Result<Left> {
    block.execute_due().await?;
    let mut operator = official(house, "kemensos", "operator")?;
    let list = ListRailFilesRequest { page_size: 1, ..ListRailFilesRequest::default() };
    let file = operator.rails.list_rail_files(list).await?.into_inner().rail_files.remove(0);
    let get = GetRailFileRequest { rail_file_id: file.rail_file_id.clone() };
    let content = operator.rails.get_rail_file(get).await?.into_inner().content;
    let content = String::from_utf8(content)?;
    let tag = regex::Regex::new("<EndToEndId>([^<]+)<")?;
    let orders = tag.captures_iter(&content).map(|found| found[1].to_owned()).collect();
    Ok(Left { envelope_id, file, orders, content })
}

/// A report about a file: its totals, and what became of orders.
pub fn pain_002(name: &str, totals: (i64, i64), orders: &[(&str, &str, i64)]) -> String {
    let order = |(order, status, amount): &(&str, &str, i64)| {
        let (status, reason) = status.split_once(' ').unwrap_or((status, ""));
        let cause = format!("<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>");
        let cause = if reason.is_empty() { "" } else { &cause };
        format!(
            "<TxInfAndSts><OrgnlEndToEndId>{order}</OrgnlEndToEndId><TxSts>{status}</TxSts>{cause}\
             <OrgnlTxRef><Amt><InstdAmt Ccy=\"IDR\">{amount}</InstdAmt></Amt></OrgnlTxRef>\
             </TxInfAndSts>"
        )
    };
    let (count, sum) = totals;
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.12\"><CstmrPmtStsRpt>\
         <GrpHdr><MsgId>R{}</MsgId><CreDtTm>2026-11-22T09:00:00Z</CreDtTm></GrpHdr>\
         <OrgnlGrpInfAndSts><OrgnlMsgId>{name}</OrgnlMsgId>\
         <OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><OrgnlNbOfTxs>{count}</OrgnlNbOfTxs>\
         <OrgnlCtrlSum>{sum}</OrgnlCtrlSum></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>\
         <OrgnlPmtInfId>{name}1</OrgnlPmtInfId>{}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>",
        &fresh().replace('-', "")[..30],
        orders.iter().map(order).collect::<String>()
    )
}

/// A notice of money that went out for an order.
pub fn camt_054(order: &str, amount: i64) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\">\
         <BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>N1</MsgId><CreDtTm>2026-11-22T09:00:00Z</CreDtTm>\
         </GrpHdr><Ntfctn><Id>N1</Id><Acct><Id><Othr><Id>0019988776</Id></Othr></Id></Acct><Ntry>\
         <Amt Ccy=\"IDR\">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>2026-11-22</Dt></BookgDt><AcctSvcrRef>NTB-{order:.20}</AcctSvcrRef><BkTxCd/>\
         <NtryDtls><TxDtls><Refs><EndToEndId>{order}</EndToEndId></Refs></TxDtls></NtryDtls>\
         </Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    )
}

pub async fn import(
    official: &mut Official,
    message: &str,
) -> Result<ImportRailReportResponse, Status> {
    let content = message.as_bytes().to_vec();
    let request = ImportRailReportRequest { request_id: fresh(), content };
    official.rails.import_rail_report(request).await.map(Response::into_inner)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_report_brings_orders_to_their_end_once(#[case] kind: Kind) -> anyhow::Result<()> {
    use RailExceptionKind::{AmountDiffers, Contradicts, Repeated, UnknownOrder};

    let house = House::open(kind).await?;
    let left = leave(&house, 5).await?;
    let mut operator = official(&house, "kemensos", "operator")?;
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|place| left.orders[place].as_str());
    let totals = (5, EACH * 5);
    let first = [
        (a, "ACSC", EACH),
        (b, "RJCT AC04", EACH),
        (c, "PDNG", EACH),
        (d, "ACSC", EACH + 1),
        ("NOBODY", "ACSC", EACH),
    ];
    // The bank repeats itself, contradicts itself, and says more.
    let second = [(a, "ACSC", EACH), (b, "ACSC", EACH), (c, "ACSC", EACH), (d, "ACCC", EACH)];
    let first = pain_002(&left.file.name, totals, &first);
    let second = pain_002(&left.file.name, totals, &second);

    let heard = import(&mut operator, &first).await?;
    let after_first = states(&house, &left.envelope_id).await?;
    let again = import(&mut operator, &first).await;
    let heard_more = import(&mut operator, &second).await?;
    let notice = import(&mut operator, &camt_054(e, EACH)).await?;

    let counts = |heard: &ImportRailReportResponse| {
        let kinds: Vec<_> = heard.exceptions.iter().map(RailException::kind).collect();
        (heard.settled_count, heard.pending_count, kinds)
    };
    assert_eq!(counts(&heard), (2, 1, vec![AmountDiffers, UnknownOrder]));
    assert_eq!(after_first[3], (State::Sent, String::new()));
    let id = heard.rail_report.unwrap().rail_report_id;
    assert_eq!(reason(again, "rail_report_id"), (ErrorReason::RailReportTaken, id));
    assert_eq!(counts(&heard_more), (2, 0, vec![Repeated, Contradicts]));
    assert_eq!(counts(&notice), (1, 0, vec![]));
    let ends = states(&house, &left.envelope_id).await?;
    assert_eq!(ends[1], (State::Failed, "AC04".to_owned()));
    assert_eq!(ends.iter().filter(|(state, _)| *state == State::Paid).count(), 4);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_report_that_is_not_about_the_file_changes_nothing(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 2).await?;
    let mut operator = official(&house, "kemensos", "operator")?;
    let mut other = official(&house, "imigrasi", "operator")?;
    let orders = [(left.orders[0].as_str(), "ACSC", EACH)];
    let good = pain_002(&left.file.name, (2, EACH * 2), &orders);

    let more = import(&mut operator, &pain_002(&left.file.name, (3, EACH * 2), &orders)).await;
    let off = import(&mut operator, &pain_002(&left.file.name, (2, EACH * 2 + 1), &orders)).await;
    let unheard = import(&mut operator, &pain_002("UNHEARD", (2, EACH * 2), &orders)).await;
    let foreign = import(&mut other, &good).await;
    let strange = import(&mut other, &camt_054(&left.orders[0], EACH)).await?;
    let notice = camt_054(&left.orders[0], EACH).replace("0019988776", "0019988777");
    let elsewhere = import(&mut operator, &notice).await;
    let half = import(&mut operator, &good[..good.len() / 2]).await;
    let minus = good.replace("\"IDR\">", "\"IDR\">-");
    let minus = import(&mut operator, &minus).await;

    let mismatch = ErrorReason::RailReportMismatch;
    assert_eq!(reason(more, "element"), (mismatch, "OrgnlNbOfTxs".to_owned()));
    assert_eq!(reason(off, "element"), (mismatch, "OrgnlCtrlSum".to_owned()));
    assert_eq!(refused(unheard), ErrorReason::RailFileNotFound);
    assert_eq!(refused(foreign), ErrorReason::RailFileNotFound);
    assert_eq!(strange.exceptions[0].kind(), RailExceptionKind::UnknownOrder);
    assert_eq!(refused(elsewhere), ErrorReason::RailReportAccountWrong);
    let unreadable = ErrorReason::RailReportUnreadable;
    assert_eq!(reason(half, "why"), (unreadable, "ends before it is complete".to_owned()));
    assert_eq!(reason(minus, "element"), (unreadable, "InstdAmt".to_owned()));
    assert!(states(&house, &left.envelope_id).await?.iter().all(|(it, _)| *it == State::Sent));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_report_is_imported_once_for_its_request(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 1).await?;
    let operator = official(&house, "kemensos", "operator")?;
    let message =
        |status| pain_002(&left.file.name, (1, EACH), &[(left.orders[0].as_str(), status, EACH)]);

    let content = message("ACSC").into_bytes();
    let request = ImportRailReportRequest { request_id: fresh(), content };
    let content = message("PDNG").into_bytes();
    let other = ImportRailReportRequest { content, ..request.clone() };
    let send = |request| {
        let mut rails = operator.rails.clone();
        async move { rails.import_rail_report(request).await }
    };
    let answer = once(&request.request_id.clone(), [request, other], send).await?;

    assert_eq!(answer.settled_count, 1);
    Ok(())
}
