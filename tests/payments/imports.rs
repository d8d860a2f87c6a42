//! Files of payments: all of one or nothing, and each mistake in one is named.

use rangkai_proto::payments::v1::{
    Bill, BillState, CollectionState, ErrorReason, GetBillRequest, ImportRemittancesRequest,
    ImportRemittancesResponse, RecordRemittanceRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    books::Books,
    callbacks::tell_paid,
    channels::{account, known},
    clerks::take_in,
    contract,
    remittances::unknown,
    support::{Desk, House, reason, refused, rupiah, tariff},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_file_does_what_single_reports_would(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let (one, two, three) = (desk.bill().await?, desk.bill().await?, desk.bill().await?);
    // The bank told of this one when it took it, and tells of it again.
    let told = RecordRemittanceRequest {
        bank_reference: "N-1".to_owned(),
        pay_time: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
        ..house.payment(&one, "002")
    };
    bank.remittances.record_remittance(told).await?;
    let content = file(&[
        line(&one.billing_code, 75_000, "N-1"),
        line(&two.billing_code, 75_000, "N-2"),
        line(&two.billing_code, 75_000, "N-3"),
        line(&three.billing_code, 70_000, "N-4"),
        line("12345", 1_000, "N-5"),
    ]);

    let answer = import(&bank, &content).await?;
    let repeated = import(&bank, &content).await;

    let counts = [answer.count, answer.known_count, answer.paid_count];
    assert_eq!(counts, [5, 1, 2]);
    assert_eq!((answer.credited_count, answer.suspended_count), (1, 2));
    assert_eq!(answer.total, Some(rupiah(296_000)));
    assert_eq!(state(&desk, &two).await?, BillState::Paid);
    let same = (ErrorReason::ImportRepeated, answer.import_id);
    assert_eq!(reason(repeated, "import_id"), same);
    assert!(Books::open(&house).await?.check_some().await? > 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_wrong_file_does_nothing_and_says_where_it_is_wrong(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let (one, two) = (desk.bill().await?, desk.bill().await?);
    let taken = RecordRemittanceRequest {
        bank_reference: "TAKEN".to_owned(),
        ..house.payment(&desk.bill().await?, "002")
    };
    bank.remittances.record_remittance(taken).await?;
    let lines = [line(&one.billing_code, 75_000, "N-1"), line(&two.billing_code, 75_000, "N-2")];
    let good = file(&lines);
    let with = |from: &str, to: &str| good.replacen(from, to, 1);

    for (wrong, expected, key, value) in [
        (good[..good.len() / 2].to_owned(), ErrorReason::ImportIncomplete, "line", "2"),
        (good[..good.len() - 1].to_owned(), ErrorReason::ImportIncomplete, "line", "4"),
        (
            file(&lines[..1]).replace("|1|75000", "|2|75000"),
            ErrorReason::ImportCountWrong,
            "found",
            "1",
        ),
        (good.replace("|150000", "|150001"), ErrorReason::ImportTotalWrong, "found", "150000"),
        (with("T|2|150000", "T|2|150001"), ErrorReason::ImportTotalWrong, "expected", "150001"),
        (with("H|002", "H|02"), ErrorReason::ImportMalformed, "line", "1"),
        (with("|75000|N-2", "|75000.50|N-2"), ErrorReason::ImportMalformed, "line", "3"),
        (with("|75000|N-1", "|-75000|N-1"), ErrorReason::ImportMalformed, "line", "2"),
        (with("N-2|2023", "N-2|soon"), ErrorReason::ImportMalformed, "line", "3"),
        (with("N-2|2023", "N-2|9023"), ErrorReason::ImportMalformed, "line", "3"),
        (with("D|", "X|"), ErrorReason::ImportMalformed, "line", "2"),
        (with("N-2", "TAKEN"), ErrorReason::ImportReferenceTaken, "line", "3"),
        (with("N-2", "N-1"), ErrorReason::ImportMalformed, "line", "3"),
        // Word for word twice: the sum counts both, so both would have to be booked.
        (
            file(&[lines[1].clone(), lines[0].clone(), lines[0].clone()]),
            ErrorReason::ImportMalformed,
            "why",
            "the bank's number is that of line 3",
        ),
    ] {
        let answer = import(&bank, &wrong).await;
        assert_eq!(reason(answer, key), (expected, value.to_owned()), "{wrong}");
    }
    let binary = ImportRemittancesRequest { request_id: fresh(), content: b"H|\n\xff".to_vec() };
    let binary = bank.remittances.import_remittances(binary).await;
    assert_eq!(reason(binary, "line"), (ErrorReason::ImportMalformed, "2".to_owned()));
    assert_eq!(state(&desk, &one).await?, BillState::Open);

    // A refused file takes nothing, and its right form goes through; once, though it comes twice.
    let request = ImportRemittancesRequest { request_id: fresh(), content: good.into_bytes() };
    let other = file(&[line("7", 1_000, "N-9")]).into_bytes();
    let other = ImportRemittancesRequest { content: other, ..request.clone() };
    let send = |request| {
        let mut remittances = bank.remittances.clone();
        async move { remittances.import_remittances(request).await }
    };
    contract::once(&request.request_id.clone(), [request, other], send).await?;
    assert_eq!(state(&desk, &one).await?, BillState::Paid);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn of_one_file_twice_at_once_one_is_imported(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let bank = house.bank("bank-bri")?;
    let content = file(&[line(&desk.bill().await?.billing_code, 75_000, "N-1")]);

    let (one, two) = tokio::join!(import(&bank, &content), import(&bank, &content));

    let (done, other) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(done?.paid_count, 1);
    assert_eq!(refused(other), ErrorReason::ImportRepeated);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_files_of_the_same_agencies_do_not_wait_for_each_other_in_a_circle(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let korlantas = house.korlantas().await?;
    let mut imigrasi = house.agency("imigrasi")?;
    for (code, rupiahs) in [("sim.c.renew", 75_000), ("letter", 0)] {
        imigrasi.tariffs.publish_tariff(tariff(code, rupiahs)).await?;
    }
    let (bri, bni) = (house.bank("bank-bri")?, house.bank("bank-bni")?);
    let (mut there, mut back) = (Vec::new(), Vec::new());
    for number in 0..10 {
        let codes = [korlantas.bill().await?, imigrasi.bill().await?].map(|bill| bill.billing_code);
        there.extend(codes.iter().map(|code| line(code, 75_000, &format!("{code}-{number}"))));
        let codes = [imigrasi.bill().await?, korlantas.bill().await?].map(|bill| bill.billing_code);
        back.extend(codes.iter().map(|code| line(code, 75_000, &format!("{code}-{number}"))));
    }
    let (there, back) = (file(&there), file(&back));

    let (one, two) = tokio::join!(import(&bri, &there), import(&bni, &back));

    assert_eq!((one?.paid_count, two?.paid_count), (20, 20));
    assert!(Books::open(&house).await?.check_some().await? > 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn money_that_waits_without_a_bill_does_not_hold_up_a_file(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let (mistyped, found, other) = (desk.bill().await?, desk.bill().await?, desk.bill().await?);
    let waits = RecordRemittanceRequest { amount: Some(rupiah(75_000)), ..unknown("N-1") };
    bank.remittances.record_remittance(waits).await?;
    // Two people put this one into suspense, out of the statement of the bank.
    take_in(&house, "N-2", 75_000).await?;
    let with = |more: i64| {
        file(&[
            line(&mistyped.billing_code, 75_000, "N-1"),
            line(&found.billing_code, 75_000 + more, "N-2"),
            line(&other.billing_code, 75_000, "N-3"),
        ])
    };

    let more = import(&bank, &with(1)).await;
    let answer = import(&bank, &with(0)).await?;

    assert_eq!(reason(more, "line"), (ErrorReason::ImportReferenceTaken, "3".to_owned()));
    let counts = [answer.count, answer.known_count, answer.paid_count, answer.suspended_count];
    assert_eq!(counts, [3, 2, 1, 2]);
    let states = [state(&desk, &mistyped).await?, state(&desk, &found).await?];
    assert_eq!(states, [BillState::Open; 2]);
    assert_eq!(state(&desk, &other).await?, BillState::Paid);
    assert!(Books::open(&house).await?.check_some().await? > 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_file_that_names_an_account_pays_the_bill_of_it(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let bank = house.bank("bank-bni")?;
    let (one, two) = (desk.bill().await?, desk.bill().await?);
    let (told, lost) = (account(&desk, &one, "009").await?, account(&desk, &two, "009").await?);
    assert_eq!(tell_paid(&house, &told.number, "NTB-1", 75_000).await?.0, 200);
    let content = file(&[
        line(&told.number, 75_000, "NTB-1"),
        line(&lost.number, 75_000, "NTB-2"),
        // Paid once more by somebody who did not see that it was.
        line(&lost.number, 75_000, "NTB-3"),
    ]);
    let content = content.replacen("H|002", "H|009", 1);

    let answer = import(&bank, &content).await?;
    let late = tell_paid(&house, &lost.number, "NTB-2", 75_000).await?;

    let counts = [answer.count, answer.known_count, answer.paid_count, answer.credited_count];
    assert_eq!(counts, [3, 1, 2, 1]);
    assert_eq!(state(&desk, &two).await?, BillState::Paid);
    assert_eq!(known(&desk, &lost).await?.state(), CollectionState::Paid);
    assert_eq!(late, (200, "REMITTANCE_OUTCOME_BILL_PAID".into()));
    // At another bank the number stands for nothing.
    let elsewhere = file(&[line(&lost.number, 75_000, "NTB-4")]);
    assert_eq!(import(&bank, &elsewhere).await?.suspended_count, 1);
    assert!(Books::open(&house).await?.check_some().await? > 0);
    Ok(())
}

/// A payment as a line of a file, with its amount.
fn line(code: &str, rupiahs: i64, number: &str) -> (String, i64) {
    (format!("D|{code}|{rupiahs}|{number}|2023-11-14T22:13:20Z\n"), rupiahs)
}

fn file(lines: &[(String, i64)]) -> String {
    let total: i64 = lines.iter().map(|(_, rupiahs)| rupiahs).sum();
    let count = lines.len();
    let body: String = lines.iter().map(|(line, _)| line.as_str()).collect();
    format!("H|002|2023-11-14|{count}|{total}\n{body}T|{count}|{total}\n")
}

async fn import(bank: &Desk, content: &str) -> Result<ImportRemittancesResponse, Status> {
    let content = content.as_bytes().to_vec();
    let request = ImportRemittancesRequest { request_id: fresh(), content };
    Ok(bank.remittances.clone().import_remittances(request).await?.into_inner())
}

async fn state(desk: &Desk, bill: &Bill) -> anyhow::Result<BillState> {
    let get = GetBillRequest { bill_id: bill.bill_id.clone() };
    Ok(desk.bills.clone().get_bill(get).await?.into_inner().bill.unwrap().state())
}
