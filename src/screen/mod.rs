//! The console as a picture and a keyboard: our own RFB (VNC) client.
