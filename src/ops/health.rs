//! Asking a running bot how it is, as `tigerdesk health` does.

use std::{
    io::{self, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

/// How long the bot may take for anything.
const PATIENCE: Duration = Duration::from_secs(5);
/// More of an answer than this is not read.
const LONGEST: u64 = 64 * 1024;

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
    let answer = exchange(at, path).map_err(|error| Unwell::Silent(at, error))?;
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

fn exchange(at: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {at}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer)?;
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
