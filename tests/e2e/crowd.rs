//! Strangers on the port where the bot tells how it is: they keep out nobody who asks, and restart nothing.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use reqwest::StatusCode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    support::{PATIENCE, SOON, bot::Installation, synapse::Synapse},
    watched::{get, health, wait_ready, watched},
};

/// What a stranger does with a connection.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// Says nothing.
    Silence,
    /// Says a request, a letter at a time.
    Drip,
    /// Asks for the metrics and does not take them.
    NoReading,
}

/// Crowds the port until dropped: each stranger comes again as soon as it is hung up on.
fn crowd(at: SocketAddr, strangers: u32, addresses: u8, deed: Deed) -> JoinSet<()> {
    let mut crowd = JoinSet::new();
    for stranger in 0..strangers {
        let from = Ipv4Addr::new(127, 0, 0, u8::try_from(stranger % u32::from(addresses)).unwrap_or(0) + 1);
        crowd.spawn(async move {
            loop {
                if let Ok(connection) = connect(at, from).await {
                    let _ = act(connection, deed).await;
                }
                sleep(Duration::from_millis(50)).await;
            }
        });
    }
    crowd
}

async fn connect(at: SocketAddr, from: Ipv4Addr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    if from.octets()[3].is_multiple_of(2) {
        // So little that no answer fits.
        socket.set_recv_buffer_size(1024)?;
    }
    socket.connect(at).await
}

/// Ends when the connection is hung up on.
async fn act(mut connection: TcpStream, deed: Deed) -> std::io::Result<()> {
    match deed {
        Deed::Silence => drop(connection.read_u8().await?),
        Deed::Drip => {
            for letter in b"GET /metrics HTTP/1.1\r\nHost: desk.example.org\r\nAccept: text/plain".iter().cycle() {
                connection.write_all(&[*letter]).await?;
                sleep(Duration::from_millis(300)).await;
            }
        }
        Deed::NoReading => {
            connection.write_all(b"GET /metrics HTTP/1.1\r\nHost: desk.example.org\r\n\r\n").await?;
            sleep(Duration::from_mins(10)).await;
        }
    }
    Ok(())
}

fn allow_many_files() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?)
}

#[tokio::test]
async fn a_crowd_keeps_nobody_out() -> Result<()> {
    allow_many_files()?;
    let (desk, address) = watched(Installation::new(Synapse::shared()?).await?)?;
    let bot = desk.start()?;
    wait_ready(&address, StatusCode::OK).await?;
    for (strangers, addresses, deed) in [
        (16, 1, Deed::Silence),
        (144, 1, Deed::Drip),
        (2000, 1, Deed::Silence),
        (2000, 200, Deed::Drip),
        (500, 100, Deed::NoReading),
    ] {
        let crowd = crowd(address.parse()?, strangers, addresses, deed);
        sleep(Duration::from_secs(3)).await;
        for arguments in [&["--alive"][..], &[], &["--alive"]] {
            let (asked, start) = (address.clone(), Instant::now());
            let (status, said) = tokio::task::spawn_blocking(move || health(&asked, arguments)).await??;
            let took = start.elapsed();
            ensure!(status == Some(0) && took < SOON, "{strangers} {deed:?}: {status:?} after {took:?}: {said}");
        }
        let start = Instant::now();
        ensure!(get(&address, "/metrics").await?.0 == StatusCode::OK, "{strangers} {deed:?}: no metrics");
        ensure!(start.elapsed() < SOON, "{strangers} {deed:?}: metrics after {:?}", start.elapsed());
        drop(crowd);
    }
    bot.terminate().await
}

#[tokio::test]
async fn who_says_nothing_or_too_much_is_hung_up_on() -> Result<()> {
    let (desk, address) = watched(Installation::new(Synapse::shared()?).await?)?;
    let bot = desk.start()?;
    wait_ready(&address, StatusCode::OK).await?;
    // Nothing, a head without an end, and a connection kept for later: none stays open for long.
    for (said, answer) in [
        (String::new(), ""),
        ("GET /healthz HTTP/1.1\r\nHost: x\r\n".to_owned(), ""),
        ("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n".to_owned(), "HTTP/1.1 200 OK"),
        (format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(20_000)), "HTTP/1.1 4"),
        (format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(20_000)), "HTTP/1.1 431"),
        (format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Many: x\r\n".repeat(200)), "HTTP/1.1 431"),
        ("DELETE /healthz HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), "HTTP/1.1 405"),
        ("\u{0}\u{1}\u{2}\r\n\r\n".to_owned(), "HTTP/1.1 400"),
    ] {
        let start = Instant::now();
        let mut connection = TcpStream::connect(&address).await?;
        connection.write_all(said.as_bytes()).await?;
        let mut told = Vec::new();
        // What was not read of a question that is too long may end the connection harder.
        let _ = timeout(PATIENCE, connection.read_to_end(&mut told)).await?;
        let told = String::from_utf8_lossy(&told);
        ensure!(told.starts_with(answer), "{:?}: {told}", said.get(..60));
        ensure!(start.elapsed() < SOON, "{:?} stays for {:?}", said.get(..60), start.elapsed());
    }
    ensure!(get(&address, "/healthz").await?.0 == StatusCode::OK, "not alive");
    bot.terminate().await
}
