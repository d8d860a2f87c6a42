//! Two stories through five processes on PostgreSQL, each of which dies on the way.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Instant,
};

use rangkai::{Cast, Screen, prove, stories};

use super::{blocks::Blocks, books::Books};

/// Which block dies, as soon as a step was taken that begins with these words.
type Kill = (&'static str, &'static str);

/// While the first person's licence is renewed: before the block is needed next, with work that it
/// has accepted and not yet done or told.
const GRANTED: [Kill; 5] = [
    // The workflow is about to ask for proofs.
    ("identity", "took the application"),
    // It is in the midst of its first calls.
    ("workflow", "started the case"),
    // Nobody has heard yet that the bill is paid.
    ("payments", "took the bank's remittance NTB0001"),
    // Nor that a decision was proposed.
    ("registration", "officer Budi proposed to grant"),
    // The record is being issued, and its holder is to be told.
    ("messaging", "officer Sari confirmed the decision"),
];

/// While the second person is refused: at other moments.
const REFUSED: [Kill; 5] = [
    ("registration", "started the case"),
    ("messaging", "started the case"),
    ("workflow", "took the bank's remittance NTB0002"),
    // The refund is being issued.
    ("payments", "officer Sari confirmed the decision"),
    ("identity", "issued a refund"),
];

/// What must lie in the databases at the end, however often somebody asked.
const ROWS: [(&str, &str, i64); 14] = [
    ("registration", "application WHERE state = 'granted'", 1),
    ("registration", "application WHERE state = 'refused'", 1),
    ("registration", "record", 1),
    ("registration", "decision WHERE state = 'confirmed'", 2),
    ("registration", "decision", 2),
    ("registration", "task WHERE state = 'completed'", 4),
    ("registration", "task", 4),
    ("payments", "bill WHERE state = 'paid'", 2),
    ("payments", "bill", 2),
    ("payments", "remittance", 2),
    ("payments", "refund WHERE state = 'paid'", 1),
    // Two bills issued, two paid, one refund issued and paid: six transfers of two entries.
    ("payments", "entry", 12),
    ("messaging", "message", 6),
    ("workflow", "instance WHERE state = 'completed'", 2),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_block_is_killed_and_the_stories_end_the_same() {
    let blocks = Arc::new(Blocks::start("info,sqlx=warn").await);
    let kills = Arc::new(Mutex::new(VecDeque::from([GRANTED, REFUSED].concat())));
    let screen = &mut killing(Arc::clone(&blocks), Arc::clone(&kills));
    let cast = Cast::assemble(&blocks.site(), screen).await.unwrap();

    stories::granted(&cast, screen).await.unwrap();
    stories::refused_after_payment(&cast, screen).await.unwrap();

    assert!(kills.lock().unwrap().is_empty(), "somebody did not die: {kills:?}");
    let books = blocks.books().await;
    books.until_settled().await;
    assert_eq!(books.broken(&[]).await, Vec::<String>::new());
    assert_rows(&books).await;
    assert_eq!(prove(&cast, screen).await.unwrap().broken, Vec::<String>::new());
}

/// A screen that kills the next block of `kills` when its moment has come.
fn killing(blocks: Arc<Blocks>, kills: Arc<Mutex<VecDeque<Kill>>>) -> Screen {
    let began = Instant::now();
    Screen::told_to(move |step| {
        println!("{:>9.3?} {} {} → {}", began.elapsed(), step.block.name(), step.done, step.state);
        let mut kills = kills.lock().unwrap();
        while kills.front().is_some_and(|(_, moment)| step.done.starts_with(moment)) {
            let (block, moment) = kills.pop_front().unwrap();
            println!("killed {block} after “{moment}”");
            blocks.kill(block);
        }
    })
}

async fn assert_rows(books: &Books) {
    for (block, rows, expected) in ROWS {
        let found = books.count(block, &format!("SELECT count(*) FROM {rows}")).await;
        println!("{found:>6} rows: {block}: {rows}");
        assert_eq!(found, expected, "{block}: {rows}");
    }
}
