//! What the contract says about each field.

use rangkai_testkit::Kind;

use super::block::block;

#[tokio::test]
async fn every_rule_of_the_contract_is_kept() -> anyhow::Result<()> {
    let block = block(Kind::Sqlite).await?;

    let tried =
        rangkai_testkit::try_every_rule(&block.of("platform"), "rangkai.identity.v1").await?;

    assert!(tried.rules > 60, "only {} rules were tried", tried.rules);
    assert!(tried.kept_by_nobody.is_empty(), "{:#?}", tried.kept_by_nobody);
    Ok(())
}
