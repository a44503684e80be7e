//! Reads the repository: instruction files, map, git → what stands at the front of the prompt.
