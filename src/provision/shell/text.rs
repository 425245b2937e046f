//! What a script looks like when it goes to the guest, and where it goes.

use crate::plan::provisioner::ShellPlan;
use crate::provision::Error;
use crate::template::interpolate::{Fields, Late};

/// The lines as one script. Each is filled in by itself, as in Packer.
pub(in crate::provision) fn inline_text(
    lines: &[Late],
    shebang: Option<&Late>,
    fields: &Fields,
) -> Result<String, Error> {
    let mut text = String::new();
    if let Some(shebang) = shebang {
        let shebang = shebang.render(fields).map_err(Error::render("inline_shebang"))?;
        text = format!("#!{shebang}\n");
    }
    for line in lines {
        text.push_str(&line.render(fields).map_err(Error::render("an inline command"))?);
        text.push('\n');
    }
    Ok(text)
}

pub(super) fn remote_path(plan: &ShellPlan, folder: &str, number: u32, fields: &Fields) -> Result<String, Error> {
    if let Some(path) = &plan.remote_path {
        return path.render(fields).map_err(Error::render("remote_path"));
    }
    let file = match &plan.remote_file {
        Some(file) => file.render(fields).map_err(Error::render("remote_file"))?,
        None => format!("script_{number}.sh"),
    };
    Ok(format!("{folder}/{file}"))
}

/// Windows line ends become Unix ones, and the last line gets an end.
pub(super) fn unix_text(script: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(script.len() + 1);
    for line in script.split_inclusive(|&byte| byte == b'\n') {
        text.extend_from_slice(line.strip_suffix(b"\r\n").or(line.strip_suffix(b"\n")).unwrap_or(line));
        text.push(b'\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::shell::tests::{inline, plan};
    use crate::provision::testing::late;

    #[test]
    fn a_shebang_of_ones_own_is_not_doubled() {
        let lines = [Late::literal("#!/usr/bin/env bash\necho 1")];
        assert_eq!(inline_text(&lines, None, &Fields::new()).unwrap(), "#!/usr/bin/env bash\necho 1\n");
    }

    #[test]
    fn remote_names_follow_the_template() {
        let mut plan = plan(inline(&[]));
        let fields = Fields::from([("Host".to_owned(), "there".to_owned())]);
        let path_of = |plan: &_| remote_path(plan, "/tmp", 7, &fields).unwrap();
        assert_eq!(path_of(&plan), "/tmp/s.sh");
        plan.remote_path = None;
        assert_eq!(path_of(&plan), "/tmp/script_7.sh");
        plan.remote_file = Some(late("{{ .Host }}.sh"));
        assert_eq!(path_of(&plan), "/tmp/there.sh");
    }
}
