"""Small disk images for the fuzz targets: programs make none of a few KiB, and only what is short is changed often."""
import io, struct, subprocess, tarfile, tempfile, uuid, zlib
from pathlib import Path

MIB = 1 << 20


class File:
    """Bytes that are put to their places."""

    def __init__(self, length):
        self.bytes = bytearray(length)

    def put(self, at, *values):
        for value in values:
            self.bytes[at:at + len(value)] = value
            at += len(value)

    def sum(self, start, end, at):
        """VHD's: the complement of the sum of all bytes."""
        self.put(at, struct.pack(">I", ~sum(self.bytes[start:end]) & 0xffffffff))


def vdi():
    """Eight blocks of 512 bytes: two stored, one of zeros, the others never written."""
    file = File(4 * 512)
    file.put(64, struct.pack("<III", 0xbeda107f, 0x10001, 400), struct.pack("<I", 1))
    file.put(340, struct.pack("<II", 512, 1024))
    file.put(360, struct.pack("<IIQII", 512, 0, 8 * 512, 512, 0), struct.pack("<II", 8, 2))
    file.put(512, struct.pack("<8I", 0, 1, 2**32 - 2, *[2**32 - 1] * 5))
    file.put(1024, b"x" * 900)
    yield bytes(file.bytes)


def vhd():
    """A dynamic disk of eight blocks of 512 bytes, one of which is stored."""
    file = File(3072)
    file.put(0, b"conectix", struct.pack(">IIQ", 2, 0x10000, 512))
    file.put(48, struct.pack(">Q", 8 * 512))
    file.put(60, struct.pack(">I", 3))
    file.put(512, b"cxsparse", struct.pack(">QQIII", 2**64 - 1, 1536, 0x10000, 8, 512))
    file.put(1536, struct.pack(">8I", 4, *[2**32 - 1] * 7))
    file.put(2560, b"x" * 512)
    file.sum(0, 512, 64)
    file.sum(512, 1536, 548)
    yield bytes(file.bytes)


def vmdk():
    """Sixteen grains of 512 bytes, in tables of eight: sparse, and compressed."""
    for flags, grain in [(0, b"x" * 512), (0x10000, struct.pack("<QI", 0, 0)), (4, b"y" * 512)]:
        file = File(6 * 512)
        file.put(0, b"KDMV", struct.pack("<IIQQQQIQQ", 1, flags, 16, 1, 1, 1, 8, 0, 2))
        file.put(77, struct.pack("<H", flags >> 16))
        file.put(512, b'parentCID=ffffffff\ncreateType="monolithicSparse"\n')
        file.put(1024, struct.pack("<II", 3, 0))
        file.put(1536, struct.pack("<8I", 4, 1, 0, 0, 0, 0, 0, 0))
        if flags == 0x10000:
            stream = zlib.compress(bytes(512))
            grain = struct.pack("<QI", 0, len(stream)) + stream
        file.put(2048, grain)
        yield bytes(file.bytes)


def vhdx():
    """The variable parts, one behind the other, as the target takes them."""
    def region(guid, offset):
        return uuid.UUID(guid).bytes_le + struct.pack("<QII", offset, MIB, 1)

    def item(guid, offset, length):
        return uuid.UUID(guid).bytes_le + struct.pack("<IIII", offset, length, 4, 0)
    regions = struct.pack("<II", 2, 0) + region("2dc27766-f623-4200-9d64-115e9bfd4a08", 2 * MIB)
    regions += region("8b7ca206-4790-4b9a-b8fe-575f050f886e", MIB)
    items = struct.pack("<HH20x", 0, 3) + item("caa16737-fa36-4d43-b3b6-33f0aa44e76b", 65536, 8)
    items += item("2fa54224-cd1b-4876-b211-5dbed83bf4b8", 65544, 8)
    items += item("8141bf1d-a96f-4709-ba47-f233a8faab5f", 65552, 4)
    values = struct.pack("<IIQI", MIB, 0, 4 * MIB, 512)
    blocks = struct.pack("<QQQQ", 3 * MIB | 6, 0, 2, 3)
    yield regions.ljust(128, b"\0") + items.ljust(256, b"\0") + values.ljust(64, b"\0") + blocks


def lvm():
    """A group with a volume of two segments and one of one segment."""
    yield GROUP.encode()


def segment(number, start, count, first):
    return (f"segment{number} {{\nstart_extent = {start}\nextent_count = {count}\ntype = \"striped\"\n"
            f"stripe_count = 1\t# linear\nstripes = [\n\"pv0\", {first}\n]\n}}\n")


def volume(name, *segments):
    head = f"{name} {{\nstatus = [\"READ\", \"WRITE\", \"VISIBLE\"]\nflags = []\nsegment_count = {len(segments)}\n"
    return head + "".join(segment(number, *each) for number, each in enumerate(segments, 1)) + "}\n"


GROUP = f"""vg0 {{
id = "D3Ra9G-xGlA-1RUj-41fH-rnxJ-xiMP-wcgxZL"
seqno = 4
format = "lvm2"
status = ["RESIZEABLE", "READ", "WRITE"]
flags = []
extent_size = 8
physical_volumes {{
pv0 {{
id = "bZPuSQ-2MR3-fcFk-0WIQ-ISWk-e3ID-UqsQHd"
device = "/dev/loop0"
status = ["ALLOCATABLE"]
flags = []
pe_start = 256
pe_count = 32
}}
}}
logical_volumes {{
{volume("root", (0, 10, 0), (10, 8, 14))}{volume("swap_1", (0, 4, 10))}}}
}}
contents = "Text Format Volume Group"
version = 1
"""

def archive():
    """A package in each dialect, and a sparse disk in GNU's."""
    files = {"vm.ovf": OVF.encode(), "vm-disk001.vmdk": next(vmdk()), "vm.mf": b"SHA256(vm.ovf)= 00\n"}
    named = {"a folder/" * 12 + "notes": b"notes", "./disk.raw": b"x" * 700}
    for dialect in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        for members in (files, named):
            yield tar(members, dialect)
    with tempfile.TemporaryDirectory() as folder:
        with open(Path(folder, "disk.raw"), "wb") as disk:
            for place in range(6):
                disk.seek(place * 64 << 10)
                disk.write(b"x" * 100)
            disk.truncate(MIB)
        words = ["tar", "-C", folder, "--format=oldgnu", "-S", "-b", "1", "-c", "disk.raw"]
        yield subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout


def tar(members, dialect):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=dialect) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    content = file.getvalue().rstrip(b"\0")
    return content.ljust(-(-len(content) // 512) * 512, b"\0")


def ovf():
    """A machine with a disk and a network adapter."""
    yield OVF.encode()


OVF = """<?xml version="1.0"?>
<Envelope ovf:version="1.0" xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
<References><File ovf:href="vm-disk001.vmdk" ovf:id="file1" ovf:size="3072"/></References>
<VirtualSystem ovf:id="vm"><Machine><Hardware><Network>
<Adapter slot="0" MACAddress="080027AB0C01"><NAT/></Adapter>
</Network></Hardware></Machine></VirtualSystem>
</Envelope>
"""

SEEDS = {"archive": archive, "ovf": ovf, "vdi": vdi, "vhd": vhd, "vmdk": vmdk, "vhdx": vhdx, "lvm": lvm}
