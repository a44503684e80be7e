//! Stories of signing in, of keeping it, and of renewing it.

mod flow;
mod keeping;
mod renewing;
