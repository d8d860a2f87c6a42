//! The workflow building block.
