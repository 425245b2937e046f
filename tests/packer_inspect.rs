//! Packer as the judge: what `inspect` prints of a template in HCL2 is what Packer 1.6.6 prints, byte for byte.
//!
//! All values of variables and local values are in it, so this holds our evaluation against Packer's.

#![cfg(test)]

#[path = "support/tools.rs"]
mod tools;

use std::path::Path;

use boxwright::process::Cmd;
use tools::tool_or_skip;

/// Templates that use nothing newer than 1.6.6.
const TEMPLATES: [&str; 6] = [
    "hcl/folder",
    "hcl/expressions.pkr.hcl",
    "hcl/typed-variables.pkr.hcl",
    "hcl/several-sources.pkr.hcl",
    "hcl/late-values.pkr.hcl",
    "hcl/post-processors.pkr.hcl",
];

async fn inspected(program: &Path, template: &str, flags: &[&str]) -> String {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let command = Cmd::new(program).arg("inspect").args(flags).arg(template).current_dir(corpus);
    let command =
        command.env("CHECKPOINT_DISABLE", "1").env("PACKER_NO_COLOR", "1").env("PKR_VAR_from_environment", "env");
    command.output().await.unwrap().stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn inspect_prints_what_packer_prints() {
    let Some(packer) = tool_or_skip("packer") else { return };
    let ours = Path::new(env!("CARGO_BIN_EXE_boxwright"));
    for template in TEMPLATES {
        let expected = inspected(&packer, template, &[]).await;
        assert!(expected.contains("> builds:\n\n  > "), "{template}: {expected}");
        assert_eq!(inspected(ours, template, &[]).await, expected, "{template}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_win_in_packers_order() {
    let Some(packer) = tool_or_skip("packer") else { return };
    let ours = Path::new(env!("CARGO_BIN_EXE_boxwright"));
    // 1.6.6 reads each HCL2 file before all of JSON; later ones go by the command line.
    let file = "-var-file=hcl/folder/later.json";
    let flags = ["-var=from_flag=first", file, "-var=from_flag=flag", "-var=required=[\"x\", \"y\"]"];
    for flags in [&flags[..], &[file]] {
        let expected = inspected(&packer, "hcl/folder", flags).await;
        assert!(expected.contains("var.from_environment: \"env\""), "{expected}");
        assert_eq!(inspected(ours, "hcl/folder", flags).await, expected, "{flags:?}");
    }
}
