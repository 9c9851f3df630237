//! A bad network: an HTTP/1.1 proxy between the bot and the homeserver that does harm when told to.

use std::{
    fmt::Write as _,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::{AbortHandle, JoinSet},
    time::timeout,
};

use super::{PATIENCE, synapse::Synapse};

/// After so long it is known here that a client had hung up.
const NEWS_OF_THE_END: Duration = Duration::from_millis(50);

/// The harm done to a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing is passed on until the fault is lifted; if the client hangs up meanwhile, never.
    Hold,
    /// The homeserver gets it and answers, but the answer is lost.
    LoseAnswer,
    /// The homeserver does not get it; this status and body are the answer.
    Answer(u16, Value),
    /// The homeserver does not get it; the answer is 429 and, in a header only, after how many seconds to come back.
    RetryAfter(u64),
    /// The homeserver does not get it; the answer says that it lives elsewhere: at this address, with the same path.
    Redirect(String),
    /// The connection is closed at once, as if there were no homeserver.
    Refuse,
    /// None: an older fault does not reach these requests.
    None,
    /// A sync that returns at once, with nothing.
    NothingNew,
    /// The homeserver's clock is so many seconds behind, and it does not tell how old events are.
    Behind(i64),
    /// The answer's body never ends.
    Endless,
}

/// The proxy; gone when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: String,
    network: Arc<Network>,
    task: AbortHandle,
}

#[derive(Debug, Default)]
struct Network {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    faults: Vec<(Wanted, Fault)>,
    seen: Vec<Exchange>,
    /// The access token that was seen last.
    token: Option<String>,
    /// What the paths begin with that the homeserver does not know of.
    prefix: &'static str,
}

/// Requests by method (empty: any) and a part of their path (with its query).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    method: String,
    path: String,
}

#[derive(Clone, Debug)]
struct Exchange {
    method: String,
    path: String,
    at: Instant,
    /// The homeserver has had it and has answered.
    served: bool,
}

impl Wanted {
    fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned() }
    }

    fn is(&self, seen: &Exchange) -> bool {
        (self.method.is_empty() || self.method == seen.method) && seen.path.contains(&self.path)
    }
}

impl Network {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.changed.notify_waiters();
        result
    }

    /// Waits until `ask` has an answer.
    async fn until<T>(&self, ask: impl Fn(&State) -> Option<T>) -> T {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // From here on no change is missed.
            changed.as_mut().enable();
            if let Some(answer) = ask(&self.state()) {
                return answer;
            }
            changed.await;
        }
    }
}

impl Proxy {
    /// A proxy in front of `server`, doing no harm yet.
    pub async fn before(server: &Synapse) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let network = Arc::<Network>::default();
        let port = server.port();
        let shared = Arc::clone(&network);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(serve(client, port, Arc::clone(&shared)));
                // Takes what has ended out of the set.
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, network, task: task.abort_handle() })
    }

    /// From now on the homeserver is at a path of the proxy's address: `/matrix`.
    pub fn move_to(&self, prefix: &'static str) {
        self.network.change(|state| state.prefix = prefix);
    }

    /// The access token that was seen last.
    pub fn token(&self) -> Option<String> {
        self.network.state().token.clone()
    }

    /// The address for the bot.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// From now on does `fault` to requests by `method` whose path has `path` in it. The newest fault goes first.
    pub fn harm(&self, method: &str, path: &str, fault: Fault) {
        self.network.change(|state| state.faults.insert(0, (Wanted::new(method, path), fault)));
    }

    /// Does no more harm; what was held goes on.
    pub fn heal(&self) {
        self.network.change(|state| state.faults.clear());
    }

    /// How many requests by `method` with `path` in their path there were.
    pub fn count(&self, method: &str, path: &str) -> usize {
        let wanted = Wanted::new(method, path);
        self.network.state().seen.iter().filter(|seen| wanted.is(seen)).count()
    }

    /// When there were requests by `method` with `path` in their path, in that order.
    pub fn times(&self, method: &str, path: &str) -> Vec<Instant> {
        let wanted = Wanted::new(method, path);
        self.network.state().seen.iter().filter(|seen| wanted.is(seen)).map(|seen| seen.at).collect()
    }

    /// Waits until there were `number` requests by `method` with `path` in their path, whatever became of them.
    pub async fn wait_seen(&self, method: &str, path: &str, number: usize) -> Result<()> {
        self.wait(method, path, number, |_| true).await
    }

    /// Waits until the homeserver has answered `number` such requests, whether or not the bot got the answer.
    pub async fn wait_served(&self, method: &str, path: &str, number: usize) -> Result<()> {
        self.wait(method, path, number, |seen| seen.served).await
    }

    async fn wait(&self, method: &str, path: &str, number: usize, also: fn(&Exchange) -> bool) -> Result<()> {
        let wanted = Wanted::new(method, path);
        let enough = |state: &State| {
            let count = state.seen.iter().filter(|seen| wanted.is(seen) && also(seen)).count();
            (count >= number).then_some(())
        };
        if timeout(PATIENCE, self.network.until(enough)).await.is_err() {
            let state = self.network.state();
            let seen: Vec<String> = state.seen.iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
            bail!("no {number} requests {method} {path} within {PATIENCE:?}, only:\n{}", seen.join("\n"));
        }
        Ok(())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection: one request, one answer. What goes wrong with it is the client's to see.
async fn serve(mut client: TcpStream, port: u16, network: Arc<Network>) -> Result<()> {
    let mut request = read_request(&mut client).await?;
    let prefix = network.state().prefix;
    if !prefix.is_empty() {
        let head = String::from_utf8_lossy(&request[..request.len().min(200)]).into_owned();
        let Some((method, _)) = head.split_once(&format!(" {prefix}/")) else {
            return Ok(client.write_all(reply(404, "", &json!("nobody here")).as_bytes()).await?);
        };
        request.drain(method.len() + 1..method.len() + 1 + prefix.len());
    }
    let head = String::from_utf8_lossy(&request);
    let bearer = head.lines().find_map(|line| line.split_once("Bearer ").map(|(_, token)| token.trim().to_owned()));
    if let Some(bearer) = bearer {
        network.change(|state| state.token = Some(bearer));
    }
    let mut words = head.split_ascii_whitespace();
    let mut word = || words.next().context("not a request").map(str::to_owned);
    let seen = Exchange { method: word()?, path: word()?, at: Instant::now(), served: false };
    let (number, fault) = network.change(|state| {
        state.seen.push(seen.clone());
        let fault = state.faults.iter().find(|(wanted, _)| wanted.is(&seen)).cloned();
        (state.seen.len() - 1, fault)
    });
    let Some((wanted, fault)) = fault else {
        let answer = forward(port, &request, &network, number).await?;
        return Ok(client.write_all(&answer).await?);
    };
    match fault {
        Fault::None => {
            let answer = forward(port, &request, &network, number).await?;
            Ok(client.write_all(&answer).await?)
        }
        Fault::Refuse => Ok(()),
        Fault::Answer(status, body) => Ok(client.write_all(reply(status, "", &body).as_bytes()).await?),
        Fault::RetryAfter(seconds) => {
            let body = json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "later" });
            let header = format!("Retry-After: {seconds}\r\n");
            Ok(client.write_all(reply(429, &header, &body).as_bytes()).await?)
        }
        Fault::Redirect(address) => {
            let header = format!("Location: {address}{}\r\n", seen.path);
            Ok(client.write_all(reply(301, &header, &json!({})).as_bytes()).await?)
        }
        Fault::LoseAnswer => forward(port, &request, &network, number).await.map(drop),
        Fault::NothingNew => {
            let since = seen.path.split(['?', '&']).find_map(|part| part.strip_prefix("since="));
            let body = json!({ "next_batch": since.context("no sync that goes on")? });
            Ok(client.write_all(reply(200, "", &body).as_bytes()).await?)
        }
        Fault::Behind(seconds) => {
            // In HTTP/1.0 the answer comes in one piece.
            let request = without_header(&request, "accept-encoding");
            let request = String::from_utf8(request)?.replacen(" HTTP/1.1\r\n", " HTTP/1.0\r\n", 1).into_bytes();
            let answer = forward(port, &request, &network, number).await?;
            Ok(client.write_all(&set_back(&answer, seconds)?).await?)
        }
        Fault::Endless => {
            client.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"next_batch\":\"").await?;
            let more = vec![b'a'; 1 << 16];
            loop {
                client.write_all(&more).await?;
            }
        }
        Fault::Hold => {
            let lifted = network.until(|state| (!state.faults.iter().any(|(held, _)| *held == wanted)).then_some(()));
            // Nothing more is due from the client: a read that returns means that it hung up.
            tokio::select! {
                () = lifted => {}
                _ = client.read_u8() => return Ok(()),
            }
            // Both may have happened since we looked last.
            if timeout(NEWS_OF_THE_END, client.read_u8()).await.is_ok() {
                return Ok(());
            }
            let answer = forward(port, &request, &network, number).await?;
            Ok(client.write_all(&answer).await?)
        }
    }
}

/// The proxy's own answer in place of the homeserver's.
fn reply(status: u16, header: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "HTTP/1.1 {status} Fault\r\nContent-Type: application/json\r\n{header}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The request without a header.
fn without_header(request: &[u8], name: &str) -> Vec<u8> {
    let split = request.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(request.len());
    let head = String::from_utf8_lossy(&request[..split]);
    let is_it = |line: &&str| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name));
    let head: Vec<&str> = head.split("\r\n").filter(|line| !is_it(line)).collect();
    [head.join("\r\n").as_bytes(), &request[split..]].concat()
}

/// An answer of a homeserver whose clock is `seconds` behind, and which does not tell how old events are.
fn set_back(answer: &[u8], seconds: i64) -> Result<Vec<u8>> {
    let split = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no end of the head")?;
    let head = String::from_utf8(answer[..split].to_vec())?;
    let mut body: Value = serde_json::from_slice(&answer[split + 4..])?;
    walk(&mut body, seconds * 1000);
    let body = body.to_string();
    let mut told = String::new();
    for line in head.split("\r\n") {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => write!(told, "Content-Length: {}\r\n", body.len())?,
            "date" => {
                let date = jiff::fmt::rfc2822::parse(value)?.timestamp() - jiff::SignedDuration::from_secs(seconds);
                let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT");
                write!(told, "Date: {date}\r\n")?;
            }
            _ => told.extend([line, "\r\n"]),
        }
    }
    Ok(format!("{told}\r\n{body}").into_bytes())
}

/// Takes the age from all events in `value`, and sets back when they were sent.
fn walk(value: &mut Value, milliseconds: i64) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|value| walk(value, milliseconds)),
        Value::Object(all) => {
            all.remove("age");
            for (key, value) in all {
                match value.as_i64() {
                    Some(at) if key == "origin_server_ts" => *value = json!(at - milliseconds),
                    _ => walk(value, milliseconds),
                }
            }
        }
        _ => {}
    }
}

/// Reads one request and asks, in its head, for a connection of its own: it makes the answer's end plain.
async fn read_request(client: &mut TcpStream) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let split = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if client.read_buf(&mut bytes).await? == 0 {
            bail!("hung up before the end of the head");
        }
    };
    let mut body = bytes.split_off(split + 4);
    let head = String::from_utf8(bytes)?;
    let mut length = 0;
    let mut request = String::new();
    for line in head.trim_end().lines() {
        let name = line.split(':').next().unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = line[name.len() + 1..].trim().parse()?;
        }
        if !name.eq_ignore_ascii_case("connection") {
            request.extend([line, "\r\n"]);
        }
    }
    while body.len() < length {
        if client.read_buf(&mut body).await? == 0 {
            bail!("hung up before the end of the body");
        }
    }
    let mut request = (request + "Connection: close\r\n\r\n").into_bytes();
    request.extend(body);
    Ok(request)
}

async fn forward(port: u16, request: &[u8], network: &Network, number: usize) -> Result<Vec<u8>> {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    server.write_all(request).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    network.change(|state| state.seen[number].served = true);
    Ok(answer)
}
