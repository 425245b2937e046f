//! How far the attempts to get a session came: what a person needs when there is none in the end.

use std::collections::BTreeSet;
use std::fmt;

use super::wire::Unanswered;

/// Why one attempt gave no session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Setback {
    Unanswered(Unanswered),
    /// There was a banner, then the key exchange or the authentication broke off.
    Handshake {
        banner: String,
        message: String,
    },
    /// All credentials were refused.
    Refused(Refusal),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) server: Server,
    /// What we tried, such as `password`.
    pub(super) tried: Vec<String>,
    /// What the server takes.
    pub(super) offered: Vec<String>,
}

/// Tells one SSH server from the next one on the same port: an installer's from the installed system's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) banner: String,
    /// Fingerprint.
    pub(super) host_key: String,
}

impl fmt::Display for Setback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered(Unanswered::Closed(message)) => write!(f, "the port is closed ({message})"),
            Self::Unanswered(Unanswered::Silent) => f.write_str("the port is open but nobody answers yet"),
            Self::Unanswered(Unanswered::Detour(text) | Unanswered::Barred(text)) => f.write_str(text),
            Self::Unanswered(Unanswered::Stranger(line)) => write!(f, "something answers that is not SSH: `{line}`"),
            Self::Handshake { banner, message } => write!(f, "`{banner}` broke off the handshake: {message}"),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` refused {}", self.server.banner, listed(&self.tried, "the empty login"))?;
        write!(f, " (it takes {})", listed(&self.offered, "nothing else"))
    }
}

fn listed(names: &[String], none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { names.join(", ") }
}

/// What all attempts together have shown.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    told: BTreeSet<String>,
    attempts: u32,
    /// Farthest first: the last setback of each depth.
    refused: Option<Refusal>,
    handshake: Option<String>,
    stranger: Option<String>,
    silent: u32,
    closed: Option<String>,
}

impl Evidence {
    pub(super) fn begin_attempt(&mut self) {
        self.attempts += 1;
    }

    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Takes a setback in; gives its text when it is the first of its kind.
    pub(super) fn note(&mut self, setback: &Setback) -> Option<String> {
        let text = setback.to_string();
        match setback {
            Setback::Unanswered(Unanswered::Closed(_) | Unanswered::Detour(_) | Unanswered::Barred(_)) => {
                self.closed = Some(text.clone());
            }
            Setback::Unanswered(Unanswered::Silent) => self.silent += 1,
            Setback::Unanswered(Unanswered::Stranger(_)) => self.stranger = Some(text.clone()),
            Setback::Handshake { .. } => self.handshake = Some(text.clone()),
            Setback::Refused(refusal) => self.refused = Some(refusal.clone()),
        }
        self.told.insert(text.clone()).then_some(text)
    }
}

impl fmt::Display for Evidence {
    /// The farthest point that was reached.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(refusal) = &self.refused {
            return refusal.fmt(f);
        }
        if let Some(text) = self.handshake.as_ref().or(self.stranger.as_ref()) {
            return f.write_str(text);
        }
        match (self.silent, &self.closed) {
            (0, None) => write!(f, "{} connections were opened and none was answered", self.attempts),
            (0, Some(text)) => f.write_str(text),
            (silent, _) => write!(
                f,
                "the port was open but {silent} connections got no SSH banner: the guest has no network yet, or runs no SSH server"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal() -> Refusal {
        let server = Server { banner: "SSH-2.0-OpenSSH_9.6".into(), host_key: "SHA256:x".into() };
        Refusal { server, tried: vec!["password".into()], offered: vec!["publickey".into()] }
    }

    #[test]
    fn the_farthest_point_is_told() {
        let mut evidence = Evidence::default();
        evidence.note(&Setback::Unanswered(Unanswered::Closed("connection refused".into())));
        assert_eq!(evidence.to_string(), "the port is closed (connection refused)");
        evidence.note(&Setback::Unanswered(Unanswered::Silent));
        assert!(evidence.to_string().contains("1 connections got no SSH banner"));
        evidence.note(&Setback::Refused(refusal()));
        evidence.note(&Setback::Unanswered(Unanswered::Silent));
        assert_eq!(evidence.to_string(), "`SSH-2.0-OpenSSH_9.6` refused password (it takes publickey)");
    }

    #[test]
    fn a_repeated_reason_is_told_once() {
        let mut evidence = Evidence::default();
        let silent = Setback::Unanswered(Unanswered::Silent);
        assert!(evidence.note(&silent).is_some());
        assert!(evidence.note(&silent).is_none());
        assert!(evidence.note(&Setback::Refused(refusal())).is_some());
    }
}
