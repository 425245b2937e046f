use super::*;
use crate::machine::qemu::fixture::qemu;

/// A host where `kvm` was tested before, with the given result.
fn prober(folder: &tempfile::TempDir) -> Prober {
    Prober {
        binary: "qemu-system-x86_64".into(),
        version: "10".into(),
        folder: Some(folder.path().to_owned()),
        anew: false,
    }
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_template_that_names_a_dead_accelerator_is_told_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let error = choose(&prober(&folder), &qemu(), &names(&["hax", "hax"])).await.unwrap_err().to_string();
    assert!(error.contains("`-accelerator tcg` or BOXWRIGHT_ACCELERATOR=tcg"), "{error}");
}

#[tokio::test]
async fn the_next_of_a_list_is_taken_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let choice = choose(&prober(&folder), &qemu(), &names(&["hax", "tcg"])).await.unwrap();
    assert_eq!(choice.accelerator, Accelerator { name: "tcg".into(), forced: true });
    assert!(choice.reason.starts_with("hax is not usable"), "{}", choice.reason);
}

#[tokio::test]
async fn what_the_user_asks_for_wins() {
    let folder = tempfile::tempdir().unwrap();
    let mut plan = qemu();
    plan.accelerator_override = Some("tcg".into());
    let choice = choose(&prober(&folder), &plan, &names(&["kvm"])).await.unwrap();
    assert_eq!(choice.accelerator, Accelerator { name: "tcg".into(), forced: true });
}

#[tokio::test]
async fn what_is_left_to_qemu_stays_left() {
    let folder = tempfile::tempdir().unwrap();
    let choice = choose(&prober(&folder), &qemu(), &[]).await.unwrap();
    assert_eq!(choice.accelerator, Accelerator { name: "none".into(), forced: false });
}

#[test]
fn verdicts_are_kept_by_accelerator_and_qemu() {
    let folder = tempfile::tempdir().unwrap();
    let open = |version| Verdicts::open(Some(folder.path()), "qemu", version);
    let verdict = Verdict::unusable("no");
    open("1").put("kvm", &verdict);
    if crate::io::journal::boot_id().is_empty() {
        return;
    }
    assert_eq!(open("1").get("kvm"), Some(verdict));
    assert_eq!(open("2").get("kvm"), None);
    assert_eq!(open("1").get("hvf"), None);
}
