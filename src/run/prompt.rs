//! Questions to the person at the terminal (`-debug`, `-on-error=ask`). The run asks; somebody else knows how.

use std::sync::Arc;

use futures::future::BoxFuture;

use crate::provision::Person;

type Ask = dyn Fn(String) -> BoxFuture<'static, Option<String>> + Send + Sync;

/// Asks a question. No answer (`None`) means that nobody can be asked.
#[derive(Clone)]
pub struct Prompt(Arc<Ask>);

impl Prompt {
    pub fn new(ask: impl Fn(String) -> BoxFuture<'static, Option<String>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    /// Nobody is there.
    pub fn nobody() -> Self {
        Self::new(|_| Box::pin(async { None }))
    }

    pub async fn ask(&self, question: impl Into<String>) -> Option<String> {
        (self.0)(question.into()).await
    }
}

impl std::fmt::Debug for Prompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prompt")
    }
}

/// Lent to the provisioners that wait for somebody.
impl Person for Prompt {
    async fn ask(&self, question: String) -> Option<String> {
        Self::ask(self, question).await
    }
}
