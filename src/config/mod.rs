//! Gathers every module's options and knows where each value came from.
