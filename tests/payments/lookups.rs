//! What is looked up while somebody waits does not read all that was settled long ago.

use rangkai_testkit::Kind;
use rstest::rstest;

use super::{books::Books, support::House};

/// Look-ups as the block makes them, each with the index that it is to use.
const LOOKUPS: &[(&str, &str)] = &[
    (
        "suspense_by_target",
        "SELECT * FROM suspense WHERE state = $1 AND resolution = $2 AND target IN ($3, $4) \
         ORDER BY update_time DESC LIMIT 1",
    ),
    (
        "suspense_of_bill",
        "SELECT * FROM suspense WHERE agency = $1 AND bill_id IN \
         (SELECT bill_id FROM bill WHERE agency = $1 AND case_id = $2)",
    ),
    (
        "refund_of_case",
        "SELECT refund_id FROM refund WHERE agency = $1 AND case_id = $2 \
         AND state NOT IN ('paid', 'credited', 'rejected')",
    ),
    (
        "refund_of_credit",
        "SELECT refund_id FROM refund WHERE agency = $1 AND credit_id IN \
         (SELECT credit_id FROM credit WHERE source = 'bill' AND source_id = $2)",
    ),
    (
        "dispute_of_case",
        "SELECT dispute_id FROM dispute WHERE agency = $1 AND case_id = $2 \
         AND state IN ('open', 'answered')",
    ),
    (
        "collection_due_of_provider",
        "SELECT * FROM collection WHERE next_inquiry <= $1 AND provider = $2 \
         ORDER BY next_inquiry, collection_id LIMIT 100",
    ),
    (
        "instruction_given_again",
        "UPDATE instruction SET state = 'failed' WHERE agency = $1 AND envelope_id = $2 \
         AND instruction_id > $3 AND retry_of IS NOT NULL AND state = 'valid'",
    ),
];

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn every_lookup_has_its_index(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let books = Books::open(&house).await?;

    for (index, query) in LOOKUPS {
        if kind == Kind::Sqlite {
            let plan = books.plan(query).await?;
            assert!(plan.contains(index), "{query}: {plan}");
        } else {
            // What PostgreSQL makes of tables without rows says nothing of those with many.
            let name = "SELECT indexname::text, 1::bigint FROM pg_indexes WHERE tablename IN \
                        ('suspense', 'refund', 'dispute', 'collection', 'instruction')";
            let names = books.numbers(name).await?;
            assert!(names.iter().any(|(name, _)| name == index), "{index}");
        }
    }
    Ok(())
}
