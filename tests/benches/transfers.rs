//! Transfers over gRPC beside the ceiling.

use rangkai_testkit::{Kind, TestDatabase, database};
use tokio::runtime::Handle;

use crate::{
    costs::Meter,
    fill::Ledger,
    house::{House, Spread},
    load::{self, Load},
    options::Options,
    raw::Raw,
};

/// How many entries there are at first.
const ENTRIES: i64 = 10_000;

/// Measures many callers, a hot account, and one caller alone.
pub(crate) async fn measure(kind: Kind, options: &Options, server: &Handle) -> anyhow::Result<()> {
    let database = database(kind).await?;
    let house = House::open(&database, options, server).await?;
    Ledger::open(&database).await?.fill(ENTRIES).await?;
    let meter = Meter::of(&database).await?;
    println!("   {}", Raw::promises(&database).await?);

    let stage = Stage { options, database: &database, meter: &meter };
    let ceiling = stage.raw(options.connections, Spread::Even).await?;
    Stage::print("ceiling: one transaction each", &ceiling, "");
    let many = stage.grpc(&house, options.callers, Spread::Even).await?;
    let ratio = format!("{:.1} × the ceiling (aim: 4)", many.rate / ceiling.rate);
    Stage::print("many callers over gRPC", &many, &ratio);

    let hot_ceiling = stage.raw(options.connections, Spread::Hot).await?;
    Stage::print("ceiling, 90 % of debits on one account", &hot_ceiling, "");
    let hot = stage.grpc(&house, options.callers, Spread::Hot).await?;
    let ratio = format!(
        "{:.2} × spread (aim: 0.9), {:.1} × its ceiling",
        hot.rate / many.rate,
        hot.rate / hot_ceiling.rate
    );
    Stage::print("many callers, 90 % of debits on one account", &hot, &ratio);

    let plain = stage.raw(1, Spread::Even).await?;
    Stage::print("ceiling: one connection", &plain, "");
    let alone = stage.grpc(&house, 1, Spread::Even).await?;
    let ratio = alone.milliseconds(0.5) / plain.milliseconds(0.5);
    Stage::print("one caller alone", &alone, &format!("{ratio:.2} × the latency (aim: 1.2)"));

    let entries = house.prove().await?;
    println!("   the ledger is sound: {entries} entries");
    house.close().await
}

struct Stage<'a> {
    options: &'a Options,
    database: &'a TestDatabase,
    meter: &'a Meter,
}

impl Stage<'_> {
    async fn raw(&self, connections: u32, spread: Spread) -> anyhow::Result<Load> {
        let deeds = Raw::open(self.database, connections, spread).await?;
        load::run(deeds, self.options.warm_up(), self.options.time(), self.meter).await
    }

    async fn grpc(&self, house: &House, callers: usize, spread: Spread) -> anyhow::Result<Load> {
        let deeds = house.callers(callers, spread);
        load::run(deeds, self.options.warm_up(), self.options.time(), self.meter).await
    }

    fn print(what: &str, load: &Load, ratio: &str) {
        let [half, most] = [0.5, 0.99].map(|share| load.milliseconds(share));
        println!(
            "   {what}: {:.0} a second, half within {half:.2} ms, 99 % within {most:.2} ms",
            load.rate
        );
        load.costs.print();
        if !ratio.is_empty() {
            println!("   => {ratio}");
        }
    }
}
