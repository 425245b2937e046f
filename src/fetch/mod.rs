//! Getting the installer image: local, http(s), checksums and the store.
