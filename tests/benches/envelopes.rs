//! A million instructions through an envelope: intake, validation and posting, and the memory that
//! the service takes.

use rangkai_testkit::Kind;
use tokio::runtime::Handle;

use crate::options::Options;

/// Measures an envelope.
#[expect(clippy::unused_async, reason = "the place of what is to be measured")]
pub(crate) async fn measure(_: Kind, _: &Options, _: &Handle) -> anyhow::Result<()> {
    Ok(())
}
