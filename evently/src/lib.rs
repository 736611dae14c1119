//! evently
