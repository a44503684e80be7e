//! Stories of renewing a sign-in, alone and among many.

use std::{fs, thread, time::Duration};

use tempfile::TempDir;

use crate::{
    auth::{
        credential::{Credential, Source},
        oauth::{
            CredsFile, FREE_TIER, Keeper, Kept,
            fixtures::{Server, grant},
            grant::now_ms,
        },
    },
    net,
    protocol::{Failure, Kind},
};

struct Home {
    _folder: TempDir,
    file: CredsFile,
}

/// A home where somebody signed in; the access token `access-0` ends in so many seconds.
fn home(seconds: i64) -> Home {
    let folder = tempfile::tempdir().expect("a folder");
    let file = CredsFile::in_home(folder.path());
    let home = Home { _folder: folder, file };
    home.write("access-0", "refresh-0", seconds);
    home
}

impl Home {
    fn write(&self, access: &str, refresh: &str, seconds: i64) {
        let ends = now_ms().cast_signed() + seconds * 1_000;
        let text = format!(
            r#"{{"access_token":"{access}","refresh_token":"{refresh}","expiry_date":{ends},"resource_url":"http://127.0.0.1:9/v1","theirs":1}}"#
        );
        fs::write(self.file.path(), text).expect("written");
    }

    /// A credential of its own, as each process has one.
    fn credential(&self, server: &Server) -> Credential {
        let Kept::SignedIn(grant) = self.file.read() else { panic!("somebody signed in") };
        let keeper = Keeper::new(server.options(), self.file.clone(), grant);
        let endpoint = keeper.endpoint().expect("loopback");
        Credential::of_sign_in(endpoint, keeper, Source::SignIn("x".to_owned()))
    }

    fn refresh_token(&self) -> Option<String> {
        match self.file.read() {
            Kept::SignedIn(grant) => grant.refresh.as_ref().map(|token| token.expose().to_owned()),
            Kept::Nothing | Kept::Damaged(_) => None,
        }
    }
}

async fn token(credential: &Credential) -> Result<String, Failure> {
    let pass = credential.authorize(&net::Lazy::default()).await?;
    assert_eq!(pass.endpoint().base(), "http://127.0.0.1:9/v1");
    Ok(pass.key().expect("a token").expose().to_owned())
}

#[tokio::test]
async fn a_token_that_holds_is_used_and_nobody_is_asked() {
    let (server, home) = (Server::rotating(Duration::ZERO), home(3_600));
    assert_eq!(token(&home.credential(&server)).await.as_deref(), Ok("access-0"));
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_and_the_file_is_replaced() {
    let (server, home) = (Server::rotating(Duration::ZERO), home(30));
    let credential = home.credential(&server);
    assert_eq!(token(&credential).await.as_deref(), Ok("access-1"));
    assert_eq!(token(&credential).await.as_deref(), Ok("access-1"));
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        seen[0].form.keys().map(String::as_str).collect::<Vec<_>>(),
        ["client_id", "grant_type", "refresh_token"]
    );
    assert_eq!(seen[0].field("grant_type"), "refresh_token");
    assert_eq!(home.refresh_token().as_deref(), Some("refresh-1"));
    let text = fs::read_to_string(home.file.path()).expect("there");
    assert!(text.contains("\"theirs\": 1"), "{text}");
    assert!(text.contains(&format!("\"issuer\": \"{}\"", server.base)), "{text}");
}

#[tokio::test]
async fn the_old_refresh_token_and_server_stay_when_no_new_ones_come() {
    let home = home(0);
    let server = Server::start(|_| (200, r#"{"access_token":"access-1","expires_in":7200}"#.to_owned()));
    assert_eq!(token(&home.credential(&server)).await.as_deref(), Ok("access-1"));
    assert_eq!(home.refresh_token().as_deref(), Some("refresh-0"));
}

#[test]
fn of_eight_threads_with_a_credential_each_one_renews() {
    let (server, home) = (Server::rotating(Duration::from_millis(200)), home(0));
    let credentials: Vec<Credential> = (0..8).map(|_| home.credential(&server)).collect();
    let tokens: Vec<String> = thread::scope(|scope| {
        let one = |credential: Credential| {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                // Eight tasks each, besides.
                let all = futures::future::join_all((0..8).map(|_| token(&credential))).await;
                all.into_iter().map(|t| t.expect("a token")).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = credentials.into_iter().map(|c| scope.spawn(move || one(c))).collect();
        threads.into_iter().flat_map(|t| t.join().expect("no panic")).collect()
    });
    assert_eq!(tokens, vec!["access-1"; 64]);
    assert_eq!(server.seen().len(), 1);
    assert_eq!(home.refresh_token().as_deref(), Some("refresh-1"));
}

#[tokio::test]
async fn a_token_that_was_turned_away_is_renewed_once_for_all_who_used_it() {
    let (server, home) = (Server::rotating(Duration::ZERO), home(3_600));
    let (net, one, other) = (net::Lazy::default(), home.credential(&server), home.credential(&server));
    let refused = one.authorize(&net).await.expect("a token");
    let late = other.authorize(&net).await.expect("the same token");
    assert_eq!(one.renew(&net, &refused).await, Ok(true));
    assert_eq!(one.renew(&net, &refused).await, Ok(true));
    assert_eq!(token(&one).await.as_deref(), Ok("access-1"));
    // Another process was turned away with the same token: it reads what the first one was given.
    assert_eq!(other.renew(&net, &late).await, Ok(true));
    assert_eq!(token(&other).await.as_deref(), Ok("access-1"));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_dead_refresh_token_is_removed_and_the_person_signs_in_again() {
    let (server, home) = (Server::rotating(Duration::ZERO), home(0));
    home.write("access-0", "canary-spent", 0);
    let failure = token(&home.credential(&server)).await.expect_err("spent");
    assert_eq!(failure.kind, Kind::Auth);
    assert_eq!(failure.error, "`127.0.0.1` does not renew this sign-in any more: used");
    assert_eq!(failure.hints[0], "sign in with `qwen auth qwen-oauth`, or with `/auth` in a session");
    assert_eq!(failure.hints.last().map(String::as_str), Some(FREE_TIER));
    assert!(matches!(home.file.read(), Kept::Nothing));
    assert!(!format!("{failure:?}").contains("canary"));
}

#[tokio::test]
async fn the_servers_words_for_a_dropped_token_are_understood() {
    let home = home(0);
    home.write("access-0", "canary-refresh", 0);
    let server = Server::start(|seen| {
        let token = seen.field("refresh_token");
        (
            400,
            format!(
                r#"{{"error":"invalid_request","error_description":"Invalid refresh token or client_id {token}"}}"#
            ),
        )
    });
    let failure = token(&home.credential(&server)).await.expect_err("dropped");
    assert_eq!(
        failure.error,
        "`127.0.0.1` does not renew this sign-in any more: Invalid refresh token or client_id …"
    );
    assert!(failure.hints.iter().any(|hint| hint == FREE_TIER));
    assert!(matches!(home.file.read(), Kept::Nothing));
}

#[tokio::test]
async fn newer_tokens_of_a_program_without_our_lock_are_used_and_left_alone() {
    let home = home(0);
    let path = home.file.path().to_owned();
    let ends = now_ms() + 3_600_000;
    let server = Server::start(move |_| {
        let newer = format!(
            r#"{{"access_token":"theirs","refresh_token":"next","expiry_date":{ends},"resource_url":"http://127.0.0.1:9/v1"}}"#
        );
        fs::write(&path, newer).expect("written");
        (400, r#"{"error":"invalid_grant"}"#.to_owned())
    });
    assert_eq!(token(&home.credential(&server)).await.as_deref(), Ok("theirs"));
    assert_eq!(home.refresh_token().as_deref(), Some("next"));
}

#[tokio::test]
async fn what_may_pass_costs_nothing() {
    let table = [
        (0, "", Kind::Network),
        (503, "{}", Kind::Network),
        (400, "<html>WAF</html>", Kind::Network),
        (429, "{}", Kind::Network),
        (401, r#"{"error":"invalid_client"}"#, Kind::Auth),
        (302, "", Kind::Config),
        (200, r#"{"access_token":null}"#, Kind::Provider),
    ];
    for (status, body, kind) in table {
        let server = Server::start(move |_| (status, body.to_owned()));
        let ended = home(0);
        let failure = token(&ended.credential(&server)).await.expect_err("not renewed");
        assert_eq!(failure.kind, kind, "{failure}");
        assert_eq!(ended.refresh_token().as_deref(), Some("refresh-0"), "{status}");
        // While the old token holds, it does.
        let ending = home(20);
        assert_eq!(token(&ending.credential(&server)).await.as_deref(), Ok("access-0"), "{status}");
    }
}

#[tokio::test]
async fn a_token_is_not_spent_when_its_successor_could_not_be_kept() {
    let (server, home) = (Server::rotating(Duration::ZERO), home(0));
    let credential = home.credential(&server);
    fs::create_dir(home.file.path().with_extension("json.tmp")).expect("in the way");
    let failure = token(&credential).await.expect_err("cannot be written");
    assert_eq!(failure.kind, Kind::Config);
    assert!(failure.error.contains("oauth_creds.json` cannot be written: "), "{failure}");
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn signed_out_and_damaged_files_are_told_apart() {
    let (server, home) = (Server::rotating(Duration::ZERO), home(0));
    let credential = home.credential(&server);
    fs::write(home.file.path(), "{").expect("written");
    let shown = home.file.path().display().to_string();
    let failure = token(&credential).await.expect_err("damaged");
    assert_eq!(failure.error, format!("the sign-in in `{shown}` cannot be used: it is not a JSON object"));
    fs::remove_file(home.file.path()).expect("removed");
    let failure = token(&credential).await.expect_err("gone");
    assert_eq!(failure.error, format!("there is no sign-in in `{shown}` any more"));
    fs::write(home.file.path(), r#"{"access_token":"a"}"#).expect("written");
    let failure = token(&credential).await.expect_err("ended");
    assert_eq!(failure.error, format!("the sign-in in `{shown}` has ended and has no refresh token"));
    assert_eq!(failure.kind, Kind::Auth);
}

#[tokio::test]
async fn whoever_stops_waiting_does_not_stop_the_renewal() {
    let (server, home) = (Server::rotating(Duration::from_secs(2)), home(0));
    let credential = home.credential(&server);
    let given_up = tokio::time::timeout(Duration::from_millis(50), token(&credential)).await;
    assert!(given_up.is_err());
    assert_eq!(token(&credential).await.as_deref(), Ok("access-1"));
    assert_eq!((server.seen().len(), home.refresh_token().as_deref()), (1, Some("refresh-1")));
}

#[tokio::test]
async fn a_renewed_sign_in_cannot_be_led_elsewhere() {
    let home = home(0);
    let evil = grant("canary", Some("r")).replace("http://127.0.0.1:9/v1", "https://evil.test/v1");
    let server = Server::start(move |_| (200, evil.clone()));
    let failure = home.credential(&server).authorize(&net::Lazy::default()).await.err().expect("no server");
    assert_eq!(failure.error, "the sign-in at `127.0.0.1` names no server its tokens may go to");
    assert!(!format!("{failure:?}").contains("canary"));
}

#[tokio::test]
async fn requests_go_on_over_the_same_client_after_a_renewal() {
    let home = home(0);
    let server =
        Server::start(|_| (200, r#"{"access_token":"a","expires_in":1,"refresh_token":"r"}"#.to_owned()));
    let (net, credential) = (net::Lazy::default(), home.credential(&server));
    for _ in 0..8 {
        // The connection of a renewal must not be taken up by a request when its runtime has ended.
        credential.authorize(&net).await.expect("renewed");
        let client = net.client_for("127.0.0.1").expect("a client");
        let answer = client.post(format!("{}/chat", server.base)).body("x").send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.bytes().await.expect("whole");
    }
    assert_eq!(server.seen().len(), 16);
}
