//! `breakpoint` and `sleep`: provisioners that only wait.

use crate::diag::Diagnostic;
use crate::plan::decode::Decoder;
use crate::plan::fields;
use crate::plan::provisioner::{BreakpointPlan, SleepPlan};
use crate::template::interpolate::Site;

pub(super) fn breakpoint(decoder: &mut Decoder<'_>) -> BreakpointPlan {
    let note = decoder.late("note", Site::Map(fields::BUILD));
    BreakpointPlan { note, disable: decoder.boolean("disable") }
}

pub(super) fn sleep(decoder: &mut Decoder<'_>) -> SleepPlan {
    if !decoder.is_set("duration") {
        decoder.missing(&["duration"], Diagnostic::error("`duration` must be set"));
    }
    SleepPlan { duration: decoder.duration("duration").unwrap_or_default() }
}
