//! The client-server protocol, bare: one HTTP request at a time.

use anyhow::{Context as _, Result, bail};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use super::PATIENCE;

/// A client of one homeserver, with or without an access token.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    address: Url,
    token: Option<String>,
}

impl Api {
    /// A client of the homeserver at `address`, not logged in.
    pub fn new(address: &str) -> Result<Self> {
        Ok(Self { http: http_client()?, address: address.parse()?, token: None })
    }

    /// The same client, acting with `token`.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Sends `body` to `/_matrix/client/v3/` and the segments of `path`; an error names the request and the answer.
    pub async fn send(&self, method: Method, path: &[&str], body: &Value) -> Result<Value> {
        self.request(method, path, &[], Some(body)).await
    }

    /// Gets `/_matrix/client/v3/` and the segments of `path`.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Value> {
        self.request(Method::GET, path, query, None).await
    }

    async fn request(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value> {
        let what = format!("{method} {}", path.join("/"));
        let (status, text) = self.exchange(method, path, query, body).await.with_context(|| what.clone())?;
        if !status.is_success() {
            bail!("{what}: {status}: {text}");
        }
        serde_json::from_str(&text).with_context(|| format!("{what}: the answer is not JSON: {text}"))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<(StatusCode, String)> {
        let mut url = self.address.join("/_matrix/client/v3")?;
        url.path_segments_mut().ok().context("an address that can't have a path")?.extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(serde_json::to_vec(body)?);
        }
        let response = request.send().await?;
        Ok((response.status(), response.text().await?))
    }
}

/// An HTTP client for loopback: no proxy from the environment, no certificates.
pub fn http_client() -> Result<reqwest::Client> {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(PATIENCE);
    client.build().context("no HTTP client")
}
