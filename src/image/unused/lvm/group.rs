//! The description of a volume group, and the places of its volumes. All that it can say must be known here: what is
//! not may change what a block means.

use super::label::Label;
use super::text::{Section, Value};
use crate::image::unused::partitions::{Partition, SECTOR_BYTES};
use crate::image::unused::volume::Volume;

const CONTENTS: &str = "Text Format Volume Group";

const GROUP: &[&str] = &[
    "id",
    "seqno",
    "format",
    "status",
    "flags",
    "tags",
    "system_id",
    "extent_size",
    "max_lv",
    "max_pv",
    "metadata_copies",
    "allocation_policy",
    "profile",
    "physical_volumes",
    "logical_volumes",
];
const GROUP_STATUS: &[&str] = &["RESIZEABLE", "READ", "WRITE"];

const PHYSICAL: &[&str] = &[
    "id",
    "device",
    "device_id",
    "device_id_type",
    "status",
    "flags",
    "tags",
    "dev_size",
    "pe_start",
    "pe_count",
    "ba_start",
    "ba_size",
];
const PHYSICAL_STATUS: &[&str] = &["ALLOCATABLE"];

/// Beside `segment1` and so on.
const LOGICAL: &[&str] = &[
    "id",
    "status",
    "flags",
    "tags",
    "creation_time",
    "creation_host",
    "allocation_policy",
    "profile",
    "read_ahead",
    "segment_count",
];
const LOGICAL_STATUS: &[&str] = &["READ", "WRITE", "VISIBLE"];

/// A segment of one stripe is what LVM's commands call linear.
const SEGMENT: &[&str] = &["start_extent", "extent_count", "type", "stripe_count", "stripes", "tags"];

/// Where extents are: numbers of bytes.
struct Extents<'t> {
    /// The physical volume's name in this text.
    name: &'t str,
    partition: Partition,
    /// Of the first one, within the partition.
    start: u64,
    length: u64,
    count: u64,
}

/// A run of extents: the first one, and how many they are.
type Run = (u64, u64);

/// The group's volumes; `None` if not all of them are linear and on this partition alone.
pub(super) fn volumes(root: &Section, label: &Label, partition: Partition) -> Option<Vec<Volume>> {
    if text(root, "contents")? != CONTENTS || number(root, "version")? != 1 {
        return None;
    }
    let mut groups = root.values().filter_map(Value::section);
    let (Some(group), None) = (groups.next(), groups.next()) else { return None };
    if !is_plain(group, GROUP, GROUP_STATUS) {
        return None;
    }
    let extents = Extents::of(group, label, partition)?;
    let Some(logical) = group.get("logical_volumes") else { return Some(Vec::new()) };
    let runs: Vec<Vec<Run>> =
        logical.section()?.values().map(|volume| runs(volume.section()?, &extents)).collect::<Option<_>>()?;
    are_apart(&runs).then(|| runs.iter().map(|runs| extents.volume(runs)).collect())
}

impl<'t> Extents<'t> {
    fn of(group: &'t Section, label: &Label, partition: Partition) -> Option<Self> {
        let mut all = group.get("physical_volumes")?.section()?.iter();
        let (Some((name, physical)), None) = (all.next(), all.next()) else { return None };
        let physical = physical.section()?;
        let id: String = text(physical, "id")?.split('-').collect();
        if !is_plain(physical, PHYSICAL, PHYSICAL_STATUS) || id.as_bytes() != label.id {
            return None;
        }
        let start = number(physical, "pe_start")?.checked_mul(SECTOR_BYTES)?;
        let length = number(group, "extent_size")?.checked_mul(SECTOR_BYTES)?;
        let count = number(physical, "pe_count")?;
        let end = count.checked_mul(length)?.checked_add(start)?;
        (length > 0 && end <= partition.length).then_some(Self { name, partition, start, length, count })
    }

    /// `runs` lie within.
    fn volume(&self, runs: &[Run]) -> Volume {
        let place = |(first, count): &Run| Partition {
            start: self.partition.start + self.start + first * self.length,
            length: count * self.length,
        };
        Volume::of(runs.iter().map(place))
    }
}

/// The extents of a volume, in its order.
fn runs(volume: &Section, extents: &Extents) -> Option<Vec<Run>> {
    let segments = number(volume, "segment_count")?;
    let names: Vec<String> = (1..=segments.min(volume.len() as u64)).map(|number| format!("segment{number}")).collect();
    let mut known: Vec<&str> = names.iter().map(String::as_str).collect();
    known.extend(LOGICAL);
    if !is_plain(volume, &known, LOGICAL_STATUS) {
        return None;
    }
    let (mut runs, mut end) = (Vec::new(), 0);
    for number in 1..=segments {
        let segment = volume.get(&format!("segment{number}"))?.section()?;
        let run = run(segment, end, extents)?;
        end += run.1;
        runs.push(run);
    }
    Some(runs)
}

/// The extents of a segment that begins at the volume's extent `start`.
fn run(segment: &Section, start: u64, extents: &Extents) -> Option<Run> {
    let linear = text(segment, "type")? == "striped" && number(segment, "stripe_count")? == 1;
    if !has_only(segment, SEGMENT) || !linear || number(segment, "start_extent")? != start {
        return None;
    }
    let [name, first] = segment.get("stripes")?.list()? else { return None };
    let (first, count) = (first.number()?, number(segment, "extent_count")?);
    let inside = first.checked_add(count).is_some_and(|end| end <= extents.count);
    (name.text()? == extents.name && inside && count > 0).then_some((first, count))
}

fn are_apart(volumes: &[Vec<Run>]) -> bool {
    let mut all: Vec<Run> = volumes.iter().flatten().copied().collect();
    all.sort_unstable();
    all.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0)
}

/// No keys and no status but these, and no flags at all.
fn is_plain(section: &Section, keys: &[&str], status: &[&str]) -> bool {
    let list = |name: &str| section.get(name).map_or(Some(&[][..]), Value::list);
    let known = |value: &Value| value.text().is_some_and(|text| status.contains(&text));
    has_only(section, keys)
        && list("flags").is_some_and(<[Value]>::is_empty)
        && list("status").is_some_and(|values| values.iter().all(known))
}

fn has_only(section: &Section, keys: &[&str]) -> bool {
    section.keys().all(|key| keys.contains(&key.as_str()))
}

fn number(section: &Section, name: &str) -> Option<u64> {
    section.get(name)?.number()
}

fn text<'t>(section: &'t Section, name: &str) -> Option<&'t str> {
    section.get(name)?.text()
}
