//! `qwen auth login`: by flags where nobody can be asked, by questions where somebody can.

use std::{
    io::{self, BufRead as _, BufReader, IsTerminal as _, Read as _},
    sync::Arc,
    time::Duration,
};

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        AuthLogin,
        desk::{CUSTOM, LOCAL, New, QWEN_OAUTH, Service, address, meant, rows},
    },
    ask, device,
    run::{say, say_lines},
};
use crate::{
    base::Secret,
    protocol::{Failure, Key, Kind, PresetRow},
};

/// Above this it is no key. Unit: bytes.
const LARGEST: u64 = 16 * 1024;

/// How long a pipe may stay silent: the program in front of it may ask a person for a password first.
const PATIENCE: Duration = Duration::from_secs(60);

/// Signs in or adds a key; gives the exit code. Errors: what keeps it from that, the refusal of a key included.
pub(super) async fn login(
    service: &Arc<Service>,
    flags: AuthLogin,
    is_person: bool,
    stop: &CancellationToken,
) -> Result<u8, Failure> {
    if flags.key.is_some() {
        say("warning: a key on the command line can be seen by others while this runs; --key-stdin is safer");
    }
    let Some((row, url)) = chosen(&flags, is_person, stop).await? else { return Ok(0) };
    if row.id == QWEN_OAUTH {
        return device::sign_in(service, stop).await;
    }
    let base_url = base_url(service, &flags, &row, url, is_person, stop).await?;
    let key = key(&flags, &row, &base_url, is_person, stop).await?;
    let mut new = New {
        preset: row.id.clone(),
        base_url,
        key,
        model: flags.model.clone(),
        name: flags.name.clone(),
        keep_untested: flags.keep_untested,
    };
    loop {
        let outcome = service.add(new.clone(), stop).await?;
        say(&outcome.tested.line);
        if let Some(connection) = outcome.connection {
            say_lines(&connection.notes);
            let (account, model) = (&connection.account, &connection.profile.model);
            say(&format!("signed in as `{account}`; the model is `{model}`"));
            return Ok(0);
        }
        let mut failure = outcome.tested.failure.unwrap_or_else(|| {
            Failure::new(Kind::Auth, format!("the key does not work at `{}`", outcome.tested.host))
        });
        let Some((label, url)) = outcome.tested.try_instead else { return Err(failure) };
        failure = failure.hint(format!("it may belong to {label}: --base-url {url}"));
        // Nothing is sent there before the person says so.
        let question = format!("{}; try {label} ({url}) instead? [y/N] ", failure.error);
        if !is_person || !ask::yes(&question, stop).await? {
            return Err(failure);
        }
        new.base_url = url;
    }
}

/// The row that is meant, and its address. `None` when a person chose nothing. Errors: kind `usage`.
async fn chosen(
    flags: &AuthLogin,
    is_person: bool,
    stop: &CancellationToken,
) -> Result<Option<(PresetRow, Option<String>)>, Failure> {
    let Some(id) = &flags.preset else {
        // An address says enough; so does its absence, where nobody can be asked.
        if flags.base_url.is_some() {
            return Ok(meant(CUSTOM, None).ok());
        }
        if !is_person {
            let ids: Vec<String> = rows().into_iter().map(|row| row.id).collect();
            return Err(Failure::new(
                Kind::Usage,
                "nothing says what to sign in to, and nobody can be asked here",
            )
            .hint(format!("name one of {}", ids.join(", ")))
            .hint("for instance: `printenv MY_KEY | qwen auth login qwen-cloud --key-stdin`"));
        }
        let rows = rows();
        let lines: Vec<String> = rows.iter().map(|row| format!("{:<26}{}", row.name, row.about)).collect();
        let Some(at) = ask::number("Sign in to:", &lines, stop).await? else { return Ok(None) };
        let Some(row) = rows.into_iter().nth(at) else { return Ok(None) };
        let labels: Vec<String> =
            row.addresses.iter().map(|(label, url)| format!("{label:<18}{url}")).collect();
        let at = match labels.len() {
            0 | 1 => 0,
            _ => match ask::number("Where:", &labels, stop).await? {
                Some(at) => at,
                None => return Ok(None),
            },
        };
        let url = row.addresses.get(at).map(|(_, url)| url.clone());
        return Ok(Some((row, url)));
    };
    match meant(id, flags.region.as_deref()) {
        Ok(found) => Ok(Some(found)),
        Err(regions) if regions.is_empty() => {
            let ids: Vec<String> = rows().into_iter().map(|row| row.id).collect();
            // It is not repeated: a key may have been pasted here.
            Err(Failure::new(Kind::Usage, "this is not the name of something to sign in to")
                .hint(format!("there are {}", ids.join(", "))))
        }
        Err(regions) => Err(Failure::new(Kind::Usage, format!("`{id}` has no such region"))
            .hint(format!("there are {}", regions.join(", ")))),
    }
}

/// The address: of the flag, of the row, of the one server found on this machine, or what a person types.
async fn base_url(
    service: &Arc<Service>,
    flags: &AuthLogin,
    row: &PresetRow,
    url: Option<String>,
    is_person: bool,
    stop: &CancellationToken,
) -> Result<String, Failure> {
    if let Some(given) = &flags.base_url {
        return address(given).map(|endpoint| endpoint.base().to_owned());
    }
    if let Some(url) = url {
        return Ok(url);
    }
    if row.id == LOCAL {
        let servers = service.local(stop).await?;
        let lines: Vec<String> = servers
            .iter()
            .map(|s| format!("{}  {}  {} models", s.name, s.base_url, s.models.len()))
            .collect();
        let at = match lines.len() {
            1 => Some(0),
            0 => None,
            _ if is_person => ask::number("Servers on this machine:", &lines, stop).await?,
            _ => None,
        };
        let found = at.and_then(|at| servers.get(at)).map(|server| server.base_url.clone());
        return found.ok_or_else(|| {
            Failure::new(Kind::Usage, "no server was chosen on this machine")
                .hint("start one, or name its address: --base-url http://localhost:11434/v1")
        });
    }
    if is_person {
        let typed = ask::line("Base URL: ", stop).await?;
        return address(&typed).map(|endpoint| endpoint.base().to_owned());
    }
    Err(Failure::new(Kind::Usage, format!("`{}` needs an address", row.id)).hint("name it with --base-url"))
}

/// The key: of stdin, of the flag, or what a person types unseen; none for a server of one's own.
async fn key(
    flags: &AuthLogin,
    row: &PresetRow,
    base_url: &str,
    is_person: bool,
    stop: &CancellationToken,
) -> Result<Option<Key>, Failure> {
    let own = |secret: Secret| Some(Key::new(secret)).filter(|key| !key.secret().is_empty());
    if let Some(key) = &flags.key {
        return Ok(own(Secret::new(key.expose().to_owned())));
    }
    let is_private = address(base_url)?.is_private();
    if flags.key_stdin && !io::stdin().is_terminal() {
        let silent = |_| {
            let error = format!("no key came from stdin within {} seconds", PATIENCE.as_secs());
            Failure::new(Kind::Usage, error)
        };
        let typed = timeout(PATIENCE, unless_stopped(stop, from_stdin)).await.map_err(silent)??;
        return match own(typed) {
            None => Err(Failure::new(Kind::Usage, "stdin held no key")),
            key => Ok(key),
        };
    }
    if !row.needs_key || (is_private && !is_person) {
        return Ok(None);
    }
    if is_person {
        if let Some(page) = &row.key_page {
            say(&format!("keys are made at {page}"));
        }
        let key = own(ask::secret("Key (not shown): ", stop).await?);
        return if key.is_none() && !is_private {
            Err(Failure::new(Kind::Usage, "no key was given"))
        } else {
            Ok(key)
        };
    }
    Err(Failure::new(Kind::Usage, format!("`{}` needs a key, and nobody can be asked here", row.id))
        .hint("pipe it in: `printenv MY_KEY | qwen auth login … --key-stdin`"))
}

/// The first line of stdin; what follows is left there.
fn from_stdin() -> Result<Secret, Failure> {
    let mut text = zeroize::Zeroizing::new(String::new());
    let mut stdin = BufReader::new(io::stdin().take(LARGEST));
    while text.trim().is_empty() {
        // What was read is not repeated.
        let cannot = |_| Failure::new(Kind::Usage, "the key cannot be read from stdin");
        if stdin.read_line(&mut text).map_err(cannot)? == 0 {
            break;
        }
    }
    Ok(Secret::new(text.trim().to_owned()))
}

/// Reads on a thread that may wait for ever. Errors: those of the work; kind `interrupted`.
pub(super) async fn unless_stopped<T: Send + 'static>(
    stop: &CancellationToken,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(Failure::new(Kind::Interrupted, "it was stopped")),
        done = tokio::task::spawn_blocking(work) =>
            done.map_err(|_| Failure::new(Kind::Bug, "reading ended by itself"))?,
    }
}
