//! From the flags to what is printed.

use std::io::{self, Write as _};

use super::{
    super::{Doctor, assemble},
    credentials, kept, machine, network,
    report::Report,
    safe::Safe,
    scene::Scene,
};
use crate::{net, protocol::Failure, provider::probe};

/// Looks, prints, and ends as a run would: 0 when it could begin. Errors: there is no home or no working folder.
pub(in crate::cli) fn run(flags: Doctor) -> Result<u8, Failure> {
    let scene = Scene::find()?;
    let mut report = Report::new(Safe::new(scene.home_names(), scene.user(), &scene.inputs));
    if let Some(failure) = &scene.broken {
        report.section("Settings");
        report.trouble("settings", failure);
    }
    let chosen = credentials::look(&scene, &mut report);
    network::look(&scene, &mut report);
    if flags.is_online {
        report.section("Server");
        match &chosen {
            None => report.note("not asked", "there is no credential to ask with"),
            Some(chosen) => {
                let net = net::Lazy::new(scene.net());
                let asked = probe::test(&net, &chosen.credential, &chosen.model);
                let probe = assemble::runtime()?.block_on(asked);
                network::reached(&probe, &mut report);
            }
        }
    }
    kept::look(&scene, chosen.as_ref(), &mut report);
    machine::look(&scene, &mut report);
    let text = if flags.json { format!("{:#}\n", report.to_json()) } else { report.to_text() };
    // A closed pipe has read what it wanted.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(report.exit_code())
}
