//! Whether anything may be counted, and why. Pure: whoever asks brings all inputs.
//!
//! What stands first decides: the flags, the variables that say no, CI, `QWEN_TELEMETRY=1`, the settings, `qwen telemetry
//! on`, how the person signed in, and whether the notice was shown.

use std::fmt;

use super::words::Account;

/// The one notice. It is shown before anything is counted.
pub const NOTICE: &str = "qwen counts how it is used, from your next start on: a fixed list of words and ranges, never \
                          your words, code, names or paths (docs/telemetry.md). `qwen telemetry show` prints all of it. \
                          To turn it off: `qwen telemetry off`, or set DO_NOT_TRACK=1.";

/// Variables by which build servers are known.
const BUILDERS: &[&str] = &[
    "CI",
    "CONTINUOUS_INTEGRATION",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "BUILDKITE",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "TF_BUILD",
    "CODEBUILD_BUILD_ID",
    "BUILD_NUMBER",
];

/// What the environment says about counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The variable that says no.
    pub no: Option<&'static str>,
    /// The variable that tells a build server.
    pub builder: Option<&'static str>,
    /// `QWEN_TELEMETRY` says yes.
    pub yes: bool,
}

impl Environment {
    /// Reads it. A value that is neither a clear yes nor a clear no means no.
    pub fn read(env: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| env(name).map(|v| v.trim().to_ascii_lowercase()).filter(|v| !v.is_empty());
        let is_no = |text: &str| ["0", "false", "no", "off"].contains(&text);
        let is_yes = |text: &str| ["1", "true", "yes", "on"].contains(&text);
        let own = value("QWEN_TELEMETRY");
        let no = if value("DO_NOT_TRACK").is_some_and(|v| !is_no(&v)) {
            Some("DO_NOT_TRACK")
        } else if own.as_deref().is_some_and(|v| !is_yes(v)) {
            Some("QWEN_TELEMETRY")
        } else if value("QWEN_USAGE_STATISTICS_ENABLED").is_some_and(|v| !is_yes(&v)) {
            Some("QWEN_USAGE_STATISTICS_ENABLED")
        } else {
            None
        };
        let builder = BUILDERS.iter().copied().find(|name| value(name).is_some_and(|v| !is_no(&v)));
        Self { no, builder, yes: own.as_deref().is_some_and(is_yes) }
    }
}

/// What was said and shown on this machine before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The notice was shown.
    pub was_told: bool,
    /// The person said `qwen telemetry on`.
    pub said_yes: bool,
}

/// Everything the decision is made from.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// `--private`.
    pub is_private: bool,
    /// `--no-telemetry`.
    pub is_refused: bool,
    /// The environment.
    pub environment: Environment,
    /// Where `privacy.usageStatisticsEnabled` is `false`, if anywhere.
    pub refused_in: Option<String>,
    /// How the person signed in.
    pub account: Account,
    /// Whether somebody is there who can read a notice.
    pub is_interactive: bool,
    /// What was said and shown before.
    pub marks: Marks,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is counted, stored or made up.
    Off(Reason),
    /// Nothing is counted in this run; the notice is shown.
    Tell,
    /// Events are counted.
    On(Reason),
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `--private`.
    Private,
    /// `--no-telemetry`.
    Flag,
    /// A variable says no.
    Variable(&'static str),
    /// A build server.
    Builder(&'static str),
    /// Settings say no: where.
    Setting(String),
    /// An API key, or no account.
    NoSignIn(Account),
    /// The notice was not shown yet, and nobody is there to read it.
    Untold,
    /// `QWEN_TELEMETRY` says yes.
    VariableYes,
    /// `qwen telemetry on`.
    SaidYes,
    /// Signed in with Qwen OAuth, and told.
    Told,
}

impl Reason {
    /// Whether somebody said no, so that not even a report of a crash is kept.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Private | Self::Flag | Self::Variable(_) | Self::Builder(_) | Self::Setting(_))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Private => f.write_str("--private"),
            Self::Flag => f.write_str("--no-telemetry"),
            Self::Variable(name) => write!(f, "{name} is set"),
            Self::Builder(name) => write!(f, "{name} is set: this is a build server"),
            Self::Setting(place) => write!(f, "`privacy.usageStatisticsEnabled` is false in {place}"),
            Self::NoSignIn(account) if account.name() == "key" => {
                f.write_str("an API key is used; `qwen telemetry on` turns it on all the same")
            }
            Self::NoSignIn(_) => f.write_str("nobody is signed in"),
            Self::Untold => f.write_str("the notice was not shown yet"),
            Self::VariableYes => f.write_str("QWEN_TELEMETRY is set"),
            Self::SaidYes => f.write_str("you said `qwen telemetry on`"),
            Self::Told => f.write_str("signed in with Qwen OAuth, and the notice was shown"),
        }
    }
}

/// Decides.
pub fn decide(inputs: &Inputs) -> Decision {
    let Inputs { environment, marks, .. } = inputs;
    if inputs.is_private {
        Decision::Off(Reason::Private)
    } else if inputs.is_refused {
        Decision::Off(Reason::Flag)
    } else if let Some(name) = environment.no {
        Decision::Off(Reason::Variable(name))
    } else if let Some(name) = environment.builder {
        Decision::Off(Reason::Builder(name))
    } else if environment.yes {
        Decision::On(Reason::VariableYes)
    } else if let Some(place) = &inputs.refused_in {
        Decision::Off(Reason::Setting(place.clone()))
    } else if marks.said_yes {
        Decision::On(Reason::SaidYes)
    } else if inputs.account.name() != "qwen-oauth" {
        Decision::Off(Reason::NoSignIn(inputs.account))
    } else if marks.was_told {
        Decision::On(Reason::Told)
    } else if inputs.is_interactive {
        Decision::Tell
    } else {
        Decision::Off(Reason::Untold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs() -> Inputs {
        Inputs {
            is_private: false,
            is_refused: false,
            environment: Environment::default(),
            refused_in: None,
            account: Account::of("qwen-oauth"),
            is_interactive: true,
            marks: Marks { was_told: true, said_yes: false },
        }
    }

    fn environment(all: &[(&str, &str)]) -> Environment {
        Environment::read(|name| all.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn each_no_is_enough_whatever_else_says_yes() {
        let yes = Environment { yes: true, ..Environment::default() };
        let sure = Inputs { environment: yes, marks: Marks { was_told: true, said_yes: true }, ..inputs() };
        assert_eq!(decide(&sure), Decision::On(Reason::VariableYes));
        let table: [(Inputs, Reason); 4] = [
            (Inputs { is_private: true, ..sure.clone() }, Reason::Private),
            (Inputs { is_refused: true, ..sure.clone() }, Reason::Flag),
            (
                Inputs { environment: Environment { no: Some("DO_NOT_TRACK"), ..yes }, ..sure.clone() },
                Reason::Variable("DO_NOT_TRACK"),
            ),
            (
                Inputs { environment: Environment { builder: Some("CI"), ..yes }, ..sure.clone() },
                Reason::Builder("CI"),
            ),
        ];
        for (inputs, reason) in table {
            assert!(reason.is_refusal());
            assert_eq!(decide(&inputs), Decision::Off(reason));
        }
    }

    #[test]
    fn without_a_word_from_anybody_only_a_sign_in_that_was_told_is_counted() {
        assert_eq!(decide(&inputs()), Decision::On(Reason::Told));
        let untold = Inputs { marks: Marks::default(), ..inputs() };
        assert_eq!(decide(&untold), Decision::Tell);
        assert_eq!(
            decide(&Inputs { is_interactive: false, ..untold.clone() }),
            Decision::Off(Reason::Untold)
        );
        for account in ["key", "none"].map(Account::of) {
            assert_eq!(decide(&Inputs { account, ..inputs() }), Decision::Off(Reason::NoSignIn(account)));
            assert_eq!(
                decide(&Inputs { account, ..untold.clone() }),
                Decision::Off(Reason::NoSignIn(account)),
                "no notice where nothing would be counted"
            );
        }
    }

    #[test]
    fn a_yes_of_the_person_beats_what_is_usual_and_the_environment_beats_the_settings() {
        let key = Inputs { account: Account::of("key"), ..inputs() };
        let yes = Inputs { marks: Marks { was_told: true, said_yes: true }, ..key.clone() };
        assert_eq!(decide(&yes), Decision::On(Reason::SaidYes));
        let refused = Inputs { refused_in: Some("the project".into()), ..yes };
        assert_eq!(decide(&refused), Decision::Off(Reason::Setting("the project".into())));
        let set = Environment { yes: true, ..Environment::default() };
        assert_eq!(decide(&Inputs { environment: set, ..refused }), Decision::On(Reason::VariableYes));
    }

    #[test]
    fn the_environment_is_read_so_that_doubt_means_no() {
        let no = |all: &[(&str, &str)]| environment(all).no;
        assert_eq!(no(&[("DO_NOT_TRACK", "1")]), Some("DO_NOT_TRACK"));
        assert_eq!(no(&[("DO_NOT_TRACK", "true")]), Some("DO_NOT_TRACK"));
        assert_eq!(no(&[("DO_NOT_TRACK", "0")]), None);
        assert_eq!(no(&[("DO_NOT_TRACK", "")]), None);
        assert_eq!(no(&[("QWEN_TELEMETRY", "0")]), Some("QWEN_TELEMETRY"));
        assert_eq!(no(&[("QWEN_TELEMETRY", "maybe")]), Some("QWEN_TELEMETRY"));
        assert_eq!(no(&[("QWEN_TELEMETRY", "1")]), None);
        assert_eq!(no(&[("QWEN_USAGE_STATISTICS_ENABLED", "False ")]), Some("QWEN_USAGE_STATISTICS_ENABLED"));
        assert_eq!(no(&[("QWEN_USAGE_STATISTICS_ENABLED", "true")]), None);
        assert!(environment(&[("QWEN_TELEMETRY", "on")]).yes);
        assert!(!environment(&[("QWEN_USAGE_STATISTICS_ENABLED", "true")]).yes);
        for name in BUILDERS {
            assert_eq!(environment(&[(name, "x")]).builder, Some(*name));
        }
        assert_eq!(environment(&[("CI", "false")]).builder, None);
    }

    #[test]
    fn the_notice_names_two_ways_out() {
        assert!(NOTICE.contains("`qwen telemetry off`") && NOTICE.contains("DO_NOT_TRACK=1"));
    }
}
