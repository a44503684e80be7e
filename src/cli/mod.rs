//! Arguments, subcommands, assembly; a failure becomes a message and an exit code.
