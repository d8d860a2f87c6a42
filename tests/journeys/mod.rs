//! Stories that cross the blocks: in one process, in five, with processes that die, and told by a
//! client that is not ours.

mod blocks;
mod books;
mod command;
mod demo;
pub(crate) mod dice;
mod privacy;
mod processes;
mod python;
mod random;
mod stop;
mod storm;
mod tutorial;
mod twins;
mod until;
mod withdrawals;
