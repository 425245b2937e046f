//! Errors on standard error, which come with any exit code.

/// The lines in which `VBoxManage` (`VBoxManage.exe`) reports an error, without its name.
pub(in crate::machine::virtualbox) fn errors(stderr: &str) -> Vec<&str> {
    stderr.lines().filter_map(error).collect()
}

/// Progress (`0%...10%...`) has no line end, so an error may follow it on the same line.
fn error(line: &str) -> Option<&str> {
    let line = &line[line.find("VBoxManage")?..];
    let (program, text) = line.split_once(": error:")?;
    (!program.contains(' ')).then(|| text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stand_between_progress_and_hints() {
        let stderr = "0%...10%...VBoxManage: error: Appliance write failed\r\n\
            VBoxManage.exe: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)\n\
            VBoxManage: warning: old option\nContext: \"Progress\" at line 534\n";
        let expected = ["Appliance write failed", "Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)"];
        assert_eq!(errors(stderr), expected);
        assert!(errors("0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\n").is_empty());
    }
}
