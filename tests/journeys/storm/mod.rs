//! Money in a storm: thousands of requests of many callers to two replicas that die, on a database
//! that dies; afterwards nothing is lost, and nothing happened twice.

mod killer;
mod line;
mod log;
mod player;
mod proof;
mod seen;
mod stage;

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use rangkai_proto::payments::v1::{
    CreatePoolResponse, FundPoolRequest, FundPoolResponse, OpenAccountRequest, OpenAccountResponse,
    PostTransferRequest, PostTransferResponse, PublishTariffResponse, RegisterMerchantResponse,
};
use rangkai_testkit::fresh;
use tokio::task::JoinSet;

use self::{
    line::{Line, Manner},
    player::{Player, ask},
    seen::{Record, Seen, outcomes},
    stage::Stage,
};
use super::dice::Dice;
use crate::payments::{
    purse::{asset, transfer},
    support::{rupiah, tariff},
    vouchers::{new_merchant, new_pool},
};

const AGENCIES: [&str; 2] = ["korlantas", "imigrasi"];
const CALLERS: usize = 16;
const STEPS: usize = 110;

#[tokio::test(flavor = "multi_thread")]
async fn money_survives_a_storm() {
    let mut dice = Dice::thrown();
    let stage = Arc::new(Stage::open().await);
    let record = Arc::new(Record::default());
    let began = Instant::now();
    let mut seen = Vec::new();
    for agency in AGENCIES {
        seen.push(Arc::new(Mutex::new(
            furnish(&stage.clerk(agency, "head".to_owned()), &record).await,
        )));
    }

    let mut playing = JoinSet::new();
    for number in 0..CALLERS {
        let side = number % AGENCIES.len();
        let player = Player {
            clerk: stage.clerk(AGENCIES[side], format!("clerk-{number}")),
            teller: stage.teller(format!("teller-{number}")),
            seen: Arc::clone(&seen[side]),
            record: Arc::clone(&record),
            dice: dice.others(),
        };
        playing.spawn(player.play(STEPS));
    }
    let kills = killer::kill(&stage, &record, CALLERS * STEPS).await;
    playing.join_all().await;
    stage.until_ready().await;

    let all = record.all();
    println!("{:?}: {} requests, {kills} kills, {:?}", began.elapsed(), all.len(), record.trace());
    for (outcome, count) in outcomes(&all) {
        println!("{count:>6} {outcome}");
    }
    proof::prove(&stage, all).await;
    println!("{:?} in all", began.elapsed());
}

/// What an agency needs before anything can happen.
async fn furnish(line: &Line, record: &Record) -> Seen {
    let mut seen = Seen::default();
    let manner = Manner::plain(0);
    for (code, rupiahs) in [("sim.c.renew", 75_000), ("letter", 0)] {
        let method = "/rangkai.payments.v1.TariffService/PublishTariff";
        let request = tariff(code, rupiahs);
        ask::<PublishTariffResponse>(record, line, manner, method, &request).await.unwrap();
    }
    for code in ["source", "hot", "purse", "shop", "till", "drawer"] {
        let floor = (code == "source").then(|| rupiah(-1_000_000_000));
        let method = "/rangkai.payments.v1.LedgerService/OpenAccount";
        let request = OpenAccountRequest { floor, ..asset(code) };
        let opened: OpenAccountResponse =
            ask(record, line, manner, method, &request).await.unwrap();
        let account = opened.account.unwrap().account_id;
        if let Some(source) = seen.accounts.first() {
            let transfer = Some(transfer(&account, source, 1_000));
            let request = PostTransferRequest { request_id: fresh(), transfer };
            let method = "/rangkai.payments.v1.TransferService/PostTransfer";
            ask::<PostTransferResponse>(record, line, manner, method, &request).await.unwrap();
        }
        seen.accounts.push(account);
    }
    let method = "/rangkai.payments.v1.PoolService/CreatePool";
    let made: CreatePoolResponse =
        ask(record, line, manner, method, &new_pool("sembako")).await.unwrap();
    seen.pool = made.pool.unwrap().pool_id;
    let (pool_id, amount) = (seen.pool.clone(), Some(rupiah(1_000_000)));
    let request = FundPoolRequest {
        request_id: fresh(),
        document: fresh(),
        pool_id,
        amount,
        ..FundPoolRequest::default()
    };
    let method = "/rangkai.payments.v1.PoolService/FundPool";
    ask::<FundPoolResponse>(record, line, manner, method, &request).await.unwrap();
    let method = "/rangkai.payments.v1.MerchantService/RegisterMerchant";
    let request = new_merchant("Warung Bu Siti", &["sembako"]);
    let made: RegisterMerchantResponse = ask(record, line, manner, method, &request).await.unwrap();
    seen.merchant = made.merchant.unwrap().merchant_id;
    seen
}
