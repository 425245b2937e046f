//! The guest's answers.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use roxmltree::{Document, Node};

use crate::event::Stream;

/// The guest had nothing to say within the time of one request; it is asked again.
const OPERATION_TIMEOUT: &str = "2150858793";

/// What one request for output brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) output: Vec<(Stream, Vec<u8>)>,
    /// Set when the command has ended.
    pub(super) exit: Option<u32>,
}

/// The text of the first element of this name.
pub(super) fn text_of(xml: &str, name: &str) -> Result<String, String> {
    let document = parsed(xml)?;
    let text = element(&document, name).and_then(|node| node.text()).map(|text| text.trim().to_owned());
    text.ok_or_else(|| format!("the answer has no {name}"))
}

/// A new shell is named by the selector that later requests carry.
pub(super) fn shell_id(xml: &str) -> Result<String, String> {
    let document = parsed(xml)?;
    let selector = document.descendants().find(|node| node.attribute("Name") == Some("ShellId"));
    let id = selector.and_then(|node| node.text()).map(|text| text.trim().to_owned());
    id.ok_or_else(|| "the answer names no shell".to_owned())
}

pub(super) fn received(xml: &str) -> Result<Received, String> {
    let document = parsed(xml)?;
    let mut received = Received::default();
    for stream in document.descendants().filter(|node| node.tag_name().name() == "Stream") {
        let kind = if stream.attribute("Name") == Some("stderr") { Stream::Stderr } else { Stream::Stdout };
        let bytes = BASE64_STANDARD.decode(stream.text().unwrap_or_default().trim());
        received.output.push((kind, bytes.map_err(|error| format!("the output is no base64: {error}"))?));
    }
    let state = element(&document, "CommandState").and_then(|node| node.attribute("State")).unwrap_or_default();
    if state.ends_with("/Done") {
        received.exit = Some(exit_code(&document));
    }
    Ok(received)
}

/// Windows counts its codes with or without a sign. A command that says none was stopped.
fn exit_code(document: &Document<'_>) -> u32 {
    let code = element(document, "ExitCode").and_then(|node| node.text()).unwrap_or("1").trim();
    code.parse().or_else(|_| code.parse::<i32>().map(i32::cast_unsigned)).unwrap_or(1)
}

/// What an answer with an error status says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Complaint {
    /// No output yet.
    NothingYet,
    Other(String),
}

pub(super) fn complaint(xml: &str) -> Complaint {
    let Ok(document) = parsed(xml) else { return Complaint::Other(first_line(xml)) };
    let has_code = |node: Node<'_, '_>| node.attribute("Code") == Some(OPERATION_TIMEOUT);
    if document.descendants().any(has_code) {
        return Complaint::NothingYet;
    }
    let reason = element(&document, "Message").or_else(|| element(&document, "Reason"));
    let text: String = reason
        .map(|node| node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect())
        .unwrap_or_default();
    Complaint::Other(first_line(text.trim()))
}

/// Entities that an answer defines could grow without end; the parser refuses a document that has any.
fn parsed(xml: &str) -> Result<Document<'_>, String> {
    Document::parse(xml).map_err(|error| format!("the answer is no XML: {error}"))
}

fn element<'a>(document: &'a Document<'_>, name: &str) -> Option<Node<'a, 'a>> {
    document.descendants().find(|node| node.tag_name().name() == name)
}

/// At most 200 characters, none of which moves a terminal's cursor.
fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("the answer is empty");
    line.trim().chars().filter(|character| !character.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: &str = r#"<s:Envelope xmlns:s="s" xmlns:rsp="r"><s:Body><rsp:ReceiveResponse>
        <rsp:Stream Name="stdout" CommandId="1">aGk=</rsp:Stream><rsp:Stream Name="stderr">b2g=</rsp:Stream>
        <rsp:Stream Name="stdout" End="true"/>
        <rsp:CommandState CommandId="1" State="http://x/shell/CommandState/Done"><rsp:ExitCode>-1</rsp:ExitCode>
        </rsp:CommandState></rsp:ReceiveResponse></s:Body></s:Envelope>"#;

    #[test]
    fn output_and_the_exit_code_are_read() {
        let received = received(DONE).unwrap();
        let expected = [(Stream::Stdout, &b"hi"[..]), (Stream::Stderr, b"oh"), (Stream::Stdout, b"")];
        assert_eq!(received.output, expected.map(|(stream, bytes)| (stream, bytes.to_vec())));
        assert_eq!(received.exit, Some(u32::MAX));
    }

    #[test]
    fn a_running_command_has_no_exit_code() {
        let xml = r#"<a><CommandState State="http://x/CommandState/Running"/></a>"#;
        assert_eq!(received(xml).unwrap(), Received::default());
    }

    #[test]
    fn nothing_yet_is_told_from_an_error() {
        let xml = |code: &str| format!("<a><WSManFault Code=\"{code}\"><Message>No\nway</Message></WSManFault></a>");
        assert_eq!(complaint(&xml("2150858793")), Complaint::NothingYet);
        assert_eq!(complaint(&xml("5")), Complaint::Other("No".into()));
        assert_eq!(complaint("<html>\x1b[2J"), Complaint::Other("<html>[2J".into()));
    }

    #[test]
    fn entities_are_refused() {
        let xml = r#"<!DOCTYPE a [<!ENTITY x "y">]><a><ShellId>&x;</ShellId></a>"#;
        assert!(text_of(xml, "ShellId").is_err() && shell_id(xml).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_answer_is_too_odd(xml: String) {
            let _ = (received(&xml), text_of(&xml, "ShellId"), shell_id(&xml), complaint(&xml));
        }
    }
}
