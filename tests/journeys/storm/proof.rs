//! What must hold when the storm is over.

use std::collections::BTreeSet;

use prost::Message as _;
use rangkai_proto::payments::v1::{
    ActivateVoucherResponse, PostTransfersResponse, ProveLedgerRequest,
    ledger_service_client::LedgerServiceClient,
};
use tokio::task::JoinSet;

use super::{
    AGENCIES,
    line::{Manner, Outcome},
    log,
    player::VOUCHERS,
    seen::{Asked, done},
    stage::Stage,
};
use crate::{journeys::until::until, payments::books::Books};

/// How many requests are asked again at once.
const AT_ONCE: usize = 16;

/// What must never be found, each with the rows it looks at.
const INVARIANTS: &[(&str, &str, &str)] = &[
    (
        "each request is kept with its answer",
        "SELECT COUNT(*) FROM request",
        "SELECT COUNT(*) FROM request WHERE answer IS NULL",
    ),
    (
        "no voucher is redeemed beyond its amount",
        "SELECT COUNT(*) FROM redemption",
        "SELECT COUNT(*) FROM voucher WHERE amount_minor < \
         (SELECT COALESCE(SUM(amount_minor), 0) FROM redemption \
         WHERE redemption.voucher_id = voucher.voucher_id)",
    ),
    (
        "each redemption of a voucher leaves less than the one before",
        "SELECT COUNT(*) FROM redemption",
        "SELECT COUNT(*) FROM (SELECT 1 FROM redemption GROUP BY voucher_id, remaining_minor \
         HAVING COUNT(*) > 1) AS wrong",
    ),
    (
        "the events of a subject are told in the order in which they were written",
        "SELECT COUNT(*) FROM event",
        "SELECT COUNT(*) FROM event JOIN event AS later USING (agency, subject) \
         WHERE event.number < later.number AND event.position > later.position",
    ),
    (
        "no bill has a payment of another agency",
        "SELECT COUNT(*) FROM remittance",
        "SELECT COUNT(*) FROM remittance JOIN bill USING (bill_id) \
         WHERE remittance.agency <> bill.agency",
    ),
];

/// Methods, and the rows that are their effects.
const EFFECTS: &[(&[&str], &str)] = &[
    (
        &["PostTransfer", "PostTransfers"],
        "FROM transfer WHERE kind = 'posted' AND source_id IS NULL",
    ),
    (&["ReserveTransfer"], "FROM reservation"),
    (&["CaptureReservation"], "FROM transfer WHERE kind = 'captured'"),
    (&["PublishTariff"], "FROM tariff"),
    (&["IssueBill"], "FROM bill"),
    (&["CancelBill"], "FROM bill WHERE state = 'cancelled'"),
    (&["RecordRemittance"], "FROM remittance"),
    (&["IssueRefund"], "FROM refund"),
    (&["ConfirmRefund"], "FROM refund WHERE state = 'paid'"),
    (&["PreactivateVouchers"], "FROM voucher"),
    (&["RedeemVoucher"], "FROM redemption"),
    (&["FundPool"], "FROM pool_movement"),
    (&["RegisterMerchant"], "FROM merchant"),
];

/// Looks at everything.
pub(super) async fn prove(stage: &Stage, mut all: Vec<Asked>) {
    let books = Books::past(&stage.database).await.unwrap();
    let broken: Vec<_> =
        all.iter().filter(|asked| matches!(asked.outcome, Outcome::Broken(_))).collect();
    let broken: Vec<_> = broken.iter().map(|asked| (asked.method, &asked.outcome)).collect();
    assert!(broken.is_empty(), "{broken:?}");

    let kept = kept(&books).await;
    let acknowledged = done(&all);
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    println!("{:>6} rows: each acknowledged request is there", acknowledged.len());
    assert!(lost.is_empty(), "lost: {lost:?}");
    late(&all, &kept);

    ask_again(&mut all).await;
    let kept = self::kept(&books).await;
    assert_eq!(kept, done(&all), "what has an effect is what was acknowledged");
    println!("{:>6} rows: each request has one effect", kept.len());
    effects(&all, &books).await;

    let mut rows = books.check().await.unwrap();
    rows += books.check_vouchers().await.unwrap();
    rows += books.check_these(INVARIANTS).await.unwrap();
    println!("{rows:>6} rows were looked at for the books");
    sound(stage).await;
    log::prove(stage, &books).await;
    until("every entry of the audit log is sealed", async || {
        books.count("SELECT COUNT(*) FROM audit_unsealed").await.unwrap() == 0
    })
    .await;
    let (entries, against) = books.chain().await.unwrap();
    println!("{entries:>6} rows: the audit log is whole");
    assert!(entries > 0 && against == 0, "the audit log breaks at {entries}");
}

/// Whoever had no answer to a first call and was refused at the second does not know of the first:
/// it may still take effect. With a request of one call, that does not happen.
fn late(all: &[Asked], kept: &BTreeSet<String>) {
    let refused = all.iter().filter(|asked| !matches!(asked.outcome, Outcome::Done(_)));
    let late: Vec<_> = refused.filter(|asked| kept.contains(&asked.id())).collect();
    println!("{:>6} requests took effect by a call whose answer nobody heard", late.len());
    for asked in late {
        println!("{:>6} {}: {:?}", "", asked.method, asked.outcome);
        assert!(asked.calls > 1, "{} has an effect, and was refused", asked.method);
    }
}

/// The ids of the requests that took effect.
async fn kept(books: &Books) -> BTreeSet<String> {
    let query = "SELECT CAST(request_id AS text), COUNT(*) FROM request GROUP BY 1";
    let kept = books.numbers(query).await.unwrap();
    assert!(kept.iter().all(|(_, rows)| *rows == 1), "each request is there once");
    kept.into_iter().map(|(id, _)| id).collect()
}

/// Asks for everything again: what was done has the same answer, at either replica. What was
/// refused may be done now.
async fn ask_again(all: &mut [Asked]) {
    let mut answered = (0, 0);
    for chunk in all.chunks_mut(AT_ONCE) {
        let mut asking = JoinSet::new();
        for (place, asked) in chunk.iter().cloned().enumerate() {
            asking.spawn(async move {
                let manner = Manner::plain(place % 2);
                let (outcome, _) = asked.line.ask(manner, asked.method, &asked.request).await;
                (place, outcome)
            });
        }
        for (place, outcome) in asking.join_all().await {
            let asked = &mut chunk[place];
            assert!(!matches!(outcome, Outcome::Broken(_)), "{}: {outcome:?}", asked.method);
            if matches!(asked.outcome, Outcome::Done(_)) {
                assert!(outcome == asked.outcome, "{} has another answer", asked.method);
                answered.0 += 1;
            } else {
                asked.outcome = outcome;
                answered.1 += 1;
            }
        }
    }
    println!("{:>6} rows: each acknowledged request has the same answer", answered.0);
    println!("{:>6} rows: each refused request has a reason or is done", answered.1);
    assert!(answered.0 > 0 && answered.1 > 0);
}

/// Each request has its effects once.
async fn effects(all: &[Asked], books: &Books) {
    let activations: BTreeSet<_> = all.iter().filter_map(activated).collect();
    let found = books.found("FROM voucher WHERE state <> 'preactivated'").await.unwrap();
    println!("{found:>6} rows: the effects of ActivateVoucher");
    assert!(found > 0, "no voucher was activated");
    assert_eq!(found, i64::try_from(activations.len()).unwrap(), "ActivateVoucher");
    for (methods, rows) in EFFECTS {
        let expected: usize = all.iter().filter(|asked| is_of(asked, methods)).map(count).sum();
        let found = books.found(rows).await.unwrap();
        println!("{found:>6} rows: the effects of {}", methods.join(" and "));
        assert!(found > 0, "nothing was looked at: {methods:?}");
        assert_eq!(found, i64::try_from(expected).unwrap(), "{methods:?}");
    }
}

fn is_of(asked: &Asked, methods: &[&str]) -> bool {
    asked.method.rsplit('/').next().is_some_and(|method| methods.contains(&method))
}

/// The voucher that a request activated; whoever activates it again is told that it is.
fn activated(asked: &Asked) -> Option<String> {
    let Outcome::Done(answer) = &asked.outcome else { return None };
    let is_one = is_of(asked, &["ActivateVoucher"]);
    let read = || ActivateVoucherResponse::decode(answer.as_slice()).unwrap();
    is_one.then(read).and_then(|answer| answer.voucher).map(|voucher| voucher.serial_number)
}

/// How many rows a request makes.
fn count(asked: &Asked) -> usize {
    let Outcome::Done(answer) = &asked.outcome else { return 0 };
    if is_of(asked, &["PostTransfers"]) {
        PostTransfersResponse::decode(answer.as_slice()).unwrap().transfers.len()
    } else if is_of(asked, &["PreactivateVouchers"]) {
        usize::try_from(VOUCHERS).unwrap()
    } else {
        1
    }
}

/// Both replicas say that the books of both agencies are sound.
async fn sound(stage: &Stage) {
    for agency in AGENCIES {
        let line = stage.clerk(agency, "auditor".to_owned());
        for replica in [0, 1] {
            let mut ledger = LedgerServiceClient::new(line.to(replica));
            let proof = ledger.prove_ledger(ProveLedgerRequest {}).await.unwrap().into_inner();
            let entries: i64 = proof.proofs.iter().map(|proof| proof.entry_count).sum();
            println!("{entries:>6} rows: the ledger of {agency} is sound");
            assert!(proof.sound && entries > 0, "{proof:?}");
        }
    }
}
