//! The requests of WS-Management for remote shells (MS-WSMV), as XML.

use uuid::Uuid;

const TRANSFER: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
const SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";

/// Largest answer that we ask for, in bytes: what every Windows since 2008 grants.
const ENVELOPE_SIZE: u32 = 153_600;

/// How long the guest may hold back an answer when there is no output, in seconds.
const OPERATION_SECONDS: u32 = 20;

/// One thing to ask of the guest.
#[derive(Clone, Copy, Debug)]
pub(super) enum Request<'a> {
    CreateShell,
    Command { shell: &'a str, line: &'a str },
    Receive { shell: &'a str, command: &'a str },
    Terminate { shell: &'a str, command: &'a str },
    DeleteShell { shell: &'a str },
}

impl Request<'_> {
    pub(super) fn to_xml(self, endpoint: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
             <s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
             xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" \
             xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" \
             xmlns:rsp=\"{SHELL}\"><s:Header>\
             <a:To>{}</a:To>\
             <a:ReplyTo><a:Address s:mustUnderstand=\"true\">\
             http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>\
             <a:Action s:mustUnderstand=\"true\">{}</a:Action>\
             <a:MessageID>uuid:{}</a:MessageID>\
             <w:ResourceURI s:mustUnderstand=\"true\">{SHELL}/cmd</w:ResourceURI>\
             <w:MaxEnvelopeSize s:mustUnderstand=\"true\">{ENVELOPE_SIZE}</w:MaxEnvelopeSize>\
             <w:OperationTimeout>PT{OPERATION_SECONDS}S</w:OperationTimeout>\
             <w:Locale xml:lang=\"en-US\" s:mustUnderstand=\"false\"/>{}{}\
             </s:Header><s:Body>{}</s:Body></s:Envelope>",
            escaped(endpoint),
            self.action(),
            Uuid::new_v4(),
            self.selector(),
            self.options(),
            self.body(),
        )
    }

    fn action(self) -> String {
        match self {
            Self::CreateShell => format!("{TRANSFER}/Create"),
            Self::DeleteShell { .. } => format!("{TRANSFER}/Delete"),
            Self::Command { .. } => format!("{SHELL}/Command"),
            Self::Receive { .. } => format!("{SHELL}/Receive"),
            Self::Terminate { .. } => format!("{SHELL}/Signal"),
        }
    }

    fn selector(self) -> String {
        match self {
            Self::CreateShell => String::new(),
            Self::Command { shell, .. }
            | Self::Receive { shell, .. }
            | Self::Terminate { shell, .. }
            | Self::DeleteShell { shell } => {
                let shell = escaped(shell);
                format!("<w:SelectorSet><w:Selector Name=\"ShellId\">{shell}</w:Selector></w:SelectorSet>")
            }
        }
    }

    /// 65001 is the code page of UTF-8.
    fn options(self) -> &'static str {
        match self {
            Self::CreateShell => {
                "<w:OptionSet><w:Option Name=\"WINRS_NOPROFILE\">FALSE</w:Option>\
                 <w:Option Name=\"WINRS_CODEPAGE\">65001</w:Option></w:OptionSet>"
            }
            Self::Command { .. } => {
                "<w:OptionSet><w:Option Name=\"WINRS_CONSOLEMODE_STDIN\">TRUE</w:Option>\
                 <w:Option Name=\"WINRS_SKIP_CMD_SHELL\">FALSE</w:Option></w:OptionSet>"
            }
            _ => "",
        }
    }

    fn body(self) -> String {
        match self {
            Self::CreateShell => "<rsp:Shell><rsp:InputStreams>stdin</rsp:InputStreams>\
                 <rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>"
                .into(),
            Self::Command { line, .. } => {
                format!("<rsp:CommandLine><rsp:Command>{}</rsp:Command></rsp:CommandLine>", escaped(line))
            }
            Self::Receive { command, .. } => {
                let command = escaped(command);
                format!(
                    "<rsp:Receive><rsp:DesiredStream CommandId=\"{command}\">stdout stderr</rsp:DesiredStream></rsp:Receive>"
                )
            }
            Self::Terminate { command, .. } => {
                let command = escaped(command);
                format!(
                    "<rsp:Signal CommandId=\"{command}\"><rsp:Code>{SHELL}/signal/terminate</rsp:Code></rsp:Signal>"
                )
            }
            Self::DeleteShell { .. } => String::new(),
        }
    }
}

/// Text for an element or an attribute. What XML has no way to write is left out.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\t' => xml.push_str("&#9;"),
            '\n' => xml.push_str("&#10;"),
            '\r' => xml.push_str("&#13;"),
            other if other.is_control() => {}
            other => xml.push(other),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;

    #[test]
    fn a_command_survives_the_way_through_xml() {
        let line = "echo \"a\" & type <x> > y\r\nend";
        let xml = Request::Command { shell: "S&1", line }.to_xml("http://h:5985/wsman");
        let document = Document::parse(&xml).unwrap();
        let text = |name: &str| {
            document.descendants().find(|node| node.tag_name().name() == name).and_then(|node| node.text()).unwrap()
        };
        assert_eq!(text("Command"), line);
        assert_eq!(text("Selector"), "S&1");
        assert!(text("Action").ends_with("/shell/Command"));
    }

    #[test]
    fn every_request_is_well_formed() {
        let (shell, command) = ("s", "c\u{1}");
        for request in [
            Request::CreateShell,
            Request::Receive { shell, command },
            Request::Terminate { shell, command },
            Request::DeleteShell { shell },
        ] {
            Document::parse(&request.to_xml("http://h/wsman")).unwrap();
        }
    }
}
