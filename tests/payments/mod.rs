//! The payments block, seen from outside.

mod accounts;
mod bills;
mod books;
mod contract;
mod days;
mod disputes;
mod events;
mod ledger;
mod ledger_books;
mod ledger_mixture;
mod mixture;
mod outages;
mod purse;
mod reconciliation;
mod refunds;
mod remittances;
mod reservations;
mod statements;
mod support;
mod suspense;
mod tariffs;
mod transfers;
mod upgrade;
