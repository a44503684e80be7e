//! Stories of a sign-in, from the code to the tokens.

use std::{sync::Arc, time::Duration};

use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::oauth::{
        DeviceFlow, FREE_TIER, Grant, Step,
        fixtures::{CODE, Clocks, Server, grant},
    },
    net,
    protocol::{Failure, Kind},
};

const PENDING: (u16, &str) = (400, r#"{"error":"authorization_pending"}"#);
const SLOW: &str = r#"{"error":"slow_down"}"#;
const PAGE: &str = "<html><title>Just a moment</title></html>";

struct Story {
    ended: Result<Grant, Failure>,
    steps: Vec<Step>,
    slept: Vec<u64>,
}

async fn story(server: &Server, clocks: &Arc<Clocks>) -> Story {
    let net = net::Lazy::default();
    let clock = Box::new(Arc::clone(clocks));
    let flow = DeviceFlow::start_by(&net, &server.options(), clock).await.expect("a code");
    let mut steps = Vec::new();
    let ended = flow.wait(&net, &CancellationToken::new(), &mut |step| steps.push(step)).await;
    Story { ended, steps, slept: clocks.slept() }
}

async fn scripted(answers: &[(u16, &str)]) -> Story {
    story(&Server::scripted(answers), &Arc::default()).await
}

async fn failure_of(answers: &[(u16, &str)]) -> Failure {
    scripted(answers).await.ended.err().expect("it does not end well")
}

async fn not_begun(status: u16, body: &'static str) -> Failure {
    let server = Server::start(move |_| (status, body.to_owned()));
    DeviceFlow::start(&net::Lazy::default(), &server.options()).await.err().expect("no code")
}

/// Source: RFC 7636, appendix B.
#[test]
fn the_challenge_is_the_one_of_the_rfc() {
    let verifier = PkceCodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    assert_eq!(challenge.as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assert_eq!(challenge.method().as_str(), "S256");
}

#[tokio::test]
async fn a_person_confirms_and_is_signed_in() {
    let yes = grant("canary-access", Some("canary-refresh"));
    let server = Server::scripted(&[PENDING, (200, &yes)]);
    let clocks = Arc::default();
    let net = net::Lazy::default();
    let flow =
        DeviceFlow::start_by(&net, &server.options(), Box::new(Arc::clone(&clocks))).await.expect("a code");
    assert_eq!(
        (flow.user_code(), flow.verification_uri(), flow.verification_uri_complete(), flow.expires_in()),
        (
            "ABCD-EFGH",
            "https://chat.qwen.ai/authorize",
            Some("https://chat.qwen.ai/authorize?user_code=ABCD-EFGH"),
            Duration::from_secs(600)
        )
    );
    let mut steps = Vec::new();
    let granted = flow.wait(&net, &CancellationToken::new(), &mut |step| steps.push(step)).await;
    let granted = granted.expect("a grant");
    assert_eq!((granted.access.expose(), granted.is_renewable()), ("canary-access", true));
    assert_eq!(granted.resource_url.as_deref(), Some("http://127.0.0.1:9/v1"));
    assert_eq!(steps, [Step::Pending]);
    assert_eq!(clocks.slept(), [5, 5]);
}

#[tokio::test]
async fn what_is_sent_where_is_exactly_this() {
    let yes = grant("a", None);
    let server = Server::scripted(&[(200, &yes)]);
    story(&server, &Arc::default()).await.ended.expect("a grant");
    let seen = server.seen();
    assert_eq!(seen.iter().map(|s| s.path.as_str()).collect::<Vec<_>>(), ["/device", "/token"]);
    for request in &seen {
        assert!(request.head.starts_with("post "), "{}", request.head);
        for header in [
            "accept: application/json\r\n",
            "content-type: application/x-www-form-urlencoded\r\n",
            "x-request-id: ",
            "user-agent: qwen/",
        ] {
            assert!(request.head.contains(header), "{header} in {}", request.head);
        }
    }
    let names = |at: usize| seen[at].form.keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(names(0), ["client_id", "code_challenge", "code_challenge_method", "scope"]);
    assert_eq!(names(1), ["client_id", "code_verifier", "device_code", "grant_type"]);
    assert_eq!(seen[0].field("client_id"), "f0304373b74a44d2b584a3fb70ca9e56");
    assert_eq!(seen[0].field("scope"), "openid profile email model.completion");
    assert_eq!(seen[1].field("grant_type"), "urn:ietf:params:oauth:grant-type:device_code");
    assert_eq!(seen[1].field("device_code"), "canary-device");
    let verifier = seen[1].field("code_verifier");
    assert_eq!(verifier.len(), 43);
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.to_owned()));
    assert_eq!(seen[0].field("code_challenge"), challenge.as_str());
}

#[tokio::test]
async fn slow_down_adds_five_seconds_for_good_up_to_thirty() {
    let yes = grant("a", None);
    let told = scripted(&[
        (400, SLOW),
        (429, SLOW),
        PENDING,
        (429, "too many"),
        (429, SLOW),
        (400, SLOW),
        (400, SLOW),
        PENDING,
        (200, &yes),
    ])
    .await;
    assert!(told.ended.is_ok());
    assert_eq!(told.slept, [5, 10, 15, 15, 20, 25, 30, 30, 30]);
    assert_eq!(told.steps[0], Step::SlowedDown { interval: Duration::from_secs(10) });
    assert_eq!(told.steps[0].to_string(), "the server wants to be asked less often: every 10 seconds now");
    assert_eq!(told.steps[2], Step::Pending);
}

#[tokio::test]
async fn every_end_has_its_own_words() {
    let table = [
        ((400, r#"{"error":"expired_token"}"#), Kind::Expired, "the sign-in code ran out before it was used"),
        ((401, r#"{"error":"whatever"}"#), Kind::Expired, "the sign-in code ran out before it was used"),
        ((400, r#"{"error":"access_denied"}"#), Kind::Auth, "the sign-in was turned down in the browser"),
        (
            (401, r#"{"error":"invalid_client","error_description":"Unknown client."}"#),
            Kind::Auth,
            "`127.0.0.1` does not accept this program's client id: Unknown client",
        ),
        (
            (400, r#"{"error":"invalid_grant"}"#),
            Kind::Auth,
            "`127.0.0.1` does not know this sign-in any more: invalid_grant",
        ),
        (
            (400, r#"{"error":"unsupported_grant_type"}"#),
            Kind::Auth,
            "`127.0.0.1` refused the sign-in (400): unsupported_grant_type",
        ),
        (
            (403, r#"{"code":"Forbidden","message":"Access\u001b[31m blocked."}"#),
            Kind::Auth,
            "`127.0.0.1` refused the sign-in (403): Access␛[31m blocked",
        ),
        ((302, ""), Kind::Config, "`127.0.0.1` sends the sign-in elsewhere, where it must not follow"),
        (
            (200, r#"{"access_token":null}"#),
            Kind::Provider,
            "`127.0.0.1` accepted the sign-in and sent no token",
        ),
    ];
    for (answer, kind, words) in table {
        let failure = failure_of(&[PENDING, answer]).await;
        assert_eq!((failure.kind, failure.error.as_str()), (kind, words), "{answer:?}");
        assert!(!failure.hints.is_empty(), "{words}");
        assert!(!failure.to_string().contains("canary"), "{failure}");
    }
}

#[tokio::test]
async fn a_code_that_nobody_uses_runs_out_after_one_last_question() {
    let told = scripted(&[PENDING]).await;
    assert_eq!(
        told.ended.err().map(|f| f.error).as_deref(),
        Some("the sign-in code ran out before it was used")
    );
    assert_eq!((told.slept.iter().sum::<u64>(), told.steps.len()), (600, 120));
}

#[tokio::test]
async fn a_lost_connection_is_tried_again_ever_less_often() {
    let yes = grant("a", None);
    let told = scripted(&[(0, ""), (0, ""), (502, ""), (0, ""), PENDING, (200, &yes)]).await;
    assert!(told.ended.is_ok());
    assert_eq!(told.slept, [5, 5, 10, 20, 30, 5]);
    let Step::Lost { failure, wait } = &told.steps[1] else { panic!("it was lost: {:?}", told.steps) };
    assert_eq!((failure.kind, wait.as_secs()), (Kind::Network, 10));
    assert!(told.steps[1].to_string().ends_with("; trying again in 10 seconds"), "{}", told.steps[1]);
    assert_eq!(
        told.steps[2].to_string(),
        "`127.0.0.1` cannot answer just now (502); trying again in 20 seconds"
    );
}

#[tokio::test]
async fn a_page_of_a_firewall_is_no_answer_and_no_end() {
    let yes = grant("a", None);
    let told = scripted(&[(200, PAGE), (403, PAGE), (405, PAGE), (200, &yes)]).await;
    assert!(told.ended.is_ok());
    assert_eq!(
        told.steps[0].to_string(),
        "`127.0.0.1` sent something else than an answer (200); trying again in 5 seconds"
    );
    let failure = failure_of(&[(200, PAGE)]).await;
    assert_eq!(failure.kind, Kind::Network);
    assert_eq!(
        failure.error,
        "the sign-in code ran out while `127.0.0.1` could not be asked: `127.0.0.1` sent something else than an answer (200)"
    );
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let flood: &'static str = Box::leak("x".repeat(1 << 20).into_boxed_str());
    let yes = grant("a", None);
    let told = scripted(&[(200, flood), (200, &yes)]).await;
    assert!(told.ended.is_ok() && matches!(told.steps[0], Step::Lost { .. }));
}

#[tokio::test]
async fn a_slip_of_the_server_is_forgiven_twice() {
    let yes = grant("a", None);
    let slip = (200, r#"{"access_token":null,"refresh_token":null}"#);
    assert!(scripted(&[slip, slip, (200, &yes)]).await.ended.is_ok());
    assert!(scripted(&[slip, slip, slip]).await.ended.is_err());
}

#[tokio::test]
async fn after_a_sleep_of_the_machine_the_server_is_asked_and_decides() {
    let hour = Duration::from_secs(3_600);
    let yes = grant("a", None);
    let told = story(&Server::scripted(&[PENDING, (200, &yes)]), &Clocks::jumping(2, hour)).await;
    assert!(told.ended.is_ok());
    assert_eq!(told.steps, [Step::Pending, Step::ClockJumped]);
    // Asleep for an hour and without network: the code is gone, whatever the steady clock says.
    let told = story(&Server::scripted(&[PENDING, (0, "")]), &Clocks::jumping(2, hour)).await;
    assert_eq!(told.ended.err().map(|f| f.kind), Some(Kind::Network));
    assert_eq!(told.slept.len(), 2);
    // A clock that was only set does not end a sign-in.
    let told = story(&Server::scripted(&[PENDING, PENDING, (200, &yes)]), &Clocks::jumping(2, hour)).await;
    assert!(told.ended.is_ok());
}

#[tokio::test]
async fn stopping_ends_the_wait_at_once() {
    let server = Server::scripted(&[PENDING]);
    let net = net::Lazy::default();
    let flow = DeviceFlow::start(&net, &server.options()).await.expect("a code");
    let stop = CancellationToken::new();
    stop.cancel();
    let failure = flow.wait(&net, &stop, &mut |_| {}).await.err().expect("stopped");
    assert_eq!((failure.kind, failure.error.as_str()), (Kind::Interrupted, "the sign-in was stopped"));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_sign_in_that_does_not_begin_says_why() {
    let table = [
        (503, "", Kind::Network, "`127.0.0.1` cannot answer just now (503)"),
        (200, PAGE, Kind::Network, "`127.0.0.1` sent something else than an answer (200)"),
        (200, "{}", Kind::Provider, "`127.0.0.1` began no sign-in: its answer has no device code"),
        (
            200,
            r#"{"device_code":"canary","user_code":"A","verification_uri":"file:///etc/passwd"}"#,
            Kind::Provider,
            "`127.0.0.1` began no sign-in: its answer has no address that can be opened",
        ),
        (
            400,
            r#"{"error":"invalid_scope"}"#,
            Kind::Auth,
            "`127.0.0.1` refused the sign-in (400): invalid_scope",
        ),
        (
            401,
            r#"{"error":"invalid_client"}"#,
            Kind::Auth,
            "`127.0.0.1` does not accept this program's client id: invalid_client",
        ),
        (308, "", Kind::Config, "`127.0.0.1` sends the sign-in elsewhere, where it must not follow"),
    ];
    for (status, body, kind, words) in table {
        let failure = not_begun(status, body).await;
        assert_eq!((failure.kind, failure.error.as_str()), (kind, words));
        assert!(!failure.to_string().contains("canary"), "{failure}");
    }
    assert!(not_begun(404, r#"{"detail":"gone"}"#).await.hints.iter().any(|hint| hint == FREE_TIER));
}

#[tokio::test]
async fn what_a_server_names_is_cleaned_and_odd_numbers_are_read() {
    let body = r#"{"device_code":"d","user_code":"AB\u001b[2JCD","verification_uri":"http://127.0.0.1:1/x",
        "verification_uri_complete":"javascript:alert(1)","expires_in":"300","interval":"7.0"}"#;
    let server = Server::start(move |_| (200, body.to_owned()));
    let flow = DeviceFlow::start(&net::Lazy::default(), &server.options()).await.expect("a code");
    assert_eq!((flow.user_code(), flow.verification_uri_complete()), ("AB␛[2JCD", None));
    assert_eq!((flow.expires_in(), flow.interval), (Duration::from_secs(300), Some(Duration::from_secs(7))));
}

#[tokio::test]
async fn a_server_that_repeats_a_secret_does_not_make_us_repeat_it() {
    let server = Server::start(|seen| {
        if seen.path == "/device" {
            return (200, CODE.to_owned());
        }
        let (code, verifier) = (seen.field("device_code"), seen.field("code_verifier"));
        (400, format!(r#"{{"error":"invalid_grant","error_description":"no {code} with {verifier} here"}}"#))
    });
    let told = story(&server, &Arc::default()).await;
    let failure = told.ended.err().expect("refused");
    assert_eq!(failure.error, "`127.0.0.1` does not know this sign-in any more: no … with … here");
    let verifier = server.seen()[1].field("code_verifier").to_owned();
    assert!(!format!("{failure:?}{:?}", told.steps).contains(&verifier));
}
