//! What is kept on disk: transcripts.
