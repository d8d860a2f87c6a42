//! A million instructions through an envelope: intake, validation and posting, and the memory that
//! the service takes.
//!
//! The service is a process of its own, so that its memory is its own. Everything goes over gRPC, as
//! a programme would do it: the payees are linked, the money is recorded, the envelope is announced
//! and filled, validated, approved by two and released; a sandbox pays all of it.

mod ceiling;
mod crowd;
mod office;
mod service;

use std::time::Instant;

use rangkai_testkit::{Keys, Kind, database};
use tokio::runtime::Handle;

use crate::{costs::Meter, options::Options, raw::Raw};
use ceiling::{Ceiling, Ceilings};
use crowd::Crowd;
use office::Office;
use service::Service;

/// What each phase is to reach, in instructions a second.
const AIM: f64 = 50_000.0;
/// What the service may take, in megabytes.
const MEMORY: f64 = 300.0;

/// Measures an envelope.
pub(crate) async fn measure(kind: Kind, options: &Options, _: &Handle) -> anyhow::Result<()> {
    let crowd = Crowd::of(options.instructions());
    println!("   an envelope of {} instructions", crowd.count());
    let ceilings = Ceilings::measure(kind, &crowd).await?;
    let (database, keys) = (database(kind).await?, Keys::new()?);
    println!("   {}", Raw::promises(&database).await?);
    let mut service = Service::start(&database, &keys, options.connections)?;
    let office = Office::open(&keys, &mut service).await?;
    let stage = Stage { count: crowd.count_as_float(), service, office, crowd, ceilings };
    let measured = stage.run(&database).await;
    if measured.is_err() {
        println!("{}", stage.service.last_words());
    }
    measured
}

/// What the phases share.
struct Stage {
    count: f64,
    service: Service,
    office: Office,
    crowd: Crowd,
    ceilings: Ceilings,
}

impl Stage {
    async fn run(&self, database: &rangkai_testkit::TestDatabase) -> anyhow::Result<()> {
        let (office, crowd, ceilings) = (&self.office, &self.crowd, &self.ceilings);
        let meter = Meter::of(database).await?.with_service(self.service.id());
        self.phase(&meter, "payees linked, not part of it", None, office.link(crowd)).await?;
        office.fund(crowd).await?;
        let envelope = office.announce(crowd).await?;
        let intake = office.fill(&envelope, crowd);
        self.phase(&meter, "intake", Some(&ceilings.intake), intake).await?;
        office.seal(&envelope).await?;
        let validation = office.validate(&envelope);
        let validated =
            self.phase(&meter, "validation", Some(&ceilings.validation), validation).await?;
        office.approve(&validated).await?;
        let posting = office.pay(&envelope);
        self.phase(&meter, "posting", Some(&ceilings.posting), posting).await?;
        office.check(&envelope, crowd).await?;
        let entries = office.prove().await?;
        println!(
            "   everybody was paid, the envelope's report adds up, and the ledger is sound: \
             {entries} entries"
        );
        Ok(())
    }

    /// Does one thing to every instruction, and prints what that took.
    async fn phase<T>(
        &self,
        meter: &Meter,
        name: &str,
        ceiling: Option<&Ceiling>,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let before = meter.read().await?;
        let began = Instant::now();
        let done = work.await?;
        let rate = self.count / began.elapsed().as_secs_f64();
        let costs = meter.read().await?.since(&before, self.count);
        let memory = self.service.peak_megabytes()?;
        println!("   {name}: {rate:.0} a second, memory of the service at most {memory:.0} MB");
        costs.print_each("instruction");
        if let Some(Ceiling { rate: raw, what }) = ceiling {
            println!("      ceiling, {what}: {raw:.0} a second");
            println!(
                "   => {:.2} × the ceiling; {:.2} × the aim of {AIM:.0} a second; {:.2} × the \
                 {MEMORY:.0} MB that it may take",
                rate / raw,
                rate / AIM,
                memory / MEMORY
            );
        }
        Ok(done)
    }
}
