//! Ansible itself, at work in a guest that it is uploaded to: OpenSSH's server on this host.

use fs_err as fs;
use tempfile::TempDir;

use super::*;
use crate::comm::ssh::real_servers::{connect_to, key, sshd};
use crate::comm::ssh::testing::plan as ssh_plan;
use crate::process::tool_or_skip;
use crate::provision::testing::{context, data};
use crate::template::interpolate::Late;

/// What a user has in a folder of playbooks.
const FILES: &[(&str, &str)] = &[
    (
        "site.yml",
        "- hosts: web\n  roles: [greeter]\n  tasks:\n  - {fail: {msg: asked for}, when: fails | default(false) | bool}\n",
    ),
    (
        "more/site.yml",
        "- hosts: all\n  tasks:\n  - copy: {content: \"{{ inventory_hostname }}\", dest: \"{{ folder }}/second\"}\n",
    ),
    (
        "roles/greeter/tasks/main.yml",
        "- template: {src: motd.j2, dest: \"{{ folder }}/motd\", mode: '0640'}\n\
         - copy: {src: static, dest: \"{{ folder }}/copied\"}\n",
    ),
    (
        "roles/greeter/templates/motd.j2",
        "{{ packer_build_name }} {{ packer_builder_type }} {{ of_group }} {{ of_host }}\n",
    ),
    ("roles/greeter/files/static", "static\n"),
    ("group_vars/web", "of_group: group\n"),
    ("host_vars/127.0.0.1", "of_host: host\n"),
];

fn plan(folder: &Path) -> AnsibleLocalPlan {
    let at = |name: &str| folder.join(name);
    AnsibleLocalPlan {
        playbooks: vec![at("site.yml")],
        // Ansible asks for a locale with UTF-8, which this host's server may lack.
        command: "LC_ALL=C.UTF-8 PYTHONUNBUFFERED=1 ansible-playbook".into(),
        extra_arguments: vec![Late::literal(format!("-e folder={}", folder.display()))],
        playbook_folder: None,
        playbook_folders: Vec::new(),
        role_folders: vec![at("roles/greeter")],
        collection_folders: Vec::new(),
        group_vars: Some(at("group_vars")),
        host_vars: Some(at("host_vars")),
        inventory: LocalInventory::Groups(vec!["web".into()]),
        galaxy: None,
        staging_folder: Some(at("staging").display().to_string()),
        clean_staging_folder: true,
    }
}

/// Runs a plan in a guest; `None` where one of the programs is missing.
async fn play(change: impl FnOnce(&mut AnsibleLocalPlan)) -> Option<(Result<(), Error>, TempDir, Vec<String>)> {
    tool_or_skip("ansible-playbook")?;
    let key = key("ed25519").await;
    let server = sshd(&key).await?;
    let guest = connect_to(&server, &key, ssh_plan()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut plan = plan(folder.path());
    change(&mut plan);
    let (context, mut receiver) = context();
    let result = run(&plan, &guest, &data(), &context).await;
    let events = std::iter::from_fn(|| receiver.try_recv().ok());
    let lines = events.filter_map(|(_, event)| if let Event::Output { line, .. } = event { Some(line) } else { None });
    let lines = lines.collect();
    Some((result, folder, lines))
}

#[tokio::test]
async fn a_playbook_changes_the_guest_it_runs_in() {
    let Some((result, folder, lines)) = play(|_| ()).await else { return };
    assert!(result.is_ok(), "{result:?} {lines:#?}");
    let made = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!((made("motd").as_str(), made("copied").as_str()), ("box qemu group host\n", "static\n"));
    assert!(!folder.path().join("staging").exists(), "the template asks for that");
    assert!(lines.iter().any(|line| line.starts_with("PLAY RECAP")), "{lines:#?}");
}

#[tokio::test]
async fn playbooks_of_one_name_run_one_after_another() {
    let both = |plan: &mut AnsibleLocalPlan| {
        let more = plan.playbooks[0].parent().unwrap().join("more/site.yml");
        plan.playbooks.push(more);
        // Ansible looks for roles beside a playbook; of several, each lies in a folder of its own, as Packer has it.
        plan.command.insert_str(0, "ANSIBLE_ROLES_PATH=roles ");
    };
    let Some((result, folder, lines)) = play(both).await else { return };
    assert!(result.is_ok(), "{result:?} {lines:#?}");
    assert_eq!(fs::read_to_string(folder.path().join("second")).unwrap(), "127.0.0.1");
    assert!(folder.path().join("motd").exists());
}

#[tokio::test]
async fn a_failing_play_is_an_error_with_its_status() {
    let fails = |plan: &mut AnsibleLocalPlan| plan.extra_arguments.push(Late::literal("-e fails=yes"));
    let Some((result, folder, lines)) = play(fails).await else { return };
    assert_eq!(result.unwrap_err().to_string(), "`ansible-playbook` ended with exit status 2 (good is 0)");
    assert!(lines.iter().any(|line| line.contains("asked for")), "{lines:#?}");
    assert!(folder.path().join("staging/site.yml").exists(), "what failed can be looked at");
}
