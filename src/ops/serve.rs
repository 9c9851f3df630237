//! The HTTP server. The only importer of axum.

use std::{
    convert::Infallible,
    io::{self, ErrorKind},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Request, State as Shared},
    http::{StatusCode, header},
    middleware::{Next, from_fn},
    response::IntoResponse,
    routing::get,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::timeout,
};

use super::{
    Metrics, State,
    doors::{Doors, Place},
    metrics::CONTENT_TYPE,
};
use crate::panics;

/// How long the head of a request may take to arrive.
const HEAD: Duration = Duration::from_secs(2);
/// Whoever has not taken the answer by then is hung up on.
const PATIENCE: Duration = Duration::from_secs(8);
/// A head is no longer than this, in bytes: the least that the library takes.
const LONGEST_HEAD: usize = 8 * 1024;
/// And has no more lines.
const MOST_LINES: usize = 64;

/// Something that tells how it stands.
pub trait Watched: Send + Sync + 'static {
    /// Whether its parts go on. Asked whatever the disk and the homeserver do: it waits for nothing.
    fn is_alive(&self) -> bool;

    /// How it stands now.
    fn state(&self) -> impl Future<Output = State> + Send;
}

/// Tells whoever asks how `watched` stands, until this is dropped.
pub async fn serve<W: Watched>(listener: TcpListener, watched: Arc<W>, metrics: Arc<Metrics>) -> Infallible {
    let router = Router::new()
        .route("/healthz", get(alive::<W>))
        .route("/readyz", get(ready::<W>))
        .route("/metrics", get(numbers::<W>))
        .with_state((watched, metrics));
    let doors = Arc::<Doors>::default();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Some((place, go)) = doors.enter(peer.ip(), Instant::now()) {
                    // A panic is that guest's.
                    tokio::spawn(panics::contained_task(attend(stream, router.clone(), place, go)));
                }
                // However many wait to be let in: whose question is there is heard first.
                tokio::task::yield_now().await;
            }
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                // Out of files, most likely: those of guests who ask nothing are the first to be given back.
                tracing::warn!(%error, "somebody could not be told how the bot is");
                doors.clear();
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Whether a connection was over before it was accepted.
fn is_the_peers(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted)
}

/// One guest: one question, one answer.
async fn attend(stream: TcpStream, router: Router, place: Place, go: oneshot::Receiver<()>) {
    let place = Arc::new(place);
    let asking = Arc::clone(&place);
    let router = router.layer(from_fn(move |request: Request, next: Next| {
        asking.asked();
        next.run(request)
    }));
    let mut server = Builder::new(TokioExecutor::new()).http1_only();
    let mut http = server.http1();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).keep_alive(false);
    http.max_buf_size(LONGEST_HEAD).max_headers(MOST_LINES);
    let talk = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // What goes wrong here is the asker's to see.
    tokio::select! {
        _ = timeout(PATIENCE, talk) => {}
        _ = go => {}
    }
    drop(place);
}

type Told<W> = Shared<(Arc<W>, Arc<Metrics>)>;

async fn alive<W: Watched>(Shared((watched, _)): Told<W>) -> impl IntoResponse {
    if watched.is_alive() {
        (StatusCode::OK, "alive\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not alive: the bot has stopped asking the homeserver for news\n")
    }
}

async fn ready<W: Watched>(Shared((watched, _)): Told<W>) -> impl IntoResponse {
    let (ready, told) = watched.state().await.readiness();
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, told)
}

async fn numbers<W: Watched>(Shared((watched, metrics)): Told<W>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics.render(&watched.state().await))
}
