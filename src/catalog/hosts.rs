//! Reads host names: which are listed, which are this machine, which are a private network.
//!
//! Hosts are compared by whole labels only. A substring test would send keys and markers to
//! `dashscope.aliyuncs.com.evil.test`.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether `host` is `pattern`, or lies below it when the pattern begins with a dot.
pub(super) fn matches(host: &str, pattern: &str) -> bool {
    let host = normal(host);
    match pattern.strip_prefix('.') {
        None => host == pattern,
        Some(parent) => host
            .strip_suffix(parent)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|below| below.split('.').all(|label| !label.is_empty())),
    }
}

/// Whether `host` is this machine: `localhost` and names below it, `127.0.0.0/8`, `::1` and the address that
/// stands for all of this machine's addresses.
///
/// Shape: a host as a URL has it, IPv6 with or without brackets.
pub fn is_loopback(host: &str) -> bool {
    match address(host) {
        Some(IpAddr::V4(v4)) => is_loopback_v4(v4),
        Some(IpAddr::V6(v6)) => {
            v6.is_loopback() || v6.is_unspecified() || v6.to_ipv4_mapped().is_some_and(is_loopback_v4)
        }
        None => matches(host, "localhost") || matches(host, ".localhost"),
    }
}

/// Whether `host` is this machine or can only be on a private network: an address of RFC 1918, RFC 6598,
/// RFC 4193 or link-local, a name without dots, or one below a domain that is never public.
/// Source: RFC 6761, RFC 6762, RFC 8375; `internal` is reserved by ICANN (2024-07-29).
pub fn is_private(host: &str) -> bool {
    const NEVER_PUBLIC: &[&str] = &[".local", ".internal", ".lan", ".home.arpa"];
    if is_loopback(host) {
        return true;
    }
    match address(host) {
        Some(IpAddr::V4(v4)) => is_private_v4(v4),
        Some(IpAddr::V6(v6)) => is_private_v6(v6),
        None => {
            let host = normal(host);
            !host.is_empty()
                && (!host.contains('.') || NEVER_PUBLIC.iter().any(|pattern| matches(&host, pattern)))
        }
    }
}

fn is_loopback_v4(v4: Ipv4Addr) -> bool {
    v4.is_loopback() || v4.is_unspecified()
}

fn is_private_v4(v4: Ipv4Addr) -> bool {
    let [a, b, ..] = v4.octets();
    v4.is_private() || v4.is_link_local() || (a == 100 && (64..128).contains(&b))
}

fn is_private_v6(v6: Ipv6Addr) -> bool {
    v6.is_unique_local() || v6.is_unicast_link_local() || v6.to_ipv4_mapped().is_some_and(is_private_v4)
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Lower case, without the dot that ends a fully written name.
fn normal(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    host.strip_suffix('.').map(str::to_owned).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_matched_by_whole_labels() {
        assert!(matches("a.example.com", ".example.com"));
        assert!(matches("A.Example.com.", ".example.com"));
        assert!(matches("example.com", "example.com"));
        for other in ["example.com", ".example.com", "..example.com", "aexample.com", "a.example.com.evil"] {
            assert!(!matches(other, ".example.com"), "{other}");
        }
        assert!(!matches("a.example.com", "example.com"));
    }

    #[test]
    fn this_machine_is_known_by_name_and_address() {
        for host in
            ["localhost", "LOCALHOST", "x.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "0.0.0.0"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.evil.test", "notlocalhost", "128.0.0.1", "127.0.0.1.evil.test", "", "::2"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn a_private_network_is_not_the_public_one() {
        for host in ["10.1.2.3", "192.168.1.9", "172.16.0.1", "100.64.0.1", "fd00::1", "ollama", "gpu.local"]
        {
            assert!(is_private(host), "{host}");
        }
        for host in
            ["8.8.8.8", "172.32.0.1", "100.128.0.1", "example.com", "local.example.com", "2001:db8::1", ""]
        {
            assert!(!is_private(host), "{host}");
        }
    }
}
