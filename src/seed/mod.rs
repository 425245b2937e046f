//! Seeds: the HTTP server, the CD image and the floppy image an installer reads its answers from.
