//! Asking a running bot how it is, as `tigerdesk health` does.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// How long the bot may take in all: a little less than those who run this give it.
const PATIENCE: Duration = Duration::from_millis(4_500);
/// How often a connection that is hung up on is tried again. Where strangers crowd the port, that may happen.
const TRIES: u32 = 5;
/// More of an answer than this is not read.
const LONGEST: usize = 64 * 1024;

/// Why a bot is not well.
#[derive(Debug, thiserror::Error)]
pub enum Unwell {
    /// It says so itself.
    #[error("{}", .0.trim_end())]
    Says(String),
    /// Nobody answers.
    #[error("nobody answers on {0} ({1}): is the bot running, and is `ops.listen` the same for both?")]
    Silent(SocketAddr, io::Error),
}

/// Asks the bot that listens at an address; what it says if it is well. `path`: `/healthz` or `/readyz`.
///
/// # Errors
/// If it is not well, or nobody answers.
pub fn ask(listen: SocketAddr, path: &str) -> Result<String, Unwell> {
    let at = reachable(listen);
    let answer = insist(at, path).map_err(|error| Unwell::Silent(at, error))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.split(' ').nth(1) == Some("200") {
        Ok(body.to_owned())
    } else if body.is_empty() {
        Err(Unwell::Says(head.lines().next().unwrap_or("an empty answer").to_owned()))
    } else {
        Err(Unwell::Says(body.to_owned()))
    }
}

/// Who listens on all addresses is asked on the machine's own.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Asks until there is an answer, or it is plain that there will be none.
fn insist(at: SocketAddr, path: &str) -> io::Result<String> {
    let until = Instant::now() + PATIENCE;
    let mut tries = 0;
    loop {
        tries += 1;
        match exchange(at, path, until) {
            Err(error) if tries < TRIES && is_hang_up(&error) && Instant::now() < until => {}
            answer => return answer,
        }
    }
}

/// Whether somebody was there, and hung up.
fn is_hang_up(error: &io::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

fn exchange(at: SocketAddr, path: &str, until: Instant) -> io::Result<String> {
    // No time at all would be taken for all the time in the world.
    let left = || Some(until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)));
    let mut stream = TcpStream::connect_timeout(&at, left().unwrap_or(PATIENCE))?;
    stream.set_write_timeout(left())?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {at}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        stream.set_read_timeout(left())?;
        match stream.read(&mut piece)? {
            0 if answer.is_empty() => return Err(ErrorKind::UnexpectedEof.into()),
            0 => break,
            length => answer.extend_from_slice(&piece[..length]),
        }
        if answer.len() > LONGEST {
            break;
        }
        if Instant::now() >= until {
            return Err(ErrorKind::TimedOut.into());
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_are_asked_on_the_machines_own() {
        for (listen, asked) in [("0.0.0.0:1", "127.0.0.1:1"), ("[::]:1", "[::1]:1"), ("192.0.2.1:1", "192.0.2.1:1")] {
            assert_eq!(reachable(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }

    #[test]
    fn nobody_there_is_told_with_what_to_look_at() {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = ask(nobody, "/readyz").unwrap_err().to_string();
        assert!(error.contains(&nobody.to_string()) && error.contains("is the bot running"), "{error}");
    }
}
