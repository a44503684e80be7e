//! The list of models, which is also how a key is tried out.

use serde_json::{Value, json};

use super::*;
use crate::sim::ModelRows;

async fn list(options: SimOptions, key: &str) -> (u16, Value) {
    let sim = start(options).await;
    let response =
        client().get(format!("{}/models", sim.base_url())).bearer_auth(key).send().await.expect("a response");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

#[tokio::test]
async fn a_wrong_key_is_refused_in_the_providers_shape() {
    let options = || SimOptions { key: Some("sk-right".into()), ..SimOptions::default() };
    assert_eq!(list(options(), "sk-right").await.0, 200);
    assert_eq!(
        list(options(), "sk-wrong").await,
        (
            401,
            json!({
                "error": {
                    "code": "invalid_api_key",
                    "message": "Incorrect API key provided. For details, see the key's region and plan.",
                    "param": null,
                    "type": "invalid_request_error",
                },
                "request_id": "00000000-0000-4000-8000-000000000000",
            })
        )
    );
}

#[tokio::test]
async fn rows_are_names_alone_or_have_windows() {
    let (_, plain) = list(SimOptions::default(), "x").await;
    assert_eq!(
        plain["data"][0],
        json!({"id": "qwen-flash", "object": "model", "created": 0, "owned_by": "system"})
    );
    let options = SimOptions { models: ModelRows::Rich, window: Some(8_000), ..SimOptions::default() };
    let (_, rich) = list(options, "x").await;
    assert_eq!(
        rich["data"][0],
        json!({"id": "qwen-flash", "object": "model", "created": 0, "owned_by": "system", "context_length": 8_000,
            "top_provider": {"context_length": 8_000, "max_completion_tokens": 1_000}})
    );
}
