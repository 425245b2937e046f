//! What people see of a machine: its window and its remote desktop.

use super::Call;
use crate::plan::virtualbox::VirtualBoxPlan;

/// Keeps VirtualBox's window from asking questions over a build. These settings are of all of the user's machines, so
/// they are left alone where no window is shown. `update_date` is the day of the next look for updates.
pub(in crate::machine::virtualbox) fn quiet(update_date: &str) -> Vec<Call> {
    let messages = "confirmInputCapture,remindAboutAutoCapture,remindAboutMouseIntegrationOff,\
        remindAboutMouseIntegrationOn,remindAboutWrongColorDepth";
    let settings = [
        ("GUI/RegistrationData", "triesLeft=0"),
        ("GUI/SuppressMessages", messages),
        ("GUI/UpdateDate", update_date),
        ("GUI/UpdateCheckCount", "60"),
    ];
    settings.into_iter().map(|(key, value)| Call::new(&["setextradata", "global", key, value])).collect()
}

pub(in crate::machine::virtualbox) fn remote_desktop(machine: &str, plan: &VirtualBoxPlan, port: &str) -> Call {
    let address = plan.vrdp_bind_address.as_str();
    Call::on("modifyvm", machine)
        .args(["--vrdeaddress", address, "--vrdeauthtype", "null", "--vrde", "on"])
        .args(["--vrdeport", port])
}
