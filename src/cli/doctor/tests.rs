//! What is shown and what is not.

use super::{
    report::Report,
    safe::{self, Safe},
};
use crate::{
    auth::{Inputs, Vars},
    protocol::{Failure, Kind},
};

fn safe() -> Safe {
    let inputs = Inputs { env: Vars::from_iter([("OPENAI_API_KEY", "sk-canary-0123")]), ..Inputs::default() };
    Safe::new(["/home/ada".to_owned(), "/mnt/users/ada/".to_owned()], Some("ada"), &inputs)
}

#[test]
fn the_home_folder_and_the_name_in_a_path_are_a_tilde() {
    let table = [
        ("`/home/ada/.qwen/settings.json`", "`~/.qwen/settings.json`"),
        ("`/home/ada`, yours", "`~`, yours"),
        ("/mnt/users/ada/x", "~/x"),
        ("`/home/ada2/x`", "`/home/ada2/x`"),
        ("`/srv/ada/x` and /tmp/ada", "`/srv/~/x` and /tmp/~"),
        ("`/srv/adam/x`", "`/srv/adam/x`"),
        ("the model ada-002", "the model ada-002"),
        ("a key sk-canary-0123 in an error\nof two lines", "a key sk-…0123 in an error⏎of two lines"),
    ];
    for (text, shown) in table {
        assert_eq!(safe().text(text), shown, "{text}");
    }
    let nobody = Safe::new(["/".to_owned()], None, &Inputs::default());
    assert_eq!(nobody.text("/etc/x"), "/etc/x", "a home that is the root hides nothing");
}

#[test]
fn of_a_proxy_only_the_host_is_shown() {
    let table = [
        ("http://proxy.corp:3128", "http://proxy.corp:3128"),
        ("http://me:canary@proxy.corp:3128/", "http://…@proxy.corp:3128"),
        ("socks5h://me:can@ary@proxy.corp:1080", "socks5h://…@proxy.corp:1080"),
        ("me:canary@proxy.corp:1", "…@proxy.corp:1"),
        ("http://proxy.corp/?key=canary", "http://proxy.corp"),
        // A slash or a question mark in a password that was not encoded.
        ("http://me:can/ary?x@proxy.corp:1", "http://…@proxy.corp:1"),
    ];
    for (text, shown) in table {
        assert_eq!(safe::proxy(text), shown, "{text}");
    }
}

#[test]
fn the_first_trouble_decides_how_it_ends() {
    let mut report = Report::new(safe());
    report.section("Credentials");
    report.note("keyring", "it is locked");
    assert_eq!(report.exit_code(), 0);
    report.trouble("key", &Failure::new(Kind::Auth, "no API key was found").hint("set one"));
    report.trouble("client", &Failure::new(Kind::Config, "the proxy is not an address"));
    assert_eq!(report.exit_code(), 41);
    assert_eq!(
        report.to_text(),
        concat!(
            "qwen ",
            env!("CARGO_PKG_VERSION"),
            "\n\nCredentials\n! keyring      it is locked\n✗ key          no API key was found\n               → set \
             one\n✗ client       the proxy is not an address\n\n✗ marks what is in the way: no credential was found, \
             or the provider refused it (41).\n"
        )
    );
}
