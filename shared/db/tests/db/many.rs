//! Many rows in one statement.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Timestamp;
use sea_orm::Value;
use uuid::Uuid;

use crate::support::{caller, places};

const COLUMNS: [&str; 6] = ["id", "word", "number", "flag", "bytes", "moment"];

/// A row as it was written or read: all but its id may be absent.
type Row = (Uuid, Option<String>, Option<i64>, Option<bool>, Option<Vec<u8>>, Option<Timestamp>);

/// The `index`-th row; every third value is absent, in another column of each row.
fn row(index: i64, now: Timestamp) -> Row {
    let there = |column: i64| (index + column) % 3 != 0;
    (
        Uuid::now_v7(),
        there(1).then(|| format!("{index} 'words'")),
        there(2).then_some(index),
        there(3).then_some(index % 2 == 0),
        there(4).then(|| vec![0, 255, 7]),
        there(5).then_some(now),
    )
}

fn values((id, word, number, flag, bytes, moment): Row) -> Vec<Value> {
    vec![id.into(), word.into(), number.into(), flag.into(), bytes.into(), moment.into()]
}

async fn rows(tx: &Tx) -> Result<Vec<Row>, DbErr> {
    let rows = sql::query(tx, "SELECT * FROM mixture ORDER BY id", []).await?;
    let read = |row: &sea_orm::QueryResult| {
        Ok((
            row.try_get("", "id")?,
            row.try_get("", "word")?,
            row.try_get("", "number")?,
            row.try_get("", "flag")?,
            row.try_get("", "bytes")?,
            row.try_get("", "moment")?,
        ))
    };
    rows.iter().map(read).collect()
}

#[tokio::test]
async fn rows_are_kept_as_they_were_given() {
    for place in places().await {
        let db = place.open().await;
        for count in [1, 3, 389] {
            let work = move |tx: Tx| async move {
                sql::execute(&tx, "DELETE FROM mixture", []).await?;
                let given: Vec<_> = (0..count).map(|index| row(index, tx.now())).collect();
                let all = given.iter().cloned().map(values).collect();
                let written = sql::insert_many(&tx, "mixture", &COLUMNS, all).await?;
                Ok::<_, DbErr>((written, given, rows(&tx).await?))
            };

            let (written, given, kept) = db.act(caller("korlantas"), "mix", work).await.unwrap();

            assert_eq!(written, u64::try_from(count).unwrap());
            assert_eq!(kept, given);
        }
    }
}

#[tokio::test]
async fn rows_that_say_the_same_are_still_several() {
    for place in places().await {
        let db = place.open().await;
        let work = |tx: Tx| async move {
            let same = vec![vec!["a".into(), None::<i64>.into()]; 3];
            let find = "SELECT * FROM many WHERE word = 'a' AND number IS NULL";
            sql::query_many(&tx, &["word", "number"], same, find).await.map(|rows| rows.len())
        };

        assert_eq!(db.act(caller("korlantas"), "look", work).await.unwrap(), 3);
    }
}

#[tokio::test]
async fn a_taken_key_is_passed_over() {
    for place in places().await {
        let db = place.open().await;
        let work = |tx: Tx| async move {
            let first: Vec<_> = (0..3).map(|index| values(row(index, tx.now()))).collect();
            sql::insert_many(&tx, "mixture", &COLUMNS, first.clone()).await?;
            let more = [first, vec![values(row(3, tx.now()))]].concat();
            sql::insert_absent(&tx, "mixture", &COLUMNS, more).await
        };

        assert_eq!(db.act(caller("korlantas"), "mix", work).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn rows_of_our_own_join_those_of_the_database() {
    for place in places().await {
        let db = place.open().await;
        let work = |tx: Tx| async move {
            let many = ["a", "b", "c"].into_iter().zip(1_i64..);
            let many: Vec<_> = many.map(|(name, by)| vec![name.into(), by.into()]).collect();
            let add = "UPDATE counter SET value = value + many.step FROM many \
                       WHERE counter.name = many.name";
            let touched = sql::execute_many(&tx, &["name", "step"], many.clone(), add).await?;
            let find = "SELECT counter.value FROM many JOIN counter ON counter.name = many.name \
                        ORDER BY many.step";
            let rows = sql::query_many(&tx, &["name", "step"], many, find).await?;
            let read = |row: &sea_orm::QueryResult| row.try_get_by_index::<i64>(0);
            Ok::<_, DbErr>((touched, rows.iter().map(read).collect::<Result<Vec<_>, _>>()?))
        };

        let (touched, values) = db.act(caller("korlantas"), "add", work).await.unwrap();

        assert_eq!((touched, values), (2, vec![1, 2]));
    }
}

#[tokio::test]
async fn what_all_rows_have_in_common_is_said_once() {
    for place in places().await {
        let db = place.open().await;
        let work = |tx: Tx| async move {
            let names = ["a", "b"].map(|name| vec![name.into()]).to_vec();
            let both: [Value; 2] = [20_i64.into(), 3_i64.into()];
            let set = "UPDATE counter SET value = $1 + $2 + $2 FROM many \
                       WHERE counter.name = many.name";
            let set = sql::execute_many_with(&tx, &both, &["name"], names.clone(), set).await?;
            let find = "SELECT counter.value - $1 FROM many JOIN counter \
                        ON counter.name = many.name WHERE value > $2";
            let rows = sql::query_many_with(&tx, &both, &["name"], names, find).await?;
            let read = |row: &sea_orm::QueryResult| row.try_get_by_index::<i64>(0);
            Ok::<_, DbErr>((set, rows.iter().map(read).collect::<Result<Vec<_>, _>>()?))
        };

        let (set, values) = db.act(caller("korlantas"), "set", work).await.unwrap();

        assert_eq!((set, values), (2, vec![6, 6]));
    }
}

#[tokio::test]
async fn rows_that_are_not_alike_are_refused() {
    for place in places().await.iter().filter(|place| place.is_postgres()) {
        let db = place.open().await;
        for odd in [vec![Uuid::nil().into()], vec!["a".into(), 1_i64.into()]] {
            let work = move |tx: Tx| {
                let rows = vec![vec!["a".into(), "a".into()], odd.clone()];
                async move { sql::insert_many(&tx, "counter", &["name", "value"], rows).await }
            };

            let refused = db.act(caller("korlantas"), "odd", work).await;

            assert!(matches!(refused, Err(DbErr::Type(_))), "{refused:?}");
        }
    }
}
