//! Messages as banks write them, and what is refused of them.

use std::fmt::Write as _;

use rangkai_primitives::{Currency, Money, Timestamp};

use super::{Message, Unreadable, read_report, read_statements};
use crate::domain::{Direction, Outcome, StatementMessage};

const PAIN_002: &str = include_str!("samples/pain_002.xml");
const PAIN_002_WHOLE: &str = include_str!("samples/pain_002_whole.xml");
const CAMT_053: &str = include_str!("samples/camt_053.xml");
const CAMT_054: &str = include_str!("samples/camt_054.xml");

fn rupiah(units: i64) -> Money {
    Money::whole(Currency::IDR, units).unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn failed(reason: &str, retry_safe: bool) -> Outcome {
    Outcome::Failed { reason: reason.to_owned(), retry_safe }
}

fn paid(reference: &str, at: &str) -> Outcome {
    Outcome::Paid { reference: reference.to_owned(), time: time(at) }
}

#[test]
fn a_report_says_of_each_order_what_became_of_it() {
    let Message::Status(report) = read_report(PAIN_002.as_bytes()).unwrap() else { panic!() };

    assert_eq!((report.id.as_str(), report.file.as_str()), ("LAPORAN-7", "BERKAS1"));
    assert_eq!((report.order_count, report.sum.as_deref()), (Some(5), Some("2500000")));
    assert_eq!(report.others, None);
    let outcomes: Vec<_> = report.orders.iter().map(|order| order.outcome.clone()).collect();
    let expected = [
        paid("NTB-0001", "2026-11-22T02:10:30Z"),
        paid("LAPORAN-7", "2026-11-22T02:15:00Z"),
        failed("AC04", false),
        failed("AM04", true),
        Outcome::Pending,
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(report.orders[1].amount, Some(rupiah(500_000)));
}

#[test]
fn a_report_may_speak_of_the_whole_file() {
    let Message::Status(report) = read_report(PAIN_002_WHOLE.as_bytes()).unwrap() else { panic!() };

    assert_eq!(report.others, Some(failed("NARR", false)));
    assert!(report.orders.is_empty());
}

#[test]
fn a_notice_lists_what_went_out_and_what_came_back() {
    let Message::Notices(notices) = read_report(CAMT_054.as_bytes()).unwrap() else { panic!() };

    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    assert_eq!(notice.account, "ID55BRIN0019988776");
    let entries: Vec<_> = notice
        .entries
        .iter()
        .map(|entry| (entry.end_to_end.as_deref(), entry.direction, entry.returned.as_deref()))
        .collect();
    let expected = [
        (Some("ORDER1"), Direction::Debit, None),
        (Some("ORDER2"), Direction::Credit, Some("AC01")),
    ];
    assert_eq!(entries, expected);
}

#[test]
fn a_statement_is_read_movement_by_movement() {
    let statements = read_statements(CAMT_053.as_bytes()).unwrap();

    let [statement] = statements.as_slice() else { panic!("{statements:?}") };
    assert_eq!((statement.account.as_str(), statement.id.as_str()), ("0019988776", "2026-11-22/1"));
    assert_eq!((statement.opening, statement.closing), (rupiah(2_000_000), rupiah(1_475_000)));
    assert_eq!(statement.from, statement.to);
    let references: Vec<_> =
        statement.entries.iter().map(|entry| entry.reference.as_str()).collect();
    assert_eq!(references, ["NTB-1001", "NTB-1002-1", "NTB-1002-2", "20261122-3"]);
    let [fee, first, second, charge] = statement.entries.as_slice() else { panic!() };
    assert_eq!(fee.remittance.reveal(), "820261122000012\nSIM C & surat");
    assert_eq!(fee.end_to_end, None);
    assert_eq!((first.amount, second.amount), (rupiah(300_000), rupiah(200_000)));
    assert_eq!(second.end_to_end.as_deref(), Some("ORDER2"));
    assert_eq!(charge.remittance.reveal(), "Biaya administrasi");
    assert_eq!(
        StatementMessage::sum(statement.opening, &statement.entries),
        Some(statement.closing)
    );
    assert!(!format!("{statement:?}").contains("SIM C"));
}

/// What is said about the statement once `from` in it became `to`.
fn broken(from: &str, to: &str) -> Unreadable {
    assert!(CAMT_053.contains(from), "{from}");
    read_statements(CAMT_053.replacen(from, to, 1).as_bytes()).unwrap_err()
}

#[test]
fn a_statement_that_is_wrong_is_refused_by_the_element_that_is_wrong() {
    let found = |from: &str, to: &str| {
        let Unreadable { element, why, .. } = broken(from, to);
        (element, why)
    };

    let amount = "<Amt Ccy=\"IDR\">75000<";
    assert_eq!(found(amount, "<Amt Ccy=\"IDR\">-75000<"), ("Amt", "is negative"));
    assert_eq!(found(amount, "<Amt Ccy=\"IDR\">0<"), ("Amt", "is nothing"));
    let decimals = ("Amt", "has more decimals than its currency");
    assert_eq!(found(amount, "<Amt Ccy=\"IDR\">75000.5<"), decimals);
    assert_eq!(found(amount, "<Amt Ccy=\"XXZ\">75000<"), ("Amt", "has an unknown currency"));
    assert_eq!(found(amount, "<Amt>75000<"), ("Amt", "has no currency"));
    assert_eq!(found(amount, "<Amt Ccy=\"IDR\">7e4<"), ("Amt", "is not a number"));
    let foreign = ("Amt", "is in another currency than the balances");
    assert_eq!(found(amount, "<Amt Ccy=\"USD\">75000<"), foreign);
    let parts = ("Amt", "is not the sum of the movements listed in the entry");
    assert_eq!(found("<Amt Ccy=\"IDR\">300000<", "<Amt Ccy=\"IDR\">300001<"), parts);
    // Off by one rupiah.
    let balance = broken("1475000<", "1475001<");
    assert_eq!((balance.element, &balance.why[..15]), ("Bal", "does not add up"));
    assert_eq!(found("<Sum>175000<", "<Sum>175001<"), ("Sum", "is not the sum of the entries"));
    let count = ("NbOfNtries", "is not how many entries there are");
    assert_eq!(found("<NbOfNtries>4<", "<NbOfNtries>5<"), count);
    assert_eq!(found("<NtryRef>2<", "<NtryRef>1<"), ("NtryRef", "is there twice"));
    assert_eq!(found("NTB-1002<", "NTB-1001<"), ("AcctSvcrRef", "is there twice"));
    assert_eq!(found("<Cd>CLBD<", "<Cd>ITBD<").0, "Bal");
    assert_eq!(found("<Id>2026-11-22/1</Id>", ""), ("Id", "is missing"));
    assert_eq!(found("DBIT<", "MINUS<"), ("CdtDbtInd", "is too long"));
    assert_eq!(found("<Dt>2026-11-22<", "<Dt>2026-02-30<"), ("Dt", "is not a date"));
    assert_eq!(broken("<Dt>2026-11-22<", "<Dt>soon<").line, 27);
}

#[test]
fn what_is_not_the_message_that_was_asked_for_is_refused() {
    let why = |text: &str| read_statements(text.as_bytes()).unwrap_err().why;

    let kind = "is not of a kind and version that is read";
    assert_eq!(why(PAIN_002), kind);
    assert_eq!(why(&CAMT_053.replace("053.001.08", "053.001.02")), kind);
    assert_eq!(why(&CAMT_053.replace(" xmlns=\"urn", " xmlns:x=\"urn")), kind);
    assert_eq!(why(&CAMT_053.replace("</Stmt>", "</Stnt>")), "is not well-formed XML");
    assert_eq!(why(&format!("{CAMT_053}{CAMT_053}")), "is not well-formed XML");
    assert_eq!(why(""), "is not well-formed XML");
    assert_eq!(read_statements(&[0xff, 0xfe]).unwrap_err().why, "is not UTF-8");
}

#[test]
fn a_message_cut_anywhere_is_refused() {
    for (place, _) in CAMT_053.char_indices().skip(1).step_by(97) {
        let cut = read_statements(&CAMT_053.as_bytes()[..place]).unwrap_err();
        let expected = ["ends before it is complete", "is not well-formed XML"];
        assert!(expected.contains(&cut.why), "{place}: {cut}");
    }
    let half = read_statements(&CAMT_053.as_bytes()[..CAMT_053.len() / 2]).unwrap_err();
    assert_eq!(half.why, "ends before it is complete");
}

#[test]
fn a_message_cannot_blow_up() {
    let why = |text: &str| read_statements(text.as_bytes()).unwrap_err().why;

    let laughs = "<!DOCTYPE Document [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>\n<Document";
    assert_eq!(why(&CAMT_053.replace("<Document", laughs)), "declares a document type");
    let entity = CAMT_053.replace("SIM C &amp;", "SIM C &beban;");
    assert_eq!(why(&entity), "uses an entity of its own");
    let (open, close) = ("<A>".repeat(40), "</A>".repeat(40));
    let deep = CAMT_053.replace("<Stmt>", &format!("{open}{close}<Stmt>"));
    assert_eq!(why(&deep), "has too many elements, or too many inside one another");
    assert_eq!(why(&" ".repeat(5_000_000)), "is larger than 4 MiB");
    let mut wide = String::new();
    (0..301_000).for_each(|_| wide.write_str("<A/>").unwrap());
    let wide = CAMT_053.replace("<Stmt>", &format!("{wide}<Stmt>"));
    assert_eq!(why(&wide), "has too many elements, or too many inside one another");
}

#[test]
fn a_report_whose_counts_differ_from_its_list_is_refused() {
    let found = |from: &str, to: &str| {
        assert!(PAIN_002.contains(from), "{from}");
        let text = PAIN_002.replacen(from, to, 1);
        let Unreadable { element, why, .. } = read_report(text.as_bytes()).unwrap_err();
        (element, why)
    };

    let count = ("DtldNbOfTxs", "is not how many orders are listed");
    assert_eq!(found("<DtldNbOfTxs>2<", "<DtldNbOfTxs>3<"), count);
    let sum = ("DtldCtrlSum", "is not the sum of the orders listed");
    assert_eq!(found("<DtldCtrlSum>1000000<", "<DtldCtrlSum>1000001<"), sum);
    assert_eq!(found("ORDER2<", "ORDER1<"), ("OrgnlEndToEndId", "is there twice"));
    assert_eq!(found("<TxSts>PDNG<", "<TxSts>YEAH<"), ("TxSts", "is not a status that is known"));
    assert_eq!(found("pain.001.001.09<", "pain.008.001.08<").1, "is not a pain.001");
}
