//! Workflows of three steps, each a real gRPC call to a local double, beside the ceiling of the
//! database under them.

mod ceiling;
mod double;
mod house;

use rangkai_testkit::{Kind, TestDatabase, database};
use tokio::runtime::Handle;

use crate::{
    costs::Meter,
    load::{self, Load},
    options::Options,
    raw::Raw,
};
use ceiling::Ceiling;
use house::House;

/// How many workflows are in flight at once, of each figure.
const IN_FLIGHT: [usize; 3] = [1, 32, 256];
/// At how many in flight the aims are.
const AIMED: usize = 32;
/// What is aimed at there: workflows a second, 99 % of them within so many milliseconds, and the
/// share of the ceiling.
const AIMS: (f64, f64, f64) = (900.0, 100.0, 0.5);

/// Measures workflows.
pub(crate) async fn measure(kind: Kind, options: &Options, server: &Handle) -> anyhow::Result<()> {
    println!("   workflows of three calls");
    let database = database(kind).await?;
    let house = House::open(&database, options, server).await?;
    let meter = Meter::of(&database).await?;
    println!("   {}", Raw::promises(&database).await?);
    for in_flight in IN_FLIGHT {
        let stage = Stage { options, database: &database, meter: &meter, in_flight };
        stage.measure(&house).await?;
    }
    house.close().await
}

struct Stage<'a> {
    options: &'a Options,
    database: &'a TestDatabase,
    meter: &'a Meter,
    in_flight: usize,
}

impl Stage<'_> {
    async fn measure(&self, house: &House) -> anyhow::Result<()> {
        let connections = self.in_flight.min(usize::try_from(self.options.connections)?);
        let raw = Ceiling::open(self.database, connections, house.definition()).await?;
        let ceiling = self.run(raw).await?;
        self.print(&format!("ceiling over {connections} connections"), &ceiling);
        let led = self.run(house.callers(self.in_flight)).await?;
        self.print("led by the engine", &led);
        let share = led.rate / ceiling.rate;
        if self.in_flight == AIMED {
            let (rate, within, part) = AIMS;
            println!(
                "   => {share:.2} × the ceiling (aim: {part}), {:.2} × {rate} a second, \
                 99 % within {:.2} × {within} ms",
                led.rate / rate,
                led.milliseconds(0.99) / within
            );
        } else {
            println!("   => {share:.2} × the ceiling");
        }
        Ok(())
    }

    async fn run<D: load::Deed>(&self, deeds: Vec<D>) -> anyhow::Result<Load> {
        load::run(deeds, self.options.warm_up(), self.options.time(), self.meter).await
    }

    fn print(&self, what: &str, load: &Load) {
        println!(
            "   {} in flight, {what}: {:.0} a second, half within {:.1} ms, 99 % within {:.1} ms",
            self.in_flight,
            load.rate,
            load.milliseconds(0.5),
            load.milliseconds(0.99)
        );
        load.costs.print_each("workflow");
    }
}
