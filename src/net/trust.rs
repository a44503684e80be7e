//! Which certificates are trusted, and where they come from.

use super::client::{Options, bundled, read_certificates};
use crate::protocol::Failure;

/// What the client trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The authorities every connection begins with.
    pub roots: Roots,
    /// How many more the person's own file holds; zero without one.
    pub extra: usize,
    /// What could not be read of the system's, in its own words.
    pub trouble: Vec<String>,
}

/// The authorities every connection begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roots {
    /// The system's, so many; `SSL_CERT_FILE` and `SSL_CERT_DIR` stand in its place.
    System(usize),
    /// The system has none: Mozilla's, so many, which are inside the program.
    BuiltIn(usize),
    /// The operating system decides for each certificate.
    Verifier,
}

/// Looks at what the client would trust. Reads files, asks no network.
///
/// Errors: the person's own file cannot be used; no client can be made then.
pub fn trust(options: &Options) -> Result<Trust, Failure> {
    let extra = options.extra_ca.as_deref().map(read_certificates).transpose()?.map_or(0, |all| all.len());
    let Some((count, trouble)) = system() else {
        return Ok(Trust { roots: Roots::Verifier, extra, trouble: Vec::new() });
    };
    let roots = if count == 0 { Roots::BuiltIn(bundled().count()) } else { Roots::System(count) };
    Ok(Trust { roots, extra, trouble })
}

/// How many authorities the system has and what went wrong on the way; `None` where it does not show them.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not show them")]
pub(super) fn system() -> Option<(usize, Vec<String>)> {
    let found = rustls_native_certs::load_native_certs();
    Some((found.certs.len(), found.errors.iter().map(ToString::to_string).collect()))
}

/// How many authorities the system has and what went wrong on the way; `None` where it does not show them.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
pub(super) fn system() -> Option<(usize, Vec<String>)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Kind;

    #[test]
    fn a_file_that_cannot_be_used_is_an_error_here_as_in_every_request() {
        let options = Options { extra_ca: Some("/no/such/file.pem".into()), ..Options::default() };
        assert_eq!(trust(&options).map_err(|failure| failure.kind), Err(Kind::Config));
    }

    #[test]
    fn something_is_trusted_on_every_machine() {
        let trust = trust(&Options::default()).expect("no file of one's own");
        assert!(!matches!(trust.roots, Roots::System(0) | Roots::BuiltIn(0)), "{trust:?}");
        assert_eq!(trust.extra, 0);
    }
}
