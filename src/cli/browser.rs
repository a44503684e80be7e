//! Opens a page in the person's browser, where there is one.
//!
//! The one child that is not confined: it belongs to the desktop, is started by its own name without a shell, and only
//! with an address that this program has read as one. It gets nothing of our input and output, and no key.

use std::process::{Command, Stdio};

use url::Url;

use crate::auth::Vars;

/// Why no page was opened. The address is to be shown in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// It is no address of a web page.
    #[error("it is not the address of a web page")]
    NotWeb,
    /// The person does not want it, or nobody is there.
    #[error("NO_BROWSER, BROWSER or CI says so")]
    Unwanted,
    /// The browser would open on another machine.
    #[error("this is a remote session")]
    Remote,
    /// There is no screen for windows.
    #[error("there is no display")]
    NoDisplay,
    /// The program that opens pages is not there.
    #[error("`{0}` could not be started")]
    NoOpener(&'static str),
}

/// What is started, and with what.
#[derive(Debug, PartialEq, Eq)]
struct Opener {
    program: &'static str,
    args: Vec<String>,
}

/// Opens a page and does not wait for it. `hidden` names variables the browser must not see.
///
/// Errors: nothing was opened; the reason is fit to be shown.
pub fn open_browser(url: &str, env: &Vars, hidden: &[String]) -> Result<(), NotOpened> {
    let opener = opener(url, env, std::env::consts::OS)?;
    let mut command = Command::new(opener.program);
    command.args(opener.args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for name in hidden {
        command.env_remove(name);
    }
    // Ctrl-C in our terminal is not meant for the browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|_| NotOpened::NoOpener(opener.program))?;
    // Nobody waits for it, and no dead process is left standing.
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Decides whether a page is opened, and how.
fn opener(url: &str, env: &Vars, os: &str) -> Result<Opener, NotOpened> {
    let url = Url::parse(url).map_err(|_| NotOpened::NotWeb)?;
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    if !matches!(url.scheme(), "http" | "https") || !has_host {
        return Err(NotOpened::NotWeb);
    }
    let is_set = |name: &str| env.get(name).is_some();
    if is_set("NO_BROWSER") || is_set("CI") || env.get("BROWSER") == Some("none") {
        return Err(NotOpened::Unwanted);
    }
    if ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].into_iter().any(is_set) {
        return Err(NotOpened::Remote);
    }
    let url = url.to_string();
    Ok(match os {
        "macos" => Opener { program: "open", args: vec![url] },
        // `start` would need a shell, which reads `&` in an address as the end of it.
        "windows" => {
            Opener { program: "rundll32", args: vec!["url.dll,FileProtocolHandler".to_owned(), url] }
        }
        _ if !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") => return Err(NotOpened::NoDisplay),
        _ => Opener { program: "xdg-open", args: vec![url] },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://chat.qwen.ai/authorize?user_code=A-B&client=qwen";

    fn on(os: &str, env: &[(&str, &str)], url: &str) -> Result<Opener, NotOpened> {
        opener(url, &env.iter().copied().collect(), os)
    }

    fn with(program: &'static str, args: &[&str]) -> Opener {
        Opener { program, args: args.iter().map(|a| (*a).to_owned()).collect() }
    }

    #[test]
    fn each_system_has_its_own_opener_and_no_shell() {
        assert_eq!(on("linux", &[("DISPLAY", ":0")], PAGE), Ok(with("xdg-open", &[PAGE])));
        assert_eq!(on("linux", &[("WAYLAND_DISPLAY", "wayland-0")], PAGE), Ok(with("xdg-open", &[PAGE])));
        assert_eq!(on("macos", &[], PAGE), Ok(with("open", &[PAGE])));
        assert_eq!(on("windows", &[], PAGE), Ok(with("rundll32", &["url.dll,FileProtocolHandler", PAGE])));
    }

    #[test]
    fn no_page_is_opened_where_nobody_would_see_it() {
        let here = ("DISPLAY", ":0");
        let table = [
            (vec![], NotOpened::NoDisplay),
            (vec![here, ("NO_BROWSER", "1")], NotOpened::Unwanted),
            (vec![here, ("BROWSER", "none")], NotOpened::Unwanted),
            (vec![here, ("CI", "true")], NotOpened::Unwanted),
            (vec![here, ("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")], NotOpened::Remote),
            (vec![here, ("SSH_TTY", "/dev/pts/1")], NotOpened::Remote),
        ];
        for (env, why) in table {
            assert_eq!(on("linux", &env, PAGE), Err(why), "{env:?}");
        }
        assert!(on("linux", &[here, ("BROWSER", "firefox"), ("NO_BROWSER", "")], PAGE).is_ok());
    }

    #[test]
    fn only_a_page_is_opened() {
        for url in [
            "",
            "chat.qwen.ai",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "--help",
            "-a Calculator",
            "vscode://x/y",
            "mailto:a@b.test",
            "data:text/html,x",
        ] {
            assert_eq!(on("linux", &[("DISPLAY", ":0")], url), Err(NotOpened::NotWeb), "{url}");
        }
        let odd = on("windows", &[], "https://a.test/\"&calc.exe&\" x\n");
        assert_eq!(
            odd,
            Ok(with("rundll32", &["url.dll,FileProtocolHandler", "https://a.test/%22&calc.exe&%22%20x"]))
        );
    }
}
