//! The HTTP server. The only importer of axum.

use std::{io, sync::Arc};

use axum::{
    Router,
    extract::State as Shared,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use tokio::net::TcpListener;

use super::{Metrics, State, metrics::CONTENT_TYPE};

/// Something that tells how it stands.
pub trait Watched: Send + Sync + 'static {
    /// How it stands now.
    fn state(&self) -> impl Future<Output = State> + Send;
}

/// Tells whoever asks how `watched` stands, until this is dropped.
///
/// # Errors
/// If the listener fails.
pub async fn serve<W: Watched>(listener: TcpListener, watched: Arc<W>, metrics: Arc<Metrics>) -> io::Result<()> {
    let router = Router::new()
        .route("/healthz", get(alive::<W>))
        .route("/readyz", get(ready::<W>))
        .route("/metrics", get(numbers::<W>))
        .with_state((watched, metrics));
    axum::serve(listener, router).await
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
