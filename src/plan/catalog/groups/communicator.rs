//! How the guest is reached.

use crate::plan::catalog::option::{Opt, choice, duration, flag, integer, text, texts};

pub(in crate::plan::catalog) const COMMUNICATOR: &[Opt] = &[
    text("communicator", "how the guest is reached: ssh, winrm or none; ssh by default"),
    duration("pause_before_connecting", "wait between the first connection and the one that is used; 0 by default"),
];

pub(in crate::plan::catalog) const SSH: &[Opt] = &[
    text("ssh_host", "address to connect to; the builder finds it by default"),
    integer("ssh_port", "port of SSH in the guest; 22 by default"),
    text("ssh_username", "user to log in as; needed with SSH"),
    text("ssh_password", "password to log in with"),
    // A path that is checked by its decoder: it may begin with `~`, and only counts when SSH is used.
    text("ssh_private_key_file", "private key to log in with; it has no passphrase"),
    text("ssh_certificate_file", "certificate of the private key"),
    flag("ssh_agent_auth", "log in with the keys of the SSH agent"),
    flag("ssh_disable_agent_forwarding", "keep the SSH agent from the guest"),
    texts("ssh_ciphers", "ciphers to offer, best first"),
    texts("ssh_key_exchange_algorithms", "key exchanges to offer, best first"),
    flag("ssh_pty", "give each command a terminal"),
    duration("ssh_timeout", "how long to wait for SSH; 5m by default"),
    integer("ssh_handshake_attempts", "how many refused logins end the build; 10 by default, 0 is no limit"),
    choice("ssh_file_transfer_method", &["scp", "sftp"], "how files are copied; scp by default"),
    duration("ssh_keep_alive_interval", "time between signs of life; 5s by default, negative for none"),
    duration("ssh_read_write_timeout", "how long the guest may be silent while a command runs; no limit by default"),
    flag("ssh_clear_authorized_keys", "remove the temporary key from the guest at the end"),
    choice(
        "temporary_key_pair_type",
        &["rsa", "ecdsa", "ed25519", "dsa"],
        "kind of the key that is made for the build; rsa by default",
    ),
    integer("temporary_key_pair_bits", "size of the key that is made for the build"),
    texts("ssh_local_tunnels", "ports of this host that lead through the guest, as PORT:HOST:PORT"),
    texts("ssh_remote_tunnels", "ports of the guest that lead to this host, as PORT:HOST:PORT"),
    text("ssh_bastion_host", "host to connect through"),
    integer("ssh_bastion_port", "port of SSH on the bastion; 22 by default"),
    text("ssh_bastion_username", "user on the bastion"),
    text("ssh_bastion_password", "password on the bastion"),
    text("ssh_bastion_private_key_file", "private key for the bastion"),
    text("ssh_bastion_certificate_file", "certificate for the bastion"),
    flag("ssh_bastion_agent_auth", "log in to the bastion with the keys of the SSH agent"),
    flag("ssh_bastion_interactive", "ask for the bastion's password"),
    text("ssh_proxy_host", "SOCKS5 proxy to connect through"),
    integer("ssh_proxy_port", "port of the SOCKS5 proxy; 1080 by default"),
    text("ssh_proxy_username", "user of the SOCKS5 proxy"),
    text("ssh_proxy_password", "password of the SOCKS5 proxy"),
    text("ssh_keypair_name", "name of a key pair that a cloud keeps; nothing on a local hypervisor").inert(),
    text("temporary_key_pair_name", "name of the key pair that is made for the build").inert(),
    text("ssh_interface", "which of a cloud machine's addresses to use; nothing on a local hypervisor").inert(),
    text("ssh_ip_version", "IP version to connect with; nothing on a local hypervisor").inert(),
];

pub(in crate::plan::catalog) const WINRM: &[Opt] = &[
    text("winrm_username", "user to log in as; needed with WinRM"),
    text("winrm_password", "password to log in with"),
    text("winrm_host", "address to connect to; the builder finds it by default"),
    integer("winrm_port", "port of WinRM in the guest; 5985, or 5986 with TLS"),
    duration("winrm_timeout", "how long to wait for WinRM; 30m by default"),
    flag("winrm_use_ssl", "connect by HTTPS"),
    flag("winrm_insecure", "accept any certificate"),
    flag("winrm_use_ntlm", "log in by NTLM"),
    flag("winrm_no_proxy", "connect without the proxy of the environment"),
];

/// The port of this host that leads to the guest.
pub(in crate::plan::catalog) const HOST_PORT: &[Opt] = &[
    integer("host_port_min", "lowest port of this host that may lead to the guest; 2222 by default"),
    integer("host_port_max", "highest port of this host that may lead to the guest; 4444 by default"),
    flag("skip_nat_mapping", "connect to the guest's own port instead of a forwarded one"),
];
