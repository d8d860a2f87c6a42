//! Why banks refuse orders: external status and return reasons of ISO 20022.

/// Reasons that lie with the payer, the clearing or the hour, not with the one who is to be paid: the
/// same order may well succeed another time. Everything else is for a person to look into.
const RETRY_SAFE: [&str; 18] = [
    "AB05", // the bank of the payee did not answer
    "AB06", // the instructed bank did not answer
    "AB08", // the bank of the payee is offline
    "AB09", // the bank of the payee failed
    "AM04", // the payer has too little money
    "AM21", // more than the payer agreed to
    "AM23", // more than settlement can bear
    "DNOR", // the payer's bank is not registered
    "DT01", // on that day nothing is paid
    "ED05", // settlement failed
    "ED06", // no settlement system
    "FF01", // the file was written wrongly
    "FF10", // the bank's system failed
    "SB01", // nobody is there to settle
    "TA01", // the file did not arrive
    "TM01", // after the hour up to which orders are taken
    "TS04", // transmission broke off
    "NOAS", // nobody answered the bank's question
];

/// The reason of an order that never left: the transmission did not take place.
pub const NEVER_LEFT: &str = "TA01";

/// Whether an order refused for `reason` may be given once more, by a new instruction.
pub fn is_retry_safe(reason: &str) -> bool {
    RETRY_SAFE.contains(&reason)
}
