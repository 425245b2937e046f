//! Real playbooks.
