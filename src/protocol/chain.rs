//! A conversation that the provider keeps.

use serde::{Deserialize, Serialize};

/// Where the provider's copy of the conversation ends: the next request names the response and sends only what came
/// after it.
///
/// *Shape:* good only for the address, key and model it was made with, for the very items it covers, and for as long
/// as the provider keeps it. Source: `docs/sources.md`, wire 2.4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The server's name for the last response.
    pub response: String,
    /// How many items of the prompt the provider has: all up to and with that response.
    pub items: usize,
}
