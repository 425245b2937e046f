//! Ansible itself, at work in OpenSSH's server on this host.

use std::path::Path;

use fs_err as fs;
use tempfile::TempDir;

use super::*;
use crate::comm::ssh::real_servers::{connect_to, key, sshd};
use crate::comm::ssh::testing::plan as ssh_plan;
use crate::plan::provisioner::InventoryPlan;
use crate::process::tool_or_skip;
use crate::provision::testing::{context, data};

const PLAYBOOK: &str = r#"
- hosts: all
  tasks:
    - command: "sh -c 'echo {{ packer_build_name }} > {{ folder }}/command'"
    - copy: {src: static.txt, dest: "{{ folder }}/copied", mode: "0640"}
    - template: {src: motd.j2, dest: "{{ folder }}/motd"}
    - fail: {msg: asked for}
      when: fails | default(false) | bool
"#;

fn plan(folder: &Path) -> AnsiblePlan {
    AnsiblePlan {
        playbook_file: folder.join("site.yml"),
        command: "ansible-playbook".into(),
        skip_version_check: false,
        extra_arguments: ["-e".into(), format!("folder={}", folder.display())]
            .map(|text: String| Late::literal(text))
            .to_vec(),
        environment: vec![Late::literal(format!("ANSIBLE_LOCAL_TEMP={}", folder.join("tmp").display()))],
        ssh_extra_arguments: Vec::new(),
        inventory: InventoryPlan {
            file: None,
            folder: None,
            template: None,
            host_alias: "default".into(),
            user: None,
            groups: vec!["web".into()],
            empty_groups: Vec::new(),
            keep: false,
        },
        galaxy: None,
        proxy: ProxyPlan {
            wanted: None,
            port: 0,
            host_key_file: None,
            authorized_key_file: None,
            key_type: "ecdsa".into(),
            sftp_command: None,
        },
        use_sftp: false,
        winrm_use_http: false,
    }
}

/// Runs a plan against a server; `None` where one of the programs is missing.
async fn play(change: impl FnOnce(&mut AnsiblePlan)) -> Option<(Result<(), Error>, TempDir, Vec<String>)> {
    tool_or_skip("ansible-playbook")?;
    let key = key("ed25519").await;
    let server = sshd(&key).await?;
    let guest = connect_to(&server, &key, ssh_plan()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("site.yml", PLAYBOOK), ("static.txt", "static\n"), ("motd.j2", "in {{ group_names | join }}\n")]
    {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let user = Cmd::new("id").arg("-un").run().await.unwrap().stdout.trim().to_owned();
    let mut data = data();
    data.fields.extend([
        ("ConnType".to_owned(), "ssh".to_owned()),
        ("Host".to_owned(), "127.0.0.1".to_owned()),
        ("Port".to_owned(), server.port.to_string()),
        ("User".to_owned(), user),
        ("SSHPrivateKey".to_owned(), key.private_pem.reveal().to_owned()),
    ]);
    let mut plan = plan(folder.path());
    change(&mut plan);
    let (context, mut receiver) = context();
    let result = run(&plan, &guest, &data, &context).await;
    assert_eq!(format!("{:?}", context.cleanup), "[]", "nothing is left");
    let events = std::iter::from_fn(|| receiver.try_recv().ok());
    let lines = events.filter_map(|(_, event)| match event {
        Event::Output { line, .. } | Event::Warning { text: line } | Event::ScriptStarted { name: line } => Some(line),
        _ => None,
    });
    Some((result, folder, lines.collect()))
}

/// What the playbook made.
fn made(folder: &TempDir) -> [String; 3] {
    ["command", "copied", "motd"].map(|name| fs::read_to_string(folder.path().join(name)).unwrap())
}

#[tokio::test]
async fn a_playbook_changes_the_guest_straight() {
    let Some((result, folder, lines)) = play(|_| ()).await else { return };
    assert!(result.is_ok(), "{result:?} {lines:#?}");
    assert_eq!(made(&folder), ["box\n", "static\n", "in web\n"]);
    assert!(lines[0].contains("-o IdentitiesOnly=yes") && lines[0].contains("/key"), "{}", lines[0]);
}

#[tokio::test]
async fn a_playbook_changes_the_guest_through_our_server() {
    for use_sftp in [false, true] {
        let change = |plan: &mut AnsiblePlan| {
            plan.proxy.wanted = Some(true);
            plan.use_sftp = use_sftp;
        };
        let Some((result, folder, lines)) = play(change).await else { return };
        assert!(result.is_ok(), "{result:?} {lines:#?}");
        assert_eq!(made(&folder), ["box\n", "static\n", "in web\n"]);
    }
}

#[tokio::test]
async fn a_failing_play_is_an_error_with_its_status() {
    let fails = |plan: &mut AnsiblePlan| {
        plan.extra_arguments.extend(["-e", "fails=yes"].map(Late::literal));
    };
    let Some((result, _, lines)) = play(fails).await else { return };
    assert_eq!(result.unwrap_err().to_string(), "`ansible-playbook` ended with exit status 2 (good is 0)");
    assert!(lines.iter().any(|line| line.contains("asked for")), "{lines:#?}");
}
