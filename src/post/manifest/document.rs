//! The manifest as text, with Packer's keys in Packer's order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// In order of completion. Earlier ones stay as they were written.
    #[serde(default)]
    builds: Vec<serde_json::Value>,
    #[serde(default)]
    last_run_uuid: String,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of Packer's keys")]
pub(super) struct Build {
    pub(super) name: String,
    pub(super) builder_type: String,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) build_time: Option<i64>,
    pub(super) files: Option<Vec<File>>,
    pub(super) artifact_id: String,
    pub(super) packer_run_uuid: String,
    pub(super) custom_data: Option<CustomData>,
}

#[derive(Debug, Serialize)]
pub(super) struct File {
    pub(super) name: String,
    /// Bytes.
    pub(super) size: u64,
}

pub(super) type CustomData = BTreeMap<String, String>;

impl Manifest {
    pub(super) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        if text.is_empty() { Ok(Self::default()) } else { serde_json::from_str(text) }
    }

    /// `force` starts anew once in each run.
    pub(super) fn add(&mut self, build: Build, run_uuid: &str, force: bool) {
        if force && self.last_run_uuid != run_uuid {
            self.builds.clear();
        }
        self.builds.push(serde_json::to_value(build).expect("texts and numbers are always JSON"));
        run_uuid.clone_into(&mut self.last_run_uuid);
    }

    /// Two spaces for each level and no newline at the end.
    pub(super) fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and numbers are always JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(name: &str) -> Build {
        Build {
            name: name.into(),
            builder_type: "qemu".into(),
            build_time: Some(1_795_231_334),
            files: None,
            artifact_id: "VM".into(),
            packer_run_uuid: "run".into(),
            custom_data: None,
        }
    }

    fn names(manifest: &Manifest) -> Vec<&str> {
        manifest.builds.iter().filter_map(|build| build["name"].as_str()).collect()
    }

    #[test]
    fn force_drops_the_builds_of_other_runs_only() {
        let mut manifest = Manifest::parse("").unwrap();
        manifest.add(build("first"), "run 1", false);
        manifest.add(build("second"), "run 2", false);
        assert_eq!(names(&manifest), ["first", "second"]);
        manifest.add(build("third"), "run 3", true);
        manifest.add(build("fourth"), "run 3", true);
        assert_eq!(names(&manifest), ["third", "fourth"]);
    }

    #[test]
    fn earlier_builds_stay_as_they_were() {
        let text = r#"{"builds": [{"name": "old", "extra": [1]}], "last_run_uuid": "x"}"#;
        let mut manifest = Manifest::parse(text).unwrap();
        manifest.add(build("new"), "run", false);
        insta::assert_snapshot!(manifest.to_text(), @r#"
        {
          "builds": [
            {
              "name": "old",
              "extra": [
                1
              ]
            },
            {
              "name": "new",
              "builder_type": "qemu",
              "build_time": 1795231334,
              "files": null,
              "artifact_id": "VM",
              "packer_run_uuid": "run",
              "custom_data": null
            }
          ],
          "last_run_uuid": "run"
        }
        "#);
    }
}
