//! The payments block, seen from outside.

mod bills;
mod books;
mod contract;
mod events;
mod ledger;
mod mixture;
mod outages;
mod refunds;
mod remittances;
mod support;
mod tariffs;
mod govstack;
mod vouchers;
