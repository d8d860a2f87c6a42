//! Two processes of one block on one database.

use rangkai::{Addresses, Cast, Screen, stories};

use super::blocks::Blocks;

/// The bank and the officers talk to one process of a block, and the workflow to the other.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_of_a_block_serve_one_case() {
    let mut blocks = Blocks::start("info,sqlx=warn").await;
    let payments = blocks.start_twin("payments").await;
    let registration = blocks.start_twin("registration").await;
    let messaging = blocks.start_twin("messaging").await;
    let workflow = blocks.start_twin("workflow").await;
    let addresses = Addresses { payments, registration, messaging, workflow, ..blocks.addresses() };
    let screen = &mut Screen::dark();
    let cast = Cast::assemble(&blocks.site_at(addresses), screen).await.unwrap();

    stories::granted(&cast, screen).await.unwrap();
    stories::refused_after_payment(&cast, screen).await.unwrap();

    let books = blocks.books().await;
    books.until_settled().await;
    assert_eq!(books.broken(&[]).await, Vec::<String>::new());
}
