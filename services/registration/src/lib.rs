//! The registration building block.
