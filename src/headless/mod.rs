//! Events → text, JSON, JSON lines; exit code.
