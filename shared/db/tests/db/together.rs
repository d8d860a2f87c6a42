//! Many callers in one transaction.

use std::sync::Arc;

use rangkai_db::{Asked, AuditReport, Call, Db, DbErr, Reply, Tx, sql};
use tokio::sync::Barrier;
use uuid::Uuid;

use crate::support::{Error, call, caller, number, once, places, value};

/// Adds each step to the counter in turn; a negative one is refused.
pub(crate) async fn add_all(
    tx: Tx,
    asked: Vec<Asked<i64>>,
) -> Result<Vec<Result<Reply, Error>>, DbErr> {
    let lock = if tx.is_postgres() { " FOR UPDATE" } else { "" };
    let find = format!("SELECT value FROM counter WHERE name = 'a'{lock}");
    let mut value: i64 = sql::query(&tx, &find, []).await?[0].try_get("", "value")?;
    let mut answers = Vec::new();
    for Asked { tx, item } in asked {
        assert_ne!(item, POISON, "on purpose");
        if item < 0 {
            answers.push(Err(Error::Refused));
            continue;
        }
        value += item;
        tx.changed("counter", Uuid::nil());
        answers.push(Ok(Reply::of(&value)));
    }
    sql::execute(&tx, "UPDATE counter SET value = $1 WHERE name = 'a'", [value.into()]).await?;
    Ok(answers)
}

/// A step that breaks the work.
pub(crate) const POISON: i64 = 666;

async fn together(db: &Db, calls: Vec<(Call, i64)>) -> Vec<Result<i64, Error>> {
    read(db.once_many(calls, add_all).await.unwrap())
}

fn read(answers: Vec<Result<Reply, Error>>) -> Vec<Result<i64, Error>> {
    answers.into_iter().map(|answer| Ok(answer?.read()?)).collect()
}

fn fresh(step: i64) -> (Call, i64) {
    (call(Uuid::now_v7(), 1), step)
}

#[tokio::test]
async fn a_refusal_touches_nobody_else() {
    for place in places().await {
        let db = place.open().await;

        let answers = together(&db, [1, -1, 2].map(fresh).into()).await;

        assert!(matches!(answers[..], [Ok(1), Err(Error::Refused), Ok(3)]), "{answers:?}");
        assert_eq!(value(&db).await, 3);
        assert_eq!(number(&db, "SELECT count(*) FROM request").await, 2);
        assert_eq!(number(&db, "SELECT count(*) FROM audit").await, 2);
    }
}

#[tokio::test]
async fn each_call_gets_its_first_answer_again_however_it_is_asked() {
    for place in places().await {
        let db = place.open().await;
        let (alone, grouped) = (call(Uuid::now_v7(), 1), fresh(1));
        once(&db, alone.clone()).await.unwrap();
        together(&db, vec![grouped.clone()]).await;

        let again = together(&db, vec![(alone, 5), fresh(1), grouped.clone()]).await;

        assert!(matches!(again[..], [Ok(1), Ok(3), Ok(2)]), "{again:?}");
        assert_eq!(once(&db, grouped.0).await.unwrap(), 2);
        assert_eq!(value(&db).await, 3);
    }
}

#[tokio::test]
async fn copies_in_one_group_have_one_effect() {
    for place in places().await {
        let db = place.open().await;
        let (one, refused) = (fresh(1), fresh(-1));
        let mut other = one.clone();
        other.0.digest = [9; 32];

        let calls = vec![one.clone(), other, refused.clone(), one, (refused.0, 4)];
        let answers = together(&db, calls).await;

        // A refusal is not kept: what is asked for under its id later is a request of its own.
        let expected = "[Ok(1), Err(Reused(RequestIdReused)), Err(Refused), Ok(1), Ok(5)]";
        assert_eq!(format!("{answers:?}"), expected);
        assert_eq!(value(&db).await, 5);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_in_groups_of_two_replicas_have_one_effect() {
    for place in places().await {
        let dbs = [place.open().await, place.open().await];
        let calls: Vec<_> = (0..40).map(|_| fresh(1)).collect();
        let both = Arc::new(Barrier::new(8));

        let groups: Vec<_> = (0..8_usize)
            .map(|group| {
                let (db, both, mut calls) =
                    (dbs[group % 2].clone(), Arc::clone(&both), calls.clone());
                calls.rotate_left(group * 5);
                tokio::spawn(async move {
                    both.wait().await;
                    let mut answers: Vec<i64> =
                        together(&db, calls).await.into_iter().map(Result::unwrap).collect();
                    answers.rotate_right(group * 5);
                    answers
                })
            })
            .collect();
        let mut seen = Vec::new();
        for group in groups {
            seen.push(group.await.unwrap());
        }

        assert_eq!(value(&dbs[0]).await, 40);
        assert!(seen.iter().all(|answers| *answers == seen[0]), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_was_quicker_elsewhere_is_found() {
    for place in places().await.iter().filter(|place| place.is_postgres()) {
        let (db, other) = (place.open().await, place.open().await);
        let (raced, alone) = (fresh(1), fresh(2));
        let quicker = raced.0.clone();
        let race = move |tx: Tx, asked: Vec<Asked<i64>>| {
            let (other, quicker) = (other.clone(), quicker.clone());
            async move {
                once(&other, quicker).await.unwrap();
                add_all(tx, asked).await
            }
        };

        let answers = read(db.once_many(vec![alone, raced], race).await.unwrap());

        assert_eq!(format!("{answers:?}"), "[Ok(3), Ok(1)]");
        assert_eq!(value(&db).await, 3);
    }
}

#[tokio::test]
async fn each_caller_has_an_audit_entry_of_its_own() {
    for place in places().await {
        let db = place.open().await;
        let mut calls: Vec<_> = [1, 1].map(fresh).into();
        calls[1].0.caller = caller("dukcapil");

        together(&db, calls).await;
        db.seal_audit().await.unwrap();

        let own = "SELECT count(*) FROM audit WHERE caller = 'block:test' AND request_id IS NOT NULL \
                   AND subjects = 'counter:00000000-0000-0000-0000-000000000000'";
        assert_eq!(number(&db, own).await, 2);
        let agencies = "SELECT count(DISTINCT agency) FROM audit";
        assert_eq!(number(&db, agencies).await, 2);
        assert_eq!(db.verify_audit().await.unwrap(), AuditReport::Whole { entries: 2 });
    }
}
