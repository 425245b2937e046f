//! QEMU, driven by its command line and QMP.
