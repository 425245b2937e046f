use super::*;
use crate::diag::Severity;

/// The rewritten template in one line, without what all have.
fn fixed(text: &str) -> String {
    let (text, diagnostics) = rewrite(&SourceFile::new("t.json", text));
    assert!(!diagnostics.has_errors(), "{}", diagnostics.render(false));
    text.expect("it is a map").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn builder(options: &str) -> String {
    let text = fixed(&format!("{{\"builders\": [{{{options}}}]}}"));
    text.trim_start_matches("{ \"builders\": [ { ").trim_end_matches(" } ] }").to_owned()
}

fn post_processor(options: &str) -> String {
    let text = fixed(&format!("{{\"post-processors\": [[{{{options}}}]]}}"));
    text.trim_start_matches("{ \"post-processors\": [ [ { ").trim_end_matches(" } ] ] }").to_owned()
}

fn warnings(text: &str) -> Vec<String> {
    let source = SourceFile::new("t.json", text);
    let mut document = json::parse(&source, "template").unwrap().value;
    let mut diagnostics = Diagnostics::default();
    let Kind::Map(template) = &mut document.kind else { panic!("a map") };
    mend_template(template, &mut diagnostics);
    let shown = diagnostics.iter().map(|finding| {
        assert_eq!(finding.severity, Severity::Warning);
        let (span, _) = finding.label.as_ref().expect("it has a place");
        format!("{} {}; {}", &text[span.range.clone()], finding.message, finding.help.clone().unwrap_or_default())
    });
    shown.collect()
}

#[test]
fn checksums_become_one_option() {
    for (old, new) in [
        (r#""iso_md5": "ab""#, r#""iso_checksum": "md5:ab""#),
        (r#""iso_checksum": "ab", "iso_checksum_type": "sha256""#, r#""iso_checksum": "sha256:ab""#),
        (r#""iso_checksum": "ab", "iso_checksum_type": """#, r#""iso_checksum": "ab""#),
        (r#""iso_checksum_url": "u", "iso_checksum_type": "md5""#, r#""iso_checksum": "file:u""#),
        (r#""iso_checksum_url": "", "iso_checksum": "a", "iso_checksum_type": "md5""#, r#""iso_checksum": "md5:a""#),
        (
            r#""iso_checksum": "{{user `c`}}", "iso_checksum_type": "{{user `t`}}""#,
            r#""iso_checksum": "{{user `t`}}:{{user `c`}}""#,
        ),
        // Here `packer fix` writes what Packer then refuses.
        (r#""iso_checksum_type": "none""#, r#""iso_checksum": "none""#),
        (r#""iso_checksum": "ab", "iso_checksum_type": "None""#, r#""iso_checksum": "none""#),
        (r#""iso_checksum": "none", "iso_checksum_type": "md5""#, r#""iso_checksum": "none""#),
        (r#""iso_checksum": "sha1:ab", "iso_checksum_type": "md5""#, r#""iso_checksum": "sha1:ab""#),
        (r#""iso_checksum": "ab", "iso_md5": "cd""#, r#""iso_checksum": "ab""#),
    ] {
        assert_eq!(builder(old), new, "{old}");
    }
}

#[test]
fn every_change_is_told_once() {
    let text = r#"{"builders": [{"type": "virtualbox", "ssh_wait_timeout": "5m", "iso_checksum": "ab", "iso_checksum_type": "md5",
        "ssh_key_path": "a", "ssh_private_key_file": "b"}], "post-processors": ["atlas"]}"#;
    assert_eq!(
        warnings(text),
        [
            "\"virtualbox\" builder type `virtualbox` is the old name of `virtualbox-iso`; it is read as `virtualbox-iso`",
            "\"iso_checksum_type\" `iso_checksum_type` is an old option; it is read as the part of `iso_checksum` before a colon",
            "\"ssh_key_path\" `ssh_key_path` is the old name of `ssh_private_key_file`; `ssh_private_key_file` is set too and is used; remove `ssh_key_path`",
            "\"ssh_wait_timeout\" `ssh_wait_timeout` is the old name of `ssh_timeout`; it is read as `ssh_timeout`",
            "\"atlas\" the service of the post-processor `atlas` is gone; it is left out; remove it",
        ]
    );
    assert_eq!(warnings(r#"{"builders": [{"type": "qemu", "disk_size": 1, "iso_checksum": "none"}]}"#), [""; 0]);
}
