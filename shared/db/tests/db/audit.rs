//! The audit log proves itself.

use rangkai_db::{AuditReport, Db, Tx, sql};
use sea_orm::{ConnectionTrait as _, Database};
use uuid::Uuid;

use crate::support::{Error, Place, call, caller, number, once, places};

async fn tamper(place: &Place, statements: &str) {
    let raw = Database::connect(place.config.url.reveal()).await.unwrap();
    raw.execute_unprepared(statements).await.unwrap();
}

async fn disarm(place: &Place) {
    tamper(
        place,
        if place.is_postgres() {
            "ALTER TABLE audit DISABLE TRIGGER USER; ALTER TABLE audit_seal DISABLE TRIGGER USER;"
        } else {
            "DROP TRIGGER audit_stays; DROP TRIGGER audit_remains; DROP TRIGGER audit_seal_remains;"
        },
    )
    .await;
}

async fn filled(place: &Place) -> Db {
    let db = place.open().await;
    for _ in 0..5 {
        once(&db, call(Uuid::now_v7(), 1)).await.unwrap();
    }
    let head = db.seal_audit().await.unwrap();
    assert_eq!(head.position, 5);
    db
}

#[tokio::test]
async fn an_untouched_log_is_whole() {
    for place in places().await {
        let db = filled(&place).await;
        once(&db, call(Uuid::now_v7(), 1)).await.unwrap();

        assert_eq!(db.verify_audit().await.unwrap(), AuditReport::Whole { entries: 5 });
        assert_eq!(db.seal_audit().await.unwrap().position, 6);
        assert_eq!(db.verify_audit().await.unwrap(), AuditReport::Whole { entries: 6 });
    }
}

#[tokio::test]
async fn a_changed_entry_is_found() {
    for place in places().await {
        let db = filled(&place).await;
        disarm(&place).await;

        tamper(&place, "UPDATE audit SET caller = 'nobody' WHERE audit_id = 3").await;

        assert_eq!(db.verify_audit().await.unwrap(), AuditReport::Broken { position: 3 });
    }
}

#[tokio::test]
async fn a_missing_end_is_found() {
    for place in places().await {
        let db = filled(&place).await;
        disarm(&place).await;

        let cut = "DELETE FROM audit_seal WHERE position = 5; DELETE FROM audit WHERE audit_id = 5";
        tamper(&place, cut).await;

        assert_eq!(db.verify_audit().await.unwrap(), AuditReport::Broken { position: 5 });
    }
}

#[tokio::test]
async fn a_missing_entry_and_one_slipped_in_are_found() {
    for place in places().await {
        let db = filled(&place).await;
        disarm(&place).await;

        tamper(&place, "DELETE FROM audit_seal WHERE audit_id = 2").await;
        assert_eq!(db.verify_audit().await.unwrap(), AuditReport::Broken { position: 2 });
    }
    for place in places().await {
        let db = filled(&place).await;
        once(&db, call(Uuid::now_v7(), 1)).await.unwrap();

        tamper(&place, "DELETE FROM audit_unsealed").await;
        assert_eq!(db.verify_audit().await.unwrap(), AuditReport::Broken { position: 6 });
    }
}

#[tokio::test]
async fn the_database_refuses_to_change_the_log() {
    for place in places().await {
        let db = filled(&place).await;
        for statement in [
            "UPDATE audit SET caller = 'nobody'",
            "DELETE FROM audit",
            "UPDATE audit_seal SET position = 9 WHERE position = 1",
            "DELETE FROM audit_seal",
        ] {
            let change = move |tx: Tx| async move {
                Ok::<_, Error>(sql::execute(&tx, statement, []).await?)
            };
            let result = db.act(caller("korlantas"), "tamper", change).await;
            assert!(matches!(result, Err(Error::Database(_))), "{statement}");
        }
    }
}

#[tokio::test]
async fn only_changes_and_named_reads_leave_an_entry() {
    for place in places().await {
        let db = place.open().await;

        let look = |tx: Tx| async move {
            sql::query(&tx, "SELECT * FROM counter", []).await?;
            sql::execute(&tx, "UPDATE counter SET value = 1 WHERE name = 'c'", []).await?;
            Ok::<_, Error>(())
        };
        db.act(caller("korlantas"), "look", look).await.unwrap();
        assert_eq!(number(&db, "SELECT count(*) FROM audit").await, 0);

        let person = Uuid::now_v7();
        let named = move |tx: Tx| async move {
            tx.changed("person", person);
            Ok::<_, Error>(())
        };
        db.act(caller("korlantas"), "look", named).await.unwrap();
        assert_eq!(number(&db, "SELECT count(*) FROM audit").await, 1);
    }
}
