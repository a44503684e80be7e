//! How the screen looks and which language it speaks: colours by role, for the page and the terminal there are.

mod depth;
mod paint;
mod palette;
mod roles;
mod theme;

pub use depth::Depth;
pub use paint::Paint;
pub(super) use roles::{Code, Look, Voice};
pub use theme::{Ground, Theme};
