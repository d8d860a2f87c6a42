//! The gate from outside: what it lets in, and everything that it does not.

#[cfg(test)]
mod credentials;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod support;
