//! Guests of 512 bytes: what a build does when its guest ends, sleeps or writes, without an installation.

/// A disk that switches the machine off at once.
pub(crate) const POWERS_OFF: &[u8] = &[
    0xba, 0x04, 0x06, // mov dx, 0x604: ACPI's PM1a control register, where SeaBIOS puts it
    0xb8, 0x00, 0x20, // mov ax, 0x2000: sleep enable; type 0 is off
    0xef, // out dx, ax
    0xf4, // hlt
];

/// A disk that does nothing, quietly.
pub(crate) const SLEEPS: &[u8] = &[
    0xfa, // cli
    0xf4, // hlt
];

/// A disk that writes itself full, 32 KiB at a time.
pub(crate) const WRITES: &[u8] = &[
    0x31, 0xc0, // xor ax, ax
    0x8e, 0xd8, // mov ds, ax
    0xbe, 0x16, 0x7c, // mov si, 0x7c16: the packet
    0xb8, 0x00, 0x43, // mov ax, 0x4300: extended write
    0xb2, 0x80, // mov dl, 0x80: the first disk
    0xcd, 0x13, // int 0x13
    0x66, 0x83, 0x06, 0x1e, 0x7c, 0x40, // add dword [0x7c1e], 64
    0xeb, 0xee, // jmp, to the mov si
    0x10, 0x00, // the packet, at offset 0x16: its size,
    0x40, 0x00, // 64 sectors,
    0x00, 0x7c, 0x00, 0x00, // from 0000:7c00,
    0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // to sector 64 and on
];

/// A disk of 4 MiB, which no compression makes smaller, that starts with the code.
pub(crate) fn disk(code: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 512];
    bytes[..code.len()].copy_from_slice(code);
    bytes[510..].copy_from_slice(&[0x55, 0xaa]);
    let mut state = 1_u64;
    while bytes.len() < 4 << 20 {
        // Knuth's generator for 64 bits; its upper half looks random enough.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(&state.to_le_bytes()[4..]);
    }
    bytes
}
