//! Everything that the books record as having moved at a bank is matched with the bank's lines.

use rangkai_proto::payments::v1::{
    BankAccount, BreakKind, ConfirmRefundRequest, DisputeReason, DrainPoolRequest,
    EndDisputeRequest, ErrorReason, Flow, FundPoolRequest, IssueRefundRequest, ListCreditsRequest,
    OpenDisputeRequest, RecordFundsRequest, RefundCreditRequest, RefundMode, ReturnFundsRequest,
    SettleMerchantRequest, SweepToTreasuryRequest, dispute_service_client::DisputeServiceClient,
    fund_service_client::FundServiceClient,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    clerks::{Bank, clerks, line, paid},
    support::{Desk, House, fields, person, reason, refused, rupiah},
    vouchers::Shop,
};

const BANK: &str = "002";

/// Collected money that is handed on under a number of bank 002; empty for none.
pub async fn sweep(desk: &Desk, rupiahs: i64, number: &str) -> Result<String, Status> {
    let bank_code = if number.is_empty() { "" } else { BANK };
    let request = SweepToTreasuryRequest {
        request_id: fresh(),
        amount: Some(rupiah(rupiahs)),
        treasury_reference: fresh(),
        bank_code: bank_code.to_owned(),
        bank_reference: number.to_owned(),
    };
    Ok(desk.treasury.clone().sweep_to_treasury(request).await?.into_inner().sweep_id)
}

/// Money that came to be paid out, or went back.
async fn funds(desk: &Desk, rupiahs: [i64; 2], numbers: [&str; 2]) -> Result<(), Status> {
    let mut fund = FundServiceClient::new(desk.client.clone());
    let [came, went] = rupiahs.map(rupiah).map(Some);
    let [one, two] = numbers.map(str::to_owned);
    let received = RecordFundsRequest {
        request_id: fresh(),
        amount: came,
        reference: fresh(),
        bank_code: BANK.to_owned(),
        bank_reference: one,
    };
    fund.record_funds(received).await?;
    let returned = ReturnFundsRequest {
        request_id: fresh(),
        amount: went,
        reference: fresh(),
        bank_code: BANK.to_owned(),
        bank_reference: two,
    };
    fund.return_funds(returned).await.map(drop)
}

/// Money that a bank paid back, of a bill or of the credit that it became.
async fn refund(house: &House, desk: &Desk, number: &str, credit: bool) -> anyhow::Result<()> {
    let bill = paid(house, desk, &format!("OF-{number}")).await?;
    let refund = if credit {
        let (request_id, bill_id) = (fresh(), bill.bill_id.clone());
        let request = IssueRefundRequest {
            request_id,
            bill_id,
            reason: "Salah bayar".to_owned(),
            mode: RefundMode::CreditNextBill.into(),
            ..IssueRefundRequest::default()
        };
        desk.refunds.clone().issue_refund(request).await?;
        let credits =
            desk.credits.clone().list_credits(ListCreditsRequest::default()).await?.into_inner();
        let request = RefundCreditRequest {
            request_id: fresh(),
            credit_id: credits.credits[0].credit_id.clone(),
            amount: None,
            reason: "Permohonan pembayar".to_owned(),
        };
        desk.credits.clone().refund_credit(request).await?.into_inner().refund.unwrap()
    } else {
        desk.refund(&bill, None).await?
    };
    let confirm = ConfirmRefundRequest {
        request_id: fresh(),
        refund_id: refund.refund_id,
        bank_code: BANK.to_owned(),
        bank_reference: number.to_owned(),
    };
    house.bank("bank-bri")?.refunds.confirm_refund(confirm).await?;
    Ok(())
}

/// A payment that went back through the bank; answers how a fresh dispute would end.
async fn lose(
    house: &House,
    desk: &Desk,
    number: &str,
    won: bool,
) -> anyhow::Result<EndDisputeRequest> {
    let bill = paid(house, desk, &format!("OF-{number}")).await?;
    let mut tuti = DisputeServiceClient::new(person(house, "korlantas", "tuti")?.client);
    let open = OpenDisputeRequest {
        request_id: fresh(),
        bill_id: bill.bill_id,
        amount: None,
        reason: DisputeReason::NotAuthorised.into(),
        bank_code: BANK.to_owned(),
        bank_case: fresh(),
    };
    let dispute = tuti.open_dispute(open).await?.into_inner().dispute.unwrap();
    Ok(EndDisputeRequest {
        request_id: fresh(),
        dispute_id: dispute.dispute_id,
        won,
        bank_reference: number.to_owned(),
    })
}

async fn settle(shop: &Shop, number: &str) -> anyhow::Result<()> {
    let voucher = shop.voucher(100_000, "").await?;
    shop.redeem(&voucher.number, "", None).await?;
    let request = SettleMerchantRequest {
        request_id: fresh(),
        merchant_id: shop.merchant.merchant_id.clone(),
        amount: Some(rupiah(100_000)),
        bank_code: BANK.to_owned(),
        bank_reference: number.to_owned(),
    };
    shop.desk.merchants.clone().settle_merchant(request).await?;
    Ok(())
}

fn pooled(pool_id: &str, rupiahs: i64, number: &str) -> FundPoolRequest {
    FundPoolRequest {
        request_id: fresh(),
        pool_id: pool_id.to_owned(),
        amount: Some(rupiah(rupiahs)),
        document: fresh(),
        bank_code: BANK.to_owned(),
        bank_reference: number.to_owned(),
    }
}

fn drained(pool_id: &str, rupiahs: i64, number: &str) -> DrainPoolRequest {
    DrainPoolRequest {
        request_id: fresh(),
        pool_id: pool_id.to_owned(),
        amount: Some(rupiah(rupiahs)),
        bank_code: BANK.to_owned(),
        bank_reference: number.to_owned(),
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_movement_has_one_line_under_its_number(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let [clerk, _] = clerks(&house, "korlantas")?;
    paid(&house, &desk, "IN").await?;
    refund(&house, &desk, "REFUND", false).await?;
    refund(&house, &desk, "CREDIT", true).await?;
    let lost = lose(&house, &desk, "LOST", false).await?;
    let mut joko = DisputeServiceClient::new(person(&house, "korlantas", "joko")?.client);
    let lost = joko.end_dispute(lost).await?.into_inner().dispute.unwrap();
    sweep(&desk, 5_000, "SWEEP").await?;
    funds(&desk, [900_000, 300_000], ["FUNDS", "UNUSED"]).await?;
    let pool = desk.pool("sembako").await?;
    desk.pools.clone().fund_pool(pooled(&pool.pool_id, 400_000, "POOL")).await?;
    let merchant = desk.merchant("Warung Bu Siti", &["sembako"]).await?;
    let shop = Shop { desk: desk.clone(), pool: pool.clone(), merchant };
    settle(&shop, "SHOP").await?;
    desk.pools.clone().drain_pool(drained(&pool.pool_id, 50_000, "REST")).await?;
    let lines = [
        line("IN", Flow::In, 75_000),
        line("OF-REFUND", Flow::In, 75_000),
        line("REFUND", Flow::Out, 75_000),
        line("OF-CREDIT", Flow::In, 75_000),
        line("CREDIT", Flow::Out, 75_000),
        line("OF-LOST", Flow::In, 75_000),
        line("LOST", Flow::Out, 75_000),
        line("SWEEP", Flow::Out, 5_000),
        line("FUNDS", Flow::In, 900_000),
        line("UNUSED", Flow::Out, 300_000),
        line("POOL", Flow::In, 400_000),
        line("SHOP", Flow::Out, 100_000),
        line("REST", Flow::Out, 50_000),
    ];

    let answer = Bank::bri().says(&house, &clerk, &lines).await?;

    assert_eq!(answer.breaks, []);
    assert_eq!(answer.statement.unwrap().matched_count, 13);
    assert_eq!(lost.bank_reference, "LOST");
    // Another statement without any of these lines would lack every one of them.
    let other = House::open(kind).await?;
    let desk = other.korlantas().await?;
    paid(&other, &desk, "IN").await?;
    sweep(&desk, 5_000, "SWEEP").await?;
    funds(&desk, [900_000, 300_000], ["FUNDS", "UNUSED"]).await?;
    let found = Bank::bri().shows(&other, &clerks(&other, "korlantas")?[0], &[]).await?;
    let lacking = ["IN", "SWEEP", "FUNDS", "UNUSED"];
    assert_eq!(found, lacking.map(|number| (BreakKind::MissingThere, number.to_owned())));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_number_of_a_bank_is_used_once_whatever_for(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    paid(&house, &desk, "USED").await?;
    let pool = desk.pool("sembako").await?;
    desk.fund(&pool, 100_000).await?;
    let lost = lose(&house, &desk, "USED", false).await?;
    let mut joko = DisputeServiceClient::new(person(&house, "korlantas", "joko")?.client);

    let refusals = [
        reason(sweep(&desk, 1, "USED").await, "bank_reference"),
        reason(funds(&desk, [5, 1], ["USED", "FREE"]).await, "bank_reference"),
        reason(funds(&desk, [5, 1], ["FREE", "USED"]).await, "bank_reference"),
        reason(
            desk.pools.clone().drain_pool(drained(&pool.pool_id, 1, "USED")).await,
            "bank_reference",
        ),
        reason(joko.end_dispute(lost).await, "bank_reference"),
    ];
    let funding = desk.pools.clone().fund_pool(pooled(&pool.pool_id, 1, "USED")).await;

    for refusal in refusals {
        assert_eq!(refusal, (ErrorReason::BankReferenceTaken, "USED".to_owned()));
    }
    assert_eq!(refused(funding), ErrorReason::BankReferenceTaken);
    assert!(desk.is_sound().await?);
    Ok(())
}

/// The rules are checked before any database is asked, so one kind of it is enough.
#[tokio::test]
async fn a_number_comes_with_its_bank_or_not_at_all() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let desk = house.korlantas().await?;
    let whole = SweepToTreasuryRequest {
        request_id: fresh(),
        amount: Some(rupiah(1)),
        treasury_reference: fresh(),
        bank_code: BANK.to_owned(),
        bank_reference: "N".to_owned(),
    };
    let bare = SweepToTreasuryRequest { bank_code: String::new(), ..whole.clone() };
    let silent = SweepToTreasuryRequest { bank_reference: String::new(), ..whole };
    let won = lose(&house, &desk, "WON", true).await?;
    let mut joko = DisputeServiceClient::new(person(&house, "korlantas", "joko")?.client);

    let mut treasury = desk.treasury.clone();
    assert_eq!(fields(treasury.sweep_to_treasury(bare).await), ["bank_code"]);
    assert_eq!(fields(treasury.sweep_to_treasury(silent).await), ["bank_reference"]);
    assert_eq!(fields(joko.end_dispute(won).await), ["bank_reference"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn accounts_at_one_bank_have_statements_of_their_own(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let [clerk, _] = clerks(&house, "korlantas")?;
    paid(&house, &desk, "IN").await?;
    funds(&desk, [900_000, 300_000], ["FUNDS", "UNUSED"]).await?;
    let mut collecting = Bank::account(BankAccount::Collection);
    let mut paying = Bank::account(BankAccount::Disbursement);

    let collected = collecting.shows(&house, &clerk, &[line("IN", Flow::In, 75_000)]).await?;
    let lines = [line("FUNDS", Flow::In, 900_000)];
    let out = paying.says(&house, &clerk, &lines).await?;
    let whole = Bank::bri().shows(&house, &clerk, &lines).await;

    assert_eq!(collected, []);
    let [unused] = &out.breaks[..] else { panic!("{:?}", out.breaks) };
    let what = (unused.kind(), unused.reference.as_str(), unused.account());
    assert_eq!(what, (BreakKind::MissingThere, "UNUSED", BankAccount::Disbursement));
    assert_eq!(out.statement.unwrap().account(), BankAccount::Disbursement);
    assert_eq!(refused(whole), ErrorReason::StatementImported);
    Ok(())
}
