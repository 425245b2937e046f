//! TLS of the HTTP clients.

use std::sync::Once;

/// TLS has no provider of its own here, so that SSH and TLS share one. This is the one place that sets it.
pub fn install_crypto() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        // It only fails when there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
