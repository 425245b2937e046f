//! The `winrm_*` options.

use std::time::Duration;

use crate::diag::Diagnostic;
use crate::plan::communicator::WinRmPlan;
use crate::plan::decode::Decoder;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30 * 60);
const PORT: u16 = 5985;
const TLS_PORT: u16 = 5986;

pub(super) fn winrm(decoder: &mut Decoder<'_>, is_used: bool) -> WinRmPlan {
    let username = decoder.string("winrm_username").unwrap_or_default();
    if is_used && username.is_empty() {
        decoder.missing(&["winrm_username"], Diagnostic::error("`winrm_username` must be set"));
    }
    let use_ssl = decoder.boolean("winrm_use_ssl");
    let default_port = if use_ssl { TLS_PORT } else { PORT };
    WinRmPlan {
        host: decoder.string("winrm_host"),
        port: decoder.number("winrm_port", 0..=65535).filter(|port| *port != 0).unwrap_or(default_port),
        username,
        password: decoder.secret("winrm_password"),
        timeout: decoder.positive_duration("winrm_timeout").unwrap_or(DEFAULT_TIMEOUT),
        use_ssl,
        insecure: decoder.boolean("winrm_insecure"),
        use_ntlm: decoder.boolean("winrm_use_ntlm"),
        no_proxy: decoder.boolean("winrm_no_proxy"),
        pause_before_connecting: decoder.duration("pause_before_connecting").unwrap_or_default(),
    }
}
