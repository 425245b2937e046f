//! The algorithms of SSH by their names on the wire: those that are offered, best first, and those that a
//! template has to name.

/// The names of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// What is offered to every guest.
    pub offered: &'static [&'static str],
    /// Weak ones, for guests that have nothing else: only when the template names them.
    pub on_request: &'static [&'static str],
    /// Known to SSH, spoken by nobody here.
    pub unspoken: &'static [&'static str],
}

impl Names {
    /// All that can be spoken.
    pub fn spoken(&self) -> impl Iterator<Item = &'static str> {
        self.offered.iter().chain(self.on_request).copied()
    }
}

/// Cheap ones first: guests are often emulated, and the line is this host's own. Packer offers the last one too.
pub const KEY_EXCHANGES: Names = Names {
    offered: &[
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "mlkem768x25519-sha256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512",
        "diffie-hellman-group14-sha1",
    ],
    on_request: &["diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1"],
    unspoken: &["sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com"],
};

pub const CIPHERS: Names = Names {
    offered: &[
        "chacha20-poly1305@openssh.com",
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "aes128-ctr",
        "aes192-ctr",
        "aes256-ctr",
    ],
    on_request: &["aes128-cbc", "aes192-cbc", "aes256-cbc"],
    unspoken: &["3des-cbc", "arcfour", "arcfour128", "arcfour256", "blowfish-cbc", "cast128-cbc"],
};
