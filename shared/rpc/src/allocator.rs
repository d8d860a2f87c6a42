//! The allocator of every server.
//!
//! A call is some hundreds of small allocations, made on one thread and let go of on another: with
//! the C library's allocator they were a quarter of what payments spent on a transfer.

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
