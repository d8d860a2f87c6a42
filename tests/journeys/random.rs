//! A case survives the death of any process at any step.

use rangkai::{Cast, Screen, prove, stories};

use super::{
    blocks::{BLOCKS, Blocks},
    books::Books,
    dice::Dice,
    until::until,
};

/// How many entries the history of the first story has at least: each of them is a step at which
/// somebody may die.
const STEPS: usize = 70;

/// When who dies: at the step that makes the history this long.
type Death = (usize, &'static str);

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_dies_at_random_steps() {
    let mut dice = Dice::thrown();
    for _ in 0..3 {
        survive(deaths(&mut dice, 4, &["workflow"])).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_block_dies_at_random_steps() {
    let mut dice = Dice::thrown();
    for _ in 0..2 {
        survive(deaths(&mut dice, 6, &BLOCKS)).await;
    }
}

/// Tells the first story while processes die, and looks at what is left.
async fn survive(deaths: Vec<Death>) {
    let blocks = Blocks::start("info,sqlx=warn").await;
    let screen = &mut Screen::dark();
    let cast = Cast::assemble(&blocks.site(), screen).await.unwrap();
    let books = blocks.books().await;

    let (told, ()) = tokio::join!(stories::granted(&cast, screen), kill(&blocks, &books, deaths));

    told.unwrap();
    books.until_settled().await;
    assert_eq!(books.broken(&["refund"]).await, Vec::<String>::new());
    let broken = prove(&cast, screen).await.unwrap().broken;
    // Only that there is no refund to look at, and no account for it.
    let expected = |claim: &String| claim.contains("refund") || claim.starts_with("nobody owes");
    assert!(broken.iter().all(expected), "{broken:?}");
    for (block, rows) in [("payments", "remittance"), ("registration", "record")] {
        assert_eq!(books.count(block, &format!("SELECT count(*) FROM {rows}")).await, 1);
    }
    assert_eq!(books.count("messaging", "SELECT count(*) FROM message").await, 3);
}

/// Kills each block when its step was taken, and starts it again at once.
async fn kill(blocks: &Blocks, books: &Books, deaths: Vec<Death>) {
    for (step, block) in deaths {
        until(&format!("step {step} was taken"), async || {
            let steps = books.count("workflow", "SELECT count(*) FROM history").await;
            usize::try_from(steps).unwrap() >= step
        })
        .await;
        println!("killed {block} at step {step}");
        blocks.kill(block);
    }
}

/// So many deaths of `blocks`, in their order.
fn deaths(dice: &mut Dice, count: usize, blocks: &[&'static str]) -> Vec<Death> {
    let mut deaths: Vec<_> =
        (0..count).map(|_| (1 + dice.below(STEPS), blocks[dice.below(blocks.len())])).collect();
    deaths.sort_unstable();
    deaths
}
