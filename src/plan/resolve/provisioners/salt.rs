//! `salt-masterless`

use std::path::{Component, Path, PathBuf};

use crate::diag::Diagnostic;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::provisioner::{Formula, GuestSystem, SaltPlan};

use super::guest::{Surroundings, local, system};

/// Folders of the guest that options have as defaults.
struct Folders {
    temporary: &'static str,
    states: &'static str,
    pillars: &'static str,
}

const UNIX: Folders = Folders { temporary: "/tmp/salt", states: "/srv/salt", pillars: "/srv/pillar" };
const WINDOWS: Folders =
    Folders { temporary: "C:/Windows/Temp/salt", states: "C:/salt/state", pillars: "C:/salt/pillar" };

pub(super) fn salt(decoder: &mut Decoder<'_>, surroundings: Surroundings<'_>) -> SaltPlan {
    let system = system(decoder, surroundings);
    let folders = if system == GuestSystem::Windows { WINDOWS } else { UNIX };
    decoder.check_rules();
    let bootstrap_args = decoder.string_or("bootstrap_args", "");
    SaltPlan {
        system,
        local_state_tree: state_tree(decoder),
        local_pillar_roots: local(decoder, "local_pillar_roots", Expect::Folder),
        formulas: formulas(decoder),
        remote_state_tree: decoder.string_or("remote_state_tree", folders.states),
        remote_pillar_roots: decoder.string_or("remote_pillar_roots", folders.pillars),
        minion_config: local(decoder, "minion_config", Expect::File),
        grains_file: local(decoder, "grains_file", Expect::File),
        custom_state: decoder.string("custom_state").filter(|state| state != "highstate"),
        bootstrap: (!decoder.boolean("skip_bootstrap")).then_some(bootstrap_args),
        sudo: !decoder.boolean("disable_sudo"),
        temp_config_dir: decoder.string_or("temp_config_dir", folders.temporary),
        no_exit_on_failure: decoder.boolean("no_exit_on_failure"),
        log_level: decoder.string_or("log_level", "info"),
        salt_call_args: decoder.string("salt_call_args"),
        salt_bin_dir: decoder.string("salt_bin_dir"),
    }
}

fn state_tree(decoder: &mut Decoder<'_>) -> PathBuf {
    local(decoder, "local_state_tree", Expect::Folder).unwrap_or_else(|| {
        decoder.missing(&["local_state_tree"], Diagnostic::error("`local_state_tree` must be set"));
        PathBuf::new()
    })
}

fn formulas(decoder: &mut Decoder<'_>) -> Vec<Formula> {
    let mut formulas = Vec::new();
    for url in decoder.spanned_strings("formulas") {
        if let Some(formula) = formula(&url.value) {
            formulas.push(formula);
        } else {
            let error = Diagnostic::error(format!("`{}` names no folder of a Git repository", url.value));
            decoder.push(error.at(&url.span).help("write it as git::https://host/name.git//folder?ref=tag"));
        }
    }
    formulas
}

/// `[git::]REPOSITORY.git//FOLDER[?ref=NAME]`
fn formula(url: &str) -> Option<Formula> {
    let url = url.strip_prefix("git::").unwrap_or(url);
    let (name, rest) = url.split_once(".git//")?;
    let (folder, query) = rest.split_once('?').unwrap_or((rest, ""));
    let folder = folder.trim_matches('/');
    let stays_within = Path::new(folder).components().all(|part| matches!(part, Component::Normal(_)));
    // Git would take the others for an option.
    if name.is_empty() || name.starts_with('-') || folder.is_empty() || !stays_within {
        return None;
    }
    let reference = query.split('&').find_map(|pair| pair.strip_prefix("ref="));
    let reference = reference.filter(|reference| !reference.is_empty()).map(str::to_owned);
    if reference.as_ref().is_some_and(|reference| reference.starts_with('-')) {
        return None;
    }
    Some(Formula { repository: format!("{name}.git"), folder: folder.to_owned(), reference })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_a_folder_of_a_repository() {
        let plain = formula("git::https://host.test/nginx-formula.git//nginx").unwrap();
        assert_eq!(
            (plain.repository.as_str(), plain.folder.as_str()),
            ("https://host.test/nginx-formula.git", "nginx")
        );
        let pinned = formula("git@host.test:a/b.git//deep/er/?depth=1&ref=v1.2").unwrap();
        assert_eq!((pinned.repository.as_str(), pinned.folder.as_str()), ("git@host.test:a/b.git", "deep/er"));
        assert_eq!(pinned.reference.as_deref(), Some("v1.2"));
    }

    #[test]
    fn what_leads_out_of_the_repository_or_into_options_is_none() {
        let wrong = ["https://a/b.git", "https://a/b.git//", "https://a/b.git//../c", "https://a/b//c", ".git//c"];
        for url in wrong.into_iter().chain(["--upload-pack=x.git//c", "https://a/b.git//c?ref=--force"]) {
            assert_eq!(formula(url), None, "{url}");
        }
    }
}
