# list the tasks
default:
    @just --list

# format, lints and the Rust tests
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test

# all tests, with what they need installed; `just test --all` adds the slow ones
test *words:
    scripts/test {{ words }}

# from nothing to the demonstration box
quickstart *words:
    scripts/quickstart {{ words }}

# Boxwright against Packer on the demonstration box
bench *words:
    scripts/bench-build {{ words }}

# all fuzz targets, each for so many seconds of processor time
fuzz seconds="60":
    scripts/fuzz all {{ seconds }}

# processor time and memory of validate, against Packer
bench-validate *words:
    scripts/bench-validate {{ words }}

# Boxwright against Packer on the real VirtualBox
bench-virtualbox *words:
    scripts/bench-virtualbox {{ words }}
