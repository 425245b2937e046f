//! Disks of the guest.

use crate::plan::decode::Decoder;
use crate::plan::qemu::DiskPlan;

const DEFAULT_SIZE: &str = "40960M";

pub(super) fn disk(decoder: &mut Decoder<'_>) -> DiskPlan {
    let format = decoder.choice("format").unwrap_or_else(|| String::from("qcow2"));
    let from_image = decoder.boolean("disk_image");
    let use_backing_file = decoder.boolean("use_backing_file");
    let is_qcow2 = format == "qcow2";
    if use_backing_file && !(from_image && is_qcow2) {
        decoder.reject("use_backing_file", "`use_backing_file` needs `disk_image` and the format qcow2");
    }
    let skip_resize = decoder.boolean("skip_resize_disk");
    if skip_resize && !from_image {
        decoder.reject("skip_resize_disk", "`skip_resize_disk` needs `disk_image`");
    }
    let [qemu_img_convert, qemu_img_create, qemu_img_resize] = qemu_img_arguments(decoder);
    DiskPlan {
        size: size(decoder),
        additional_sizes: decoder.strings("disk_additional_size"),
        interface: decoder.choice("disk_interface").unwrap_or_else(|| String::from("virtio")),
        cache: decoder.choice("disk_cache").unwrap_or_else(|| String::from("writeback")),
        discard: decoder.choice("disk_discard"),
        detect_zeroes: decoder.choice("disk_detect_zeroes"),
        compression: decoder.boolean("disk_compression") && is_qcow2,
        skip_compaction: decoder.boolean("skip_compaction") || !is_qcow2 || use_backing_file,
        from_image,
        use_backing_file,
        stands_on_image: false,
        skip_resize,
        format,
        qemu_img_convert,
        qemu_img_create,
        qemu_img_resize,
    }
}

/// Digits and at most one unit; without one they are MiB.
fn size(decoder: &mut Decoder<'_>) -> String {
    let Some(text) = decoder.string("disk_size").filter(|text| text != "0") else { return DEFAULT_SIZE.to_owned() };
    let digits = text.strip_suffix(|last: char| "bkmgtBKMGT".contains(last)).unwrap_or(&text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        decoder.reject(
            "disk_size",
            format!("`disk_size` cannot be `{text}`; write digits and one of b, k, m, g, t: `40G`"),
        );
        return DEFAULT_SIZE.to_owned();
    }
    if digits == text { format!("{text}M") } else { text }
}

/// The lists `convert`, `create` and `resize` of `qemu_img_args`.
fn qemu_img_arguments(decoder: &mut Decoder<'_>) -> [Vec<String>; 3] {
    let Some(mut inner) = decoder.nested("qemu_img_args") else { return Default::default() };
    let lists = ["convert", "create", "resize"].map(|key| inner.strings(key));
    decoder.absorb(inner);
    lists
}
