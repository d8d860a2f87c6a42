//! The payments block, seen from outside.

mod bills;
mod books;
mod contract;
mod days;
mod disputes;
mod events;
mod ledger;
mod ledger_books;
mod mixture;
mod outages;
mod reconciliation;
mod refunds;
mod remittances;
mod support;
mod suspense;
mod tariffs;
