//! What a refusal leaves of the body of a request.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    middleware::Next,
    response::Response,
};
use futures_util::{StreamExt, stream};

/// Most that is read for nothing, and for how long.
const RESTE_MAX: usize = 128 * 1024 * 1024;
const DUREE: Duration = Duration::from_secs(60);

/// Reads to its end a body that was refused before its end, then answers.
///
/// A connection closed on bytes nobody read is reset: the answer may then never be seen by a client that
/// sends all before it reads, as browsers do, and the person reads « connexion réinitialisée » instead of
/// what to do.
pub async fn lire_le_reste(req: Request, suite: Next) -> Response {
    if req.body().is_end_stream() {
        return suite.run(req).await;
    }
    let (tete, corps) = req.into_parts();
    let corps = Arc::new(Mutex::new(corps.into_data_stream()));
    let lu = |corps: Arc<Mutex<axum::body::BodyDataStream>>| {
        stream::poll_fn(move |cx| corps.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(cx))
    };
    let reponse = suite.run(Request::from_parts(tete, Body::from_stream(lu(corps.clone())))).await;
    let mut reste = lu(corps);
    let mut octets = 0;
    let vider = async {
        while let Some(Ok(m)) = reste.next().await {
            octets += m.len();
            if octets > RESTE_MAX {
                break;
            }
        }
    };
    // Past this delay the connection is closed as it is.
    tokio::time::timeout(DUREE, vider).await.ok();
    reponse
}
