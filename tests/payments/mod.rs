//! The payments block, seen from outside.

mod amendments;
mod bills;
mod books;
mod claims;
mod contract;
mod credits;
mod events;
mod exemptions;
mod instalments;
mod ledger;
mod mixture;
mod outages;
mod refunds;
mod remittances;
mod support;
mod tariffs;
