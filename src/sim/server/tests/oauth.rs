//! Logins by device code over a real connection.

use serde_json::{Value, json};

use super::*;
use crate::sim::{Api, Approval, OAuth, OAuthCounts, OAuthFault, ResourceUrl};

/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn desk(oauth: OAuth) -> Sim {
    let script = Script::by(|_| say("x"));
    let clock = Clock::Manual(Moment(0));
    start(SimOptions { script, oauth, clock, sizes: exact(), ..SimOptions::default() }).await
}

fn at_once() -> OAuth {
    OAuth { approval: Approval::AfterPolls(0), ..OAuth::default() }
}

/// Posts a form; an answer that is no JSON is a text.
async fn form(sim: &Sim, path: &str, fields: &[(&str, &str)]) -> reqwest::Result<(u16, Value)> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    soon("an answer", async {
        let response = client()
            .post(format!("{}/api/v1/oauth2/{path}", sim.issuer()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await?;
        let (status, text) = (response.status().as_u16(), response.text().await?);
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    })
    .await
}

async fn device(sim: &Sim) -> Value {
    let fields = [
        ("client_id", "c"),
        ("scope", "openid model.completion"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    form(sim, "device/code", &fields).await.expect("an answer").1
}

async fn poll_with(sim: &Sim, code: &Value, client: &str, verifier: &str) -> reqwest::Result<(u16, Value)> {
    let code = code["device_code"].as_str().unwrap_or_default();
    let fields =
        [("grant_type", DEVICE), ("client_id", client), ("device_code", code), ("code_verifier", verifier)];
    form(sim, "token", &fields).await
}

async fn poll(sim: &Sim, code: &Value) -> (u16, Value) {
    poll_with(sim, code, "c", VERIFIER).await.expect("an answer")
}

async fn refresh(sim: &Sim, token: &Value) -> (u16, Value) {
    let token = token.as_str().unwrap_or_default();
    let fields = [("grant_type", "refresh_token"), ("client_id", "c"), ("refresh_token", token)];
    form(sim, "token", &fields).await.expect("an answer")
}

/// The error of each of so many polls, `ok` for tokens.
async fn polls(sim: &Sim, code: &Value, count: usize) -> Vec<(u16, String)> {
    let mut all = Vec::new();
    for _ in 0..count {
        let (status, body) = poll(sim, code).await;
        let word = body["error"].as_str().or(body["access_token"].as_str().map(|_| "ok"));
        all.push((status, word.unwrap_or("-").to_owned()));
    }
    all
}

async fn status_with(sim: &Sim, token: &Value) -> (u16, Value) {
    let response = client()
        .post(format!("{}/chat/completions", sim.base_url()))
        .bearer_auth(token.as_str().unwrap_or_default())
        .body(marked(&["<1200>"]).to_string())
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
}

#[tokio::test]
async fn a_login_waits_for_the_person_and_then_gets_its_tokens_once() {
    let sim = desk(OAuth { approval: Approval::AfterPolls(2), ..OAuth::default() }).await;
    let code = device(&sim).await;
    let issuer = sim.issuer();
    assert_eq!(
        code,
        json!({
            "device_code": "sim-device-000001",
            "user_code": "SIM-000001",
            "verification_uri": format!("{issuer}/authorize"),
            "verification_uri_complete": format!("{issuer}/authorize?user_code=SIM-000001"),
            "expires_in": 900,
            "interval": 5,
        })
    );
    let pending = (400, "authorization_pending".to_owned());
    assert_eq!(polls(&sim, &code, 2).await, [pending.clone(), pending]);
    let (status, tokens) = poll(&sim, &code).await;
    assert_eq!(
        (status, tokens),
        (
            200,
            json!({
                "access_token": "sim-access-000002",
                "refresh_token": "sim-refresh-000002",
                "token_type": "Bearer",
                "expires_in": 21_600,
                "scope": "openid model.completion",
                "resource_url": format!("{issuer}/v1"),
            })
        )
    );
    assert_eq!(polls(&sim, &code, 1).await, [(400, "invalid_grant".to_owned())]);
    assert_eq!(sim.oauth(), OAuthCounts { codes: 1, polls: 4, logins: 1, ..OAuthCounts::default() });
    let recorded = &sim.requests()[1];
    assert_eq!((recorded.api, &recorded.json["code_verifier"]), (Api::OAuth, &json!(VERIFIER)));
}

#[tokio::test]
async fn the_person_approves_by_hand_or_by_opening_the_address() {
    let sim = desk(OAuth { approval: Approval::ByHand, ..OAuth::default() }).await;
    let first = device(&sim).await;
    assert_eq!(poll(&sim, &first).await.0, 400);
    assert_eq!(sim.approve(), 1);
    assert_eq!(poll(&sim, &first).await.0, 200);
    let second = device(&sim).await;
    let open = async |url: &str| client().get(url).send().await.unwrap().status().as_u16();
    let issuer = sim.issuer();
    assert_eq!(open(&format!("{issuer}/authorize?user_code=SIM-000009")).await, 404);
    assert_eq!(poll(&sim, &second).await.0, 400);
    assert_eq!(open(second["verification_uri_complete"].as_str().unwrap()).await, 200);
    assert_eq!(poll(&sim, &second).await.0, 200);
}

#[tokio::test]
async fn a_login_without_its_proof_is_refused() {
    let sim = desk(at_once()).await;
    let base = [("client_id", "c"), ("scope", "s")];
    for more in [
        vec![],
        vec![("code_challenge", CHALLENGE)],
        vec![("code_challenge", VERIFIER), ("code_challenge_method", "plain")],
        vec![("code_challenge", "short"), ("code_challenge_method", "S256")],
    ] {
        let (status, body) = form(&sim, "device/code", &[&base[..], &more].concat()).await.unwrap();
        assert_eq!((status, &body["error"]), (400, &json!("invalid_request")), "{more:?}");
    }
    let code = device(&sim).await;
    let other = "a".repeat(43);
    for (client, verifier, error) in [
        ("c", other.as_str(), "invalid_grant"),
        ("c", "", "invalid_grant"),
        ("d", VERIFIER, "invalid_client"),
    ] {
        assert_eq!(poll_with(&sim, &code, client, verifier).await.unwrap().1["error"], error);
    }
    assert_eq!(poll(&sim, &code).await.0, 200, "the proof still fits");
    let json =
        client().post(format!("{}/api/v1/oauth2/token", sim.issuer())).body("{}").send().await.unwrap();
    assert_eq!(json.status(), 400);
    let odd = form(&sim, "token", &[("grant_type", "password")]).await.unwrap();
    assert_eq!(odd.1["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn every_way_a_login_can_go_wrong_has_a_name() {
    let told = async |name: &str| {
        let sim =
            desk(OAuth { approval: Approval::AfterPolls(0), ..OAuth::named(name).expect("a name") }).await;
        let code = device(&sim).await;
        polls(&sim, &code, 3).await
    };
    let thrice = |status: u16, word: &str| vec![(status, word.to_owned()); 3];
    let twice =
        |status: u16, word: &str| [vec![(status, word.to_owned()); 2], vec![(200, "ok".to_owned())]].concat();
    assert_eq!(told("slow-down").await, twice(400, "slow_down"));
    assert_eq!(told("slow-down-429").await, twice(429, "slow_down"));
    assert_eq!(told("expired").await, thrice(400, "expired_token"));
    assert_eq!(told("expired-401").await, thrice(401, "expired_token"));
    assert_eq!(told("denied").await, thrice(400, "access_denied"));
    assert_eq!(told("web-page").await, twice(200, "-"));
    assert_eq!(told("null-token").await, thrice(200, "-"));
    let sim = desk(OAuth::named("invalid-client").expect("a name")).await;
    assert_eq!(device(&sim).await["error"], "invalid_client");
    let sim = desk(OAuth { interval: None, ..at_once() }).await;
    assert!(device(&sim).await.get("interval").is_none());
    let sim = desk(OAuth::named("drop").expect("a name")).await;
    let code = device(&sim).await;
    assert!(poll_with(&sim, &code, "c", VERIFIER).await.is_err());
    assert!(OAuth::names().all(|name| OAuth::named(name).is_some()) && OAuth::named("x").is_none());
}

#[tokio::test]
async fn a_device_code_expires_by_the_clock() {
    let sim = desk(OAuth { approval: Approval::ByHand, ..OAuth::default() }).await;
    let code = device(&sim).await;
    sim.advance(Duration::from_secs(899));
    assert_eq!(polls(&sim, &code, 1).await, [(400, "authorization_pending".to_owned())]);
    sim.advance(Duration::from_secs(1));
    sim.approve();
    assert_eq!(polls(&sim, &code, 1).await, [(400, "expired_token".to_owned())]);
}

#[tokio::test]
async fn tokens_grow_old_and_are_renewed_once_each_for_the_same_account() {
    let sim = desk(OAuth { token_life: Duration::from_secs(200), required: true, ..at_once() }).await;
    let tokens = poll(&sim, &device(&sim).await).await.1;
    assert_eq!(status_with(&sim, &tokens["access_token"]).await.0, 200);
    assert_eq!(status_with(&sim, &json!("sk-key")).await.0, 401);
    sim.advance(Duration::from_secs(200));
    let (status, body) = status_with(&sim, &tokens["access_token"]).await;
    assert_eq!((status, &body["error"]["message"]), (401, &json!("invalid access token or token expired")));
    let (status, renewed) = refresh(&sim, &tokens["refresh_token"]).await;
    assert_eq!(status, 200);
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    assert_eq!(status_with(&sim, &renewed["access_token"]).await.0, 200);
    let read: Vec<u64> = bills(&sim).iter().map(|bill| bill.0).collect();
    assert_eq!(read, [0, 1200], "a renewal keeps the account, and so the cache");
    let (status, body) = refresh(&sim, &tokens["refresh_token"]).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    assert_eq!(refresh(&sim, &json!("never given")).await.0, 400);
    let counts = sim.oauth();
    assert_eq!((counts.refreshes, counts.reuses), (1, 1));
}

#[tokio::test]
async fn two_renewals_at_once_count_one_reuse() {
    let sim = desk(at_once()).await;
    let tokens = poll(&sim, &device(&sim).await).await.1;
    let both = futures::future::join(
        refresh(&sim, &tokens["refresh_token"]),
        refresh(&sim, &tokens["refresh_token"]),
    );
    let (one, other) = both.await;
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    assert_eq!((statuses, sim.oauth().refreshes, sim.oauth().reuses), ([200, 400], 1, 1));
}

#[tokio::test]
async fn a_renewal_can_fail_and_where_the_token_is_good_can_be_told_otherwise() {
    let hostile = ResourceUrl::Given("evil.test".into());
    let oauth = OAuth { refresh_fault: Some(OAuthFault::WebPage), resource_url: hostile, ..at_once() };
    let sim = desk(oauth).await;
    let tokens = poll(&sim, &device(&sim).await).await.1;
    assert_eq!(tokens["resource_url"], "evil.test");
    assert!(
        refresh(&sim, &tokens["refresh_token"]).await.1.as_str().is_some_and(|page| page.contains("<html>"))
    );
    let sim = desk(OAuth { resource_url: ResourceUrl::Missing, ..at_once() }).await;
    assert!(poll(&sim, &device(&sim).await).await.1.get("resource_url").is_none());
}

#[tokio::test]
async fn a_login_without_quota_is_told_so_by_the_model() {
    let sim = desk(OAuth { quota_over: true, ..at_once() }).await;
    let tokens = poll(&sim, &device(&sim).await).await.1;
    let (status, body) = status_with(&sim, &tokens["access_token"]).await;
    assert_eq!(
        (status, &body["error"]["code"], &body["error"]["message"]),
        (429, &json!("insufficient_quota"), &json!("Free allocated quota exceeded."))
    );
    assert_eq!(status_with(&sim, &json!("sk-key")).await.0, 200, "a key has a quota of its own");
}

#[tokio::test]
async fn the_address_a_login_is_given_serves_the_model() {
    let sim = desk(at_once()).await;
    let tokens = poll(&sim, &device(&sim).await).await.1;
    let base = tokens["resource_url"].as_str().expect("an address");
    let models = client().get(format!("{base}/models")).send().await.unwrap();
    assert_eq!(models.status(), 200);
}
