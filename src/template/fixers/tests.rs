use proptest::prelude::*;

use super::*;
use crate::diag::Severity;
use crate::template::Template;
use crate::template::variables::VariableInputs;

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

/// Here `packer fix` leaves what no Packer takes, or drops what the author wrote.
#[test]
fn more_is_mended_than_by_packer() {
    for (old, new) in [
        (r#""type": "qemu", "ssh_skip_nat_mapping": "true""#, r#""skip_nat_mapping": "true", "type": "qemu""#),
        (r#""type": "x", "ssh_disable_agent": "true""#, r#""ssh_disable_agent_forwarding": "true", "type": "x""#),
        (r#""SSH_wait_timeout": 5"#, r#""ssh_timeout": 5"#),
        (
            r#""type": "virtualbox-iso", "guest_additions_attach": "true""#,
            r#""guest_additions_mode": "attach", "type": "virtualbox-iso""#,
        ),
        // The new name wins, whichever it is.
        (r#""type": "qemu", "ssh_host_port_min": 1, "host_port_min": 2"#, r#""host_port_min": 2, "type": "qemu""#),
        (r#""type": "hyperv-iso", "cpu": 1, "cpus": null"#, r#""cpus": 1, "type": "hyperv-iso""#),
    ] {
        assert_eq!(builder(old), new, "{old}");
    }
    assert_eq!(
        post_processor(r#""type": "vagrant", "override": {"vmware": {"a": 1}}, "virtualbox": {}, "vmware": {"b": 1}"#),
        r#""override": { "virtualbox": {}, "vmware": { "a": 1 } }, "type": "vagrant""#
    );
}

/// What is wrong in another way is left for those who read the options.
#[test]
fn values_that_make_no_sense_stay() {
    for options in [
        r#""guest_additions_attach": "x", "type": "virtualbox-iso""#,
        r#""iso_checksum": "a", "iso_checksum_type": 4"#,
        r#""iso_checksum_url": [ "a" ]"#,
        r#""disk_size": 1.5, "type": "qemu""#,
        r#""ssh_private_ip": "{{user `x`}}", "type": "amazon-ebs""#,
    ] {
        assert_eq!(builder(options), options);
    }
    assert_eq!(fixed(r#"{"builders": 3, "post-processors": {}}"#), r#"{ "builders": 3, "post-processors": {} }"#);
}

#[test]
fn what_names_a_renamed_builder_is_renamed() {
    let old = r#"{"builders": [{"type": "virtualbox"}, {"type": "vmware", "name": "v"}],
        "provisioners": [{"type": "shell", "only": ["virtualbox", "v"], "override": {"virtualbox": {"a": 1}, "v": {}}}],
        "post-processors": [["x", {"type": "y", "except": "virtualbox"}]]}"#;
    let new = r#"{"builders": [{"type": "virtualbox-iso"}, {"type": "vmware-iso", "name": "v"}],
        "provisioners": [{"type": "shell", "only": ["virtualbox-iso", "v"], "override": {"virtualbox-iso": {"a": 1}, "v": {}}}],
        "post-processors": [["x", {"type": "y", "except": "virtualbox-iso"}]]}"#;
    assert_eq!(fixed(old), fixed(new));
}

#[test]
fn a_post_processor_without_a_service_is_left_out() {
    let old = r#"{"post-processors": ["atlas", [{"type": "atlas"}], ["vagrant", {"type": "atlas"}], []]}"#;
    assert_eq!(fixed(old), r#"{ "post-processors": [ [ "vagrant" ], [] ] }"#);
}

#[test]
fn options_in_an_override_are_mended() {
    let old = r#"{"provisioners": [{"type": "ansible-local", "override": {"a": {"galaxycommand": "x"}}}]}"#;
    assert!(fixed(old).contains(r#""override": { "a": { "galaxy_command": "x" } }"#));
}

#[test]
fn reading_a_template_spoils_no_text() {
    let escaped = r#"{"provisioners": [{"type": "powershell", "elevated_password": "a`$b"}]}"#;
    assert_eq!(warnings(escaped), [""; 0]);
    assert_eq!(
        warnings(r#"{"builders": [{"type": "proxmox", "disk_size": 1}, {"type": "qemu", "disk_size": 1}]}"#),
        [""; 0]
    );
}

#[test]
fn only_maps_are_rewritten() {
    let (text, diagnostics) = rewrite(&SourceFile::new("t.json", "[1]"));
    assert!(text.is_none() && diagnostics.has_errors());
    let (text, diagnostics) = rewrite(&SourceFile::new("t.json", r#"{"a": 1, "a": 2}"#));
    assert_eq!(text.as_deref(), Some("{\n  \"a\": 2\n}\n"));
    assert!(!diagnostics.is_empty() && !diagnostics.has_errors());
}

#[test]
fn components_of_hcl2_are_mended_too() {
    let text = r#"
source "qemu" "a" {
  ssh_wait_timeout = "5m"
}
build {
  sources = ["qemu.a"]
  post-processor "manifest" {
    filename = "m.json"
  }
}"#;
    let source = SourceFile::new("t.pkr.hcl", text);
    let inputs = VariableInputs::fixed();
    let (template, _) = Template::parse(&source, std::path::Path::new("/"), &inputs);
    let template = template.expect("it is well formed");
    let (components, diagnostics) = template.components(&template.builds[0]);
    let components = components.expect("nothing is wrong with it");
    assert!(components.builder.get("ssh_timeout").is_some() && components.builder.get("ssh_wait_timeout").is_none());
    assert!(components.post_processors[0][0].config.get("output").is_some());
    let warnings: Vec<_> = diagnostics.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        warnings,
        ["`ssh_wait_timeout` is the old name of `ssh_timeout`", "`filename` is the old name of `output`"]
    );
}

/// A builder of old and new options, right and wrong.
fn any_builder() -> impl Strategy<Value = String> {
    let kind =
        prop::sample::select(vec!["qemu", "virtualbox", "virtualbox-iso", "amazon-ebs", "vsphere-iso", "hyperv-iso"]);
    let key = prop::sample::select(vec![
        "iso_md5",
        "iso_checksum",
        "iso_checksum_type",
        "iso_checksum_url",
        "ssh_wait_timeout",
        "ssh_timeout",
        "disk_size",
        "guest_additions_attach",
        "guest_additions_mode",
        "network",
        "storage",
        "cpu",
        "name",
        "ssh_private_ip",
        "SSH_KEY_PATH",
    ]);
    let value = prop::sample::select(vec![
        "null",
        "true",
        "7",
        "\"\"",
        "\"none\"",
        "\"md5\"",
        "\"sha1:ab\"",
        "\"{{user `a`}}\"",
        "[\"a\"]",
        "[{}]",
        "{\"a\": 1}",
    ]);
    let options = prop::collection::btree_map(key, value, 0..6);
    (kind, options).prop_map(|(kind, options)| {
        let options: String = options.iter().map(|(key, value)| format!(", \"{key}\": {value}")).collect();
        format!("{{\"builders\": [{{\"type\": \"{kind}\"{options}}}], \"provisioners\": [{{\"type\": \"x\", \"only\": \"virtualbox\"}}]}}")
    })
}

proptest! {
    #[test]
    fn a_rewritten_template_is_rewritten_to_itself(text in any_builder()) {
        let once = rewrite(&SourceFile::new("t.json", text)).0.expect("it is a map");
        let twice = rewrite(&SourceFile::new("t.json", once.clone())).0.expect("it is a map");
        prop_assert_eq!(once, twice);
    }
}
