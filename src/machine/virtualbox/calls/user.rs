//! The template's own calls (`vboxmanage`, `vboxmanage_post`).

use super::Call;
use crate::machine::Error;
use crate::template::interpolate::{Fields, Late};

/// Names of one and the same controller in templates of different years.
const SPELLINGS: [[&str; 2]; 5] = [
    ["IDE Controller", "IDE"],
    ["SATA Controller", "SATA"],
    ["SCSI Controller", "SCSI"],
    ["NVMe Controller", "NVMe"],
    ["Floppy Controller", "Floppy"],
];

/// With `controllers` (those the machine has) a name of the other spelling is put right.
pub(in crate::machine::virtualbox) fn user_calls(
    calls: &[Vec<Late>],
    fields: &Fields,
    controllers: &[String],
) -> Result<Vec<Call>, Error> {
    calls.iter().map(|call| user_call(call, fields, controllers)).collect()
}

fn user_call(call: &[Late], fields: &Fields, controllers: &[String]) -> Result<Call, Error> {
    let render = |word: &Late| word.render(fields).map_err(|error| Error::Plan { message: error.to_string() });
    let mut words = call.iter().map(render).collect::<Result<Vec<_>, _>>()?;
    for index in 1..words.len() {
        if names_controller(&words[0], &words[index - 1])
            && let Some(name) = other_spelling(&words[index], controllers)
        {
            name.clone_into(&mut words[index]);
        }
    }
    Ok(Call(words.into_iter().map(Into::into).collect()))
}

/// Whether a controller's name follows the option. A new one is named as the template says.
fn names_controller(command: &str, option: &str) -> bool {
    match command {
        "storageattach" | "bandwidthctl" => option == "--storagectl",
        "storagectl" => option == "--name",
        _ => false,
    }
}

fn other_spelling<'a>(name: &str, controllers: &'a [String]) -> Option<&'a str> {
    if controllers.iter().any(|known| known == name) {
        return None;
    }
    let spellings = SPELLINGS.iter().find(|spellings| spellings.contains(&name))?;
    controllers.iter().find(|known| spellings.contains(&known.as_str())).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(words: &[&str], controllers: &[&str]) -> Vec<String> {
        let call: Vec<_> = words.iter().map(|word| Late::literal(*word)).collect();
        let controllers: Vec<_> = controllers.iter().map(|&name| name.to_owned()).collect();
        user_calls(&[call], &Fields::new(), &controllers).unwrap().remove(0).words()
    }

    #[test]
    fn both_spellings_of_a_controller_mean_the_one_that_is_there() {
        let attach = |name| ["storageattach", "box", "--storagectl", name, "--port", "2"];
        assert_eq!(called(&attach("SATA"), &["IDE Controller", "SATA Controller"])[3], "SATA Controller");
        assert_eq!(called(&attach("SATA Controller"), &["SATA"])[3], "SATA");
        assert_eq!(called(&attach("SATA"), &["SATA", "SATA Controller"])[3], "SATA");
        assert_eq!(called(&attach("SATA"), &["IDE Controller"])[3], "SATA");
        assert_eq!(called(&attach("Other"), &["IDE Controller"])[3], "Other");
    }

    #[test]
    fn a_controller_that_the_template_makes_keeps_its_name() {
        let words = ["storagectl", "box", "--name", "SCSI", "--add", "scsi"];
        assert_eq!(called(&words, &["IDE Controller"])[3], "SCSI");
        let words = ["modifyvm", "box", "--name", "IDE"];
        assert_eq!(called(&words, &["IDE Controller"])[3], "IDE");
    }
}
