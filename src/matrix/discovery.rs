//! Where the homeserver is: asked of whoever may know, all at once, and soon.

use std::{env, time::Duration};

use hyper_util::client::proxy::matcher::Matcher;
use matrix_sdk::{
    ServerName,
    reqwest::{Client, Response, header::LOCATION, redirect::Policy},
};
use serde_json::Value;
use url::Url;

use super::{
    address::{Homeserver, endpoint, is_near},
    refusal::Refusal,
    trouble::root_cause,
};

/// How long an address may take to answer, and to be connected to.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECTING: Duration = Duration::from_secs(5);
/// How many redirects are followed.
const REDIRECTS: usize = 3;
/// The longest answer that is read, in bytes.
const LONGEST: usize = 256 * 1024;
/// What every homeserver answers.
const VERSIONS: &str = "_matrix/client/versions";
/// Where a server name tells of its homeserver.
const WELL_KNOWN: &str = ".well-known/matrix/client";

/// What is at an address.
enum Found {
    /// A homeserver, whose address this is.
    Homeserver(Url),
    /// Nothing that answers: why.
    Nobody(String),
    /// Somebody else: what they said.
    Other(String),
}

impl Found {
    /// What was found, where that is no homeserver.
    fn told(self, asked: &str) -> String {
        match self {
            Self::Homeserver(url) => format!("{asked}: a homeserver, {url}"),
            Self::Nobody(cause) => format!("{asked}: no answer ({cause})"),
            Self::Other(said) => format!("{asked}: {said}"),
        }
    }
}

/// Finds the address of `homeserver`.
///
/// # Errors
///
/// When there is none, with what was found instead.
pub async fn find(homeserver: &Homeserver) -> Result<Url, Refusal> {
    let client = Client::builder().redirect(Policy::none()).connect_timeout(CONNECTING).timeout(PATIENCE);
    let http = client
        .build()
        .map_err(|error| Refusal::Unreachable { address: homeserver.to_string(), cause: root_cause(&error) })?;
    match homeserver {
        Homeserver::Address(url) => at_address(&http, url).await,
        Homeserver::Name(name) => by_name(&http, name).await,
    }
}

async fn at_address(http: &Client, url: &Url) -> Result<Url, Refusal> {
    let address = url.as_str().trim_end_matches('/').to_owned();
    let said = match versions(http, url).await {
        Found::Homeserver(url) => return Ok(url),
        Found::Nobody(cause) => return Err(Refusal::Unreachable { address, cause: with_proxy(url, cause) }),
        Found::Other(said) => said,
    };
    // The address of a server's name, perhaps, rather than of its homeserver.
    let well_known = well_known(http, url).await;
    if let Ok(base) = &well_known
        && let Found::Homeserver(found) = versions(http, base).await
    {
        tracing::warn!(
            %found,
            "no homeserver answers at {address}, but {address}/{WELL_KNOWN} names one, which is taken: set matrix.homeserver to it"
        );
        return Ok(found);
    }
    let found = match well_known {
        Ok(base) => format!("{said}; {address}/{WELL_KNOWN} names {base}, where none answers either"),
        Err(_) => said,
    };
    Err(Refusal::NotMatrix { address, found })
}

/// By the rules for server names; where it is near, as people who try things out mean it.
async fn by_name(http: &Client, name: &ServerName) -> Result<Url, Refusal> {
    let address = |scheme: &str, port: &str| Url::parse(&format!("{scheme}://{name}{port}"));
    let bad = |_| Refusal::BadAddress(name.to_string());
    let secure = address("https", "").map_err(bad)?;
    let mut plain = vec![address("http", "").map_err(bad)?];
    if name.port().is_none() && is_near(name) {
        plain.push(address("http", ":8008").map_err(bad)?);
    }
    let asked = format!("{secure}{WELL_KNOWN}");
    tracing::info!("looking for the homeserver of {name}: asking {asked}, {secure} and {}", plain[0]);
    let named = async {
        let base = well_known(http, &secure).await?;
        Ok::<_, Found>((versions(http, &base).await, base))
    };
    let nearby = async {
        let mut found = Vec::new();
        for url in &plain {
            found.push((url, versions(http, url).await));
        }
        found
    };
    let (named, direct, nearby) = tokio::join!(named, versions(http, &secure), nearby);
    let mut told = Vec::new();
    match named {
        Ok((Found::Homeserver(url), _)) => {
            tracing::info!("{asked} names the homeserver {url}");
            return Ok(url);
        }
        Ok((other, base)) => told.push(other.told(&format!("{asked} names {base}"))),
        Err(other) => told.push(other.told(&asked)),
    }
    match direct {
        Found::Homeserver(url) => {
            tracing::info!("the homeserver answers at {url} itself");
            return Ok(url);
        }
        other => told.push(other.told(secure.as_str())),
    }
    for (url, found) in nearby {
        match found {
            Found::Homeserver(found) if is_near(name) => {
                tracing::info!("the homeserver answers at {found}, without TLS");
                return Ok(found);
            }
            // A password must not cross the net in the clear unless somebody says so.
            Found::Homeserver(found) => told.push(format!(
                "{found}: a homeserver without TLS, to which a password is sent only if that address is given"
            )),
            other => told.push(other.told(url.as_str())),
        }
    }
    let found = with_proxy(&secure, told.join("; "));
    Err(Refusal::NotFound { name: name.to_string(), found })
}

/// Asks whether a homeserver is at `base`, and follows it where it redirects to.
async fn versions(http: &Client, base: &Url) -> Found {
    let mut base = base.clone();
    let mut way = String::new();
    for _ in 0..=REDIRECTS {
        let Some(url) = endpoint(&base, VERSIONS) else { return Found::Other("no address".to_owned()) };
        let answer = match http.get(url.clone()).send().await {
            Ok(answer) => answer,
            Err(error) => return Found::Nobody(format!("{way}{}", root_cause(&error))),
        };
        if !answer.status().is_redirection() {
            return match json(answer).await {
                Ok(json) if json["versions"].is_array() => Found::Homeserver(base),
                Ok(_) => Found::Other(format!("{way}an answer that is no homeserver's")),
                Err(Found::Other(said)) => Found::Other(format!("{way}{said}")),
                Err(other) => other,
            };
        }
        let Some(target) = target(&url, &answer) else { return Found::Other(format!("{way}a redirect to nowhere")) };
        let next = target.as_str().strip_suffix(VERSIONS).and_then(|base| Url::parse(base).ok());
        let shown = next.as_ref().unwrap_or(&target).as_str().trim_end_matches('/').to_owned();
        way = format!("it redirects to {shown}: ");
        let Some(next) = next.filter(|next| next.scheme() == "https" || base.scheme() == "http") else {
            return Found::Other(format!(
                "it redirects to {shown}, where nobody is followed: give that address if it is meant"
            ));
        };
        tracing::warn!("{base} redirects to {shown}, which is asked instead: set matrix.homeserver to that");
        base = next;
    }
    Found::Other("too many redirects".to_owned())
}

/// The homeserver that a server's `.well-known` names.
async fn well_known(http: &Client, server: &Url) -> Result<Url, Found> {
    let mut url = endpoint(server, WELL_KNOWN).ok_or_else(|| Found::Other("no address".to_owned()))?;
    for _ in 0..=REDIRECTS {
        let answer = http.get(url.clone()).send().await.map_err(|error| Found::Nobody(root_cause(&error)))?;
        if answer.status().is_redirection() {
            url = target(&url, &answer).ok_or_else(|| Found::Other("a redirect to nowhere".to_owned()))?;
            continue;
        }
        let json = json(answer).await?;
        let Some(base) = json["m.homeserver"]["base_url"].as_str() else {
            return Err(Found::Other("it names no homeserver (m.homeserver.base_url)".to_owned()));
        };
        return match Homeserver::parse(base) {
            Ok(Homeserver::Address(url)) => Ok(url),
            _ => Err(Found::Other(format!("it names {base:?}, which is no address"))),
        };
    }
    Err(Found::Other("too many redirects".to_owned()))
}

fn target(from: &Url, answer: &Response) -> Option<Url> {
    let target = from.join(answer.headers().get(LOCATION)?.to_str().ok()?).ok()?;
    matches!(target.scheme(), "http" | "https").then_some(target)
}

/// The JSON that an answer holds, if it is a good one and not too long.
async fn json(mut answer: Response) -> Result<Value, Found> {
    let status = answer.status();
    if !status.is_success() {
        return Err(if status.is_server_error() || status.as_u16() == 429 {
            Found::Nobody(status.to_string())
        } else {
            Found::Other(status.to_string())
        });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Found::Nobody(root_cause(&error)))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST {
            return Err(Found::Other("an answer without end".to_owned()));
        }
    }
    serde_json::from_slice(&bytes).map_err(|_| Found::Other("an answer that is not JSON".to_owned()))
}

/// What went wrong on the way to `url`, with the proxy that stands in it.
pub fn with_proxy(url: &Url, cause: String) -> String {
    match proxy(url) {
        Some(proxy) => format!("{cause}; asked through the proxy {proxy}"),
        None => cause,
    }
}

/// The proxy through which the environment has `url` asked, and the variable that names it.
fn proxy(url: &Url) -> Option<String> {
    let intercept = Matcher::from_env().intercept(&url.as_str().parse().ok()?)?;
    let scheme = if url.scheme() == "https" { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    let set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let variable = scheme.into_iter().chain(["ALL_PROXY", "all_proxy"]).find(set)?;
    let mut shown = Url::parse(&intercept.uri().to_string()).ok()?;
    // Neither fails on an address with a host.
    let _ = shown.set_username("").and_then(|()| shown.set_password(None));
    Some(format!(
        "{} that {variable} names: correct that, or have NO_PROXY name the homeserver",
        shown.as_str().trim_end_matches('/')
    ))
}
