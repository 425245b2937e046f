//! Post-processors: which of them belong to a build, and one file for each type with many options.

mod vagrant;

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::catalog::{CONVERT_EXTENSIONS, Role};
use crate::plan::decode::Decoder;
use crate::plan::post_processor::{
    ArtificePlan, ChecksumPlan, CompressPlan, ConvertPlan, MachineChanges, ManifestPlan, OvaPlan, PostProcessorAction,
    PostProcessorPlan,
};
use crate::plan::{Algorithm, BuildPlan, fields};
use crate::template::interpolate::Site;
use crate::template::{Language, PostProcessor};

use super::BuildContext;
use super::kinds::{self, Fate};
use super::provisioners::shell_local;
use super::select::fits;

const COMPRESS_OUTPUT: &str = "packer_{{.BuildName}}_{{.BuilderType}}";
const OVF_EXTENSION: &str = ".ovf";
const OVA_OUTPUT: &str = "packer_{{.BuildName}}_{{.BuilderType}}.ova";

/// VirtualBox's limits.
const MAX_PROCESSORS: i64 = 64;
const MAX_MEMORY_MIB: i64 = 2 << 20;

const CHECKSUM_OUTPUT: &str = "packer_{{.BuildName}}_{{.BuilderType}}_{{.ChecksumType}}.checksum";

pub(super) fn post_processors(
    context: &BuildContext<'_>,
    plan: &BuildPlan,
    sequences: Vec<Vec<PostProcessor>>,
    diagnostics: &mut Diagnostics,
) -> Vec<Vec<PostProcessorPlan>> {
    let files_may_come = can_make_files(plan, &sequences);
    let plans = sequences.into_iter().map(|sequence| self::sequence(context, files_may_come, sequence, diagnostics));
    plans.filter(|sequence| !sequence.is_empty()).collect()
}

/// `-except` ends a sequence before the post-processor it names.
fn sequence(
    context: &BuildContext<'_>,
    files_may_come: bool,
    sequence: Vec<PostProcessor>,
    diagnostics: &mut Diagnostics,
) -> Vec<PostProcessorPlan> {
    let wanted = sequence.into_iter().take_while(|processor| !is_excepted(context, processor));
    wanted.filter_map(|processor| post_processor(context, files_may_come, processor, diagnostics)).collect()
}

/// By name; in HCL2 by type as well.
fn is_excepted(context: &BuildContext<'_>, processor: &PostProcessor) -> bool {
    let language = context.template.language();
    let by_type = language == Language::Hcl;
    context
        .options
        .except
        .iter()
        .any(|word| fits(language, word, &processor.name) || (by_type && fits(language, word, &processor.kind.value)))
}

fn post_processor(
    context: &BuildContext<'_>,
    files_may_come: bool,
    processor: PostProcessor,
    diagnostics: &mut Diagnostics,
) -> Option<PostProcessorPlan> {
    let action = match kinds::fate(Role::PostProcessor, &processor.kind, context.options.purpose, diagnostics)? {
        Fate::Run(component) => {
            let mut decoder = context.decoder(component, processor.config);
            let action = action(component.kind, &mut decoder, files_may_come);
            diagnostics.extend(decoder.finish());
            action
        }
        Fate::Check(component) => {
            let mut decoder = context.decoder(component, processor.config);
            decoder.check_by_table();
            diagnostics.extend(decoder.finish());
            PostProcessorAction::NotRun
        }
        Fate::Foreign => PostProcessorAction::NotRun,
        Fate::Skip => return None,
    };
    Some(PostProcessorPlan {
        kind: processor.kind.value,
        name: processor.name,
        keep_input_artifact: processor.keep_input_artifact,
        action,
    })
}

/// `kinds` has refused every other type.
fn action(kind: &str, decoder: &mut Decoder<'_>, files_may_come: bool) -> PostProcessorAction {
    match kind {
        "vagrant" => PostProcessorAction::Vagrant(Box::new(vagrant::vagrant(decoder, files_may_come))),
        "checksum" => PostProcessorAction::Checksum(checksum(decoder)),
        "compress" => PostProcessorAction::Compress(compress(decoder)),
        "ova" => PostProcessorAction::Ova(Box::new(ova(decoder))),
        "convert" => PostProcessorAction::Convert(Box::new(convert(decoder))),
        "manifest" => PostProcessorAction::Manifest(manifest(decoder)),
        "artifice" => PostProcessorAction::Artifice(artifice(decoder)),
        _ => PostProcessorAction::ShellLocal(Box::new(shell_local::of_post_processor(decoder))),
    }
}

fn checksum(decoder: &mut Decoder<'_>) -> ChecksumPlan {
    let names = decoder.spanned_strings("checksum_types");
    let mut types = Vec::with_capacity(names.len());
    for name in names {
        match Algorithm::by_name(&name.value) {
            Some(algorithm) => types.push(algorithm),
            None => decoder.reject(
                "checksum_types",
                format!("unknown checksum type `{}`; use md5, sha1, sha224, sha256, sha384, sha512", name.value),
            ),
        }
    }
    if types.is_empty() {
        types.push(Algorithm::Md5);
    }
    let site = fields::with_build(fields::CHECKSUM);
    ChecksumPlan { types, output: decoder.late_or("output", CHECKSUM_OUTPUT, Site::Map(&site)) }
}

fn compress(decoder: &mut Decoder<'_>) -> CompressPlan {
    let pattern = decoder.raw_string("output").unwrap_or_else(|| COMPRESS_OUTPUT.to_owned());
    let site = fields::with_build(fields::COMPRESS);
    CompressPlan {
        output: decoder.late_or("output", COMPRESS_OUTPUT, Site::Map(&site)),
        output_pattern: pattern,
        format: decoder.string("format"),
        compression_level: decoder.number("compression_level", -1..=i64::from(i32::MAX)).unwrap_or(0).min(9),
    }
}

fn ova(decoder: &mut Decoder<'_>) -> OvaPlan {
    let site = fields::with_build(fields::COMPRESS);
    OvaPlan { output: decoder.late_or("output", OVA_OUTPUT, Site::Map(&site)), machine: machine(decoder) }
}

fn convert(decoder: &mut Decoder<'_>) -> ConvertPlan {
    if decoder.raw_string("output").is_none() {
        decoder.missing(&["output"], Diagnostic::error("`output` must be set"));
    }
    let site = fields::with_build(fields::COMPRESS);
    let format = decoder.choice("format");
    check_extension(format.as_deref(), decoder);
    ConvertPlan {
        output: decoder.late_or("output", "", Site::Map(&site)),
        format,
        compression: decoder.choice("compression"),
        compression_level: decoder.number("compression_level", 1..=19),
        keep_unused: decoder.boolean("keep_unused"),
        machine: machine(decoder),
    }
}

/// A build should not run for an hour before it is found out that nobody knows what to make of its disk.
fn check_extension(format: Option<&str>, decoder: &mut Decoder<'_>) {
    let Some(output) = decoder.raw_string("output").map(|output| output.to_ascii_lowercase()) else { return };
    let is_known = CONVERT_EXTENSIONS.iter().any(|extension| output.ends_with(extension));
    let is_open = output.is_empty() || output.ends_with("}}");
    if format == Some("ovf") && !is_open && !output.ends_with(OVF_EXTENSION) {
        decoder.reject("output", "a machine's description must be called `.ovf` at the end");
    } else if format.is_none() && !is_open && !is_known {
        decoder.reject("output", "its name does not tell the image's format; set `format`");
    }
}

fn machine(decoder: &mut Decoder<'_>) -> MachineChanges {
    MachineChanges {
        vm_name: decoder.string("vm_name"),
        guest_os_type: decoder.string("guest_os_type"),
        processors: decoder.number("cpus", 1..=MAX_PROCESSORS),
        memory_mib: decoder.number("memory", 4..=MAX_MEMORY_MIB),
        efi: decoder.choice("firmware").map(|firmware| firmware == "efi"),
    }
}

fn manifest(decoder: &mut Decoder<'_>) -> ManifestPlan {
    ManifestPlan {
        output: decoder.string_or("output", "packer-manifest.json").into(),
        strip_path: decoder.boolean("strip_path"),
        strip_time: decoder.boolean("strip_time"),
        custom_data: decoder.late_map("custom_data", Site::Map(fields::BUILD)),
    }
}

fn artifice(decoder: &mut Decoder<'_>) -> ArtificePlan {
    let files = decoder.strings("files");
    if files.is_empty() {
        decoder.missing(&["files"], Diagnostic::error("`files` must be set"));
    }
    ArtificePlan { files }
}

/// Whether the build can write files on this host before its post-processors need them.
fn can_make_files(plan: &BuildPlan, sequences: &[Vec<PostProcessor>]) -> bool {
    let by_provisioner = plan.provisioners.iter().any(|provisioner| provisioner.action.can_make_files());
    by_provisioner || sequences.iter().flatten().any(|step| step.kind.value == "shell-local")
}
