//! `qemuargs`: switches that replace QEMU's defaults, and `qemuargs_append`, which adds to them.

use crate::plan::decode::Decoder;
use crate::plan::fields;
use crate::template::interpolate::{Late, Site};

pub(super) fn rows(decoder: &mut Decoder<'_>, key: &'static str) -> Vec<Vec<Late>> {
    let mut rows = Vec::new();
    for row in decoder.raw_rows(key) {
        if row.is_empty() {
            decoder.reject(key, format!("a row of `{key}` is empty; its first part is the switch"));
            continue;
        }
        let parts = decoder.late_each(row, Site::Struct(fields::QEMU_ARGUMENTS));
        rows.push(parts.into_iter().map(|part| part.value).collect());
    }
    rows
}
