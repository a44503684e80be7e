//! `qwen auth`: signing in, out and between accounts, from the command line. What it does is done in `desk/`; here is
//! how it is asked for and shown. stdout is data, everything for a person is on stderr.

mod ask;
mod device;
mod login;
mod run;
mod show;

pub(super) use run::run;
