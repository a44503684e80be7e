//! The turn loop: a pure machine, the driver that performs its effects, and the handle faces hold.
//!
//! Start reading at [`start`].

mod desk;
mod driver;
mod handle;
mod knowledge;
pub mod machine;
mod setup;
mod shroud;
mod store;
mod window;
mod wire;
mod words;
mod work;

pub use desk::{Connection, Desk, Tell};
pub use driver::start;
pub use handle::{Handle, Mailbox, Watch};
pub use setup::{Instructions, Setup};
