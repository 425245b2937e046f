//! UEFI firmware: pairs of code and variable store, found through the descriptors that QEMU defines
//! (`docs/interop/firmware.json` in its sources) or at the well-known places.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Deserialize;

use crate::machine::Error;

/// Code and variables of a UEFI machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firmware {
    pub code: Image,
    /// The template that a machine's own store is copied from, or that store.
    pub variables: Image,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Image {
    #[serde(rename = "filename")]
    pub path: PathBuf,
    /// `raw` or `qcow2`.
    #[serde(default = "raw")]
    pub format: String,
}

fn raw() -> String {
    "raw".to_owned()
}

impl Firmware {
    pub fn raw(code: PathBuf, variables: PathBuf) -> Self {
        let image = |path| Image { path, format: raw() };
        Self { code: image(code), variables: image(variables) }
    }

    /// The same with the machine's own store in place of the template.
    #[must_use]
    pub fn with_store(mut self, store: PathBuf) -> Self {
        self.variables.path = store;
        self
    }
}

/// The part of a descriptor that matters here.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Descriptor {
    #[serde(default)]
    interface_types: Vec<String>,
    mapping: serde_json::Value,
    #[serde(default)]
    targets: Vec<Target>,
    #[serde(default)]
    features: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Target {
    architecture: String,
    #[serde(default)]
    machines: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Flash {
    executable: Image,
    nvram_template: Image,
}

impl Descriptor {
    /// Code and variables in flash; other mappings (memory, kernel) have no store.
    fn pair(&self) -> Option<Firmware> {
        if self.mapping.get("device")? != "flash" || !self.interface_types.iter().any(|kind| kind == "uefi") {
            return None;
        }
        let Flash { executable, nvram_template } = serde_json::from_value(self.mapping.clone()).ok()?;
        Some(Firmware { code: executable, variables: nvram_template })
    }

    fn fits(&self, wanted: &Wanted) -> bool {
        let machine = |patterns: &[String]| patterns.iter().any(|pattern| wanted.matches(pattern));
        self.targets.iter().any(|target| target.architecture == wanted.architecture && machine(&target.machines))
    }

    /// Secure boot refuses unsigned boot loaders and needs a machine with SMM: only when nothing else is there.
    fn rank(&self) -> u8 {
        let has = |name: &str| self.features.iter().any(|feature| feature == name);
        u8::from(has("enrolled-keys")) * 4 + u8::from(has("requires-smm")) * 2 + u8::from(has("secure-boot"))
    }
}

/// The machine that firmware is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// QEMU's name: x86_64, aarch64…
    pub architecture: String,
    /// `-machine` type, such as `pc` or `q35`.
    pub machine_type: String,
}

impl Wanted {
    /// Descriptors name versioned machines (`pc-q35-*`), templates mostly the short names.
    fn matches(&self, pattern: &str) -> bool {
        let full = match self.machine_type.as_str() {
            "pc" => "pc-i440fx-latest",
            "q35" => "pc-q35-latest",
            "virt" => "virt-latest",
            other => other,
        };
        glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(full) || pattern.matches(&self.machine_type))
    }
}

/// The folders of descriptors, the first one wins over the others.
fn descriptor_folders() -> Vec<PathBuf> {
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    let mut folders: Vec<_> = config.into_iter().map(|config| config.join("qemu/firmware")).collect();
    folders.extend(
        ["/etc/qemu/firmware", "/usr/local/share/qemu/firmware", "/usr/share/qemu/firmware"].map(PathBuf::from),
    );
    folders.push(PathBuf::from("/opt/homebrew/share/qemu/firmware"));
    folders
}

/// By file name: a name in an earlier folder hides the same name in later ones, and an empty file hides
/// without taking its place.
fn descriptors(folders: &[PathBuf]) -> Vec<Descriptor> {
    let mut files = BTreeMap::new();
    for folder in folders {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            if path.extension().is_some_and(|extension| extension == "json") {
                files.entry(path.file_name().unwrap_or_default().to_owned()).or_insert(path);
            }
        }
    }
    // A file that cannot be read or is of a newer form is as good as none.
    files.values().filter_map(|path| serde_json::from_str(&fs::read_to_string(path).ok()?).ok()).collect()
}

/// All pairs for a machine whose files exist, best first.
pub fn pairs(wanted: &Wanted) -> Vec<Firmware> {
    pairs_in(&descriptor_folders(), wanted)
}

fn pairs_in(folders: &[PathBuf], wanted: &Wanted) -> Vec<Firmware> {
    let mut fitting: Vec<_> = descriptors(folders).into_iter().filter(|descriptor| descriptor.fits(wanted)).collect();
    fitting.sort_by_key(Descriptor::rank);
    let exists = |pair: &Firmware| pair.code.path.is_file() && pair.variables.path.is_file();
    let described = fitting.iter().filter_map(Descriptor::pair).filter(exists);
    described.chain(well_known(&wanted.architecture).into_iter().filter(exists)).collect()
}

/// Where distributions put the files when they ship no descriptors.
fn well_known(architecture: &str) -> Vec<Firmware> {
    let places: &[(&str, &str)] = match architecture {
        "x86_64" => &[
            ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
            ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
            ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
            ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
        ],
        "aarch64" => &[("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd")],
        _ => &[],
    };
    places.iter().map(|(code, variables)| Firmware::raw(PathBuf::from(code), PathBuf::from(variables))).collect()
}

/// The pair for a template: what it names, and the rest to match.
pub fn choose(code: Option<&Path>, variables: Option<&Path>, wanted: &Wanted) -> Result<Firmware, Error> {
    choose_from(&pairs(wanted), code, variables, wanted)
}

fn choose_from(
    pairs: &[Firmware],
    code: Option<&Path>,
    variables: Option<&Path>,
    wanted: &Wanted,
) -> Result<Firmware, Error> {
    match (code, variables) {
        (Some(code), Some(variables)) => Ok(Firmware { code: image(code)?, variables: image(variables)? }),
        (Some(code), None) => {
            let described = pairs.iter().find(|pair| pair.code.path == code).map(|pair| pair.variables.clone());
            let variables = described.map_or_else(|| image(&store_beside(code)), Ok)?;
            Ok(Firmware { code: image(code)?, variables })
        }
        (None, Some(variables)) => {
            let described = pairs.iter().find(|pair| pair.variables.path == variables);
            let pair = described.or_else(|| pairs.first()).ok_or_else(|| none_found(wanted))?;
            Ok(Firmware { code: pair.code.clone(), variables: image(variables)? })
        }
        (None, None) => pairs.first().cloned().ok_or_else(|| none_found(wanted)),
    }
}

fn none_found(Wanted { architecture, machine_type }: &Wanted) -> Error {
    Error::Host {
        message: format!(
            "no UEFI firmware for {architecture} `{machine_type}` found; install it (package ovmf, edk2-ovmf or \
             qemu-efi-aarch64) or name the files with `efi_firmware_code` and `efi_firmware_vars`"
        ),
    }
}

/// The customary name of the variables that belong to a code file.
fn store_beside(code: &Path) -> PathBuf {
    let name = code.file_name().unwrap_or_default().to_string_lossy();
    code.with_file_name(name.replace("CODE", "VARS").replace("code", "vars").replace(".secboot", ""))
}

fn image(path: &Path) -> Result<Image, Error> {
    let action = format!("read the UEFI firmware {}", path.display());
    let mut start = [0; 4];
    let file = fs::File::open(path).map_err(Error::io(action.clone()))?;
    let length = std::io::Read::read(&mut { file }, &mut start).map_err(Error::io(action))?;
    let is_qcow2 = length == 4 && start == *b"QFI\xfb";
    Ok(Image { path: path.to_owned(), format: if is_qcow2 { "qcow2".to_owned() } else { raw() } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(machine_type: &str) -> Wanted {
        Wanted { architecture: "x86_64".to_owned(), machine_type: machine_type.to_owned() }
    }

    /// A descriptor whose files exist in `folder` under names that start with `name`.
    fn describe(folder: &Path, file: &str, name: &str, machine: &str, features: &[&str]) {
        let path = |part: &str| folder.join(format!("{name}_{part}.fd"));
        fs::write(path("CODE"), "").unwrap();
        fs::write(path("VARS"), "").unwrap();
        let text = serde_json::json!({
            "description": "", "interface-types": ["uefi"], "features": features, "tags": [],
            "mapping": {
                "device": "flash", "mode": "split",
                "executable": { "filename": path("CODE"), "format": "raw" },
                "nvram-template": { "filename": path("VARS"), "format": "qcow2" },
            },
            "targets": [{ "architecture": "x86_64", "machines": [machine] }],
        });
        fs::write(folder.join(file), text.to_string()).unwrap();
    }

    fn codes(folders: &[PathBuf], machine_type: &str) -> Vec<String> {
        let in_folders = |pair: &Firmware| folders.iter().any(|folder| pair.code.path.starts_with(folder));
        let pairs = pairs_in(folders, &wanted(machine_type)).into_iter().filter(in_folders);
        pairs.map(|pair| pair.code.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn firmware_without_secure_boot_comes_first_and_machines_must_fit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        describe(path, "40-enrolled.json", "enrolled", "pc-q35-*", &["secure-boot", "requires-smm", "enrolled-keys"]);
        describe(path, "50-secure.json", "secure", "pc-q35-*", &["secure-boot", "requires-smm"]);
        describe(path, "60-plain.json", "plain", "pc-*", &["acpi-s3"]);
        fs::write(path.join("70-broken.json"), "{").unwrap();
        let folders = [path.to_owned()];
        assert_eq!(codes(&folders, "q35"), ["plain_CODE.fd", "secure_CODE.fd", "enrolled_CODE.fd"]);
        assert_eq!(codes(&folders, "pc"), ["plain_CODE.fd"]);
        assert_eq!(codes(&folders, "microvm"), [""; 0]);
    }

    #[test]
    fn an_earlier_folder_hides_a_file_of_the_same_name() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        describe(second.path(), "10-a.json", "a", "pc-*", &[]);
        describe(second.path(), "20-b.json", "b", "pc-*", &[]);
        fs::write(first.path().join("10-a.json"), "").unwrap();
        let folders = [first.path().to_owned(), second.path().to_owned()];
        assert_eq!(codes(&folders, "pc"), ["b_CODE.fd"]);
    }

    #[test]
    fn what_the_template_names_is_completed() {
        let folder = tempfile::tempdir().unwrap();
        describe(folder.path(), "10-a.json", "a", "pc-*", &[]);
        let pairs = pairs_in(&[folder.path().to_owned()], &wanted("pc"));
        let code = folder.path().join("own_CODE.secboot.fd");
        fs::write(&code, b"QFI\xfb rest").unwrap();
        fs::write(folder.path().join("own_VARS.fd"), "").unwrap();
        let own = choose_from(&pairs, Some(&code), None, &wanted("pc")).unwrap();
        assert_eq!(own.code.format, "qcow2");
        assert_eq!(own.variables, Image { path: folder.path().join("own_VARS.fd"), format: raw() });
        let described = choose_from(&pairs, Some(&folder.path().join("a_CODE.fd")), None, &wanted("pc")).unwrap();
        assert_eq!(described.variables, Image { path: folder.path().join("a_VARS.fd"), format: "qcow2".to_owned() });
        let error = choose_from(&[], None, None, &wanted("pc")).unwrap_err();
        assert!(error.to_string().contains("efi_firmware_code"), "{error}");
    }
}
