//! The turn loop: a pure machine, the driver that performs its effects, and the handle faces hold.

mod handle;
pub mod machine;

pub use handle::{Handle, Mailbox};
