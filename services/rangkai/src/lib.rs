//! All five blocks in one process, and the command line.
