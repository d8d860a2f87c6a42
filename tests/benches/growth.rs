//! What a transfer costs while the ledger grows.

use rangkai_testkit::{Kind, database};
use tokio::runtime::Handle;

use crate::{
    costs::Meter,
    fill::Ledger,
    house::{House, Spread},
    load,
    options::Options,
};

/// Measures transfers at each size of the ledger, in a fresh database that grows.
pub(crate) async fn measure(kind: Kind, options: &Options, server: &Handle) -> anyhow::Result<()> {
    let database = database(kind).await?;
    let house = House::open(&database, options, server).await?;
    let mut ledger = Ledger::open(&database).await?;
    let meter = Meter::of(&database).await?;
    let mut first = None;
    for size in options.sizes() {
        ledger.fill(size).await?;
        let deeds = house.callers(options.callers, Spread::Even);
        let load = load::run(deeds, options.warm_up(), options.time() / 2, &meter).await?;
        let micros = load.costs.service_micros();
        let (first_rate, first_micros) = *first.get_or_insert((load.rate, micros));
        println!(
            "   {size:>8} entries and more: {:.0} a second ({:.2} × the first), service and database \
             {micros:.0} µs each ({:.2} × the first; aim: 1.2)",
            load.rate,
            load.rate / first_rate,
            micros / first_micros,
        );
    }
    house.close().await
}
