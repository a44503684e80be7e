//! Which machines may be asked: those of the public net, and this one when it is named.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Refuses addresses in private networks, whatever name leads to them.
///
/// This machine (`localhost` and its addresses) may be named as such: then the person was asked about exactly that.
/// A name that cannot be looked up is left to the request, which may go through a proxy that knows it.
///
/// Errors: a sentence for the model.
pub(super) async fn check(url: &Url) -> Result<(), String> {
    let refuse = |address: IpAddr| Err(format!("{url} leads to {address}, an address of a private network"));
    let name = match url.host() {
        None => return Err(format!("{url} has no host")),
        Some(Host::Ipv4(ip)) if is_private(ip.into()) && !ip.is_loopback() => return refuse(ip.into()),
        Some(Host::Ipv6(ip)) if is_private(ip.into()) && !ip.is_loopback() => return refuse(ip.into()),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Ok(()),
        Some(Host::Domain(name)) => name.trim_end_matches('.'),
    };
    let is_here = name.eq_ignore_ascii_case("localhost");
    let port = url.port_or_known_default().unwrap_or(443);
    let Ok(found) = tokio::net::lookup_host((name, port)).await else { return Ok(()) };
    for address in found.map(|found| found.ip()) {
        if is_private(address) && !(is_here && address.is_loopback()) {
            return refuse(address);
        }
    }
    Ok(())
}

/// Whether an address is not one of the public net: this machine, a private or local network, a cloud's metadata
/// service, or no machine at all. Source: the special-purpose registries of IANA (RFC 6890 and its updates).
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    matches!(a, 0 | 10 | 127 | 224..)
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 168)
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 198 && (18..20).contains(&b))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113)
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_private_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // `::`, `::1` and IPv4 addresses in two ways of writing them; then translated and tunnelled ones.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => v4(high, low),
        [0x64, 0xff9b, 1, ..] | [0x100, 0, 0, 0, ..] | [0x2001, 0xdb8, ..] => true,
        [first, ..] => first & 0xfe00 == 0xfc00 || first & 0xff80 == 0xfe80 || first & 0xff00 == 0xff00,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_spelling() {
        let private = [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for ip in private {
            assert!(is_private(ip.parse().expect(ip)), "{ip}");
        }
        for ip in
            ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "2002:101:101::"]
        {
            assert!(!is_private(ip.parse().expect(ip)), "{ip}");
        }
    }

    #[tokio::test]
    async fn this_machine_may_be_named_and_no_other_private_one() {
        let check = |url: &str| {
            let url = Url::parse(url).expect("an address");
            async move { check(&url).await.is_ok() }
        };
        assert!(check("http://127.0.0.1:8080/x").await);
        assert!(check("http://localhost/").await);
        assert!(check("http://[::1]/").await);
        // The same addresses, written as numbers.
        assert!(!check("http://0xa9fea9fe/latest/meta-data").await);
        assert!(!check("http://169.254.169.254/").await);
        assert!(!check("http://[::ffff:192.168.0.1]/").await);
        assert!(!check("http://0/").await);
    }
}
