//! Puts a session together from arguments, settings, environment and what lies on disk.

use std::{
    collections::VecDeque,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::runtime::Runtime;

use super::{
    Arguments, TurnLimit,
    begin::{self, Begin},
    connect::or_later,
    desk::{Asked, Known, Service},
    form,
    telemetry::{Beginning, account},
};
use crate::{
    agent::{Connection, Instructions, Setup, machine},
    auth,
    base::{AbsPath, Secret, SessionId, Tokens},
    cache,
    config::{self, Homes, Loaded},
    context,
    headless::Format,
    net,
    permissions::{Policy, Rules, Source, names_tool},
    protocol::{Failure, Kind, Mode},
    session::{Folder, LedgerFile, PastFile, Pinned, Transcript},
    tools::{Limits, Selection, TABLE, Toolbox},
    tui,
};

/// A session that can be started, and how it is shown.
pub(super) struct Assembled {
    pub(super) setup: Setup,
    pub(super) format: Format,
    pub(super) screen: tui::Options,
    /// What is to know when it is counted.
    pub(super) beginning: Beginning,
}

/// The runtime everything asynchronous runs on.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    // Two workers: one for the agent, one for whatever it waits for. Blocking work has threads of its own.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Failure::new(Kind::Bug, format!("the runtime cannot be started: {e}")))
}

/// The id of a session that nobody named.
pub(super) fn new_session() -> SessionId {
    SessionId::new(uuid::Uuid::new_v4().to_string())
}

/// A session in `root` with nothing read from the person's settings, kept nowhere.
pub(super) fn plain(root: &AbsPath, session: SessionId, connection: Result<Connection, Failure>) -> Setup {
    // A system whose folder for temporary files has no absolute path puts long outputs into the workspace.
    let spill = spill(&session).unwrap_or_else(|| root.join(".qwen/tmp"));
    let mut policy = Policy::new(Mode::Default, root.clone());
    // What was too long for a result is the model's to read. A path that makes no rule asks like any other.
    policy.build_in(&format!("Read(/{spill}/**)"));
    Setup {
        cwd: root.clone(),
        root: context::root_of(root),
        extra_roots: Vec::new(),
        net: net::Lazy::new(net::Options::default()),
        policy,
        toolbox: Toolbox::new(&Selection::default()),
        limits: Limits::default(),
        context: fitting(context::Options::default(), &connection),
        instructions: Instructions::default(),
        compaction: machine::Compaction::default(),
        max_requests: None,
        run_limits: machine::Limits::default(),
        final_tool: None,
        loops: machine::Loops::Break,
        tries: config::TRIES,
        is_unattended: false,
        fallbacks: VecDeque::new(),
        redacts: true,
        secrets: context::SecretPlaces::default(),
        hidden_env: Vec::new(),
        spill,
        transcript: Transcript::nowhere(),
        restored: Vec::new(),
        notices: Vec::new(),
        is_interactive: false,
        link: None,
        keep_warm: false,
        ledger: cache::Ledger::default(),
        ledger_file: LedgerFile::nowhere(),
        pinned: Pinned::nowhere(),
        past: PastFile::nowhere(),
        today: || jiff::Zoned::now().date().to_string(),
        session,
        connection,
        watch: None,
        desk: None,
    }
}

/// The session the arguments ask for. With a person who can still sign in, it may be one without an account.
///
/// Errors: whatever in settings, credentials or stored sessions cannot be used.
pub(super) fn session(
    arguments: &Arguments,
    asked: &Arc<Asked>,
    begin: &Begin,
    is_interactive: bool,
) -> Result<Assembled, Failure> {
    let cwd = asked.cwd.clone();
    let known = Known::read(asked)?;
    let (homes, settings, inputs) = (&known.homes, &known.settings, &known.inputs);
    let is_private = arguments.session.is_private();
    let root = context::root_of(&cwd);
    let editor = tui::choose_editor(inputs.env.get("VISUAL"), inputs.env.get("EDITOR"));
    let hidden_env = auth::hidden_names(inputs);
    let found = or_later(auth::find(inputs), is_interactive)?;
    let account = account(&found);

    let folder = AbsPath::new(&homes.qwen_home).map(|home| Folder::of(&home, &root));
    // The folder of long outputs is named after the session, so its id comes before everything else.
    let (id, from) = begin.from(&arguments.session, folder.as_ref())?;
    // Last, since only this may have to wait: the keyring of a person who is not there.
    let connection = or_later(found.and_then(|found| known.connect(found)), is_interactive)?;
    let mut setup = plain(&cwd, id, connection);
    setup.is_interactive = is_interactive;
    let service = Service::new(asked.clone(), is_interactive, setup.connection.as_ref().ok().cloned());
    setup.root = root;
    setup.notices.extend(settings.notes().iter().cloned());
    setup.hidden_env = hidden_env;
    setup.net = known.net();
    setup.limits = settings.limits();
    setup.keep_warm = settings.keep_warm();
    setup.redacts = settings.redacts();
    setup.compaction = settings.compaction();
    setup.loops = settings.loops();
    setup.max_requests = settings.max_turns().map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    setup.tries = settings.tries();
    if !is_interactive {
        setup.run_limits = run_limits(settings, &setup.connection)?;
        setup.is_unattended = matches!(inputs.env.get("QWEN_CODE_UNATTENDED_RETRY"), Some("1" | "true"));
    }
    setup.fallbacks = fallbacks(arguments, &known, &setup.connection)?;
    setup.instructions = Instructions {
        replace: arguments.context.system_prompt.clone(),
        append: arguments.context.append_system_prompt.clone(),
    };
    setup.toolbox = toolbox(settings, &mut setup.notices);
    if let Some(schema) = &arguments.output.json_schema {
        let tool = form::tool(schema, &cwd)?;
        setup.final_tool = Some(tool.name().to_owned());
        setup.toolbox = setup.toolbox.with_form(tool);
    }
    setup.context = fitting(reading(settings, homes, arguments.context.bare), &setup.connection);
    setup.extra_roots = extra_roots(settings, &cwd, &mut setup.notices)?;
    setup.secrets = secrets(&setup, homes);
    permit(&mut setup, settings, homes);
    if let Some(folder) = folder.filter(|_| !is_private) {
        begin::keep(&mut setup, &folder, &from)?;
        setup.pinned = Pinned::of(&folder);
        setup.past = PastFile::of(&folder);
    }
    if let Some(home) = AbsPath::new(&homes.qwen_home) {
        let mut file = LedgerFile::at(&home);
        // Habits belong to a project, blocks to an account and a model.
        setup.ledger = file.load().in_project(&setup.root.to_string());
        setup.ledger.prune(crate::base::Moment(now()));
        // A private session may know what is stored, and tells nobody what it stored.
        setup.ledger_file = if is_private { LedgerFile::nowhere() } else { file };
    }

    let format = settings.output_format().parse().map_err(|e: String| Failure::new(Kind::Config, e))?;
    let screen = tui::Options {
        home: Some(homes.user_home.display().to_string()),
        is_kept: setup.transcript.path().is_some(),
        editor,
        is_vim: settings.is_vim(),
        chooses_session: matches!(begin, Begin::Choose),
        ..settings.screen(&inputs.env)
    };
    if is_interactive || arguments.is_spoken_to() {
        setup.desk = Some(service.clone());
    }
    let is_refused = arguments.session.no_telemetry;
    let root = setup.root.clone();
    let beginning = Beginning { known, service, root, is_private, is_refused, account, is_interactive };
    Ok(Assembled { setup, format, screen, beginning })
}

/// What the command line says about accounts and settings. The key is taken out of the arguments.
///
/// Errors: the current folder is gone.
pub(super) fn asked(arguments: &mut Arguments) -> Result<Arc<Asked>, Failure> {
    Ok(Arc::new(Asked {
        cwd: working_folder()?,
        auth: auth::Flags {
            auth_type: arguments.model.auth_type.clone(),
            api_key: arguments.model.take_key(),
            base_url: arguments.model.openai_base_url.clone(),
            model: arguments.model.model.clone(),
        },
        settings: flags(arguments),
        env: Arc::new(auth::Vars::from_process),
    }))
}

/// What the command line says about settings.
fn flags(arguments: &Arguments) -> config::Flags {
    let turns = arguments.session.turn_limit().map(|limit| match limit {
        TurnLimit::None => -1,
        TurnLimit::Requests(count) => i64::from(count),
    });
    let folders = arguments.context.include_directories.iter().map(|p| p.display().to_string());
    config::Flags {
        approval_mode: arguments.permissions.mode(),
        max_session_turns: turns,
        max_wall_time: arguments.limits.max_wall_time,
        max_tool_calls: arguments.limits.max_tool_calls,
        max_cost: arguments.limits.max_cost,
        max_tokens: arguments.limits.max_tokens,
        core_tools: arguments.permissions.core_tools.clone(),
        allowed_tools: arguments.permissions.allowed_tools.clone(),
        exclude_tools: arguments.permissions.exclude_tools.clone(),
        include_directories: folders.collect(),
        proxy: arguments.model.proxy.clone(),
        output_format: arguments.output.output_format.map(|f| f.name().to_owned()),
        is_private: arguments.session.is_private(),
        language: arguments.screen.lang.clone(),
        screen_reader: arguments.screen.screen_reader,
        fullscreen: arguments.screen.fullscreen,
    }
}

pub(super) fn working_folder() -> Result<AbsPath, Failure> {
    let gone = |e: std::io::Error| {
        Failure::new(Kind::Usage, format!("the current folder cannot be used: {e}"))
            .hint("it may have been removed or be too deep: go to another one with `cd`")
    };
    let cwd = std::env::current_dir().and_then(fs::canonicalize).map_err(gone)?;
    AbsPath::new(cwd).ok_or_else(|| Failure::new(Kind::Bug, "the current folder has no absolute path"))
}

/// What the run may use up. Errors: a limit of money for a model whose price nobody knows.
fn run_limits(
    settings: &Loaded,
    connection: &Result<Connection, Failure>,
) -> Result<machine::Limits, Failure> {
    let limits = settings.run_limits();
    let Ok(connection) = connection else { return Ok(limits) };
    if limits.cost.is_some() && connection.profile.tiers.is_empty() {
        let model = &connection.profile.model;
        let error = format!("the price of `{model}` is not known, so `--max-cost` cannot be kept");
        return Err(Failure::new(Kind::Config, error)
            .hint("set its price in `cache.prices`, or limit the run with `--max-tokens`"));
    }
    Ok(limits)
}

/// The models to ask when the one in use has no room. Errors: too many, or one the account does not have.
fn fallbacks(
    arguments: &Arguments,
    known: &Known,
    connection: &Result<Connection, Failure>,
) -> Result<VecDeque<Connection>, Failure> {
    /// Source: `docs/sources.md`, qwen-code 1.2.
    const MOST: usize = 3;
    let names = &arguments.model.fallback_model;
    if names.len() > MOST {
        let error = format!("`--fallback-model` takes {MOST} models at most, not {}", names.len());
        return Err(Failure::new(Kind::Usage, error));
    }
    let Ok(begun) = connection else { return Ok(VecDeque::new()) };
    names.iter().map(|name| known.elsewhere(begun, name.trim())).collect()
}

fn toolbox(settings: &Loaded, notices: &mut Vec<String>) -> Toolbox {
    let choice = settings.tools();
    let is_tool = |name: &String| TABLE.iter().any(|row| names_tool(name, row.name));
    for name in choice.core.iter().flatten().filter(|name| !is_tool(name)) {
        notices.push(format!("`{name}` in the list of tools to offer names no tool"));
    }
    Toolbox::new(&Selection { only: choice.core, except: choice.exclude })
}

fn reading(settings: &Loaded, homes: &Homes, is_bare: bool) -> context::Options {
    let home = |path: &Path| fs::canonicalize(path).ok().and_then(AbsPath::new);
    let mut options = context::Options {
        file_names: settings.context().file_names,
        home: home(&homes.user_home),
        qwen_home: home(&homes.qwen_home),
        ..context::Options::default()
    };
    if is_bare {
        options.file_names.clear();
        options.map = Tokens(0);
    }
    options
}

/// No more of the repository than fits well into the window, as far as a model is known.
fn fitting(options: context::Options, connection: &Result<Connection, Failure>) -> context::Options {
    match connection {
        Ok(connection) => options.fitting(connection.profile.window),
        Err(_) => options,
    }
}

fn extra_roots(settings: &Loaded, cwd: &AbsPath, notices: &mut Vec<String>) -> Result<Vec<AbsPath>, Failure> {
    let mut roots = Vec::new();
    for named in settings.context().include_directories {
        let path = cwd.join(PathBuf::from(&named));
        match fs::canonicalize(path.as_path()) {
            Ok(real) if real.is_dir() => roots.extend(AbsPath::new(real)),
            Ok(_) => return Err(Failure::new(Kind::Usage, format!("`{named}` is not a folder"))),
            Err(_) => {
                notices.push(format!("the folder `{named}` is not there and is left out of the workspace"));
            }
        }
    }
    Ok(roots)
}

/// Where secrets are that are hidden whatever they look like.
fn secrets(setup: &Setup, homes: &Homes) -> context::SecretPlaces {
    context::SecretPlaces {
        roots: std::iter::once(&setup.root).chain(&setup.extra_roots).cloned().collect(),
        home: Some(homes.user_home.clone()),
        own: Some(homes.qwen_home.clone()),
        // A value that is no text is none that a text could repeat.
        variables: std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, Secret::new(value.into_string().ok()?)))
            })
            .collect(),
    }
}

fn permit(setup: &mut Setup, settings: &Loaded, homes: &Homes) {
    for (origin, written) in settings.rules() {
        let (rules, wrong) = Rules::parse(&written.allow, &written.ask, &written.deny);
        setup.notices.extend(wrong);
        setup.policy.rules.extend(rules.from(&Source::Written(origin.short(&homes.user_home))));
    }
    setup.policy.mode = settings.mode();
    setup.policy.extra_roots.clone_from(&setup.extra_roots);
    if setup.root != setup.cwd {
        setup.policy.extra_roots.push(setup.root.clone());
    }
    setup.policy.home = fs::canonicalize(&homes.user_home).ok().and_then(AbsPath::new);
}

pub(super) fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Where whole outputs of this session go. The folder is made when something is put there.
fn spill(session: &SessionId) -> Option<AbsPath> {
    let folder = std::env::temp_dir();
    let folder = fs::canonicalize(&folder).unwrap_or(folder);
    AbsPath::new(folder).map(|folder| folder.join(format!("qwen-{session}")))
}
