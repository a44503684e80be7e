//! From the words to what is done.

use std::{
    io::{self, Write as _},
    sync::Arc,
};

use clap::Parser;
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        Auth, AuthCommand, AuthLogin, Streams, assemble,
        desk::{Asked, QWEN_OAUTH, Service},
        signals,
    },
    login, show,
};
use crate::{
    auth::find,
    base::Clean,
    protocol::{Failure, Kind},
};

/// `qwen auth PRESET …`, as Qwen Code has it.
#[derive(Parser)]
#[command(name = "qwen auth", no_binary_name = true)]
struct PresetLine {
    #[command(flatten)]
    login: AuthLogin,
}

/// Does what is asked; gives the exit code. Errors: whatever keeps it from being done.
pub(in crate::cli) fn run(flags: Auth, streams: Streams) -> Result<u8, Failure> {
    let is_person = streams.stdin_is_terminal && io::IsTerminal::is_terminal(&io::stderr());
    let service = Service::new(Arc::new(Asked::nothing()?), is_person, None);
    let runtime = assemble::runtime()?;
    let done = runtime.block_on(async {
        let stop = CancellationToken::new();
        let stopper = stopper(stop.clone());
        let done = act(flags.what, &service, is_person, &stop).await;
        stopper.abort();
        done
    });
    // A read of stdin or of a keyring that cannot be stopped ends with the program.
    runtime.shutdown_background();
    done
}

/// Ctrl-C and a request to end stop what runs; it then ends with its own code.
fn stopper(stop: CancellationToken) -> tokio::task::JoinHandle<()> {
    let asked = signals::listen();
    tokio::spawn(async move {
        if asked.await {
            stop.cancel();
        }
    })
}

async fn act(
    what: Option<AuthCommand>,
    service: &Arc<Service>,
    is_person: bool,
    stop: &CancellationToken,
) -> Result<u8, Failure> {
    match what {
        None if is_person => {
            // Who is signed in comes first, then the ways to sign in.
            if status(service, Form::Text).is_err() {
                say("nobody is signed in here");
            }
            login::login(service, AuthLogin::default(), is_person, stop).await
        }
        None => {
            let code = status(service, Form::Text);
            say("`qwen auth login` signs in; `list`, `use`, `test` and `logout` do the rest");
            code
        }
        Some(AuthCommand::Login(flags)) => login::login(service, flags, is_person, stop).await,
        Some(AuthCommand::Preset(words)) => login::login(service, read(words)?, is_person, stop).await,
        Some(AuthCommand::Logout { name }) => logout(service, name).await,
        Some(AuthCommand::Status { json }) => status(service, Form::of(json)),
        Some(AuthCommand::List { json }) => list(service, Form::of(json)),
        Some(AuthCommand::Use { name }) => {
            let connection = service.choose(&name).await?;
            say_lines(&connection.notes);
            say(&format!("in use now: {} with `{}`", name, connection.profile.model));
            Ok(0)
        }
        Some(AuthCommand::Test { name }) => test(service, name, stop).await,
    }
}

/// The words of a preset as those of `login`. Errors: kind `usage`.
fn read(words: Vec<String>) -> Result<AuthLogin, Failure> {
    let first = words.first().cloned().unwrap_or_default();
    let line = PresetLine::try_parse_from(words).map_err(|error| {
        // The words are not repeated: one of them may be a key.
        let failure =
            Failure::new(Kind::Usage, format!("`qwen auth {first}` cannot be read: {}", error.kind()));
        failure.hint("see `qwen auth login --help`")
    })?;
    Ok(line.login)
}

/// How an answer is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
}

impl Form {
    fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

fn status(service: &Service, form: Form) -> Result<u8, Failure> {
    let known = service.known()?;
    match find(&known.inputs) {
        Ok(found) => {
            let (row, notes) = (known.of_found(&found), &found.notes);
            Ok(match form {
                Form::Json => print(&show::status_json(Some(&row), notes, None)),
                Form::Text => {
                    let code = print(&show::status_text(&row));
                    say_lines(notes);
                    code
                }
            })
        }
        Err(failure) if form == Form::Json => {
            print(&show::status_json(None, &[], Some(&failure)));
            Ok(failure.kind.exit_code())
        }
        Err(failure) => Err(failure),
    }
}

fn list(service: &Service, form: Form) -> Result<u8, Failure> {
    let overview = service.known()?.overview(None);
    Ok(print(&match form {
        Form::Json => show::list_json(&overview),
        Form::Text => show::list_text(&overview),
    }))
}

async fn logout(service: &Arc<Service>, name: Option<String>) -> Result<u8, Failure> {
    let name = match name {
        Some(name) => name,
        None => current(service)?,
    };
    let account = service.remove(&name).await?;
    let what = if account.is_sign_in() { "its tokens" } else { "its key" };
    say(&format!("the account `{}` and {what} are gone from this machine", account.name));
    if let Ok(found) = find(&service.known()?.inputs) {
        let source = found.access.source();
        let undo = source.undo().map(|undo| format!("; to end that, {undo}")).unwrap_or_default();
        say(&format!("note: runs here use {source} now{undo}"));
    }
    Ok(0)
}

/// The account `logout` without a name means. Errors: none is chosen.
fn current(service: &Service) -> Result<String, Failure> {
    let known = service.known()?;
    if let Some(account) = known.inputs.accounts.current() {
        return Ok(account.name.clone());
    }
    if known.sign_in().is_some() {
        return Ok(QWEN_OAUTH.to_owned());
    }
    let failure = Failure::new(Kind::Auth, "no account is chosen, so there is nothing to sign out of");
    Err(match find(&known.inputs).ok().and_then(|found| found.access.source().undo()) {
        Some(undo) => failure.hint(format!("a key was found elsewhere; to end its use, {undo}")),
        None => failure.hint("`qwen auth list` shows what there is"),
    })
}

async fn test(service: &Arc<Service>, name: Option<String>, stop: &CancellationToken) -> Result<u8, Failure> {
    let tested = service.test(name.as_deref(), stop).await?;
    print(&format!("{}\n", Clean::line(&tested.line)));
    if let Some((label, url)) = &tested.try_instead {
        say(&format!("note: {label} may be the right place for this key: {url}"));
    }
    tested.failure.map_or(Ok(0), Err)
}

/// Writes data. A closed pipe has read what it wanted.
fn print(text: &str) -> u8 {
    let written = io::stdout().write_all(text.as_bytes());
    u8::from(written.is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe))
}

/// Says a line to the person.
pub(super) fn say(line: &str) {
    // A closed stderr leaves nobody to tell.
    let _ = writeln!(io::stderr(), "{}", Clean::line(line));
}

pub(super) fn say_lines(notes: &[String]) {
    for note in notes {
        say(&format!("note: {note}"));
    }
}
