//! Words every building block shares: identifiers, money, time, callers. No I/O, no wire, no storage.

mod caller;
mod clock;
mod id;
mod money;
mod page;
mod sensitive;
mod zone;

pub use caller::{Agency, AgencyError, Caller};
pub use clock::{Clock, Timestamp};
pub use id::Id;
pub use money::{Currency, Money, MoneyError};
pub use page::Page;
pub use sensitive::Sensitive;
pub use zone::{Zone, ZoneError};
