//! The sealed log as a download.

use std::io::{self, Write};

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use store::events::Sealer;
use tokio::sync::mpsc;

/// Answers with the log as far as it is sealed: JSON lines that `countersign audit verify` proves without a server.
///
/// It is written while it is read, a few pieces ahead of the reader at most. When it breaks off, so does the answer; the
/// statement in its first line then says more than follows.
pub fn export(sealer: &Sealer, now: Timestamp) -> Response {
    let (pieces, waiting) = mpsc::channel::<io::Result<Bytes>>(PIECES_AHEAD);
    let (sealer, out) = (sealer.clone(), Pieces { pieces: pieces.clone(), piece: Vec::new() });
    tokio::spawn(async move {
        if let Err(error) = sealer.export(now, out).await {
            tracing::warn!(%error, "an export of the event log broke off");
            // The reader may be gone, which is a way to break off.
            let _ = pieces.send(Err(io::Error::other(error))).await;
        }
    });
    let body =
        stream::unfold(waiting, async |mut waiting| waiting.recv().await.map(|piece| (piece, waiting)));
    let headers = [
        (CONTENT_TYPE, "application/jsonl".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"events-{}.jsonl\"", now.strftime("%Y-%m-%d"))),
    ];
    (headers, Body::from_stream(body)).into_response()
}

/// Hands what is written to the answer, piece by piece. The export runs on a thread where waiting is allowed.
struct Pieces {
    pieces: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.piece));
        self.pieces.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// Bytes of a piece.
const PIECE: usize = 64 * 1024;

/// Pieces that wait for the reader.
const PIECES_AHEAD: usize = 4;
