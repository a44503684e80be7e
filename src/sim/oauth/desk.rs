//! What the login server remembers: who waits, and which tokens are out.

use std::collections::{BTreeMap, HashMap};

use super::{Approval, OAuth, OAuthFault, pkce};
use crate::base::Moment;

type Form = HashMap<String, String>;

/// How often what was asked. *Unit:* requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OAuthCounts {
    /// Device codes that were given.
    pub codes: u64,
    /// Polls of the token endpoint, whatever came of them.
    pub polls: u64,
    /// Logins that got their tokens.
    pub logins: u64,
    /// Renewals that gave new tokens.
    pub refreshes: u64,
    /// Renewals with a refresh token that had been used before.
    pub reuses: u64,
}

/// What is done about a request.
pub(super) enum Step {
    Fault(OAuthFault),
    Refuse(u16, &'static str, &'static str),
    Code { device_code: String, user_code: String },
    Tokens(Login),
}

/// The tokens of one login, or of its renewal.
pub(super) struct Login {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) scope: String,
}

#[derive(Debug)]
struct Waiting {
    client: String,
    challenge: String,
    scope: String,
    user_code: String,
    expires: Moment,
    polls: u32,
    is_approved: bool,
    is_used: bool,
}

/// A refresh token. It is good once.
#[derive(Debug)]
struct Renewal {
    client: String,
    scope: String,
    account: String,
    is_used: bool,
}

/// What an access token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Bearer {
    /// Good; of this account, whose name no renewal changes.
    Good(String),
    /// Good once, but too old.
    Expired,
}

/// Who waits, and which tokens are out.
#[derive(Debug, Default)]
pub(in crate::sim) struct Desk {
    waiting: BTreeMap<String, Waiting>,
    access: HashMap<String, (String, Moment)>,
    renewals: HashMap<String, Renewal>,
    pub(in crate::sim) counts: OAuthCounts,
    serial: u64,
}

impl Desk {
    fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// What this token of a request is; `None` if it was never given out here.
    pub(in crate::sim) fn bearer(&self, token: &str, now: Moment) -> Option<Bearer> {
        let (account, expires) = self.access.get(token)?;
        Some(if now < *expires { Bearer::Good(account.clone()) } else { Bearer::Expired })
    }

    /// Approves the login with this code, or all that wait; says how many.
    pub(in crate::sim) fn approve(&mut self, user_code: Option<&str>) -> usize {
        let fits = |waiting: &&mut Waiting| {
            !waiting.is_used && user_code.is_none_or(|code| waiting.user_code == code)
        };
        self.waiting.values_mut().filter(fits).map(|waiting| waiting.is_approved = true).count()
    }

    pub(super) fn device(&mut self, form: &Form, options: &OAuth, now: Moment) -> Step {
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        if options.fault == Some(OAuthFault::InvalidClient) {
            return Step::Fault(OAuthFault::InvalidClient);
        }
        if field("client_id").is_empty() || field("scope").is_empty() {
            return Step::Refuse(400, "invalid_request", "client_id and scope are required");
        }
        if field("code_challenge_method") != "S256" || !pkce::is_challenge(field("code_challenge")) {
            return Step::Refuse(400, "invalid_request", "a code_challenge of method S256 is required");
        }
        let serial = self.next();
        let (device_code, user_code) = (format!("sim-device-{serial:06}"), format!("SIM-{serial:06}"));
        let waiting = Waiting {
            client: field("client_id").to_owned(),
            challenge: field("code_challenge").to_owned(),
            scope: field("scope").to_owned(),
            user_code: user_code.clone(),
            expires: now.after(options.code_life),
            polls: 0,
            is_approved: options.approval == Approval::AfterPolls(0),
            is_used: false,
        };
        self.waiting.insert(device_code.clone(), waiting);
        self.counts.codes += 1;
        Step::Code { device_code, user_code }
    }

    pub(super) fn token(&mut self, form: &Form, options: &OAuth, now: Moment) -> Step {
        match form.get("grant_type").map(String::as_str) {
            Some("urn:ietf:params:oauth:grant-type:device_code") => self.poll(form, options, now),
            Some("refresh_token") => self.refresh(form, options, now),
            _ => Step::Refuse(400, "unsupported_grant_type", "neither a device code nor a refresh token"),
        }
    }

    fn poll(&mut self, form: &Form, options: &OAuth, now: Moment) -> Step {
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        self.counts.polls += 1;
        let Some(waiting) = self.waiting.get_mut(field("device_code")) else {
            return Step::Refuse(400, "invalid_grant", "the device code is not known");
        };
        if waiting.client != field("client_id") {
            return Step::Refuse(401, "invalid_client", "the device code is another client's");
        }
        let verifier = field("code_verifier");
        if !pkce::is_verifier(verifier) || pkce::challenge(verifier) != waiting.challenge {
            return Step::Refuse(400, "invalid_grant", "the code_verifier does not fit the code_challenge");
        }
        waiting.polls += 1;
        if let Some(fault) = options.fault
            && options.fault_first.is_none_or(|first| waiting.polls <= first)
        {
            return Step::Fault(fault);
        }
        if now >= waiting.expires {
            return Step::Fault(OAuthFault::Expired);
        }
        if waiting.is_used {
            return Step::Refuse(400, "invalid_grant", "the device code has been used");
        }
        if let Approval::AfterPolls(polls) = options.approval {
            let faulty = if options.fault.is_some() { options.fault_first.unwrap_or(0) } else { 0 };
            waiting.is_approved |= waiting.polls > polls.saturating_add(faulty);
        }
        if !waiting.is_approved {
            return Step::Refuse(400, "authorization_pending", "the person has not approved yet");
        }
        waiting.is_used = true;
        let (client, scope) = (waiting.client.clone(), waiting.scope.clone());
        self.counts.logins += 1;
        let account = format!("login-{}", self.counts.logins);
        Step::Tokens(self.issue(client, scope, account, now.after(options.token_life)))
    }

    fn refresh(&mut self, form: &Form, options: &OAuth, now: Moment) -> Step {
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        if let Some(fault) = options.refresh_fault {
            return Step::Fault(fault);
        }
        let renewal = self.renewals.get_mut(field("refresh_token"));
        let Some(renewal) = renewal.filter(|renewal| renewal.client == field("client_id")) else {
            return Step::Fault(OAuthFault::InvalidGrant);
        };
        if std::mem::replace(&mut renewal.is_used, true) {
            self.counts.reuses += 1;
            return Step::Refuse(400, "invalid_grant", "the refresh token has been used");
        }
        let Renewal { client, scope, account, .. } = renewal;
        let (client, scope, account) = (client.clone(), scope.clone(), account.clone());
        self.counts.refreshes += 1;
        Step::Tokens(self.issue(client, scope, account, now.after(options.token_life)))
    }

    fn issue(&mut self, client: String, scope: String, account: String, expires: Moment) -> Login {
        let serial = self.next();
        let (access, refresh) = (format!("sim-access-{serial:06}"), format!("sim-refresh-{serial:06}"));
        self.access.insert(access.clone(), (account.clone(), expires));
        let renewal = Renewal { client, scope: scope.clone(), account, is_used: false };
        self.renewals.insert(refresh.clone(), renewal);
        Login { access, refresh, scope }
    }
}
