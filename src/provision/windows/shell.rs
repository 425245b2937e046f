//! The provisioner `windows-shell`: scripts for `cmd`.

use super::Script;
use super::script::Terms;
use crate::comm::{Communicator, Upload};
use crate::io::Context;
use crate::plan::provisioner::WindowsShellPlan;
use crate::provision::{Error, GuestData, environment};

/// Windows takes no notice of it.
const MODE: u32 = 0o644;

pub(in crate::provision) async fn run(
    plan: &WindowsShellPlan,
    communicator: &impl Communicator,
    data: &GuestData,
    context: &Context,
) -> Result<(), Error> {
    let command = command(plan, data)?;
    let terms = Terms {
        events: &context.events,
        start_retry_timeout: plan.start_retry_timeout,
        valid_exit_codes: &plan.valid_exit_codes,
    };
    for script in Script::all(&plan.scripts, &data.fields)? {
        let content = script.content(|text| text.as_bytes().to_vec()).await?;
        let start = || async {
            communicator.upload(Upload::Bytes { bytes: &content, mode: MODE }, &plan.remote_path).await?;
            communicator.run(&command, terms.output()).await
        };
        terms.run(&script.name(), start).await?;
    }
    Ok(())
}

/// `cmd` has no quoting that would suit all values, so they stand as they are.
fn command(plan: &WindowsShellPlan, data: &GuestData) -> Result<String, Error> {
    let variables = environment::with_template(environment::of_build(data), &plan.environment, &data.fields)?;
    let mut fields = data.fields.clone();
    let format = environment::format(&plan.env_var_format, &data.fields)?;
    fields.insert("Vars".into(), environment::written(&variables, &format, str::to_owned));
    fields.insert("Path".into(), plan.remote_path.clone());
    plan.execute_command.render(&fields).map_err(Error::render("execute_command"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::comm::Exit;
    use crate::plan::provisioner::{Environment, Scripts};
    use crate::provision::testing::{Answer, Recorder, context, data, late};
    use crate::template::interpolate::Late;

    fn plan() -> WindowsShellPlan {
        WindowsShellPlan {
            scripts: Scripts::Inline { lines: vec![Late::literal("dir"), Late::literal("ver")], shebang: None },
            environment: Environment::from([("A".to_owned(), Late::literal("it's \"b\""))]),
            env_var_format: Late::literal("set \"%s=%s\" && "),
            remote_path: "c:/Windows/Temp/script.bat".into(),
            execute_command: late("{{.Vars}}\"{{.Path}}\""),
            valid_exit_codes: vec![0],
            start_retry_timeout: Duration::from_mins(5),
        }
    }

    #[tokio::test]
    async fn a_script_is_uploaded_and_run_with_its_variables() {
        let recorder = Recorder::default();
        run(&plan(), &recorder, &data(), &context().0).await.unwrap();
        let variables = "set \"A=it's \"b\"\" && set \"PACKER_BUILDER_TYPE=qemu\" && set \"PACKER_BUILD_NAME=box\" && ";
        let command = format!("run {variables}\"c:/Windows/Temp/script.bat\"");
        assert_eq!(recorder.calls(), ["upload c:/Windows/Temp/script.bat 644 dir\nver\n", &command]);
    }

    #[tokio::test]
    async fn a_status_that_is_not_valid_is_told() {
        let recorder = Recorder::answering("script.bat", [Answer::Exit(Exit::Status(9))]);
        let error = run(&plan(), &recorder, &data(), &context().0).await.unwrap_err();
        assert_eq!(error.to_string(), "inline script ended with exit status 9 (good is 0)");
    }

    #[tokio::test]
    async fn a_cut_session_can_be_valid() {
        let cut = || Recorder::answering("script.bat", [Answer::Exit(Exit::Disconnected)]);
        let error = run(&plan(), &cut(), &data(), &context().0).await.unwrap_err();
        assert!(error.to_string().contains("windows-restart"), "{error}");
        let plan = WindowsShellPlan { valid_exit_codes: vec![Exit::DISCONNECTED], ..plan() };
        run(&plan, &cut(), &data(), &context().0).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_guest_that_restarts_is_tried_again() {
        let recorder = Recorder::answering("script.bat", [Answer::Fail, Answer::Fail]);
        run(&plan(), &recorder, &data(), &context().0).await.unwrap();
        assert_eq!(recorder.calls().iter().filter(|call| call.starts_with("upload")).count(), 3);
    }
}
