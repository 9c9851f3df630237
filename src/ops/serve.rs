//! The HTTP server. The only importer of axum.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State as Shared,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};

use super::{Metrics, State, metrics::CONTENT_TYPE};

/// So many are told at a time; the others wait. They take none of the files that the bot needs to open.
const AT_ONCE: usize = 16;
/// Whoever has not been told by then is hung up on.
const PATIENCE: Duration = Duration::from_secs(30);

/// Something that tells how it stands.
pub trait Watched: Send + Sync + 'static {
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
    let service = TowerToHyperService::new(router);
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        // Never closed.
        let slot = Arc::clone(&slots).acquire_owned().await;
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of files, most likely: some may be closed in a moment.
                tracing::warn!(%error, "somebody could not be told how the bot is");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let service = service.clone();
        tokio::spawn(async move {
            let server = Builder::new(TokioExecutor::new()).http1_only();
            // What goes wrong here is the asker's to see.
            let _ = timeout(PATIENCE, server.serve_connection(TokioIo::new(stream), service)).await;
            drop(slot);
        });
    }
}

type Told<W> = Shared<(Arc<W>, Arc<Metrics>)>;

async fn alive<W: Watched>(Shared((watched, _)): Told<W>) -> impl IntoResponse {
    if watched.state().await.is_alive() {
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
