//! Bodies of responses.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::TryStreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use crate::event::{Event, Events};

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

pub(super) fn bytes(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// The next `length` bytes of a file. When it has shrunk meanwhile, the connection is closed early, so that
/// the client sees that the body is incomplete.
pub(super) fn file(file: fs_err::tokio::File, length: u64) -> Body {
    StreamBody::new(ReaderStream::new(file.take(length)).map_ok(Frame::data)).boxed_unsync()
}

/// A body that reports the request when it is sent, or given up.
pub(super) struct Reported {
    pub(super) body: Body,
    pub(super) events: Events,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: u16,
    pub(super) bytes: u64,
}

impl hyper::body::Body for Reported {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame {
            self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Reported {
    fn drop(&mut self) {
        self.events.send(Event::HttpRequest {
            method: std::mem::take(&mut self.method),
            path: std::mem::take(&mut self.path),
            status: self.status,
            bytes: self.bytes,
        });
    }
}
