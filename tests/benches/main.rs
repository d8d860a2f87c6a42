//! How fast money moves and cases go on, beside what the same database can do at all: `cargo bench -p rangkai-tests`.
//!
//! Every figure stands beside a ceiling measured in the same run: the same rows, written with
//! prepared statements straight to the same database, one transaction for each transfer, over as
//! many connections. The ratios are what to look at; the figures belong to the machine.

#![expect(clippy::print_stdout, reason = "the figures are the outcome")]

mod costs;
mod envelopes;
mod fill;
mod growth;
mod house;
mod load;
mod options;
mod raw;
mod transfers;
mod workflows;

use clap::Parser as _;
use rangkai_testkit::Kind;
use tokio::runtime::{Builder, Runtime};

use options::{Options, Part};

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    // Two runtimes, so that what the callers cost can be told from what the service costs.
    let (client, server) = (runtime("client")?, runtime("server")?);
    client.block_on(async {
        for (kind, name) in [(Kind::Postgres, "PostgreSQL"), (Kind::Sqlite, "SQLite")] {
            if options.wants(kind) {
                println!("\n== {name} ==");
                if options.has(Part::Transfers) {
                    transfers::measure(kind, &options, server.handle()).await?;
                }
                if options.has(Part::Growth) {
                    growth::measure(kind, &options, server.handle()).await?;
                }
                if options.has(Part::Workflows) {
                    workflows::measure(kind, &options, server.handle()).await?;
                }
                if options.has(Part::Envelopes) {
                    envelopes::measure(kind, &options, server.handle()).await?;
                }
            }
        }
        Ok(())
    })
}

fn runtime(name: &str) -> std::io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().thread_name(name).build()
}
