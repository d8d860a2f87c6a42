//! Mass payments to people: payees, funds, envelopes and their instructions.

mod approval;
mod books;
mod contract;
mod contradictions;
mod funds;
mod intake;
mod neighbours;
mod office;
mod payees;
mod privacy;
mod settlement;
mod stopping;
mod validation;
