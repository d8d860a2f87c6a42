//! The payments block, seen from outside.

mod bills;
mod books;
mod callbacks;
mod channels;
mod contract;
mod days;
mod disputes;
mod events;
mod imports;
mod inquiries;
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
