//! A simulator of Qwen Cloud: an HTTP server on loopback, for the demo, the tests and script authors.
