//! Real tools at the end of a real SSH session: Puppet applies a manifest, and Chef's own library reads the
//! configuration that was written for Chef. All they read and write is in a temporary folder.

#![cfg(test)]
#![cfg(unix)]

#[expect(dead_code, reason = "the stand-ins are for another test")]
#[path = "configuration/guest.rs"]
mod guest;
#[path = "support/tools.rs"]
mod tools;

use std::time::Duration;

use boxwright::process::Cmd;
use fs_err as fs;
use serde_json::{Value, json};

use guest::{Guest, executable};

const LONGEST: Duration = Duration::from_secs(180);

/// Stands in for both programs of Chef: lets Chef's library read the configuration, and writes down what it understood.
const READER: &str = r#"#!/usr/bin/env ruby
require "json"
require "chef-config/config"
config = ChefConfig::Config
config.from_file(ARGV[ARGV.index("-c") + 1])
names = %w[chef_license cookbook_path role_path data_bag_path encrypted_data_bag_secret environment chef_server_url client_key
  validation_client_name validation_key node_name policy_name policy_group ssl_verify_mode trusted_certs_dir]
values = names.to_h { |name| [name, config[name.to_sym]] }
File.write("@guest@/understood", JSON.generate(values.merge("attributes" => JSON.parse(File.read(ARGV[ARGV.index("-j") + 1])))))
"#;

/// Builds on the guest; gives whether it went well, and all that was printed.
async fn build(guest: &Guest, files: &[(&str, &str)], provisioner: Value) -> (bool, String) {
    let work = tempfile::tempdir().unwrap();
    let in_guest = |text: &str| text.replace("@guest@", &guest.path().display().to_string());
    for (name, text) in files {
        let path = work.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, in_guest(text)).unwrap();
    }
    let template = json!({"builders": [guest.builder().await], "provisioners": [provisioner]});
    fs::write(work.path().join("template.json"), in_guest(&template.to_string())).unwrap();
    let command = Cmd::new(env!("CARGO_BIN_EXE_boxwright"))
        .args(["build", "-color=false", "template.json"])
        .current_dir(work.path())
        .env("HOME", work.path())
        .env("BOXWRIGHT_CACHE_DIR", work.path().join("cache"))
        .deadline(LONGEST);
    let output = command.output().await.unwrap();
    (output.status.success(), output.stdout + &output.stderr)
}

fn puppet(manifest: &str) -> Value {
    json!({"type": "puppet-masterless", "manifest_file": manifest, "module_paths": ["modules"], "hiera_config_path": "hiera.yaml",
        "facter": {"role": "it's a {{build `User`}}"}, "prevent_sudo": true, "staging_directory": "@guest@/stage",
        "clean_staging_directory": true, "extra_arguments": ["--confdir=@guest@/conf", "--codedir=@guest@/code",
        "--vardir=@guest@/var", "--rundir=@guest@/run", "--logdir=@guest@/logs"]})
}

#[tokio::test]
async fn puppet_changes_what_the_manifest_says() {
    if tools::tool_or_skip("puppet").is_none() {
        return;
    }
    let Some(guest) = Guest::start().await else { return };
    fs::create_dir(guest.path().join("data")).unwrap();
    fs::write(guest.path().join("data/common.yaml"), "greeting: hello\n").unwrap();
    let module = "class web { file { '@guest@/made': content => \"${lookup('greeting')}, ${facts['role']}\\n\" } }\n";
    let files = [
        ("site.pp", "include web\n"),
        ("wrong.pp", "fail('it must not go on')\n"),
        ("modules/web/manifests/init.pp", module),
        (
            "hiera.yaml",
            "---\nversion: 5\nhierarchy:\n  - name: all\n    datadir: @guest@/data\n    path: common.yaml\n",
        ),
    ];
    let (is_good, said) = build(&guest, &files, puppet("site.pp")).await;
    assert!(is_good, "{said}");
    let made = fs::read_to_string(guest.path().join("made")).unwrap();
    assert!(made.starts_with("hello, it's a ") && made.trim_end().len() > "hello, it's a".len(), "{made}");
    assert!(said.contains("defined content as"), "{said}");
    assert!(!guest.path().join("stage").exists(), "the uploads are left");
    let (is_good, said) = build(&guest, &files, puppet("wrong.pp")).await;
    assert!(
        !is_good && said.contains("it must not go on") && said.contains("Puppet ended with exit status 1"),
        "{said}"
    );
}

/// What Chef's library understood of the configuration. `None` where it is not installed.
async fn understood(files: &[(&str, &str)], provisioner: Value) -> Option<Value> {
    let ruby = tools::tool_or_skip("ruby")?;
    if !Cmd::new(ruby).args(["-e", "require 'chef-config/config'"]).output().await.unwrap().status.success() {
        println!("skipped: ruby-chef-config is not installed");
        return None;
    }
    let guest = Guest::start().await?;
    for program in ["chef-solo", "chef-client", "knife"] {
        executable(guest.path(), &format!("bin/{program}"), if program == "knife" { "#!/bin/sh\n" } else { READER });
    }
    let (is_good, said) = build(&guest, files, provisioner).await;
    assert!(is_good, "{said}");
    let text = fs::read_to_string(guest.path().join("understood")).unwrap();
    let text = text.replace(&guest.path().display().to_string(), "@guest@");
    Some(serde_json::from_str(&text).unwrap())
}

fn assert_holds(understood: &Value, expected: &Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&understood[name], value, "{name}");
    }
}

#[tokio::test]
async fn chefs_library_understands_the_configuration_of_chef_solo() {
    let files = [("cookbooks/web/metadata.rb", "name 'web'\n"), ("roles/r.json", "{}"), ("secret", "s")];
    let provisioner = json!({"type": "chef-solo", "cookbook_paths": ["cookbooks"], "remote_cookbook_paths": ["/va\"r/#{1}"],
        "roles_path": "roles", "encrypted_data_bag_secret_path": "secret", "chef_environment": "production", "run_list": ["web"],
        "json": {"port": 80}, "prevent_sudo": true, "staging_directory": "@guest@/stage", "chef_license": "accept"});
    let Some(understood) = understood(&files, provisioner).await else { return };
    assert_holds(
        &understood,
        &json!({"cookbook_path": ["/va\"r/#{1}", "@guest@/stage/cookbooks-0"], "role_path": "@guest@/stage/roles", "environment": "production",
            "encrypted_data_bag_secret": "@guest@/stage/encrypted_data_bag_secret", "chef_license": "accept",
            "attributes": {"port": 80, "run_list": ["web"]}}),
    );
}

#[tokio::test]
async fn chefs_library_understands_the_configuration_of_chef_client() {
    let provisioner = json!({"type": "chef-client", "server_url": "https://chef.test/organizations/x", "node_name": "web1",
        "policy_name": "web", "policy_group": "live", "ssl_verify_mode": "verify_none", "trusted_certs_dir": "/etc/certs",
        "validation_key_path": "key", "prevent_sudo": true, "staging_directory": "@guest@/stage"});
    let Some(understood) = understood(&[("key", "k")], provisioner).await else { return };
    assert_holds(
        &understood,
        &json!({"chef_server_url": "https://chef.test/organizations/x", "node_name": "web1", "policy_name": "web",
            "policy_group": "live", "ssl_verify_mode": "verify_none", "trusted_certs_dir": "/etc/certs",
            "validation_client_name": "chef-validator", "validation_key": "@guest@/stage/validation.pem",
            "client_key": "@guest@/stage/client.pem", "chef_license": "accept-silent"}),
    );
}
