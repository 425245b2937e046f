//! Provisioners: what is run in the guest.
