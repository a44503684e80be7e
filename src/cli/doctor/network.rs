//! How the network is reached, and whether the server is.

use super::{report::Report, safe, scene::Scene};
use crate::{
    net::{self, Roots},
    protocol::{Failure, Kind},
    provider::probe::{Probe, Verdict},
};

/// Variables that name a proxy.
const PROXIES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
/// Variables that name hosts without one.
const EXCEPT: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Variables that name certificates, beside the system's.
const OWN: [&str; 2] = ["QWEN_CA_CERTIFICATE", "NODE_EXTRA_CA_CERTS"];
/// Variables that name certificates instead of the system's.
const INSTEAD: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Looks at proxy and certificates. Asks nobody.
pub(super) fn look(scene: &Scene, report: &mut Report) {
    report.section("Network");
    let options = scene.net();
    let variables = scene.set(&PROXIES);
    match &options.proxy {
        Some(text) => {
            let origin = scene.settings.origin("proxy");
            report.fine("proxy", &format!("{} ({origin}), except for this machine", safe::proxy(text)));
        }
        None if variables.is_empty() => report.fine("proxy", "none"),
        None => {
            for (name, text) in variables {
                report.fine("proxy", &format!("{} ({name}), except for this machine", safe::proxy(text)));
            }
        }
    }
    for (name, hosts) in scene.set(&EXCEPT) {
        report.fine("no proxy", &format!("{hosts} ({name})"));
    }
    certificates(scene, &options, report);
    if let Err(failure) = net::Lazy::new(options).client() {
        report.trouble("client", &failure);
    }
}

fn certificates(scene: &Scene, options: &net::Options, report: &mut Report) {
    // The client says why it cannot be used.
    let Ok(trust) = net::trust(options) else { return };
    let instead: Vec<String> =
        scene.set(&INSTEAD).iter().map(|(name, path)| format!("{name} = `{path}`")).collect();
    let from = if instead.is_empty() { "the system".to_owned() } else { instead.join(", ") };
    report.fine(
        "certificates",
        &match trust.roots {
            Roots::System(count) => format!("{count} from {from}"),
            Roots::BuiltIn(count) => format!("{count} from inside the program, since {from} has none"),
            Roots::Verifier => "as the operating system decides".to_owned(),
        },
    );
    for why in &trust.trouble {
        report.note("", why);
    }
    // The first of the two counts; the other one is not read.
    if let Some((name, path)) = OWN.iter().find_map(|name| Some((name, scene.env(name)?))) {
        report.fine("", &format!("and {} from `{path}` ({name})", trust.extra));
    }
}

/// What one real request showed.
pub(super) fn reached(probe: &Probe, report: &mut Report) {
    let line = probe.line();
    match &probe.failure {
        None => report.fine("asked", &line),
        // A server that is busy is there, and takes the key.
        Some(failure) if probe.verdict == Verdict::Limited => {
            report.note("asked", &format!("{line}: {}", failure.error));
        }
        Some(failure) => {
            let told = Failure { error: format!("{line}: {}", failure.error), ..failure.clone() };
            report.trouble("asked", &told);
        }
    }
    if probe.has_model == Some(false) && probe.failure.is_none() {
        let absent = Failure::new(Kind::Config, "the model is not on the server's list");
        report.note("model", &absent.error);
    }
}
