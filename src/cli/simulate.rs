//! `qwen sim`: serves the simulator until it is stopped.

use std::{fs, io::Write, sync::Arc, time::Duration};

use super::{Sim as Flags, SimUnit, assemble, signals};
use crate::{
    protocol::{Failure, Kind},
    sim::{CacheQuirk, CacheRules, OAuth, Script, Sim, SimOptions, Unit},
};

/// How many requests are remembered; what a person can look at is in the log.
const KEPT: usize = 100;

/// Serves until Ctrl-C. Errors: the script cannot be read or understood, or the port is taken.
pub(super) fn run(flags: &Flags) -> Result<u8, Failure> {
    let script = match &flags.script {
        None => Script::default(),
        Some(path) => {
            let shown = path.display();
            let text = fs::read_to_string(path)
                .map_err(|e| Failure::new(Kind::Usage, format!("`{shown}` cannot be read: {e}")))?;
            Script::from_json(&text).map_err(|e| {
                Failure::new(Kind::Usage, format!("`{shown}`: {e}"))
                    .hint("the format is described in docs/sim.md")
            })?
        }
    };
    let mut cache = CacheRules {
        look_back: flags.look_back as usize,
        unit: match flags.unit {
            SimUnit::Element => Unit::Element,
            SimUnit::Message => Unit::Message,
        },
        ..CacheRules::default()
    };
    if !cache.explicit_models.contains(&flags.model) {
        cache.explicit_models.push(flags.model.clone());
    }
    let mut oauth = OAuth::named(&flags.oauth).unwrap_or_default();
    if let Some(seconds) = flags.oauth_token_seconds {
        oauth.token_life = Duration::from_secs(seconds);
    }
    let mut options = SimOptions {
        port: flags.port,
        key: flags.key.clone(),
        script,
        cache,
        window: flags.window,
        oauth,
        keep: Some(KEPT),
        // A closed stdout stops the log, not the server.
        on_request: Some(Arc::new(|summary| drop(writeln!(std::io::stdout(), "{summary}")))),
        ..SimOptions::default()
    };
    if let Some(quirk) = flags.cache_quirk.as_deref().and_then(CacheQuirk::named) {
        quirk.apply(&mut options);
    }
    assemble::runtime()?.block_on(serve(options, &flags.model))
}

async fn serve(options: SimOptions, model: &str) -> Result<u8, Failure> {
    let port = options.port;
    let sim = Sim::start(options).await.map_err(|e| {
        Failure::new(Kind::Usage, format!("cannot listen on 127.0.0.1:{port}: {e}"))
            .hint("choose another with --port, or 0 for any that is free")
    })?;
    let base = sim.base_url();
    let issuer = sim.issuer();
    let hello = format!(
        "simulated Qwen Cloud at {base}, Ctrl-C ends it\n\
         try: OPENAI_API_KEY=any OPENAI_BASE_URL={base} DASHSCOPE_PROXY_BASE_URL={base} qwen -m {model} -p hi\n\
         login: {issuer}/api/v1/oauth2/device/code and {issuer}/api/v1/oauth2/token\n"
    );
    let _ = std::io::stdout().write_all(hello.as_bytes());
    let _ = std::io::stdout().flush();
    signals::asked_to_stop().await;
    Ok(0)
}
