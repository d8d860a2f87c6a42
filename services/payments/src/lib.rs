//! The payments building block.
